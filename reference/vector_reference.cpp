#include "reference/vector_reference.h"

#include <algorithm>

namespace symmetree {
namespace {

__extension__ typedef __int128 wide;

wide power_of_two(int exponent) {
    wide power = 1;
    for (int i = 0; i < exponent; ++i) power *= 2;
    return power;
}

wide floor_quotient(wide value, wide divisor) {
    const wide towards_zero = value / divisor;
    return value % divisor < 0 ? towards_zero - 1 : towards_zero;
}

/// value / 2^exponent, half to even.
wide rounded(wide value, int exponent) {
    const wide divisor = power_of_two(exponent);
    const wide below = floor_quotient(value, divisor);
    const wide twice_rest = 2 * (value - below * divisor);
    if (twice_rest < divisor || (twice_rest == divisor && below % 2 == 0)) return below;
    return below + 1;
}

std::int16_t code(wide value, const code_output& out) {
    const wide shifted = value + out.zero_point;
    return static_cast<std::int16_t>(shifted < out.least ? wide{out.least} : shifted > out.greatest ? wide{out.greatest} : shifted);
}

std::int16_t scaled(wide value, const fixed_multiplier& factor, const code_output& out) {
    return code(rounded(value * factor.multiplier, factor.shift), out);
}

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

void softmax_row(const softmax_parameters& p, const std::int16_t* in, std::int16_t* out, std::size_t columns) {
    const wide greatest = *std::max_element(in, in + columns);
    std::vector<wide> e;
    wide sum = 0;
    for (std::size_t i = 0; i < columns; ++i) {
        e.push_back(exponential(rounded((greatest - in[i]) * p.argument.multiplier, p.argument.shift)));
        sum += e.back();
    }
    const int n = bit_length(sum);
    const wide scale = rounded(power_of_two(n + 15) / sum * p.factor.multiplier, 15);
    for (std::size_t i = 0; i < columns; ++i) out[i] = code(rounded(e[i] * scale, n + p.factor.shift), p.out);
}

void layer_norm_row(const layer_norm_parameters& p, const std::int16_t* in, std::int16_t* out) {
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
        out[i] = code(rounded(normal * p.gain[i] + p.bias[i], p.shift + 14), p.out);
    }
}

}  // namespace

codes reference_requantize(const requantize_parameters& p, const codes& in) {
    codes out;
    for (const std::int16_t x : in) out.push_back(scaled(x - p.zero_point, p.factor, p.out));
    return out;
}

codes reference_add(const add_parameters& p, const codes& a, const codes& b) {
    codes out;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const wide sum = wide{a[i] - p.a_zero_point} * p.a_multiplier + wide{b[i] - p.b_zero_point} * p.b_multiplier;
        out.push_back(code(rounded(sum, p.shift), p.out));
    }
    return out;
}

codes reference_gelu(const gelu_parameters& p, const codes& in) {
    codes out;
    for (const std::int16_t c : in) {
        const wide x = c - p.zero_point;
        const wide u = rounded((x < 0 ? -x : x) * p.argument.multiplier, p.argument.shift);
        const wide below = u < 28983 ? 28983 - u : 0;
        const wide erf = power_of_two(30) - floor_quotient(below * below, 16384) * 18927;
        const wide gate = floor_quotient(power_of_two(30) + (x < 0 ? -erf : erf), 65536);
        out.push_back(scaled(x * gate, p.factor, p.out));
    }
    return out;
}

codes reference_softmax(const softmax_parameters& p, const codes& in, std::size_t columns) {
    codes out(in.size());
    for (std::size_t first = 0; first < in.size(); first += columns) softmax_row(p, in.data() + first, out.data() + first, columns);
    return out;
}

codes reference_layer_norm(const layer_norm_parameters& p, const codes& in) {
    codes out(in.size());
    for (std::size_t first = 0; first < in.size(); first += p.gain.size()) layer_norm_row(p, in.data() + first, out.data() + first);
    return out;
}

