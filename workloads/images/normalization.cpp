#include "workloads/images/normalization.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <sstream>

#include "core/error.h"
#include "core/text.h"

namespace symmetree {
namespace {

constexpr std::size_t most_channels = 4;
const std::string prefix = "normalization.";

[[noreturn]] void refuse(const std::string& file, const std::string& field, const std::string& message) {
    throw input_error(diagnostic{file, 0, 0, field, message});
}

/// Numbers separated by commas, each finite.
std::vector<float> numbers(const std::string& text, const std::string& file, const std::string& field) {
    std::vector<float> values;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t comma = std::min(text.find(',', begin), text.size());
        float value = 0;
        const auto [end, failure] = std::from_chars(text.data() + begin, text.data() + comma, value);
        if (failure != std::errc() || end != text.data() + comma || !std::isfinite(value))
            refuse(file, field, fmt::format("numbers separated by commas are wanted, given '{}'", printable(text)));
        values.push_back(value);
        begin = comma + 1;
    }
    if (values.size() > most_channels)
        refuse(file, field, fmt::format("1 to {} numbers are allowed, given {}", most_channels, values.size()));
    return values;
}

/// From the values of "mean", "std" and "divisor"; `before` stands before these names in messages.
normalization from_texts(const std::map<std::string, std::string>& texts, const std::string& file, const std::string& before) {
    normalization n;
    for (const char* wanted : {"mean", "std"})
        if (texts.count(wanted) == 0) refuse(file, before + wanted, "is missing");
    n.mean = numbers(texts.at("mean"), file, before + "mean");
    n.deviation = numbers(texts.at("std"), file, before + "std");
    if (n.mean.size() != n.deviation.size())
        refuse(file, before + "std",
               fmt::format("as many numbers as mean has are wanted, {}, given {}", n.mean.size(), n.deviation.size()));
    for (const float value : n.deviation)
        if (!(value > 0)) refuse(file, before + "std", fmt::format("numbers above 0 are wanted, given {}", value));
    if (const auto given = texts.find("divisor"); given != texts.end()) {
        const std::vector<float> divisor = numbers(given->second, file, before + "divisor");
        if (divisor.size() != 1 || !(divisor[0] > 0))
            refuse(file, before + "divisor", fmt::format("one number above 0 is wanted, given '{}'", printable(given->second)));
        n.divisor = divisor[0];
    }
    return n;
}

template <class Pixel>
std::vector<float> normalized_by(const Pixel* image, int channels, std::size_t pixels, const normalization& n, float divisor) {
    std::vector<float> out(static_cast<std::size_t>(channels) * pixels);
    for (std::size_t c = 0; c < static_cast<std::size_t>(channels); ++c) {
        const float mean = n.mean[n.mean.size() == 1 ? 0 : c], deviation = n.deviation[n.mean.size() == 1 ? 0 : c];
        for (std::size_t i = c * pixels; i < (c + 1) * pixels; ++i) out[i] = (static_cast<float>(image[i]) / divisor - mean) / deviation;
    }
    return out;
}

}  // namespace

normalization parse_normalization(const std::string& text, const std::string& option) {
    std::map<std::string, std::string> texts;
    std::istringstream words(text);
    for (std::string word; words >> word;) {
        const std::size_t equals = word.find('=');
        const std::string key = word.substr(0, equals);
        if (equals == std::string::npos || (key != "mean" && key != "std" && key != "divisor"))
            refuse("", option, fmt::format("mean=..., std=... and divisor=... are allowed, given '{}'", printable(word)));
        if (!texts.emplace(key, word.substr(equals + 1)).second) refuse("", option, fmt::format("{} is given twice", key));
    }
    return from_texts(texts, "", option + ": ");
}

std::string to_string(const normalization& n) {
    return fmt::format("divisor={} mean={} std={}", n.divisor, fmt::join(n.mean, ","), fmt::join(n.deviation, ","));
}

std::optional<normalization> normalization_of(const std::map<std::string, std::string>& metadata, const std::string& file) {
    std::map<std::string, std::string> texts;
    for (const auto& [key, value] : metadata)
        if (key.compare(0, prefix.size(), prefix) == 0) texts[key.substr(prefix.size())] = value;
    for (const auto& [key, value] : texts)
        if (key != "mean" && key != "std" && key != "divisor")
            refuse(file, printable(prefix + key), "mean, std and divisor are allowed after 'normalization.'");
    if (texts.empty()) return std::nullopt;
    return from_texts(texts, file, prefix);
}

void check_channels(const normalization& n, int channels, const std::string& field) {
    if (n.mean.size() != 1 && n.mean.size() != static_cast<std::size_t>(channels))
        refuse("", field, fmt::format("mean and std of 1 or {} channels are wanted, given {}", channels, n.mean.size()));
}

std::vector<float> normalized(const std::uint8_t* image, int channels, std::size_t pixels, const normalization& n) {
    return normalized_by(image, channels, pixels, n, n.divisor);
}

std::vector<float> normalized(const float* image, int channels, std::size_t pixels, const normalization& n) {
    return normalized_by(image, channels, pixels, n, 1);
}

}  // namespace symmetree
