#include "models/vector_unit/operators/adapter.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/error.h"
#include "models/arithmetic/requantize_math.h"

namespace symmetree {
namespace {

// Fraction bits: of the image's means, of hidden elements, of beta (beta_fraction_bits); weights have at least the difference.
constexpr int mean_fraction_bits = 8, hidden_fraction_bits = 12;
constexpr int least_first_shift = hidden_fraction_bits - mean_fraction_bits, least_second_shift = beta_fraction_bits - hidden_fraction_bits;
// What 64 bits of a sum leave room for.
constexpr std::size_t most_channels = 65536, most_hidden = 4096;
constexpr std::int64_t greatest_hidden = 1 << 27;
constexpr double greatest_bias = 0x1p56;

constexpr std::uint64_t linear_stages = 5;               // multiply, accumulate, (tree,) bias, round, clamp
constexpr std::uint64_t reciprocal_of_beta_cycles = 19;  // a bit of the quotient per cycle, up to 2^18

/// Fraction bits of a linear layer's weights: the largest of them has 15 bits, as far as `least` and the width of shifts allow.
std::uint8_t shift_for(const std::vector<float>& weights, double scale, int least) {
    double largest = 0;
    for (const float w : weights) largest = std::max(largest, std::abs(w * scale));
    return std::max(fixed_factor(largest, element_factor).shift, static_cast<std::uint8_t>(least));
}

double fixed(double value, int fraction_bits, double limit) {
    return std::clamp(std::nearbyint(std::ldexp(value, fraction_bits)), -limit, limit);
}

std::vector<std::int16_t> fixed_weights(const std::vector<float>& weights, double scale, int shift) {
    std::vector<std::int16_t> codes;
    for (const float w : weights) codes.push_back(static_cast<std::int16_t>(fixed(w * scale, shift, greatest_multiplier)));
    return codes;
}

}  // namespace

adapter_parameters make_adapter(const adapter_weights& weights, std::int64_t rows, const tensor_format& in) {
    check_format(in);
    const std::size_t hidden = weights.second.size(), channels = hidden == 0 ? 0 : weights.first.size() / hidden;
    if (rows < 1 || rows > longest_vector_row || channels < 1 || channels > most_channels || hidden > most_hidden ||
        weights.first.size() != hidden * channels || weights.first_bias.size() != hidden)
        throw model_fault(fmt::format("adapter: {} first weights, {} biases, {} second weights, {} positions", weights.first.size(),
                                      weights.first_bias.size(), hidden, rows));
    adapter_parameters p;
    p.rows = rows;
    p.channels = static_cast<std::int32_t>(channels);
    p.hidden = static_cast<std::int32_t>(hidden);
    p.zero_point = in.zero_point;
    p.mean = fixed_factor(std::ldexp(1.0, mean_fraction_bits) / static_cast<double>(rows), average_factor);
    p.first_shift = shift_for(weights.first, in.step, least_first_shift);
    p.first = fixed_weights(weights.first, in.step, p.first_shift);
    for (const float b : weights.first_bias)
        p.first_bias.push_back(static_cast<std::int64_t>(fixed(b, p.first_shift + mean_fraction_bits, greatest_bias)));
    p.second_shift = shift_for(weights.second, 1, least_second_shift);
    p.second = fixed_weights(weights.second, 1, p.second_shift);
    p.second_bias = static_cast<std::int64_t>(fixed(weights.second_bias, p.second_shift + hidden_fraction_bits, greatest_bias));
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
        const std::int64_t value = std::clamp<std::int64_t>(rounded_shift(sum, p.first_shift - least_first_shift), 0, greatest_hidden);
        beta += p.second[j] * value;  // 2^12 products of 43 bits
    }
    beta = rounded_shift(beta, p.second_shift - least_second_shift);
    return static_cast<std::uint16_t>(std::clamp<std::int64_t>(beta, least_beta, greatest_beta));
}

vector_cost adapter_sum_cost(std::int64_t rows, std::int64_t channels, int lanes) {
    vector_cost c = window_cost(1, channels, rows, window_end::scaled, lanes);
    c.scaled = c.writes = 0;
    return c;
}

vector_cost adapter_cost(std::int64_t rows, std::int64_t channels, std::int64_t hidden, int lanes) {
    vector_cost c = window_cost(1, channels, rows, window_end::scaled, lanes);
    for (const auto& [outputs, inputs] : {std::pair(hidden, channels), std::pair(std::int64_t{1}, hidden)}) {
        const lane_work w = lane_work_of(outputs, inputs, lanes);
        c.issues += w.slots;
        c.reads += w.elements;  // weights; means and hidden elements stay in the unit
        c.scaled += w.elements;
        c.cycles += w.slots + linear_stages + w.tree - 1;
    }
    c.row_operations = 1;
    c.writes = 0;
    c.cycles += reciprocal_of_beta_cycles + scale_cycles;
    return c;
}

bool adapter_operator::fits(const vector_descriptor& d) { return d.result.bytes() == image_scale_bytes; }

std::vector<vector_chunk> adapter_operator::cut(const vector_descriptor& d, std::uint64_t bank_bytes) {
    const std::int32_t fitting = rows_fitting(d.a, bank_bytes);
    std::vector<vector_chunk> chunks;
    for (std::int32_t row = 0; row < d.a.rows; row += fitting) {
        vector_chunk c;
        c.inputs = {{row, std::min(fitting, d.a.rows - row)}};
        chunks.push_back(c);
    }
    chunks.back().rows = d.result.rows;
    chunks.back().result_bytes = d.result.bytes();
    return chunks;
}

vector_cost adapter_operator::cost(const adapter_parameters& p, const vector_descriptor& d, const vector_chunk& c, int lanes) {
    const std::int64_t positions = std::int64_t{c.input_rows()} * d.a.row_elements / p.channels;
    return c.rows == 0 ? adapter_sum_cost(positions, p.channels, lanes) : adapter_cost(positions, p.channels, p.hidden, lanes);
}

/// Pieces of the image stand behind each other until the last one is there.
std::vector<std::uint8_t> adapter_operator::run(const adapter_parameters& p, const chunk_task& task) {
    std::vector<std::int16_t>& image = task.codes.a;
    const std::size_t there = image.size();
    image.resize(there + std::size_t(task.c.input_rows()) * std::size_t(task.d.a.row_elements));
    unpack_rows(task.d.a, task.operands.data(), task.c.input_rows(), image.data() + there);
    if (task.c.rows == 0) return {};
    if (image.size() != std::size_t(p.rows) * std::size_t(p.channels)) throw model_fault("an adapter of another image size");
    return encode(scale_of(adapter_beta(p, image.data())));
}

}  // namespace symmetree
