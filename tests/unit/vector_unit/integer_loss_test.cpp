#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>

#include "core/random.h"
#include "models/vector_unit/operator_table.h"
#include "reference/vector_float.h"

// What the integer forms lose against the operators on real numbers, beside what 8-bit or 4-bit output codes lose anyway.
// The rows stand in docs/numerics.md; the inputs are quantized first, so that their own error counts on neither side.
namespace symmetree {
namespace {

using values = std::vector<double>;

values normal_values(std::string_view name, std::size_t count, double mean, double deviation) {
    const random_stream stream(1, name);
    values x;
    for (std::size_t i = 0; i < count; ++i) x.push_back(mean + deviation * stream.normal(i));
    return x;
}

/// Codes of `bits` over the values' range, which is widened to contain 0.
tensor_format range_format(const values& x, int bits) {
    const double least = std::min(0.0, *std::min_element(x.begin(), x.end())),
                 greatest = std::max(0.0, *std::max_element(x.begin(), x.end()));
    const int half = 1 << (bits - 1);
    if (bits > 8) return {bits, 0, -half, half - 1, std::max(greatest, -least) / (half - 1)};
    const double step = (greatest - least) / (2 * half - 1);
    return {bits, std::clamp(static_cast<int>(std::nearbyint(-half - least / step)), -half, half - 1), -half, half - 1, step};
}

codes quantized(const values& x, const tensor_format& f) {
    codes c;
    for (const double v : x) c.push_back(static_cast<std::int16_t>(f.code_of(v)));
    return c;
}

values dequantized(const codes& c, const tensor_format& f) {
    values x;
    for (const std::int16_t code : c) x.push_back(f.value_of(code));
    return x;
}

double sqnr_db(const values& exact, const codes& y, const tensor_format& f) {
    double signal = 0, error = 0;
    for (std::size_t i = 0; i < y.size(); ++i) {
        signal += exact[i] * exact[i];
        error += (exact[i] - f.value_of(y[i])) * (exact[i] - f.value_of(y[i]));
    }
    return 10 * std::log10(signal / error);
}

struct loss {
    std::string row;  ///< of the table in docs/numerics.md
    double integer_db = 0, float_db = 0;
    int largest = 0;  ///< difference of two codes
};

loss compare(const std::string& name, int in_bits, const tensor_format& out, const values& exact, const codes& integer,
             const codes& floating) {
    loss l;
    l.float_db = sqnr_db(exact, floating, out);
    l.integer_db = sqnr_db(exact, integer, out);
    std::size_t different = 0;
    for (std::size_t i = 0; i < integer.size(); ++i) {
        different += integer[i] != floating[i];
        l.largest = std::max(l.largest, std::abs(integer[i] - floating[i]));
    }
    l.row = fmt::format("| {} | {} | {} | {:.1f} | {:.1f} | {:.2f} % | {} |", name, in_bits, out.bits, l.float_db, l.integer_db,
                        100.0 * static_cast<double>(different) / static_cast<double>(integer.size()), l.largest);
    return l;
}

loss gelu_loss(int in_bits, int out_bits) {
    const values x = normal_values("gelu", 50000, 0, 1.5);
    const tensor_format in = range_format(x, in_bits);
    const codes c = quantized(x, in);
    values exact = dequantized(c, in);
    for (double& v : exact) v = exact_gelu(v);
    const tensor_format out = range_format(exact, out_bits);
    codes integer(c.size());
    gelu_codes(make_gelu(in, out), c.data(), integer.data(), c.size());
    return compare("GELU", in_bits, out, exact, integer, gelu_float(in, out, c));
}

values exact_softmax_rows(const values& x, std::size_t columns) {
    values exact;
    for (std::size_t i = 0; i < x.size(); i += columns) {
        const values row =
            exact_softmax(values(x.begin() + static_cast<std::ptrdiff_t>(i), x.begin() + static_cast<std::ptrdiff_t>(i + columns)));
        exact.insert(exact.end(), row.begin(), row.end());
    }
    return exact;
}

loss softmax_loss(int in_bits, int out_bits, bool whole_range) {
    constexpr std::size_t rows = 256, columns = 197;
    const values x = normal_values("softmax", rows * columns, 0, 2);
    const tensor_format in = range_format(x, in_bits);
    const codes c = quantized(x, in);
    const values exact = exact_softmax_rows(dequantized(c, in), columns);
    const tensor_format out = range_format(whole_range ? values{1.0} : exact, out_bits);
    codes integer(c.size());
    softmax_rows(make_softmax(in, out), c.data(), integer.data(), rows, columns);
    return compare(whole_range ? "softmax, codes up to 1" : "softmax, codes up to the greatest", in_bits, out, exact, integer,
                   softmax_float(in, out, c, columns));
}

loss layer_norm_loss(int in_bits, int out_bits) {
    constexpr std::size_t rows = 128, columns = 384;
    values x = normal_values("layer norm", rows * columns, 0.3, 1);
    for (std::size_t i = 7; i < x.size(); i += columns) x[i] *= 8;  // one channel far larger, as residual streams have
    const values spread = normal_values("gain", columns, 1, 0.25), offsets = normal_values("bias", columns, 0, 0.2);
    const std::vector<float> gain(spread.begin(), spread.end()), bias(offsets.begin(), offsets.end());
    const tensor_format in = range_format(x, in_bits);
    const codes c = quantized(x, in);
    const values real = dequantized(c, in);
    values exact;
    for (std::size_t r = 0; r < rows; ++r) {
        const auto first = real.begin() + static_cast<std::ptrdiff_t>(r * columns);
        const values row = exact_layer_norm(values(first, first + columns), gain, bias, 1e-6);
        exact.insert(exact.end(), row.begin(), row.end());
    }
    const tensor_format out = range_format(exact, out_bits);
    codes integer(c.size());
    layer_norm_rows(make_layer_norm(gain, bias, 1e-6, in, out), c.data(), integer.data(), rows);
    return compare("layer norm", in_bits, out, exact, integer, layer_norm_float(gain, bias, 1e-6, in, out, c));
}

loss add_loss(int bits) {
    const values x = normal_values("a", 50000, 0, 1), z = normal_values("b", 50000, 0.2, 0.3);
    const tensor_format in_a = range_format(x, bits), in_b = range_format(z, bits);
    const codes a = quantized(x, in_a), b = quantized(z, in_b);
    values exact = dequantized(a, in_a);
    for (std::size_t i = 0; i < exact.size(); ++i) exact[i] += in_b.value_of(b[i]);
    const tensor_format out = range_format(exact, bits);
    codes integer(a.size());
    add_codes(make_add(in_a, in_b, out), a.data(), b.data(), integer.data(), a.size());
    return compare("addition", bits, out, exact, integer, add_float(in_a, in_b, out, {}, a, b));
}

loss mean_loss(int bits) {
    constexpr std::size_t columns = 2000, rows = 49;
    values x = normal_values("mean", rows * columns, 0, 1);
    for (double& v : x) v = std::max(v, 0.0);
    const tensor_format in = range_format(x, bits);
    const codes c = quantized(x, in);
    values exact(columns);
    for (std::size_t i = 0; i < c.size(); ++i) exact[i % columns] += in.value_of(c[i]) / rows;
    const tensor_format out = range_format(exact, bits);
    codes integer(columns);
    mean_codes(make_mean(rows, in, out), c.data(), integer.data(), 1, columns);
    return compare("mean of 49", bits, out, exact, integer, mean_float(rows, in, out, c, columns));
}

void expect_documented(const loss& l) {
    std::ifstream in(SYMMETREE_ROOT "/docs/numerics.md");
    std::stringstream text;
    text << in.rdbuf();
    EXPECT_NE(text.str().find(l.row + "\n"), std::string::npos) << "docs/numerics.md lacks the row\n" << l.row;
}

TEST(integer_loss, of_gelu_is_that_of_its_polynomial) {
    for (const auto& [in, out] : {std::pair(8, 8), {8, 4}, {4, 4}}) expect_documented(gelu_loss(in, out));
    EXPECT_GT(gelu_loss(8, 8).integer_db, 30);
}

TEST(integer_loss, of_softmax_is_below_one_code) {
    for (const auto& [in, out] : {std::pair(8, 8), {8, 4}, {4, 4}}) {
        expect_documented(softmax_loss(in, out, false));
        EXPECT_LE(softmax_loss(in, out, false).largest, 1);
    }
    expect_documented(softmax_loss(8, 8, true));
    const loss l = softmax_loss(8, 8, false);
    EXPECT_NEAR(l.integer_db, l.float_db, 0.1);
}

TEST(integer_loss, of_layer_norm_is_below_one_code) {
    for (const auto& [in, out] : {std::pair(16, 8), {8, 8}, {8, 4}, {4, 4}}) {
        expect_documented(layer_norm_loss(in, out));
        EXPECT_LE(layer_norm_loss(in, out).largest, 1);
    }
    EXPECT_GT(layer_norm_loss(8, 8).integer_db, 30);
}

TEST(integer_loss, of_sums_and_means_is_below_one_code) {
    for (const int bits : {8, 4}) {
        for (const loss& l : {add_loss(bits), mean_loss(bits)}) {
            expect_documented(l);
            EXPECT_LE(l.largest, 1);
        }
    }
}

}  // namespace
}  // namespace symmetree
