#include "traces/numbers.h"

#include <fmt/format.h>

#include <cmath>
#include <string_view>

namespace symmetree {

namespace {

/// Commas into the whole part of an unsigned decimal; fmt's own grouping follows the locale.
std::string with_separators(std::string_view digits) {
    const std::size_t whole = digits.find('.') == std::string_view::npos ? digits.size() : digits.find('.');
    std::string out;
    for (std::size_t i = 0; i < whole; ++i) {
        if (i > 0 && (whole - i) % 3 == 0) out += ',';
        out += digits[i];
    }
    return out.append(digits.substr(whole));
}

}  // namespace

std::string grouped(std::uint64_t value) { return with_separators(fmt::format("{}", value)); }

std::string grouped(double value, int decimals) {
    if (!std::isfinite(value)) return fmt::format("{}", value);
    const std::string digits = fmt::format("{:.{}f}", std::fabs(value), decimals);
    if (value != 0 && digits.find_first_of("123456789") == std::string::npos) {
        return fmt::format("{}{:.{}f}", value < 0 ? ">-" : "<", std::pow(10.0, -decimals), decimals);
    }
    return (value < 0 ? "-" : "") + with_separators(digits);
}

std::string shortest(double value) {
    std::string text = fmt::format("{}", value);
    if (text.find_first_of(".enia") == std::string::npos) text += ".0";  // also spares "inf" and "nan"
    return text;
}

int decimals_for(double largest, int least) {
    int decimals = 6;
    for (double limit = 0.1; decimals > least && std::fabs(largest) >= limit; limit *= 10) --decimals;
    return decimals;
}

scale energy_scale(double largest_pj) {
    if (largest_pj < 1e4) return {1, "pJ", 2};
    if (largest_pj < 1e7) return {1e-3, "nJ", 2};
    if (largest_pj < 1e10) return {1e-6, "uJ", 2};
    if (largest_pj < 1e13) return {1e-9, "mJ", 2};
    return {1e-12, "J", 2};
}

scale area_scale(double largest_um2) {
    if (largest_um2 < 1e5) return {1, "um2", decimals_for(largest_um2)};
    return {1e-6, "mm2", 4};
}

scale count_scale(double largest) {
    if (largest < 1e4) return {1, "", 0};
    if (largest < 1e7) return {1e-3, "k", 2};
    if (largest < 1e10) return {1e-6, "M", 2};
    if (largest < 1e13) return {1e-9, "G", 2};
    return {1e-12, "T", 2};
}

}  // namespace symmetree
