#pragma once

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <variant>
#include <vector>

#include "workloads/formats/number_format.h"
#include "workloads/network/workload.h"

namespace symmetree {

/// The definition of every output, written with other loops and other arithmetic than the reference uses.
class naive_product {
public:
    naive_product(const layer& l, const quantized_weights& w, const quantized_activations& x) : weights_(w), inputs_(x) {
        std::visit([this](const auto& s) { run(s); }, l.shape);
    }
    const std::vector<std::int64_t>& accumulators() const { return accumulators_; }

private:
    bool shifts() const { return traits_of(weights_.family).storage == code_storage::sign_and_exponent; }

    // The weight as code - zero point + shifted outliers.
    std::int64_t uniform_weight(std::int64_t row, std::int64_t column) const {
        std::int64_t value = weights_.codes[row * weights_.columns + column];
        if (!weights_.zero_point.empty()) value -= weights_.zero_point[row];
        for (const outlier& o : weights_.outliers)
            if (o.row == row && o.column == column) value += o.value * (1 << weights_.outlier_shift[row]);
        return value;
    }

    // Rounding by the floating point unit of a long double; no product comes within 2^-40 of a tie.
    std::int64_t shift_value(int code, int x) const {
        const int levels = (1 << (weights_.bits - 1)) - 1;
        const int e = code & levels;
        if (e == levels) return 0;
        const std::int64_t scaled = std::int64_t{std::abs(x)} << weights_.guard_bits;
        std::int64_t value;
        if (weights_.family == scheme_family::apot)
            value = weights_.bits == 4 ? apot_term(scaled, {0, 1, 3}, e / 2) + apot_term(scaled, {2}, e % 2)
                                       : apot_term(scaled, {0, 2, 4}, e / 4) + apot_term(scaled, {1, 3, 5}, e % 4);
        else if (weights_.family == scheme_family::pot)
            value = scaled >> e;
        else if (e % 2 == 0)
            value = scaled >> (e / 2);
        else
            value = odd_value(scaled, e);
        const bool negative = (code > levels) != (x < 0);
        return negative ? -value : value;
    }

    std::int64_t odd_value(std::int64_t scaled, int e) const {
        if (weights_.odd == odd_products::shared_word)
            return static_cast<std::int64_t>(
                std::ldexp(static_cast<double>(std::llrint(static_cast<long double>(scaled) * std::sqrt(0.5L))), -(e / 2)));
        return std::llrint(static_cast<long double>(scaled) / std::pow(std::sqrt(2.0L), static_cast<long double>(e)));
    }

    static std::int64_t apot_term(std::int64_t scaled, const std::vector<int>& exponents, int index) {
        return index == static_cast<int>(exponents.size()) ? 0 : scaled >> exponents[static_cast<std::size_t>(index)];
    }

    std::int64_t term(std::int64_t row, std::int64_t column, int x) const {
        if (shifts()) return shift_value(weights_.codes[row * weights_.columns + column], x);
        return uniform_weight(row, column) * (x - inputs_.zero_point);
    }

    void run(const conv_shape& s) {
        for (int channel = 0; channel < s.out_channels; ++channel)
            for (int y = 0; y < s.out_height(); ++y)
                for (int x = 0; x < s.out_width(); ++x) accumulators_.push_back(conv_output(s, channel, y, x));
    }

    std::int64_t conv_output(const conv_shape& s, int channel, int y, int x) const {
        const int in_group = s.in_channels / s.groups;
        const int group = channel / (s.out_channels / s.groups);
        std::int64_t sum = 0;
        for (int c = 0; c < in_group; ++c)
            for (int kh = 0; kh < s.kernel_height; ++kh)
                for (int kw = 0; kw < s.kernel_width; ++kw) {
                    const int row = y * s.stride_height + kh * s.dilation_height - s.pad_top;
                    const int column = x * s.stride_width + kw * s.dilation_width - s.pad_left;
                    if (row < 0 || column < 0 || row >= s.in_height || column >= s.in_width) continue;
                    const std::int64_t place = ((std::int64_t{group} * s.in_height + row) * s.in_width + column) * in_group + c;
                    sum += term(channel, (std::int64_t{c} * s.kernel_height + kh) * s.kernel_width + kw, inputs_.codes[place]);
                }
        return sum;
    }

    void run(const linear_shape& s) { run(matmul_shape{s.tokens, s.in, s.out, 1}); }

    void run(const matmul_shape& s) {
        for (int head = 0; head < s.count; ++head)
            for (int n = 0; n < s.columns; ++n)
                for (int m = 0; m < s.rows; ++m) {
                    std::int64_t sum = 0;
                    for (int k = 0; k < s.inner; ++k)
                        sum += term(std::int64_t{head} * s.columns + n, k, inputs_.codes[(std::int64_t{head} * s.rows + m) * s.inner + k]);
                    accumulators_.push_back(sum);
                }
    }

    const quantized_weights& weights_;
    const quantized_activations& inputs_;
    std::vector<std::int64_t> accumulators_;
};

}  // namespace symmetree
