#include "compile/channel_records.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.h"
#include "models/arithmetic/requantize_math.h"
#include "workloads/formats/number_format.h"
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
double row_energy(const quantized_weights& w, const row_formats& formats, std::int64_t row) {
    const std::int8_t* const codes = w.codes.data() + row * w.columns;
    const number_format& format = formats.of(row);
    if (format.traits().levels_are_codes()) return static_cast<double>(squared_sum(codes, std::size_t(w.columns), w.zero_point_of(row)));
    std::vector<double> squares(256);
    for (int code = format.least_code(); code <= format.greatest_code(); ++code)
        squares[number_format::place_of(code)] = format.squared_level(code);
    double sum = 0;
    for (std::int64_t k = 0; k < w.columns; ++k) sum += squares[number_format::place_of(codes[k])];
    return sum;
}

/// By row: the sum of its levels, wanted where the activations have a zero point.
std::vector<std::int64_t> sums_to_fold(const quantized_weights& w, int zero_point) {
    if (zero_point == 0) return std::vector<std::int64_t>(std::size_t(w.rows), 0);
    if (!traits_of(w.family).folds_zero_points())
        throw model_fault(fmt::format("a zero point of activations before {} weights, whose products don't fold it", to_string(w.family)));
    return level_sums(w);
}

}  // namespace

double unit_of_sums(const quantized_weights& w, double input_step, std::size_t row) {
    return input_step * w.step[row] * unit_of_products(w);
}

double bias_in_sums(const std::vector<float>* bias, const quantized_weights& w, double input_step, std::size_t row) {
    return bias ? std::nearbyint(double((*bias)[row]) / unit_of_sums(w, input_step, row)) : 0;
}

std::vector<channel_record> channel_records(const quantized_weights& w, const tensor_format& x, double output_step,
                                            const std::vector<float>* bias) {
    std::vector<channel_record> channels(std::size_t(w.rows));
    const std::vector<std::int64_t> sums = sums_to_fold(w, x.zero_point);
    for (std::size_t row = 0; row < channels.size(); ++row) {
        channel_record& c = channels[row];
        c.zero_point = static_cast<std::int16_t>(w.zero_point_of(std::int64_t(row)));
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
    const row_formats formats(w);
    double mean_output = 0;
    for (std::int64_t row = 0; row < w.rows; ++row)
        mean_output += row_energy(w, formats, row) * w.step[std::size_t(row)] * w.step[std::size_t(row)];
    const double deviation = std::sqrt(mean_output / static_cast<double>(w.rows) * mean_square(x.codes, x.zero_point)) * x.step;
    return deviation > 0 ? 4 * deviation / (1 << (x.bits - 1)) : 1;
}

}  // namespace symmetree
