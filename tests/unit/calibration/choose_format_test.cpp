#include "workloads/calibration/choose_format.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/random.h"
#include "workloads/quantize/quantize.h"

namespace symmetree {
namespace {

constexpr activation_class kinds[] = {activation_class::relu, activation_class::gelu, activation_class::dense};
constexpr activation_coding signed_codes = activation_coding::signed_zero_point, magnitudes = activation_coding::unsigned_or_sign_magnitude;
constexpr activation_coding codings[] = {signed_codes, magnitudes, activation_coding::signed_symmetric};
constexpr range_choice min_max{calibration_range::min_max, 100}, mse{calibration_range::mse, 100};

range_choice percentile(double p) { return {calibration_range::percentile, p}; }

/// A normal sample as the class leaves it, with one value far out.
std::vector<float> sample(activation_class kind, std::size_t count) {
    const random_stream stream(3, "formats");
    std::vector<float> values{kind == activation_class::dense ? -12.0f : 12.0f};
    while (values.size() < count) {
        const double z = stream.normal(values.size());
        const double gelu = z / 2 * (1 + std::erf(z / std::sqrt(2.0)));
        values.push_back(static_cast<float>(kind == activation_class::relu ? std::max(z, 0.0) : kind == activation_class::gelu ? gelu : z));
    }
    return values;
}

tensor_statistics seen(const std::vector<float>& values) {
    tensor_statistics s;
    s.add(values.data(), values.size());
    return s;
}

double squared_error(const std::vector<float>& values, const tensor_format& f) {
    double sum = 0;
    for (const float v : values) sum += std::pow(static_cast<double>(v) - f.value_of(f.code_of(static_cast<double>(v))), 2);
    return sum / static_cast<double>(values.size());
}

TEST(choose_format, by_min_max_is_the_format_of_the_values_themselves) {
    for (const auto kind : kinds)
        for (const auto coding : codings)
            for (const int bits : {2, 3, 4, 8}) {
                const std::vector<float> values = sample(kind, 500);
                const tensor_format f = choose_format(seen(values), min_max, bits, kind, coding);
                const quantized_activations q = quantize_activations(values, bits, range_method::min_max, kind, coding);
                EXPECT_EQ(f.step, q.step);
                EXPECT_EQ(f.zero_point, q.zero_point);
                EXPECT_EQ(f.bits, bits);
                EXPECT_EQ(f.least, q.least());
                EXPECT_EQ(f.greatest, q.greatest());
            }
}

TEST(choose_format, by_mse_is_nearly_as_good_as_the_search_over_the_values) {
    for (const auto kind : kinds)
        for (const auto coding : codings)
            for (const int bits : {3, 4, 6}) {
                const std::vector<float> values = sample(kind, 3000);
                const tensor_format f = choose_format(seen(values), mse, bits, kind, coding);
                const quantized_activations q = quantize_activations(values, bits, range_method::mse, kind, coding);
                EXPECT_LE(squared_error(values, f), 1.02 * q.error.mse) << bits;
                EXPECT_LE(squared_error(values, f), squared_error(values, choose_format(seen(values), min_max, bits, kind, coding)));
                EXPECT_NEAR(expected_error(seen(values), f), squared_error(values, f), 0.05 * squared_error(values, f)) << bits;
            }
}

TEST(choose_format, by_percentile_leaves_that_share_in_range) {
    std::vector<float> values;
    for (int i = 1; i <= 1000; ++i) values.push_back(static_cast<float>(i));
    // Bins are half a unit wide, 1024 / 2048, so that the bin of 900 ends at 900.5.
    const tensor_format relu = choose_format(seen(values), percentile(90), 8, activation_class::relu, signed_codes);
    EXPECT_DOUBLE_EQ(relu.step, 900.5 / 255);
    EXPECT_EQ(relu.zero_point, -128);
    for (int i = 1; i <= 1000; ++i) values.push_back(static_cast<float>(-i));
    EXPECT_DOUBLE_EQ(choose_format(seen(values), percentile(90), 8, activation_class::dense, signed_codes).step, 900.5 / 127);
    EXPECT_DOUBLE_EQ(choose_format(seen(values), percentile(90), 8, activation_class::gelu, signed_codes).step, 1800.5 / 255);
    EXPECT_DOUBLE_EQ(choose_format(seen(values), percentile(90), 8, activation_class::gelu, magnitudes).step, 900.5 / 127);
    EXPECT_DOUBLE_EQ(choose_format(seen(values), percentile(100), 8, activation_class::dense, signed_codes).step, 1000.0 / 127);
}

TEST(choose_format, by_percentile_counts_zeros) {
    std::vector<float> values(900, 0.0f);
    for (int i = 0; i < 100; ++i) values.push_back(static_cast<float>(i + 1));
    EXPECT_DOUBLE_EQ(choose_format(seen(values), percentile(95), 8, activation_class::relu, magnitudes).step, 50.0625 / 255);
    EXPECT_EQ(choose_format(seen(values), percentile(90), 8, activation_class::relu, signed_codes).step, 1);  // only zeros inside
    EXPECT_DOUBLE_EQ(choose_format(seen(values), percentile(95), 8, activation_class::dense, signed_codes).step, 50.0625 / 127);
}

TEST(choose_format, of_a_tensor_without_range_has_step_1) {
    for (const auto kind : kinds)
        for (const auto coding : codings)
            for (const range_choice& range : {min_max, mse, percentile(99)}) {
                EXPECT_EQ(choose_format(seen(std::vector<float>(4, 0.0f)), range, 4, kind, coding).step, 1);
                EXPECT_EQ(choose_format({}, range, 4, kind, coding).step, 1);
            }
    EXPECT_EQ(choose_format(seen({-1, -2}), mse, 4, activation_class::relu, signed_codes).step, 1);
}

TEST(parse_range, takes_what_to_string_writes_and_nothing_else) {
    for (const char* text : {"minmax", "mse", "p99.9", "p50", "p100"}) EXPECT_EQ(to_string(parse_range("--range", text)), text);
    for (const char* text : {"", "p", "p49.9", "p101", "p99x", "99", "MSE", "p-99", "p1e2", "pnan"})
        EXPECT_THROW(parse_range("--range", text), input_error) << text;
}

}  // namespace
}  // namespace symmetree
