#include "workloads/calibration/choose_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "core/error.h"
#include "workloads/formats/rounding_math.h"
#include "workloads/quantize/activation_format.h"
#include "workloads/quantize/step_search.h"

namespace symmetree {
namespace {

/// Values that are taken for one: their place and how many they are.
struct weighted_value {
    double value = 0, count = 0;
};

/// Bins that hold something, each as its centre; zeros are exact in every format and left out.
std::vector<weighted_value> bins_of(const value_histogram& histogram) {
    std::vector<weighted_value> bins;
    for (std::size_t i = 0; i < histogram.counts().size(); ++i)
        if (histogram.counts()[i] != 0) bins.push_back({histogram.centre(i), static_cast<double>(histogram.counts()[i])});
    return bins;
}

double squared_error(const std::vector<weighted_value>& bins, double step, double least, double greatest) {
    double sum = 0;
    for (const weighted_value& bin : bins) {
        const double rest = bin.value - step * clamped_code(bin.value / step, least, greatest, false);
        sum += bin.count * rest * rest;
    }
    return sum;
}

/// The smallest bin edge t >= 0 such that at least `wanted` values lie in [0, t], counting those below 0 as 0. `negative`: the same of -x.
double upper_quantile(const tensor_statistics& seen, double wanted, bool negative) {
    const std::vector<std::uint64_t>& counts = seen.histogram.counts();
    const int side = value_histogram::bins_per_side;
    double inside = static_cast<double>(seen.histogram.zeros());
    for (int i = 0; i < side; ++i) inside += static_cast<double>(counts[static_cast<std::size_t>(negative ? side + i : i)]);
    int edge = 0;
    for (; edge < side && inside < wanted; ++edge)
        inside += static_cast<double>(counts[static_cast<std::size_t>(negative ? side - 1 - edge : side + edge)]);
    return edge * seen.histogram.bin_width();
}

/// The same of magnitudes.
double magnitude_quantile(const tensor_statistics& seen, double wanted) {
    const std::vector<std::uint64_t>& counts = seen.histogram.counts();
    const int side = value_histogram::bins_per_side;
    double inside = static_cast<double>(seen.histogram.zeros());
    int edge = 0;
    for (; edge < side && inside < wanted; ++edge)
        inside += static_cast<double>(counts[static_cast<std::size_t>(side) + edge] + counts[static_cast<std::size_t>(side) - 1 - edge]);
    return edge * seen.histogram.bin_width();
}

/// Both ends of the range in which `percentile` per cent of the values lie; what is left out lies at the top after a ReLU, half at
/// either end after a GELU, and at the largest magnitudes elsewhere.
std::array<double, 2> percentile_range(const tensor_statistics& seen, double percentile, activation_class kind, activation_coding coding) {
    if (seen.histogram.only_zeros()) return {0, 0};
    const double share = percentile / 100, all = static_cast<double>(seen.count);
    double low = 0, high = 0;
    if (kind == activation_class::relu) {
        high = upper_quantile(seen, share * all, false);
    } else if (kind == activation_class::gelu && coding == activation_coding::signed_zero_point) {
        high = upper_quantile(seen, (1 + share) / 2 * all, false);
        low = -upper_quantile(seen, (1 + share) / 2 * all, true);
    } else {
        high = magnitude_quantile(seen, share * all);
        low = -high;
    }
    return {std::max(low, seen.least), std::min(high, seen.greatest)};
}

}  // namespace

range_choice parse_range(const std::string& option, const std::string& text) {
    if (text == "minmax") return {calibration_range::min_max, 100};
    if (text == "mse") return {calibration_range::mse, 100};
    range_choice choice{calibration_range::percentile, 0};
    const char* const first = text.data() + 1;
    const char* const last = text.data() + text.size();
    const bool begins = text.size() > 1 && text[0] == 'p';
    const auto [end, problem] = begins ? std::from_chars(first, last, choice.percentile, std::chars_format::fixed)
                                       : std::from_chars_result{first, std::errc::invalid_argument};
    if (begins && problem == std::errc{} && end == last && choice.percentile >= 50 && choice.percentile <= 100) return choice;
    throw input_error(diagnostic{"", 0, 0, option,
                                 fmt::format("minmax, mse or a percentile from p50 to p100 such as p99.9 is wanted, given '{}'", text)});
}

std::string to_string(const range_choice& choice) {
    switch (choice.method) {
        case calibration_range::min_max: return "minmax";
        case calibration_range::mse: return "mse";
        case calibration_range::percentile: return fmt::format("p{}", choice.percentile);
    }
    return "?";
}

tensor_format choose_format(const tensor_statistics& seen, const range_choice& range, int bits, activation_class kind,
                            activation_coding coding) {
    const bool cut = range.method == calibration_range::percentile;
    const std::array<double, 2> ends =
        cut ? percentile_range(seen, range.percentile, kind, coding) : std::array<double, 2>{seen.least, seen.greatest};
    tensor_format format = min_max_format(ends.data(), ends.size(), bits, kind, coding);
    if (format.step == 0) {
        format.step = 1;
        return format;
    }
    if (range.method != calibration_range::mse) return format;
    const std::vector<weighted_value> bins = bins_of(seen.histogram);
    const double least = format.least - format.zero_point, greatest = format.greatest - format.zero_point;
    format.step =
        search_step(format.step, usual_candidate, [&](double step, double) { return squared_error(bins, step, least, greatest); }).step;
    return format;
}

double expected_error(const tensor_statistics& seen, const tensor_format& format) {
    if (seen.count == 0) return 0;
    const double least = format.least - format.zero_point, greatest = format.greatest - format.zero_point;
    return squared_error(bins_of(seen.histogram), format.step, least, greatest) / static_cast<double>(seen.count);
}

}  // namespace symmetree
