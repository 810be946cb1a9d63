#include "reference/adapter_reference.h"

#include <algorithm>
#include <cmath>

namespace symmetree {
namespace {

/// Fraction bits of the weights w * unit, of which the largest has 15 bits.
int fraction_bits_of(const std::vector<float>& weights, double unit, int least) {
    double largest = 0;
    for (const float w : weights) largest = std::max(largest, std::abs(w * unit));
    return std::max(derive_factor(largest, 15, 30).shift, least);
}

std::vector<std::int64_t> fixed_weights(const std::vector<float>& weights, double unit, int fraction_bits) {
    std::vector<std::int64_t> all;
    for (const float w : weights) all.push_back(derive_fixed(w * unit, fraction_bits, 0x1p15 - 1));
    return all;
}

/// factor * ratio / 2^fraction_bits with a multiplier below 2^15 where it was, else below 2^31.
reference_factor product(const reference_factor& factor, wide ratio, int fraction_bits) {
    const wide limit = power_of_two(factor.multiplier < 32768 ? 15 : 31);
    int fewer = 0;
    while (rounded(factor.multiplier * ratio, fraction_bits + fewer) >= limit) ++fewer;
    return {static_cast<std::int64_t>(rounded(factor.multiplier * ratio, fraction_bits + fewer)), factor.shift - fewer};
}

}  // namespace

adapter_integers derive_adapter(const adapter_weights& weights, std::int64_t positions, const tensor_format& in) {
    adapter_integers p;
    p.positions = positions;
    p.zero_point = in.zero_point;
    p.mean = derive_factor(0x1p8 / double(positions), 15, 46);
    p.first_shift = fraction_bits_of(weights.first, in.step, 4);
    p.first = fixed_weights(weights.first, in.step, p.first_shift);
    for (const float b : weights.first_bias) p.first_bias.push_back(derive_fixed(b, p.first_shift + 8, 0x1p56));
    p.second_shift = fraction_bits_of(weights.second, 1, 2);
    p.second = fixed_weights(weights.second, 1, p.second_shift);
    p.second_bias = derive_fixed(weights.second_bias, p.second_shift + 12, 0x1p56);
    return p;
}

std::uint16_t reference_beta(const adapter_integers& p, const codes& in) {
    const std::size_t channels = in.size() / static_cast<std::size_t>(p.positions);
    std::vector<wide> means(channels);
    for (std::size_t i = 0; i < in.size(); ++i) means[i % channels] += in[i] - p.zero_point;
    for (wide& mean : means) mean = rounded(mean * p.mean.multiplier, p.mean.shift);
    wide beta = p.second_bias;
    for (std::size_t j = 0; j < p.second.size(); ++j) {
        wide sum = p.first_bias[j];
        for (std::size_t c = 0; c < channels; ++c) sum += p.first[j * channels + c] * means[c];
        beta += p.second[j] * std::clamp(rounded(sum, p.first_shift - 4), wide{0}, power_of_two(27));
    }
    return static_cast<std::uint16_t>(std::clamp(rounded(beta, p.second_shift - 2), wide{4096}, wide{65535}));
}

reference_factor reference_divided_by_beta(const reference_factor& factor, std::uint16_t beta) {
    return product(factor, power_of_two(30) / beta, 16);
}

reference_factor reference_times_beta(const reference_factor& factor, std::uint16_t beta) { return product(factor, beta, 14); }

add_integers reference_times_betas(add_integers p, std::uint16_t a, std::uint16_t b) {
    const auto grown = [](std::int64_t multiplier, std::uint16_t beta, int fewer) {
        return static_cast<std::int64_t>(rounded(wide{multiplier} * beta, 14 + fewer));
    };
    int fewer = 0;
    while (grown(p.a_multiplier, a, fewer) > 32767 || grown(p.b_multiplier, b, fewer) > 32767) ++fewer;
    p.a_multiplier = grown(p.a_multiplier, a, fewer);
    p.b_multiplier = grown(p.b_multiplier, b, fewer);
    p.shift -= fewer;
    return p;
}

std::int64_t reference_bias_divided_by_beta(std::int64_t bias, std::uint16_t beta) {
    return static_cast<std::int64_t>(rounded(bias * (power_of_two(30) / beta), 16));
}

}  // namespace symmetree
