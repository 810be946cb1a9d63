// Same configuration, workload and seed: the same bytes, whatever the number of jobs and threads.
#include <gtest/gtest.h>

#include "runs/run_points.h"
#include "tests/support/layers.h"
#include "traces/writers.h"

namespace symmetree {
namespace {

std::vector<run_request> points(int threads, std::uint64_t seed) {
    std::vector<run_request> requests;
    for (const char* platform : {"symq", "dasq", "asymq_row_sum", "post"}) {
        run_request r = request_of(preset(platform),
                                   network_of({conv_layer(16, 9, 40, 3, 1, 1), linear_layer(9, 130, 70), attention_layer(20, 16, 20, 2)}));
        r.threads = threads;
        r.seed = seed;
        requests.push_back(r);
    }
    return requests;
}

std::string reports(int jobs, int threads, std::uint64_t seed = 7) {
    std::string text;
    for (const report& r : run_points(points(threads, seed), weight_cache(""), jobs)) text += to_json(r);
    return text;
}

TEST(reports, are_the_same_bytes_with_one_job_and_two) { EXPECT_EQ(reports(1, 1), reports(2, 1)); }
TEST(reports, are_the_same_bytes_with_one_thread_and_two) { EXPECT_EQ(reports(1, 1), reports(1, 2)); }
TEST(reports, are_the_same_bytes_a_second_time) { EXPECT_EQ(reports(2, 2), reports(2, 2)); }
TEST(reports, differ_with_the_seed) { EXPECT_NE(reports(2, 1, 7), reports(2, 1, 8)); }

}  // namespace
}  // namespace symmetree
