// The control of the array core takes the same cycles as the simulator, tile by tile and stall by stall, on random layers
// and random platforms.
#include <gtest/gtest.h>

#include <optional>

#include "core/error.h"
#include "tests/rtl/core/compared_counts.h"
#include "tests/rtl/core/control_model.h"
#include "tests/rtl/core/simulated_record.h"
#include "tests/support/forked.h"
#include "tests/support/random_cases.h"

namespace symmetree {
namespace {

/// Counts as text, or what differs.
std::string compare(std::uint64_t seed) {
    const run_request request = timing_of(random_request(seed));
    return forked([&]() -> std::string {
        std::optional<prepared_run> run;
        try {
            run = prepare(request, weight_cache(""));
        } catch (const input_error&) {
            return "does not fit";
        }
        const core_record simulated = simulated_record(*run);
        const auto control = make_control_model();
        const core_record rtl = core_bench(*run, *control).run();
        const std::string difference = record_difference(simulated, rtl);
        if (!difference.empty()) return "differs: " + difference;
        compared_counts counts;
        counts.add(rtl);
        return to_text(counts);
    });
}

compared_counts expect_same_cycles(std::uint64_t first_seed, int cases) {
    compared_counts all;
    std::uint64_t seed = first_seed;
    for (int done = 0; done < cases; ++seed) {
        const std::string answer = compare(seed);
        if (answer == "does not fit") continue;
        EXPECT_EQ(answer.find("differs"), std::string::npos) << answer << "\nseed " << seed << " (simulated; RTL)\n"
                                                             << to_yaml(random_request(seed).platform);
        if (testing::Test::HasFailure()) break;
        ++done;
        all += counts_from_text(answer);
    }
    EXPECT_GT(all.split.outlier, 0u);
    EXPECT_GT(all.split.input, 0u);
    EXPECT_GT(all.split.memory, 0u);
    EXPECT_GT(all.split.weight_port, 0u);
    EXPECT_GT(all.split.hazard, 0u);
    EXPECT_GT(all.split.drain, 0u);
    return all;
}

TEST(control_cosimulation, random_cases_from_500000) {
    const compared_counts counts = expect_same_cycles(500000, 1000);
    if (!HasFailure()) expect_row("control, any platform", counts);
}
TEST(extended_control_cosimulation, random_cases_from_600000) { expect_same_cycles(600000, 10000); }

}  // namespace
}  // namespace symmetree
