#include <gtest/gtest.h>

#include "compile/sum_bounds.h"
#include "models/buffers/im2col_math.h"
#include "models/contract/descriptor.h"
#include "tests/unit/models/layer_cases.h"
#include "workloads/formats/product_circuit.h"

namespace symmetree {
namespace {

/// What one input adds to a row's accumulator in each pass of its tile, for one activation.
class contribution {
public:
    contribution(const layer_case& c, const layer_plan& plan, std::int64_t row, std::int64_t column) : c_(c), plan_(plan) {
        code_ = c.weights.codes[std::size_t(row * c.weights.columns + column)];
        zero_ = c.weights.zero_point.empty() ? 0 : c.weights.zero_point[std::size_t(row)];
        for (const outlier& o : c.weights.outliers)
            if (o.row == row && o.column == column)
                outlier_ += std::int64_t{o.value} * (std::int64_t{1} << c.weights.outlier_shift[std::size_t(row)]);
    }

    std::int64_t in_pass(int weight_pass, int activation_pass, int x) const {
        const accelerator_config& config = c_.config;
        if (c_.shifts())
            return circuit_product(config.array.kind, static_cast<std::uint8_t>(code_), c_.weights.bits, x, c_.weights.guard_bits,
                                   c_.weights.odd);
        const bool widened = config.zero_point == zero_point_unit::widened && !c_.weights.zero_point.empty();
        const int stored = widened ? code_ - zero_ : code_;
        const piece w = piece_of(plan_.descriptor.geometry.stored_weight_bits, weight_port_bits(config, c_.on_side_array), weight_pass);
        const piece a = piece_of(c_.input.bits, c_.array().activation_bits, activation_pass);
        const std::int64_t x_piece = take_piece(std::int16_t(x), a);
        std::int64_t weight = take_piece(std::int16_t(stored), w);
        if (plan_.descriptor.uses_zero_points && subtracts_codes(config.zero_point)) weight -= take_piece(std::int16_t(zero_), w);
        const bool corrected = plan_.descriptor.uses_zero_points && config.zero_point == zero_point_unit::row_sum &&
                               config.correction == correction_form::every_cycle;
        if (corrected && weight_pass == 0) weight -= zero_;
        const std::int64_t dense = weight * x_piece * (std::int64_t{1} << (w.first + a.first));
        return dense + (weight_pass == 0 && activation_pass == 0 ? outlier_ * x : 0);
    }

private:
    const layer_case& c_;
    const layer_plan& plan_;
    int code_ = 0, zero_ = 0;
    std::int64_t outlier_ = 0;
};

struct extremes {
    std::int64_t least = 0, greatest = 0;
    void meet(std::int64_t low, std::int64_t high) {
        least = std::min(least, low);
        greatest = std::max(greatest, high);
    }
};

/// Smallest and largest value after each write of a row's accumulator. Inputs are independent of each other, so the extreme of a
/// sum is the sum of the extremes over all activations of each input: nothing is left out.
extremes all_prefixes(const layer_case& c, const layer_plan& plan, std::int64_t row) {
    extremes seen;
    std::int64_t done_least = 0, done_greatest = 0;  // of the tiles that went before
    for (std::int64_t first = 0; first < c.weights.columns; first += c.array().lanes) {
        const std::int64_t end = std::min<std::int64_t>(first + c.array().lanes, c.weights.columns);
        const int passes = plan.passes.total();
        std::vector<std::int64_t> least(std::size_t(passes), done_least), greatest(std::size_t(passes), done_greatest);
        for (std::int64_t column = first; column < end; ++column) {
            const contribution one(c, plan, row, column);
            std::vector<std::int64_t> low(std::size_t(passes), INT64_MAX), high(std::size_t(passes), INT64_MIN);
            for (int x = c.format.least; x <= c.format.greatest; ++x) {
                std::int64_t sum = 0;
                for (int pass = 0; pass < passes; ++pass) {
                    sum += one.in_pass(pass / plan.passes.activation_passes, pass % plan.passes.activation_passes, x);
                    low[std::size_t(pass)] = std::min(low[std::size_t(pass)], sum);
                    high[std::size_t(pass)] = std::max(high[std::size_t(pass)], sum);
                }
            }
            for (int pass = 0; pass < passes; ++pass) {
                least[std::size_t(pass)] += low[std::size_t(pass)];
                greatest[std::size_t(pass)] += high[std::size_t(pass)];
            }
        }
        for (int pass = 0; pass < passes; ++pass) seen.meet(least[std::size_t(pass)], greatest[std::size_t(pass)]);
        done_least = least.back();
        done_greatest = greatest.back();
    }
    return seen;
}

extremes all_rows(const layer_case& c, const layer_plan& plan) {
    extremes seen;
    for (std::int64_t row = 0; row < c.weights.rows; ++row) {
        const extremes one = all_prefixes(c, plan, row);
        seen.meet(one.least, one.greatest);
    }
    return seen;
}

TEST(accumulator_range, holds_every_partial_sum_and_is_reached_in_a_single_pass) {
    int passes = 0, exact = 0, with_outliers = 0;
    for (std::uint32_t seed = 0; seed < 900; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        layer_cases cases(seed);
        layer_case c = cases.any();
        if (c.weights.rows * c.weights.columns > 1500) continue;
        const std::optional<layer_plan> plan = plan_of(c);
        if (!plan) continue;
        const sum_range range = accumulator_range(c.config, *plan, c.weights, c.format);
        const extremes seen = all_rows(c, *plan);
        ASSERT_LE(range.least, seen.least);
        ASSERT_GE(range.greatest, seen.greatest);
        passes += plan->passes.total() > 1;
        with_outliers += !c.weights.outliers.empty();
        if (plan->passes.total() > 1 || !c.weights.outliers.empty()) continue;
        ++exact;
        ASSERT_EQ(range.least, seen.least);
        ASSERT_EQ(range.greatest, seen.greatest);
    }
    EXPECT_GT(passes, 100);
    EXPECT_GT(exact, 100);
    EXPECT_GT(with_outliers, 30);
}

/// The factors as the array sees them, spelled out for one weight.
layer_case one_weight(int code, int zero, zero_point_unit unit) {
    layer_case c;
    c.config.zero_point = unit;
    c.shape.in_height = c.shape.out_height = c.shape.in_channels = c.shape.out_channels = 1;
    c.weights.rows = c.weights.columns = 1;
    c.weights.bits = 4;
    c.weights.codes = {static_cast<std::int8_t>(code)};
    if (unit != zero_point_unit::none) c.weights.zero_point = {static_cast<std::int16_t>(zero)};
    c.input.bits = 4;
    c.format = {4, false, -8, 7};
    return c;
}

sum_range range_of(const layer_case& c) { return accumulator_range(c.config, *plan_of(c), c.weights, c.format); }

TEST(accumulator_range, of_one_weight_is_that_of_its_product) {
    const sum_range range = range_of(one_weight(7, 0, zero_point_unit::none));
    EXPECT_EQ(range.least, -56);
    EXPECT_EQ(range.greatest, 49);
    for (const zero_point_unit unit : {zero_point_unit::pre_subtract, zero_point_unit::port_subtract, zero_point_unit::widened}) {
        const sum_range corrected = range_of(one_weight(7, -8, unit));
        EXPECT_EQ(corrected.least, -120);
        EXPECT_EQ(corrected.greatest, 105);
    }
    layer_case row_sum = one_weight(7, -8, zero_point_unit::row_sum);
    row_sum.config.correction = correction_form::every_cycle;
    EXPECT_EQ(range_of(row_sum).greatest, 105);
    row_sum.config.correction = correction_form::at_drain;  // the sums go uncorrected through the accumulators
    EXPECT_EQ(range_of(row_sum).greatest, 49);
}

TEST(accumulator_range, takes_the_zero_point_off_in_the_first_weight_pass_only) {
    layer_case c = one_weight(16, -128, zero_point_unit::row_sum);  // pieces 0 and 1 on ports of 4 bits
    c.config.correction = correction_form::every_cycle;
    c.weights.bits = 8;
    EXPECT_EQ(range_of(c).greatest, 128 * 7 + 16 * 7);
    EXPECT_EQ(range_of(c).least, -128 * 8 - 16 * 8);
}

TEST(overflow_of, meets_a_sum_of_half_the_codes_of_an_accumulator) {
    layer_case c = one_weight(-8, 0, zero_point_unit::none);  // sums from -56 to 64
    platform_config platform;
    static_cast<accelerator_config&>(platform) = c.config;
    layer l;
    l.shape = linear_shape{1, 1, 1};
    platform.accumulators.bits = 8;
    EXPECT_FALSE(overflow_of(platform, sums_of(c.config, l, *plan_of(c), c.weights, c.format)));
    platform.accumulators.bits = 7;
    EXPECT_TRUE(overflow_of(platform, sums_of(c.config, l, *plan_of(c), c.weights, c.format)));
    c.weights.codes = {7};  // from -56 to 49
    EXPECT_FALSE(overflow_of(platform, sums_of(c.config, l, *plan_of(c), c.weights, c.format)));
}

TEST(bits_of, a_range_are_the_fewest_whose_codes_cover_it) {
    EXPECT_EQ(bits_of({0, 0}), 1);
    EXPECT_EQ(bits_of({-1, 0}), 1);
    EXPECT_EQ(bits_of({0, 1}), 2);
    EXPECT_EQ(bits_of({-128, 127}), 8);
    EXPECT_EQ(bits_of({-128, 128}), 9);
    EXPECT_EQ(bits_of({-129, 127}), 9);
    EXPECT_EQ(bits_of({-(std::int64_t{1} << 31), (std::int64_t{1} << 31) - 1}), 32);
    EXPECT_EQ(bits_of({0, std::int64_t{1} << 31}), 33);
}

TEST(accumulator_range, counts_the_shift_of_an_outlier) {
    layer_case c = one_weight(7, 0, zero_point_unit::none);
    c.config.sparse.lanes = 1;
    c.weights.outlier_bits = 4;
    c.weights.outlier_shift = {5};
    c.weights.outliers = {{0, 0, 7}};
    EXPECT_EQ(range_of(c).greatest, 7 * 7 + 7 * 32 * 7);
    EXPECT_EQ(range_of(c).least, -8 * 7 - 7 * 32 * 8);
}

}  // namespace
}  // namespace symmetree
