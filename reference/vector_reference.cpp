#include "reference/vector_reference.h"

#include <algorithm>

#include "reference/pool_window.h"

namespace symmetree {
namespace {

/// 2^-(t / 2^14) with 20 fraction bits.
wide exponential(wide t) {
    const wide below = 31981 - t % 16384;
    const wide polynomial = floor_quotient(floor_quotient(below * below, 4096) * 11288, 4096) + 360710;
    const wide halvings = t / 16384;
    return halvings > 20 ? 0 : floor_quotient(polynomial, power_of_two(static_cast<int>(halvings)));
}

int bit_length(wide value) {
    int length = 0;
    for (; value > 0; value /= 2) ++length;
    return length;
}

wide floor_square_root(wide value) {
    wide root = 0;
    for (wide bit = power_of_two(40); bit > 0; bit /= 2)
        if ((root + bit) * (root + bit) <= value) root += bit;
    return root;
}

void softmax_row(const softmax_integers& p, const std::int16_t* in, std::int16_t* out, std::size_t columns) {
    const wide greatest = *std::max_element(in, in + columns);
    std::vector<wide> e;
    wide sum = 0;
    for (std::size_t i = 0; i < columns; ++i) {
        e.push_back(exponential(rounded((greatest - in[i]) * p.argument.multiplier, p.argument.shift)));
        sum += e.back();
    }
    const int n = bit_length(sum);
    const wide scale = rounded(power_of_two(n + 15) / sum * p.factor.multiplier, 15);
    for (std::size_t i = 0; i < columns; ++i) out[i] = code_within(p.out, rounded(e[i] * scale, n + p.factor.shift));
}

void layer_norm_row(const layer_norm_integers& p, const std::int16_t* in, std::int16_t* out) {
    const auto count = static_cast<wide>(p.gain.size());
    wide sum = 0, squares = 0;
    for (std::size_t i = 0; i < p.gain.size(); ++i) sum += in[i] - p.zero_point;
    for (std::size_t i = 0; i < p.gain.size(); ++i) {
        const wide deviation = count * (in[i] - p.zero_point) - sum;
        squares += deviation * deviation;
    }
    const wide variance = std::max(squares / count + p.epsilon, wide{1});  // the division is exact
    int h = -20;
    while (variance * power_of_two(40) / power_of_two(2 * h + 40) >= power_of_two(32)) ++h;
    const wide normalised = variance * power_of_two(40) / power_of_two(2 * h + 40);
    const wide reciprocal = power_of_two(31) / floor_square_root(normalised);
    for (std::size_t i = 0; i < p.gain.size(); ++i) {
        const wide deviation = count * (in[i] - p.zero_point) - sum;
        const wide normal = rounded(deviation * reciprocal, 17 + h);
        out[i] = code_within(p.out, rounded(normal * p.gain[i] + p.bias[i], p.shift + 14));
    }
}

}  // namespace

codes reference_requantize(const requantize_integers& p, const codes& in) {
    codes out;
    for (const std::int16_t x : in) out.push_back(scaled_code(p.out, x - p.zero_point, p.factor));
    return out;
}

codes reference_add(const add_integers& p, const codes& a, const codes& b) {
    codes out;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const wide sum = wide{a[i] - p.a_zero_point} * p.a_multiplier + wide{b[i] - p.b_zero_point} * p.b_multiplier;
        out.push_back(code_within(p.out, rounded(sum, p.shift)));
    }
    return out;
}

codes reference_gelu(const gelu_integers& p, const codes& in) {
    codes out;
    for (const std::int16_t c : in) {
        const wide x = c - p.zero_point;
        const wide u = rounded((x < 0 ? -x : x) * p.argument.multiplier, p.argument.shift);
        const wide below = u < 28983 ? 28983 - u : 0;
        const wide erf = power_of_two(30) - floor_quotient(below * below, 16384) * 18927;
        const wide gate = floor_quotient(power_of_two(30) + (x < 0 ? -erf : erf), 65536);
        out.push_back(scaled_code(p.out, x * gate, p.factor));
    }
    return out;
}

codes reference_softmax(const softmax_integers& p, const codes& in, std::size_t columns) {
    codes out(in.size());
    for (std::size_t first = 0; first < in.size(); first += columns) softmax_row(p, in.data() + first, out.data() + first, columns);
    return out;
}

codes reference_layer_norm(const layer_norm_integers& p, const codes& in) {
    codes out(in.size());
    for (std::size_t first = 0; first < in.size(); first += p.gain.size()) layer_norm_row(p, in.data() + first, out.data() + first);
    return out;
}

codes reference_pool(const pool_integers& p, const codes& in) {
    codes out;
    for_each_pixel(p.out_shape, [&](std::int64_t channel, std::int64_t y, std::int64_t x) {
        wide sum = 0, greatest = -65536;
        std::size_t inside = 0;
        for_each_seen(p.op, p.in_shape, channel, y, x, [&](std::size_t place) {
            const wide value = in[place] - p.zero_point;
            sum += value;
            greatest = std::max(greatest, value);
            ++inside;
        });
        out.push_back(scaled_code(p.out, p.op.maximum ? greatest : sum, p.factor.size() == 1 ? p.factor[0] : p.factor[inside - 1]));
    });
    return out;
}

codes reference_mean(const mean_integers& p, const codes& in, std::size_t columns) {
    codes out;
    const std::size_t group = static_cast<std::size_t>(p.rows) * columns;
    for (std::size_t first = 0; first < in.size(); first += group)
        for (std::size_t c = 0; c < columns; ++c) {
            wide sum = 0;
            for (std::size_t i = first + c; i < first + group; i += columns) sum += in[i] - p.zero_point;
            out.push_back(scaled_code(p.out, sum, p.factor));
        }
    return out;
}

}  // namespace symmetree
