#include <gtest/gtest.h>

#include <limits>

#include "random_weights.h"
#include "workloads/quantize/step_search.h"

namespace symmetree {
namespace {

constexpr double no_bound = std::numeric_limits<double>::infinity();

std::vector<double> values_of(std::size_t count) {
    const std::vector<float> weights = random_weights({1, static_cast<std::int64_t>(count)}, 3);
    std::vector<double> padded;
    pad_row(weights.data(), count, padded);
    return padded;
}

TEST(step_kernel, all_variants_give_the_same_bits) {
    const step_kernel* const wide = avx2_kernel();
    if (!wide) GTEST_SKIP() << "no AVX2 here";
    for (std::size_t count : {1u, 8u, 127u, 128u, 129u, 1000u}) {
        const std::vector<double> values = values_of(count);
        std::vector<double> a(values.size()), b(values.size());
        for (int j = 1; j <= 100; ++j) {
            const double step = 0.02 * j;
            for (code_bounds range : {code_bounds{-4, 3}, code_bounds{-15, 0}, code_bounds{0, 255}}) {
                for (double bound : {no_bound, 5.0, 0.0}) {
                    EXPECT_EQ(wide->squared_error(values.data(), values.size(), step, range, bound),
                              baseline_kernel.squared_error(values.data(), values.size(), step, range, bound));
                    EXPECT_EQ(wide->squared_error_truncated(values.data(), values.size(), step, range, bound),
                              baseline_kernel.squared_error_truncated(values.data(), values.size(), step, range, bound));
                }
                wide->residual(values.data(), values.size(), step, range, a.data());
                baseline_kernel.residual(values.data(), values.size(), step, range, b.data());
                EXPECT_EQ(a, b);
                EXPECT_EQ(wide->sum_of_squares(a.data(), a.size()), baseline_kernel.sum_of_squares(a.data(), a.size()));
            }
        }
    }
}

TEST(step_kernel, gives_up_only_above_the_bound_and_never_claims_more_than_the_error) {
    const std::vector<double> values = values_of(1000);
    const code_bounds range{-4, 3};
    const double error = baseline_kernel.squared_error(values.data(), values.size(), 0.1, range, no_bound);
    EXPECT_EQ(baseline_kernel.squared_error(values.data(), values.size(), 0.1, range, error), error);
    const double partial = baseline_kernel.squared_error(values.data(), values.size(), 0.1, range, error / 10);
    EXPECT_GT(partial, error / 10);
    EXPECT_LT(partial, error);
}

TEST(step_kernel, residual_rounds_ties_to_even_and_clamps) {
    const std::vector<double> values{0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 9, -9};
    std::vector<double> rest(8);
    baseline_kernel.residual(values.data(), 8, 1, {-4, 3}, rest.data());
    EXPECT_EQ(rest, (std::vector<double>{0.5, -0.5, 0.5, -0.5, 0.5, -0.5, 6, -5}));
}

TEST(step_search, the_hint_does_not_change_the_result) {
    const std::vector<double> values = values_of(391);
    for (rounding round : {rounding::half_even, rounding::truncate}) {
        const step_choice expected = search_uniform_step(values.data(), values.size(), 2.0, {-4, 3}, round, 1);
        for (int hint : {-5, 2, 30, 70, 100, 400}) {
            const step_choice found = search_uniform_step(values.data(), values.size(), 2.0, {-4, 3}, round, hint);
            EXPECT_EQ(found.candidate, expected.candidate);
            EXPECT_EQ(found.step, expected.step);
        }
    }
}

TEST(step_search, the_first_of_equal_candidates_wins_whatever_the_hint) {
    for (int hint : {1, 40, 50, 60, 100}) {
        const auto flat = [](double step, double) { return step < 0.3 ? 2.0 : step > 0.6 ? 3.0 : 1.0; };
        EXPECT_EQ(search_step(1, hint, flat).candidate, 30);
    }
}

}  // namespace
}  // namespace symmetree
