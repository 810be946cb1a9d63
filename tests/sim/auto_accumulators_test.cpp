// accumulators.bits: auto. The settled width is the least that runs, it moves no cycle, and sums are held to it.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "runs/settle.h"
#include "runs/simulate.h"
#include "tests/support/forked.h"
#include "tests/support/layers.h"
#include "tests/support/measured.h"

namespace symmetree {
namespace {

using testing::HasSubstr;

platform_config with_bits(platform_config p, int bits) {
    p.auto_accumulators = false;
    p.accumulators.bits = bits;
    return p;
}

/// Long sums: 17 bits and more at 4 x 4.
run_request request_for(const platform_config& p) {
    return request_of(p, network_of({linear_layer(3, 3000, 20), conv_layer(8, 6, 12, 3, 1, 1), attention_layer(4, 24, 5, 2)}));
}

class auto_preset : public testing::TestWithParam<const char*> {};

TEST_P(auto_preset, settles_the_least_width_that_runs) {
    const platform_config p = preset(GetParam());
    ASSERT_TRUE(p.auto_accumulators);
    const report settled = forked_run(request_for(p));
    EXPECT_TRUE(settled.passed());
    ASSERT_GT(settled.accumulator_bits, 16);
    const report same = forked_run(request_for(with_bits(p, settled.accumulator_bits)));
    EXPECT_EQ(same.accumulator_bits, settled.accumulator_bits);
    EXPECT_EQ(same.total().cycles, settled.total().cycles);
    EXPECT_EQ(same.energy_j(), settled.energy_j());
    EXPECT_EQ(same.area_um2, settled.area_um2);
    EXPECT_THAT(failure_of([&] { forked_run(request_for(with_bits(p, settled.accumulator_bits - 1))); }),
                HasSubstr(fmt::format("accumulators.bits of at least {} needed", settled.accumulator_bits)));
}

INSTANTIATE_TEST_SUITE_P(presets, auto_preset, testing::Values("symq", "asymq_row_sum", "dasq", "pot", "post", "apot", "levels"));

TEST(auto_accumulators, move_prices_and_no_cycle) {
    const report narrow = forked_run(request_for(preset("symq"))), wide = forked_run(request_for(with_bits(preset("symq"), 32)));
    EXPECT_EQ(narrow.total().cycles, wide.total().cycles);
    EXPECT_EQ(narrow.total().memories.at(memory_kind::dram).read_bytes, wide.total().memories.at(memory_kind::dram).read_bytes);
    EXPECT_LT(narrow.energy_j(), wide.energy_j());
    EXPECT_LT(narrow.total_area_um2(), wide.total_area_um2());
}

TEST(auto_accumulators, have_sixteen_bits_at_least) {
    const report r = forked_run(request_of(preset("symq"), network_of({linear_layer(2, 4, 4)})));
    EXPECT_EQ(r.accumulator_bits, 16);
}

TEST(auto_accumulators, set_a_clock_that_counts_them) {
    platform_config p = preset("symq");
    p.clock_hz = 0;
    p.auto_clock.emplace().table = "osu018";
    p.auto_clock->units = clock_units::chip;
    const auto clock_at = [&](int bits) {
        platform_config settled = p;
        settle(settled, bits, tables_directory);
        return settled.clock_hz;
    };
    EXPECT_GT(clock_at(16), clock_at(32));
    EXPECT_EQ(forked_run(request_for(p)).clock_hz, clock_at(forked_run(request_for(p)).accumulator_bits));
}

TEST(sums, beyond_the_accumulators_are_a_fault_of_the_model) {
#ifdef __SANITIZE_ADDRESS__
    GTEST_SKIP() << "AddressSanitizer takes what an exception in a coroutine leaves on the stack for live objects";
#endif
    const auto run_at = [](int less) {
        return failure_of([&] {
            forked([&] {
                platform_config p = preset("symq");
                p.cost_table = "published_45nm";  // has prices of narrow ones
                prepared_run run = prepare(request_for(p), weight_cache(""));
                run.request.platform.accumulators.bits -= less;
                simulate(run);
                return std::string();
            });
        });
    };
    EXPECT_EQ(run_at(0), "");
    EXPECT_THAT(run_at(8), HasSubstr("a sum does not fit"));
}

}  // namespace
}  // namespace symmetree
