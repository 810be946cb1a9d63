#pragma once

#include <cstdint>
#include <random>
#include <string>

#include "workloads/formats/quantized_weights.h"
#include "workloads/network/workload.h"

namespace symmetree {

inline layer layer_of(std::string name, layer_shape shape) {
    layer l;
    l.name = std::move(name);
    l.shape = shape;
    return l;
}
inline layer linear_layer(int tokens, int in, int out) { return layer_of("linear", linear_shape{tokens, in, out}); }

/// Random layers and operands for the tests of the reference, extremes included more often than by chance.
class random_operands {
public:
    explicit random_operands(std::uint32_t seed) : engine_(seed) {}

    int between(int least, int greatest) { return std::uniform_int_distribution<int>(least, greatest)(engine_); }
    template <class Value>
    Value one_of(std::initializer_list<Value> values) {
        return *(values.begin() + between(0, static_cast<int>(values.size()) - 1));
    }

    layer any_layer() {
        switch (between(0, 3)) {
            case 0: return layer_of("linear", linear_shape{size(), size(), size()});
            case 1: return layer_of("attention", matmul_shape{size(), size(), size(), between(1, 4)});
            case 2: return layer_of("depthwise", convolution(one_of({1, 2, 7, 16}), true));
            default: return layer_of("convolution", convolution(one_of({1, 2, 3}), false));
        }
    }

    conv_shape convolution(int groups, bool depthwise) {
        conv_shape s;
        s.groups = groups;
        s.in_channels = groups * (depthwise ? 1 : between(1, 9));
        s.out_channels = groups * (depthwise ? 1 : between(1, 9));
        s.in_height = between(5, 13);
        s.in_width = between(5, 13);
        s.kernel_height = between(1, 3);
        s.kernel_width = between(1, 3);
        s.stride_height = between(1, 3);
        s.stride_width = between(1, 2);
        s.pad_top = between(0, 2);
        s.pad_left = between(0, 2);
        s.pad_bottom = between(0, 2);
        s.pad_right = between(0, 2);
        s.dilation_height = between(1, 2);
        s.dilation_width = between(1, 2);
        return s;
    }

    quantized_activations activations(std::int64_t count, int bits, int zero_point) {
        quantized_activations x;
        x.bits = bits;
        x.zero_point = zero_point;
        fill(x, count);
        return x;
    }
    quantized_activations magnitudes(std::int64_t count, int bits, bool is_unsigned) {
        quantized_activations x;
        x.bits = bits;
        x.is_unsigned = is_unsigned;
        x.sign_magnitude = !is_unsigned;
        fill(x, count);
        return x;
    }

    quantized_weights uniform(std::int64_t rows, std::int64_t columns, int bits) {
        quantized_weights w = weights(rows, columns, bits, scheme_family::symq);
        for (auto& code : w.codes) code = static_cast<std::int8_t>(extreme_or_between(-(1 << (bits - 1)), (1 << (bits - 1)) - 1));
        return w;
    }
    void add_zero_points(quantized_weights& w) {
        w.family = scheme_family::asymq;
        for (std::int64_t r = 0; r < w.rows; ++r)
            w.zero_point.push_back(static_cast<std::int16_t>(extreme_or_between(-(1 << (w.bits - 1)), (1 << (w.bits - 1)) - 1)));
    }
    void add_outliers(quantized_weights& w, int outlier_bits) {
        w.family = scheme_family::dasq;
        w.outlier_bits = outlier_bits;
        for (std::int64_t r = 0; r < w.rows; ++r) {
            w.outlier_shift.push_back(static_cast<std::uint8_t>(between(0, 7)));
            for (std::int64_t k = 0; k < w.columns; ++k) {
                if (between(0, 9) > 0) continue;
                const int value = extreme_or_between(-(1 << (outlier_bits - 1)), (1 << (outlier_bits - 1)) - 1);
                if (value != 0)
                    w.outliers.push_back({static_cast<std::uint32_t>(r), static_cast<std::uint32_t>(k), static_cast<std::int8_t>(value)});
            }
        }
    }
    quantized_weights shifts(std::int64_t rows, std::int64_t columns, scheme_family family, int bits, int guard_bits,
                             odd_products odd = odd_products::each_rounded) {
        quantized_weights w = weights(rows, columns, bits, family);
        w.guard_bits = guard_bits;
        w.odd = odd;
        for (auto& code : w.codes) code = static_cast<std::int8_t>(between(0, (1 << bits) - 1));
        return w;
    }

private:
    int size() { return one_of({1, 1, 2, 3, 5, 8, 13, 17, 31, 33, 64, 67}); }

    int extreme_or_between(int least, int greatest) {
        const int draw = between(0, 5);
        return draw == 0 ? least : draw == 1 ? greatest : between(least, greatest);
    }
    void fill(quantized_activations& x, std::int64_t count) {
        for (std::int64_t i = 0; i < count; ++i) x.codes.push_back(static_cast<std::int16_t>(extreme_or_between(x.least(), x.greatest())));
    }
    quantized_weights weights(std::int64_t rows, std::int64_t columns, int bits, scheme_family family) {
        quantized_weights w;
        w.family = family;
        w.bits = bits;
        w.rows = rows;
        w.columns = columns;
        w.codes.resize(static_cast<std::size_t>(rows * columns));
        w.step.assign(static_cast<std::size_t>(rows), 1.0);
        return w;
    }

    std::mt19937 engine_;
};

/// Rows, columns and raw inputs that operands of a layer must have.
struct operand_sizes {
    std::int64_t rows, columns, inputs;
};

inline operand_sizes sizes_of(const layer& l) {
    if (const auto* s = std::get_if<linear_shape>(&l.shape)) return {s->out, s->in, std::int64_t{s->tokens} * s->in};
    if (const auto* s = std::get_if<matmul_shape>(&l.shape))
        return {std::int64_t{s->columns} * s->count, s->inner, std::int64_t{s->count} * s->rows * s->inner};
    const auto& s = std::get<conv_shape>(l.shape);
    return {s.out_channels, std::int64_t{s.in_channels / s.groups} * s.kernel_height * s.kernel_width,
            std::int64_t{s.in_channels} * s.in_height * s.in_width};
}

}  // namespace symmetree
