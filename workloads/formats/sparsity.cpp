#include "workloads/formats/sparsity.h"

#include <algorithm>

#include "core/error.h"

namespace symmetree {
namespace {

constexpr std::size_t most_fraction_digits = 9;

/// value / scale, scale a power of ten.
struct decimal {
    std::int64_t value = 0;
    std::int64_t scale = 1;
};

bool all_digits(const std::string& text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<decimal> percentage(const std::string& text) {
    const std::size_t point = text.find('.');
    const std::string whole = text.substr(0, point);
    const std::string fraction = point == std::string::npos ? "" : text.substr(point + 1);
    if (!all_digits(whole) || whole.size() > 9) return std::nullopt;
    if (point != std::string::npos && (!all_digits(fraction) || fraction.size() > most_fraction_digits)) return std::nullopt;
    decimal result;
    for (char digit : whole + fraction) result.value = result.value * 10 + (digit - '0');
    for (std::size_t i = 0; i < fraction.size(); ++i) result.scale *= 10;
    if (result.value > 100 * result.scale) return std::nullopt;
    return result;
}

}  // namespace

std::optional<std::string> normalised_percentage(const std::string& text) {
    const std::optional<decimal> number = percentage(text);
    if (!number) return std::nullopt;
    std::string whole = std::to_string(number->value / number->scale);
    // Adding the scale keeps the zeros after the point; its leading 1 is cut off again.
    std::string fraction = std::to_string(number->value % number->scale + number->scale).substr(1);
    while (!fraction.empty() && fraction.back() == '0') fraction.pop_back();
    return fraction.empty() ? whole : whole + "." + fraction;
}

std::int64_t outlier_count(const std::string& sparsity, std::int64_t size) {
    const std::optional<decimal> number = percentage(sparsity);
    if (!number) throw model_fault("the share of zeros \"" + sparsity + "\" is no decimal between 0 and 100");
    // At most 1e11 times 2^63: wider than 64 bits.
    __extension__ using wide = __int128;
    const wide denominator = wide{100} * number->scale;
    const wide numerator = (denominator - number->value) * size;
    const wide whole = numerator / denominator;
    const wide twice_rest = 2 * (numerator % denominator);
    const bool up = twice_rest > denominator || (twice_rest == denominator && whole % 2 != 0);
    return static_cast<std::int64_t>(whole + (up ? 1 : 0));
}

}  // namespace symmetree
