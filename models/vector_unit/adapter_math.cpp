#include "models/vector_unit/adapter_math.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "models/arithmetic/requantize_math.h"
#include "models/vector_unit/fixed_factor_math.h"
#include "models/vector_unit/vector_math.h"

namespace symmetree {
namespace {

/// Fraction bits of a linear layer's weights: the largest of them has 15 bits, as far as `least` and 30 allow.
std::uint8_t shift_for(const std::vector<float>& weights, double scale, int least) {
    double largest = 0;
    for (const float w : weights) largest = std::max(largest, std::abs(w * scale));
    return std::max(fixed_factor(largest, 15, 30).shift, static_cast<std::uint8_t>(least));
}

double fixed(double value, int fraction_bits, double limit) {
    return std::clamp(std::nearbyint(std::ldexp(value, fraction_bits)), -limit, limit);
}

std::vector<std::int16_t> fixed_weights(const std::vector<float>& weights, double scale, int shift) {
    std::vector<std::int16_t> codes;
    for (const float w : weights) codes.push_back(static_cast<std::int16_t>(fixed(w * scale, shift, 0x1p15 - 1)));
    return codes;
}

std::uint8_t less(std::uint8_t shift, int fewer) {
    if (fewer > shift) throw model_fault(fmt::format("adapter: a factor of shift {} grows by {} bits", shift, fewer));
    return static_cast<std::uint8_t>(shift - fewer);
}

/// factor * ratio / 2^fraction_bits; ratio < 2^19. Shifted further until the multiplier has no more bits than it may.
fixed_multiplier scaled(fixed_multiplier factor, std::int64_t ratio, int fraction_bits) {
    const std::int64_t limit = std::int64_t{1} << (factor.multiplier < 1 << 15 ? 15 : 31);
    int fewer = 0;
    std::int64_t multiplier = rounded_shift(factor.multiplier * ratio, fraction_bits);
    while (multiplier >= limit) multiplier = rounded_shift(factor.multiplier * ratio, fraction_bits + ++fewer);
    return {static_cast<std::int32_t>(multiplier), less(factor.shift, fewer)};
}

}  // namespace

adapter_parameters make_adapter(const adapter_weights& weights, std::int64_t rows, const tensor_format& in) {
    check_format(in);
    const std::size_t hidden = weights.second.size(), channels = hidden == 0 ? 0 : weights.first.size() / hidden;
    if (rows < 1 || rows > longest_vector_row || channels < 1 || channels > 65536 || hidden > 4096 ||
        weights.first.size() != hidden * channels || weights.first_bias.size() != hidden)
        throw model_fault(fmt::format("adapter: {} first weights, {} biases, {} second weights, {} positions", weights.first.size(),
                                      weights.first_bias.size(), hidden, rows));
    adapter_parameters p;
    p.rows = rows;
    p.channels = static_cast<std::int32_t>(channels);
    p.hidden = static_cast<std::int32_t>(hidden);
    p.zero_point = in.zero_point;
    p.mean = fixed_factor(0x1p8 / static_cast<double>(rows), 15, 46);
    p.first_shift = shift_for(weights.first, in.step, 4);
    p.first = fixed_weights(weights.first, in.step, p.first_shift);
    for (const float b : weights.first_bias) p.first_bias.push_back(static_cast<std::int64_t>(fixed(b, p.first_shift + 8, 0x1p56)));
    p.second_shift = shift_for(weights.second, 1, 2);
    p.second = fixed_weights(weights.second, 1, p.second_shift);
    p.second_bias = static_cast<std::int64_t>(fixed(weights.second_bias, p.second_shift + 12, 0x1p56));
    return p;
}

std::uint16_t adapter_beta(const adapter_parameters& p, const std::int16_t* in) {
    const auto channels = static_cast<std::size_t>(p.channels);
    std::vector<std::int64_t> means(channels);  // sums of 33 bits, then means with 8 fraction bits in 25
    for (std::int64_t row = 0; row < p.rows; ++row, in += channels)
        for (std::size_t c = 0; c < channels; ++c) means[c] += in[c] - p.zero_point;
    for (std::int64_t& mean : means) mean = rounded_shift(mean * p.mean.multiplier, p.mean.shift);

    std::int64_t beta = p.second_bias;
    for (std::size_t j = 0; j < static_cast<std::size_t>(p.hidden); ++j) {
        std::int64_t sum = p.first_bias[j];  // 2^16 products of 40 bits and the bias: 58 bits
        for (std::size_t c = 0; c < channels; ++c) sum += p.first[j * channels + c] * means[c];
        const std::int64_t value = std::clamp<std::int64_t>(rounded_shift(sum, p.first_shift - 4), 0, 1 << 27);  // 12 fraction bits
        beta += p.second[j] * value;                                                                             // 2^12 products of 43 bits
    }
    return static_cast<std::uint16_t>(std::clamp<std::int64_t>(rounded_shift(beta, p.second_shift - 2), 4096, 65535));
}

fixed_multiplier divided_by_beta(fixed_multiplier factor, const image_scale& s) { return scaled(factor, s.reciprocal, 16); }

fixed_multiplier times_beta(fixed_multiplier factor, const image_scale& s) { return scaled(factor, s.beta, 14); }

add_parameters times_betas(add_parameters p, const image_scale& a, const image_scale& b) {
    const auto grown = [](std::int32_t multiplier, const image_scale& s, int fewer) {
        return static_cast<std::int32_t>(rounded_shift(multiplier * std::int64_t{s.beta}, 14 + fewer));
    };
    int fewer = 0;
    while (std::max(grown(p.a_multiplier, a, fewer), grown(p.b_multiplier, b, fewer)) >= 1 << 15) ++fewer;
    p.a_multiplier = grown(p.a_multiplier, a, fewer);
    p.b_multiplier = grown(p.b_multiplier, b, fewer);
    p.shift = less(p.shift, fewer);
    return p;
}

channel_record scaled_channel(channel_record c, std::int32_t own_bias, const image_scale& s) {
    const fixed_multiplier factor = times_beta({c.multiplier, c.shift}, s);
    c.bias += static_cast<std::int32_t>(rounded_shift(own_bias * std::int64_t{s.reciprocal}, 16));
    c.multiplier = factor.multiplier;
    c.shift = factor.shift;
    return c;
}

}  // namespace symmetree
