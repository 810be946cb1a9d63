#include "compile/channel_records.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "models/arithmetic/requantize_math.h"
#include "workloads/formats/shift_levels.h"
#include "workloads/tiling/tiling.h"

namespace symmetree {
namespace {

/// Sum of (code - zero)^2. Differences of up to 9 bits: 4096 of their squares stay within 32 bits.
template <class Code>
std::int64_t squared_sum(const Code* codes, std::size_t count, int zero) {
    std::int64_t sum = 0;
    for (std::size_t first = 0; first < count; first += 4096) {
        std::int32_t part = 0;
        for (std::size_t i = first; i < std::min(first + 4096, count); ++i) {
            const auto difference = static_cast<std::int16_t>(codes[i] - zero);
            part += difference * difference;
        }
        sum += part;
    }
    return sum;
}

double mean_square(const std::vector<std::int16_t>& codes, int zero_point) {
    return codes.empty() ? 0 : static_cast<double>(squared_sum(codes.data(), codes.size(), zero_point)) / static_cast<double>(codes.size());
}

/// Sum over k of the squared values that a row's codes stand for, in units of its step.
double row_energy(const quantized_weights& w, std::int64_t row) {
    const std::int8_t* const codes = w.codes.data() + row * w.columns;
    if (!is_shift_family(w.family))
        return static_cast<double>(squared_sum(codes, std::size_t(w.columns), w.zero_point.empty() ? 0 : w.zero_point[std::size_t(row)]));
    double sum = 0;
    if (w.family == scheme_family::apot) {
        const shift_levels levels(w.family, w.bits);
        for (std::int64_t k = 0; k < w.columns; ++k) sum += levels.value(codes[k]) * levels.value(codes[k]);
        return sum;
    }
    const std::uint32_t zero_code = (1u << (w.bits - 1)) - 1;
    for (std::int64_t k = 0; k < w.columns; ++k) {
        const std::uint32_t e = static_cast<std::uint8_t>(codes[k]) & zero_code;
        if (e != zero_code) sum += std::ldexp(1.0, -static_cast<int>(w.family == scheme_family::post ? e : 2 * e));  // squared magnitude
    }
    return sum;
}

/// Sum of the levels of each row, outliers included.
std::vector<std::int64_t> level_sums(const quantized_weights& w) {
    std::vector<std::int64_t> sums(std::size_t(w.rows), 0);
    if (is_shift_family(w.family)) return sums;
    for (std::size_t row = 0; row < sums.size(); ++row) {
        const auto codes = w.codes.begin() + std::int64_t(row) * w.columns;
        sums[row] = std::accumulate(codes, codes + w.columns, std::int64_t{0});
    }
    for (const outlier& o : w.outliers) sums[o.row] += std::int64_t{o.value} * (std::int64_t{1} << w.outlier_shift[o.row]);
    return sums;
}

}  // namespace

double unit_of_sums(const quantized_weights& w, double input_step, std::size_t row) {
    const double guard = is_shift_family(w.family) ? std::ldexp(1.0, -w.guard_bits) : 1.0;
    return input_step * w.step[row] * guard;
}

double bias_in_sums(const std::vector<float>* bias, const quantized_weights& w, double input_step, std::size_t row) {
    return bias ? std::nearbyint(double((*bias)[row]) / unit_of_sums(w, input_step, row)) : 0;
}

std::vector<channel_record> channel_records(const quantized_weights& w, const tensor_format& x, double output_step,
                                            const std::vector<float>* bias) {
    std::vector<channel_record> channels(std::size_t(w.rows));
    const std::vector<std::int64_t> sums = x.zero_point == 0 ? std::vector<std::int64_t>(channels.size(), 0) : level_sums(w);
    for (std::size_t row = 0; row < channels.size(); ++row) {
        channel_record& c = channels[row];
        if (!w.zero_point.empty()) c.zero_point = w.zero_point[row];
        if (!w.outlier_shift.empty()) c.outlier_shift = w.outlier_shift[row];
        const std::int64_t folded = std::int64_t{x.zero_point} * (w.columns * c.zero_point - sums[row]);
        const double whole = double(folded) + bias_in_sums(bias, w, x.step, row);
        if (std::abs(whole) > std::numeric_limits<std::int32_t>::max())
            throw does_not_fit(fmt::format("the folded bias of channel {} does not fit 32 bits", row));
        c.bias = static_cast<std::int32_t>(whole);
        int shift = 0;
        fixed_point_of(unit_of_sums(w, x.step, row) / output_step, c.multiplier, shift);
        c.shift = static_cast<std::uint8_t>(shift);
    }
    return channels;
}

double lone_output_step(const quantized_weights& w, const quantized_activations& x) {
    double mean_output = 0;
    for (std::int64_t row = 0; row < w.rows; ++row) mean_output += row_energy(w, row) * w.step[std::size_t(row)] * w.step[std::size_t(row)];
    const double deviation = std::sqrt(mean_output / static_cast<double>(w.rows) * mean_square(x.codes, x.zero_point)) * x.step;
    return deviation > 0 ? 4 * deviation / (1 << (x.bits - 1)) : 1;
}

}  // namespace symmetree
