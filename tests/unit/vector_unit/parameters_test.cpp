#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "models/arithmetic/fixed_factor_math.h"
#include "models/arithmetic/image_scale_math.h"
#include "models/arithmetic/requantize_math.h"
#include "models/vector_unit/operator_table.h"
#include "tests/unit/vector_unit/as_reference.h"
#include "tests/unit/vector_unit/random_formats.h"

// The integers that the models make of formats, against those that the second arithmetic derives from docs/numerics.md: ordinary formats
// stand beside the operators in equals_reference_test, here are the ends of every range.
namespace symmetree {
namespace {

/// Factors at which something happens: ties, powers of two and their neighbours, the ends of multipliers and shifts, 0.
std::vector<double> edge_factors() {
    std::vector<double> all{0, std::numeric_limits<double>::denorm_min(), std::numeric_limits<double>::min(), 1e-300, 1e300};
    for (int exponent = -80; exponent <= 50; ++exponent)
        for (const double mantissa : {1.0, 1.5, 1 + 0x1p-15, 1 + 0x1p-14, 1 + 0x1.8p-14, 1 + 0x1p-19, 1 + 0x1p-18, 1 + 0x1p-31, 1 + 0x1p-30,
                                      1 + 0x1.8p-30, 2 - 0x1p-14, 2 - 0x1p-15, 2 - 0x1p-16, 2 - 0x1p-30, 2 - 0x1p-31, 2 - 0x1p-32}) {
            const double factor = std::ldexp(mantissa, exponent);
            for (const double f : {std::nextafter(factor, 0), factor, std::nextafter(factor, 1e9)}) all.push_back(f);
        }
    return all;
}

TEST(parameters, every_edge_factor_is_that_of_the_second_arithmetic) {
    const factor_width widths[] = {element_factor, average_factor, probability_factor, gain_factor, exponent_factor};
    for (const double factor : edge_factors())
        for (const auto& [bits, shift] : widths)
            ASSERT_EQ(numbers_of(as_reference(fixed_factor(factor, {bits, shift}))), numbers_of(derive_factor(factor, bits, shift)))
                << std::hexfloat << factor << " in " << bits << " bits, shift up to " << shift;
}

TEST(parameters, every_edge_factor_of_a_layer_is_that_of_the_second_arithmetic) {
    for (const double factor : edge_factors()) {
        std::int32_t multiplier = 0;
        int shift = 0;
        fixed_point_of(factor, multiplier, shift);
        const reference_factor derived = derive_layer_factor(factor);
        ASSERT_EQ(multiplier, derived.multiplier) << std::hexfloat << factor;
        ASSERT_TRUE(multiplier == 0 || shift == derived.shift) << std::hexfloat << factor;
    }
}

TEST(parameters, random_factors_of_a_layer_are_those_of_the_second_arithmetic) {
    for (std::uint32_t seed = 0; seed < 20000; ++seed) {
        draws d(seed);
        const double factor = std::ldexp(1.0 + d.between(0, 0x7fffffff) * 0x1p-31 + d.between(0, 0xfffff) * 0x1p-52, d.between(-70, 35));
        std::int32_t multiplier = 0;
        int shift = 0;
        fixed_point_of(factor, multiplier, shift);
        const reference_factor derived = derive_layer_factor(factor);
        ASSERT_EQ(multiplier, derived.multiplier) << "seed " << seed;
        ASSERT_TRUE(multiplier == 0 || shift == derived.shift) << "seed " << seed;
    }
}

/// Any format, its step often so small or large that factors leave their multipliers, and often one that makes ties.
tensor_format any_edge_format(draws& d) {
    tensor_format f = any_format(d, d.one_of({8, 16}));
    if (d.once_in(2)) f.step = std::ldexp(d.one_of({1.0, 1.5, 1 + 0x1p-15, 2 - 0x1p-16, 1.3}), d.between(-45, 45));
    return f;
}

template <class Compare>
void on_many_formats(Compare compare) {
    for (std::uint32_t seed = 0; seed < 4000 && !testing::Test::HasFailure(); ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        draws d(seed);
        compare(d);
    }
}

TEST(parameters, of_elementwise_operators_are_those_of_the_second_arithmetic) {
    on_many_formats([](draws& d) {
        const tensor_format a = any_edge_format(d), b = any_edge_format(d), out = any_edge_format(d);
        const value_range clip = d.one_of({value_range{}, value_range{0}, value_range{0, 6}, value_range{-0.25, 0.75}});
        const double factor = d.one_of({1.0, 0.125, 0.3, 1e-9, 1e9});
        EXPECT_EQ(numbers_of(as_reference(make_requantize(a, out, factor, clip))), numbers_of(derive_requantize(a, out, factor, clip)));
        EXPECT_EQ(numbers_of(as_reference(make_add(a, b, out, clip))), numbers_of(derive_add(a, b, out, clip)));
        EXPECT_EQ(numbers_of(as_reference(make_gelu(a, out))), numbers_of(derive_gelu(a, out)));
    });
}

TEST(parameters, of_row_operators_are_those_of_the_second_arithmetic) {
    on_many_formats([](draws& d) {
        const tensor_format in = any_edge_format(d), out = any_edge_format(d);
        if (out.step > 0x1p-15) {
            EXPECT_EQ(numbers_of(as_reference(make_softmax(in, out))), numbers_of(derive_softmax(in, out)));
        }
        std::vector<float> gain, bias;
        const float size = d.one_of({0.f, 0x1p-30f, 1.f, 0x1p20f});
        for (int c = d.size(); c > 0; --c) {
            gain.push_back(size * static_cast<float>(d.between(-1000, 1000)) / 1000);
            bias.push_back(d.one_of({0.f, 1.f, 1e20f, -1e20f, 0.37f}));
        }
        const double epsilon = d.one_of({0.0, 1e-12, 1e-5, 0.1, 1e30});
        EXPECT_EQ(numbers_of(as_reference(make_layer_norm(gain, bias, epsilon, in, out))),
                  numbers_of(derive_layer_norm(gain, bias, epsilon, in, out)));
    });
}

TEST(parameters, of_averages_are_those_of_the_second_arithmetic) {
    on_many_formats([](draws& d) {
        const tensor_format in = any_edge_format(d), out = any_edge_format(d);
        const std::int64_t rows = d.one_of({1, 2, 3, 49, 197, 65536});
        EXPECT_EQ(numbers_of(as_reference(make_mean(rows, in, out))), numbers_of(derive_mean(rows, in, out)));
        pool_shape s;
        s.in_height = s.in_width = s.kernel_height = 7;
        s.kernel_width = d.one_of({1, 3, 7});
        const bool maximum = d.once_in(2), count_padding = d.once_in(2);
        pool_integers r = as_reference(make_pool(maximum, s, count_padding, in, out));
        r.op.count_padding = count_padding;
        EXPECT_EQ(numbers_of(r), numbers_of(derive_pool(r.op, r.in_shape, r.out_shape, in, out)));
    });
}

TEST(parameters, of_adapters_are_those_of_the_second_arithmetic) {
    on_many_formats([](draws& d) {
        const std::size_t channels = static_cast<std::size_t>(d.size()), hidden = static_cast<std::size_t>(d.between(1, 3));
        const auto drawn = [&](std::size_t count) {
            const float size = d.one_of({0.f, 0x1p-40f, 0.3f, 1.f, 0x1p40f});
            std::vector<float> all;
            for (std::size_t i = 0; i < count; ++i) all.push_back(size * static_cast<float>(d.between(-1000, 1000)) / 1000);
            return all;
        };
        adapter_weights w{drawn(hidden * channels), drawn(hidden), drawn(hidden), 1};
        w.second_bias = d.one_of({1.f, 0.f, -1e30f, 0.3f});
        const tensor_format in = any_edge_format(d);
        const std::int64_t positions = d.one_of({1, 7, 49, 3136, 65536});
        EXPECT_EQ(numbers_of(as_reference(make_adapter(w, positions, in))), numbers_of(derive_adapter(w, positions, in)));
    });
}

}  // namespace
}  // namespace symmetree
