// A run without values takes the same cycles, slots and bytes as the run with them; DASQ without outliers is SymQ.
#include <gtest/gtest.h>

#include "tests/support/forked.h"
#include "tests/support/measured.h"
#include "tests/support/random_cases.h"
#include "workloads/files/load_workload.h"

namespace symmetree {
namespace {

run_request unchecked(run_request r) {
    r.check = false;
    return r;
}

std::string difference_without_values(const run_request& r) {
    return timing_difference(forked_measure(unchecked(r)), forked_measure(timing_of(r)));
}

void expect_the_same_on(const std::string& platform) {
    EXPECT_EQ(difference_without_values(request_of(preset(platform), load_workload("resnet20", nets_directory))), "");
}

TEST(timing_only, equals_the_exact_run_of_resnet20_on_symq) { expect_the_same_on("symq"); }
TEST(timing_only, equals_the_exact_run_of_resnet20_on_asymq_row_sum) { expect_the_same_on("asymq_row_sum"); }
TEST(timing_only, equals_the_exact_run_of_resnet20_on_dasq) { expect_the_same_on("dasq"); }
TEST(timing_only, equals_the_exact_run_of_resnet20_on_post) { expect_the_same_on("post"); }

TEST(timing_only, equals_the_exact_run_of_resnet20_with_held_outputs) {
    platform_config p = preset("dasq");
    p.mapping.flow = dataflow::output_stationary;
    EXPECT_EQ(difference_without_values(request_of(p, load_workload("resnet20", nets_directory))), "");
}

TEST(timing_only, equals_the_exact_run_on_random_layers_and_platforms) {
    int done = 0;
    for (std::uint64_t seed = 5000; done < 80; ++seed) {
        const run_request r = random_request(seed);
        std::string difference;
        const std::string failure = failure_of([&] { difference = difference_without_values(r); });
        if (failure.find("can't run on platform") != std::string::npos) continue;  // the draw has no mapping
        ASSERT_EQ(failure, "") << "seed " << seed;
        ASSERT_EQ(difference, "") << "seed " << seed;
        ++done;
    }
}

std::vector<layer> some_layers() {
    return {conv_layer(8, 9, 24, 3, 1, 1), linear_layer(1, 100, 30), linear_layer(50, 40, 33), attention_layer(17, 20, 17, 3),
            conv_layer(6, 8, 6, 3, 1, 1, 6)};
}

TEST(dasq_without_outliers, equals_symq_on_the_same_platform) {
    const platform_config p = preset("dasq");
    run_request dasq = timing_of(request_of(p, network_of(some_layers()))), symq = dasq;
    dasq.asked_scheme = parse_scheme("dasq:w4a4:sw4:p100");
    symq.asked_scheme = parse_scheme("symq:w4a4");
    EXPECT_EQ(timing_difference(forked_measure(dasq), forked_measure(symq)), "");
}

TEST(dasq_without_outliers, equals_symq_on_the_platform_without_a_sparse_unit) {
    run_request dasq = timing_of(request_of(preset("dasq"), load_workload("resnet20", nets_directory)));
    dasq.asked_scheme = parse_scheme("dasq:w4a4:sw4:p100");
    --dasq.platform.array.pipeline_depth;  // the lanes' own stage, with or without outliers
    const run_request symq = timing_of(request_of(preset("symq"), load_workload("resnet20", nets_directory)));
    EXPECT_EQ(timing_difference(forked_measure(dasq), forked_measure(symq)), "");
}

TEST(dasq_without_outliers, equals_symq_on_random_platforms) {
    int done = 0;
    for (std::uint64_t seed = 6000; done < 40; ++seed) {
        run_request dasq = timing_of(random_request(seed));
        if (dasq.platform.sparse.lanes == 0) continue;
        dasq.asked_scheme.family = scheme_family::dasq;
        dasq.asked_scheme.dasq = {2, "100"};
        run_request symq = dasq;
        symq.asked_scheme.family = scheme_family::symq;
        std::string difference;
        const std::string failure = failure_of([&] { difference = timing_difference(forked_measure(dasq), forked_measure(symq)); });
        if (failure.find("can't run on platform") != std::string::npos) continue;
        ASSERT_EQ(failure + difference, "") << "seed " << seed;
        ++done;
    }
}

TEST(dasq_with_outliers, is_not_symq) {
    const platform_config p = preset("dasq");
    const run_request dasq = timing_of(request_of(p, network_of(some_layers())));
    run_request symq = dasq;
    symq.asked_scheme = parse_scheme("symq:w4a4");
    EXPECT_NE(timing_difference(forked_measure(dasq), forked_measure(symq)), "");
}

}  // namespace
}  // namespace symmetree
