#include "models/vector_unit/operators/adapter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "models/arithmetic/image_scale_math.h"
#include "models/contract/image_scale.h"
#include "models/vector_unit/operators/add.h"
#include "reference/adapter_reference.h"
#include "tests/unit/vector_unit/as_reference.h"
#include "tests/unit/vector_unit/random_formats.h"

namespace symmetree {
namespace {

adapter_weights any_weights(draws& d, std::size_t channels, std::size_t hidden, double size) {
    const auto draw = [&] { return static_cast<float>(size * d.between(-1000, 1000) / 1000); };
    adapter_weights w;
    for (std::size_t i = 0; i < hidden * channels; ++i) w.first.push_back(draw());
    for (std::size_t i = 0; i < hidden; ++i) w.first_bias.push_back(draw());
    for (std::size_t i = 0; i < hidden; ++i) w.second.push_back(draw());
    w.second_bias = static_cast<float>(1 + d.between(-300, 300) / 1000.0);
    return w;
}

double exact_beta(const adapter_weights& w, const tensor_format& in, const codes& x, std::int64_t rows) {
    const std::size_t hidden = w.second.size(), channels = w.first.size() / hidden;
    std::vector<double> mean(channels);
    for (std::size_t i = 0; i < x.size(); ++i) mean[i % channels] += in.value_of(x[i]) / static_cast<double>(rows);
    double beta = w.second_bias;
    for (std::size_t j = 0; j < hidden; ++j) {
        double h = w.first_bias[j];
        for (std::size_t c = 0; c < channels; ++c) h += w.first[j * channels + c] * mean[c];
        beta += w.second[j] * std::max(h, 0.0);
    }
    return beta;
}

TEST(adapter, equals_the_reference_and_is_near_the_real_one) {
    int inside = 0;
    for (std::uint32_t seed = 0; seed < 3000; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        draws d(seed);
        const tensor_format in = any_format(d, 16);
        const std::int64_t rows = d.one_of({1, 7, 16, 49});
        const auto channels = static_cast<std::size_t>(d.size()), hidden = static_cast<std::size_t>(d.between(1, 4));
        const adapter_weights w = any_weights(d, channels, hidden, d.one_of({0.0, 0.05, 0.3, 3.0}));
        const codes x = any_codes(d, in, static_cast<std::size_t>(rows) * channels);
        const adapter_parameters p = make_adapter(w, rows, in);
        const adapter_integers r = derive_adapter(w, rows, in);
        ASSERT_EQ(numbers_of(as_reference(p)), numbers_of(r));
        const std::uint16_t beta = adapter_beta(p, x.data());
        ASSERT_EQ(beta, reference_beta(r, x));
        const double exact = exact_beta(w, in, x, rows);
        if (in.bits > 8 || exact <= 0.25 || exact >= 4) continue;
        // The mean's last bit is 2^-8 of a step, weights have 15 bits: parts in a thousand of the terms that beta is made of.
        ASSERT_NEAR(beta / 16384.0, exact, 2e-3 * (1 + std::abs(exact - w.second_bias)) + 2e-2 * in.step);
        ++inside;
    }
    EXPECT_GT(inside, 500);
}

TEST(adapter, identity_changes_no_factor) {
    const adapter_weights identity{{0, 0, 0, 0}, {0, 0}, {0, 0}, 1};
    const tensor_format in{8, -128, -128, 127, 0.1};
    const codes x{-128, 127, 5, 9};
    const std::uint16_t beta = adapter_beta(make_adapter(identity, 2, in), x.data());
    ASSERT_EQ(beta, 1 << 14);
    for (const fixed_multiplier f : {fixed_multiplier{32767, 3}, {0x7fffffff, 40}, {1, 0}}) {
        for (const fixed_multiplier g : {divided_by_beta(f, scale_of(beta)), times_beta(f, scale_of(beta))}) {
            EXPECT_EQ(g.multiplier, f.multiplier);
            EXPECT_EQ(g.shift, f.shift);
        }
    }
}

TEST(adapter, factors_equal_the_reference_at_every_beta) {
    for (const fixed_multiplier f : {fixed_multiplier{16384, 2}, {32767, 30}, {0x40000000, 31}, {0x7fffffff, 62}, {0, 5}}) {
        for (int beta = 4096; beta <= 65535; beta += 7) {
            const auto b = static_cast<std::uint16_t>(beta);
            const fixed_multiplier divided = divided_by_beta(f, scale_of(b)), times = times_beta(f, scale_of(b));
            ASSERT_EQ(numbers_of(as_reference(divided)), numbers_of(reference_divided_by_beta(as_reference(f), b))) << beta;
            ASSERT_EQ(numbers_of(as_reference(times)), numbers_of(reference_times_beta(as_reference(f), b))) << beta;
            const double real = std::ldexp(f.multiplier, -f.shift);
            ASSERT_NEAR(std::ldexp(divided.multiplier, -divided.shift), real * 16384 / beta, real * 1.3e-4);  // 2^-14 of a quarter to four
            ASSERT_NEAR(std::ldexp(times.multiplier, -times.shift), real * beta / 16384, real * 1.3e-4);
        }
    }
}

TEST(adapter, a_multiplier_of_15_bits_keeps_them) {
    for (int beta = 4096; beta <= 65535; beta += 13) {
        EXPECT_LT(divided_by_beta({32767, 20}, scale_of(static_cast<std::uint16_t>(beta))).multiplier, 1 << 15);
        EXPECT_LT(times_beta({32767, 20}, scale_of(static_cast<std::uint16_t>(beta))).multiplier, 1 << 15);
    }
}

TEST(adapter, additions_equal_the_reference) {
    for (std::uint32_t seed = 0; seed < 2000; ++seed) {
        draws d(seed);
        const auto a = static_cast<std::uint16_t>(d.between(4096, 65535)), b = static_cast<std::uint16_t>(d.one_of({4096, 1 << 14, 65535}));
        const add_parameters p{
            3, -4, d.between(16384, 32767), d.between(0, 32767), static_cast<std::uint8_t>(d.between(2, 30)), {0, -128, 127}};
        const add_parameters found = times_betas(p, scale_of(a), scale_of(b));
        ASSERT_EQ(numbers_of(as_reference(found)), numbers_of(reference_times_betas(as_reference(p), a, b))) << "seed " << seed;
        ASSERT_LT(std::max(found.a_multiplier, found.b_multiplier), 1 << 15) << "seed " << seed;
        ASSERT_NEAR(std::ldexp(found.a_multiplier, -found.shift), std::ldexp(p.a_multiplier * (a / 16384.0), -p.shift),
                    std::ldexp(0.51, -found.shift));
    }
}

TEST(adapter, a_channels_own_bias_is_divided) {
    const channel_record c{-1000, 0x40000000, 5, 40, 2};
    for (int beta = 4096; beta <= 65535; beta += 101) {
        const auto b = static_cast<std::uint16_t>(beta);
        const channel_record found = scaled_channel(c, -123456789, scale_of(b));
        ASSERT_EQ(found.bias, -1000 + reference_bias_divided_by_beta(-123456789, b));
        ASSERT_NEAR((found.bias + 1000) / -123456789.0, 16384.0 / beta, 3e-5);
        ASSERT_EQ(found.multiplier, reference_times_beta({c.multiplier, c.shift}, b).multiplier);
        ASSERT_EQ(found.zero_point, 5);
        ASSERT_EQ(found.outlier_shift, 2);
    }
}

TEST(adapter, its_scale_comes_back_from_memory) {
    for (const int beta : {4096, 1 << 14, 65535}) {
        const std::vector<std::uint8_t> bytes = encode(scale_of(static_cast<std::uint16_t>(beta)));
        ASSERT_EQ(bytes.size(), image_scale_bytes);
        const image_scale back = decode_image_scale(bytes);
        EXPECT_EQ(back.beta, std::uint32_t(beta));
        EXPECT_EQ(back.reciprocal, (1u << 30) / std::uint32_t(beta));
    }
    EXPECT_THROW(decode_image_scale(std::vector<std::uint8_t>(8, 0)), model_fault);
    EXPECT_THROW(decode_image_scale({0, 64, 0, 0, 0, 0, 2, 0}), model_fault);
    EXPECT_THROW(decode_image_scale({0, 64, 0, 0}), model_fault);
}

TEST(adapter, the_greatest_operands_fit) {
    const codes low(65536, -32768), high(65536, 32767);
    adapter_parameters p;
    p.rows = 65536;
    p.first = {32767};
    p.first_bias = {std::int64_t{1} << 56};
    p.second = {-32767};
    p.second_bias = -(std::int64_t{1} << 56);
    p.mean = make_adapter({{1}, {0}, {1}, 1}, 65536, {16, 0, -32768, 32767, 1}).mean;
    for (const codes& x : {low, high}) EXPECT_EQ(adapter_beta(p, x.data()), reference_beta(as_reference(p), x));
    p.rows = 1;
    p.channels = 65536;
    p.mean = {256 * 64, 6};
    p.first.assign(65536, -32768);
    for (const codes& x : {low, high}) EXPECT_EQ(adapter_beta(p, x.data()), reference_beta(as_reference(p), x));
}

TEST(adapter, refuses_weights_that_do_not_fit_each_other) {
    const tensor_format in{8, 0, -128, 127, 1};
    EXPECT_NO_THROW(make_adapter({{1, 2}, {0}, {1}, 1}, 1, in));
    EXPECT_THROW(make_adapter({{1, 2, 3}, {0, 0}, {1, 1}, 1}, 1, in), model_fault);
    EXPECT_THROW(make_adapter({{1, 2}, {}, {1}, 1}, 1, in), model_fault);
    EXPECT_THROW(make_adapter({{}, {}, {}, 1}, 1, in), model_fault);
    EXPECT_THROW(make_adapter({{1, 2}, {0}, {1}, 1}, 0, in), model_fault);
    EXPECT_THROW(times_beta({0x7fffffff, 0}, scale_of(65535)), model_fault);
    EXPECT_THROW(divided_by_beta({32767, 0}, scale_of(4096)), model_fault);
}

}  // namespace
}  // namespace symmetree
