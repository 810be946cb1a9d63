#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "models/arithmetic/fixed_factor_math.h"
#include "models/vector_unit/operator_table.h"
#include "reference/vector_reference.h"
#include "tests/unit/vector_unit/as_reference.h"

// The greatest operands that the widths in docs/numerics.md allow: the reference's 128 bits and the sanitizer's build see what overflows.
namespace symmetree {
namespace {

const tensor_format widest{16, 0, -32768, 32767, 0.01};
const code_output anything{0, -32768, 32767};
const codes extremes{-32768, 32767, -1, 0, 1, -32767, 12345};

TEST(vector_corners, elementwise_operands_at_their_limits) {
    for (const std::uint8_t shift : std::initializer_list<std::uint8_t>{0, 1, 15, 30}) {
        const requantize_parameters r{0, {32767, shift}, anything};
        codes y(extremes.size());
        requantize_codes(r, extremes.data(), y.data(), y.size());
        EXPECT_EQ(y, reference_requantize(as_reference(r), extremes));

        const add_parameters a{0, 0, 32767, 32767, shift, anything};
        add_codes(a, extremes.data(), extremes.data(), y.data(), y.size());
        EXPECT_EQ(y, reference_add(as_reference(a), extremes, extremes));

        const gelu_parameters g{0, {32767, shift}, {32767, static_cast<std::uint8_t>(shift + 15)}, anything};
        gelu_codes(g, extremes.data(), y.data(), y.size());
        EXPECT_EQ(y, reference_gelu(as_reference(g), extremes));
    }
}

void expect_equal_softmax(const tensor_format& out, const codes& row) {
    const softmax_parameters p = make_softmax(widest, out);
    codes y(row.size());
    softmax_rows(p, row.data(), y.data(), 1, row.size());
    EXPECT_EQ(y, reference_softmax(derive_softmax(widest, out), row, row.size())) << "step " << out.step;
}

TEST(vector_corners, softmax_of_the_longest_rows) {
    codes one_hot(65536, -32768), ramp(65536);
    one_hot[77] = 32767;
    for (std::size_t i = 0; i < ramp.size(); ++i) ramp[i] = static_cast<std::int16_t>(static_cast<int>(i) - 32768);
    for (const double step : {0x1.001p-15, 1.0 / 255, 1.0, 0x1p10, 0x1p20}) {
        tensor_format out = widest;
        out.step = step;
        for (const codes& row : {codes(65536, 5), one_hot, ramp, codes{7}}) expect_equal_softmax(out, row);
    }
}

TEST(vector_corners, softmax_refuses_rows_and_steps_beyond_its_widths) {
    tensor_format out = widest;
    const softmax_parameters p = make_softmax(widest, out);
    codes row(65537);
    EXPECT_THROW(softmax_rows(p, row.data(), row.data(), 1, row.size()), model_fault);
    EXPECT_THROW(softmax_rows(p, row.data(), row.data(), 1, 0), model_fault);
    out.step = 0x1p-15;
    EXPECT_THROW(make_softmax(widest, out), model_fault);
}

TEST(vector_corners, layer_norm_of_the_longest_rows) {
    codes halves(65536, -32768), one_low(65536, 32767), one_high(65536, -32768), ramp(65536);
    for (std::size_t i = 0; i < halves.size(); i += 2) halves[i] = 32767;
    one_low[3] = -32768;
    one_high[65535] = 32767;
    for (std::size_t i = 0; i < ramp.size(); ++i) ramp[i] = static_cast<std::int16_t>(static_cast<int>(i) - 32768);
    layer_norm_parameters p;
    p.gain.assign(65536, 32767);
    p.bias.assign(65536, std::int64_t{1} << 46);
    for (std::size_t i = 0; i < 65536; i += 3) p.gain[i] = -32767, p.bias[i] = -(std::int64_t{1} << 46);
    for (std::size_t i = 1; i < 65536; i += 3) p.bias[i] = 0;
    p.out = anything;
    for (const std::int64_t epsilon : {std::int64_t{0}, std::int64_t{1}, (std::int64_t{1} << 62) - 1})
        for (const std::uint8_t shift : std::initializer_list<std::uint8_t>{0, 7, 16})
            for (const codes& row : {halves, one_low, one_high, ramp, codes(65536, -32768), codes(65536, 0)}) {
                p.epsilon = epsilon;
                p.shift = shift;
                codes y(row.size());
                layer_norm_rows(p, row.data(), y.data(), 1);
                ASSERT_EQ(y, reference_layer_norm(as_reference(p), row)) << "epsilon " << epsilon << " shift " << int{shift};
            }
}

TEST(vector_corners, layer_norm_of_a_constant_row_is_the_bias) {
    const tensor_format out{8, 0, -128, 127, 0.1};
    const layer_norm_parameters p = make_layer_norm({2.f, 2.f, -3.f}, {0.5f, -1.f, 100.f}, 0, widest, out);
    const codes row{9, 9, 9};
    codes y(3);
    layer_norm_rows(p, row.data(), y.data(), 1);
    EXPECT_EQ(y, (codes{5, -10, 127}));
}

TEST(vector_corners, averages_of_the_most_elements) {
    for (const std::int16_t code : {std::int16_t{-32768}, std::int16_t{32767}}) {
        const codes x(65536, code);
        mean_parameters mean = make_mean(65536, widest, widest);
        codes y(1);
        mean_codes(mean, x.data(), y.data(), 1, 1);
        EXPECT_EQ(y[0], code);
        mean.factor = {32767, 0};
        mean_codes(mean, x.data(), y.data(), 1, 1);
        EXPECT_EQ(y, reference_mean(as_reference(mean), x, 1));

        pool_shape s;
        s.in_height = s.in_width = s.kernel_height = s.kernel_width = 256;
        pool_codes(make_pool(false, s, false, widest, widest), x.data(), y.data());
        EXPECT_EQ(y[0], code);
    }
}

TEST(vector_corners, maxima_ignore_padding_and_averages_count_it_on_request) {
    const tensor_format f{8, 3, -128, 127, 1};
    pool_shape s;
    s.in_height = s.in_width = 1;
    s.kernel_height = s.kernel_width = 3;
    s.pad_top = s.pad_left = 1;
    const codes x{-87};  // value -90
    codes y(1);
    pool_codes(make_pool(true, s, false, f, f), x.data(), y.data());
    EXPECT_EQ(y[0], -87);
    pool_codes(make_pool(false, s, false, f, f), x.data(), y.data());
    EXPECT_EQ(y[0], -87);
    pool_codes(make_pool(false, s, true, f, f), x.data(), y.data());
    EXPECT_EQ(y[0], -7);  // -90 / 9
}

TEST(vector_corners, pooling_refuses_windows_outside_the_image) {
    pool_shape s;
    s.in_height = s.in_width = 4;
    s.kernel_height = s.kernel_width = s.stride_height = s.stride_width = 2;
    s.out_height = s.out_width = 2;
    EXPECT_NO_THROW(make_pool(true, s, false, widest, widest));
    s.out_width = 3;
    EXPECT_THROW(make_pool(true, s, false, widest, widest), model_fault);
    s.out_width = 2;
    s.pad_top = 2;
    EXPECT_THROW(make_pool(true, s, false, widest, widest), model_fault);
}

TEST(vector_corners, one_format_and_no_clip_change_nothing) {
    const tensor_format f{8, -128, -128, 127, 0.037};
    codes x;
    for (int code = -128; code <= 127; ++code) x.push_back(static_cast<std::int16_t>(code));
    codes y(x.size());
    requantize_codes(make_requantize(f, f), x.data(), y.data(), x.size());
    EXPECT_EQ(y, x);
}

TEST(vector_corners, clips_are_values_in_the_output_format) {
    const tensor_format in{8, 0, -128, 127, 0.1}, out{8, -100, -128, 127, 0.1};
    const requantize_parameters relu6 = make_requantize(in, out, 1, {0, 6});
    const codes x{-128, -1, 0, 1, 59, 60, 61, 127};
    codes y(x.size());
    requantize_codes(relu6, x.data(), y.data(), x.size());
    EXPECT_EQ(y, (codes{-100, -100, -100, -99, -41, -40, -40, -40}));
}

TEST(vector_corners, formats_beyond_their_invariant_are_refused) {
    const tensor_format good{8, 0, -128, 127, 1};
    for (const tensor_format& bad : {tensor_format{16, 1, -32768, 32767, 1}, tensor_format{17, 0, -32768, 32768, 1},
                                     tensor_format{8, 0, 1, 0, 1}, tensor_format{8, 0, -128, 127, 0}, tensor_format{8, 0, -128, 127, -1},
                                     tensor_format{8, 0, -128, 127, std::nan("")}, tensor_format{8, 0, -128, 127, INFINITY}}) {
        EXPECT_THROW(make_requantize(bad, good), model_fault);
        EXPECT_THROW(make_add(good, good, bad), model_fault);
        EXPECT_THROW(make_gelu(bad, good), model_fault);
        EXPECT_THROW(make_softmax(good, bad), model_fault);
        EXPECT_THROW(make_layer_norm({1.f}, {0.f}, 0, bad, good), model_fault);
        EXPECT_THROW(make_mean(1, good, bad), model_fault);
    }
    EXPECT_THROW(make_layer_norm({1.f}, {}, 0, good, good), model_fault);
    EXPECT_THROW(make_layer_norm({}, {}, 0, good, good), model_fault);
    EXPECT_THROW(make_layer_norm({1.f}, {0.f}, -1, good, good), model_fault);
}

TEST(fixed_factor, has_all_bits_that_shift_and_width_allow) {
    for (int i = -400; i <= 400; ++i) {
        const double factor = std::exp2(i * 0.037);
        const fixed_multiplier f = fixed_factor(factor, {15, 30});
        ASSERT_GE(f.multiplier, 1 << 14) << factor;
        ASSERT_LT(f.multiplier, 1 << 15) << factor;
        ASSERT_LE(std::abs(std::ldexp(f.multiplier, -f.shift) / factor - 1), 0x1p-15) << factor;
    }
}

TEST(fixed_factor, saturates_and_loses_low_bits_at_the_ends) {
    EXPECT_EQ(fixed_factor(0x1p15, {15, 30}).multiplier, 32767);
    EXPECT_EQ(fixed_factor(1e300, {15, 30}).multiplier, 32767);
    EXPECT_EQ(fixed_factor(32767.4, {15, 30}).multiplier, 32767);
    EXPECT_EQ(fixed_factor(32767.4, {15, 30}).shift, 0);
    EXPECT_EQ(fixed_factor(1 - 0x1p-30, {15, 30}).multiplier, 1 << 14);  // rounds up to 2^15 / 2^15
    EXPECT_EQ(fixed_factor(1 - 0x1p-30, {15, 30}).shift, 14);
    EXPECT_EQ(fixed_factor(0x1.8p-29, {15, 30}).multiplier, 3);
    EXPECT_EQ(fixed_factor(0x1p-40, {15, 30}).multiplier, 0);
    EXPECT_EQ(fixed_factor(0, {15, 30}).multiplier, 0);
}

TEST(integer_square_root, is_the_floor_on_both_sides_of_every_square) {
    for (std::uint64_t root = 1 << 15; root < 1 << 16; ++root) {
        ASSERT_EQ(integer_square_root(static_cast<std::uint32_t>(root * root)), root);
        ASSERT_EQ(integer_square_root(static_cast<std::uint32_t>((root + 1) * (root + 1) - 1)), root);
        ASSERT_EQ(integer_square_root(static_cast<std::uint32_t>(root * root + root)), root);
    }
}

}  // namespace
}  // namespace symmetree