codes reference_pool(const pool_parameters& p, const codes& in) {
    const pool_shape& s = p.shape;
    codes out;
    for (int y = 0; y < s.out_height; ++y)
        for (int x = 0; x < s.out_width; ++x)
            for (int c = 0; c < s.channels; ++c) {
                wide sum = 0, greatest = -65536;
                std::size_t inside = 0;
                for (int ky = 0; ky < s.kernel_height; ++ky)
                    for (int kx = 0; kx < s.kernel_width; ++kx) {
                        const int row = y * s.stride_height - s.pad_top + ky, column = x * s.stride_width - s.pad_left + kx;
                        if (row < 0 || row >= s.in_height || column < 0 || column >= s.in_width) continue;
                        const int value = in[static_cast<std::size_t>((row * s.in_width + column) * s.channels + c)] - p.zero_point;
                        sum += value;
                        greatest = std::max(greatest, wide{value});
                        ++inside;
                    }
                out.push_back(scaled(p.maximum ? greatest : sum, p.factor.size() == 1 ? p.factor[0] : p.factor[inside - 1], p.out));
            }
    return out;
}

codes reference_mean(const mean_parameters& p, const codes& in, std::size_t columns) {
    codes out;
    const std::size_t group = static_cast<std::size_t>(p.rows) * columns;
    for (std::size_t first = 0; first < in.size(); first += group)
        for (std::size_t c = 0; c < columns; ++c) {
            wide sum = 0;
            for (std::size_t i = first + c; i < first + group; i += columns) sum += in[i] - p.zero_point;
            out.push_back(scaled(sum, p.factor, p.out));
        }
    return out;
}

std::uint16_t reference_beta(const adapter_parameters& p, const codes& in) {
    wide beta = p.second_bias;
    for (int j = 0; j < p.hidden; ++j) {
        wide sum = p.first_bias[static_cast<std::size_t>(j)];
        for (int c = 0; c < p.channels; ++c) {
            wide all = 0;
            for (std::int64_t row = 0; row < p.rows; ++row) all += in[static_cast<std::size_t>(row * p.channels + c)] - p.zero_point;
            sum += p.first[static_cast<std::size_t>(j * p.channels + c)] * rounded(all * p.mean.multiplier, p.mean.shift);
        }
        const wide value = std::max(rounded(sum, p.first_shift - 4), wide{0});
        beta += p.second[static_cast<std::size_t>(j)] * std::min(value, power_of_two(27));
    }
    beta = rounded(beta, p.second_shift - 2);
    return static_cast<std::uint16_t>(std::clamp(beta, wide{4096}, wide{65535}));
}

namespace {

/// factor * ratio / 2^fraction_bits with a multiplier below 2^15 where it was, else below 2^31.
fixed_multiplier product(fixed_multiplier factor, wide ratio, int fraction_bits) {
    const wide limit = power_of_two(factor.multiplier < 32768 ? 15 : 31);
    int fewer = 0;
    while (rounded(factor.multiplier * ratio, fraction_bits + fewer) >= limit) ++fewer;
    const wide multiplier = rounded(factor.multiplier * ratio, fraction_bits + fewer);
    return {static_cast<std::int32_t>(multiplier), static_cast<std::uint8_t>(factor.shift - fewer)};
}

}  // namespace

fixed_multiplier reference_divided_by_beta(fixed_multiplier factor, std::uint16_t beta) {
    return product(factor, power_of_two(30) / beta, 16);
}

fixed_multiplier reference_times_beta(fixed_multiplier factor, std::uint16_t beta) { return product(factor, beta, 14); }

add_parameters reference_times_betas(add_parameters p, std::uint16_t a, std::uint16_t b) {
    int fewer = 0;
    while (rounded(wide{p.a_multiplier} * a, 14 + fewer) > 32767 || rounded(wide{p.b_multiplier} * b, 14 + fewer) > 32767) ++fewer;
    p.a_multiplier = static_cast<std::int32_t>(rounded(wide{p.a_multiplier} * a, 14 + fewer));
    p.b_multiplier = static_cast<std::int32_t>(rounded(wide{p.b_multiplier} * b, 14 + fewer));
    p.shift = static_cast<std::uint8_t>(p.shift - fewer);
    return p;
}

std::int64_t reference_bias_divided_by_beta(std::int64_t bias, std::uint16_t beta) {
    return static_cast<std::int64_t>(rounded(bias * (power_of_two(30) / beta), 16));
}

}  // namespace symmetree
