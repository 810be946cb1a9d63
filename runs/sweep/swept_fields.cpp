#include "runs/sweep/swept_fields.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "core/text.h"

namespace symmetree {
namespace {

constexpr std::array whole_fields{"workload", "platform", "scheme", "weight_bits", "activation_bits", "seed", "batch"};

/// `*` stands for any text, `?` for any character. Only the last `*` is ever taken back, so that no pattern takes long.
bool matches(const std::string& pattern, const std::string& text) {
    std::size_t p = 0, t = 0, star = std::string::npos, tried = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            tried = t;
        } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
            ++p;
            ++t;
        } else if (star != std::string::npos) {
            p = star + 1;
            t = ++tried;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', p) == std::string::npos;
}

/// `layers[PATTERN].field` in its two parts; nothing for any other field.
std::optional<std::pair<std::string, std::string>> of_layers(const std::string& field) {
    const std::size_t close = field.rfind("].");
    if (!starts_with(field, "layers[") || close == std::string::npos) return {};
    return std::pair{field.substr(7, close - 7), field.substr(close + 2)};
}

std::string name_of(const YAML::Node& layer) { return layer.IsMap() && layer["name"].IsScalar() ? layer["name"].Scalar() : ""; }

/// True when one field holds the other, as `dma.bandwidth` does `dma.bandwidth.bytes`.
bool same_or_part(const std::string& a, const std::string& b) { return a == b || starts_with(a, b + ".") || starts_with(b, a + "."); }

}  // namespace

void set_field(YAML::Node document, const std::string& dotted, const std::string& text) {
    if (!document.IsMap()) return;
    std::size_t begin = 0;
    YAML::Node here = document;
    for (;;) {
        const std::size_t dot = dotted.find('.', begin);
        const std::string key = dotted.substr(begin, dot - begin);
        if (dot == std::string::npos) {
            here[key] = text;
            return;
        }
        // `bandwidth: 16` has to become a mapping before one of its parts can be set.
        if (!here[key].IsDefined() || !here[key].IsMap()) here[key] = YAML::Node(YAML::NodeType::Map);
        here.reset(here[key]);
        begin = dot + 1;
    }
}

bool set_workload_field(YAML::Node document, const std::string& field, const std::string& text) {
    const auto layers = of_layers(field);
    if (!layers) {
        set_field(document, field, text);
        return true;
    }
    if (!document.IsMap() || !document["layers"].IsSequence()) return true;  // its reader refuses it
    bool found = false;
    for (YAML::Node layer : document["layers"]) {
        if (!matches(layers->first, name_of(layer))) continue;
        set_field(layer, layers->second, text);
        found = true;
    }
    return found;
}

bool is_about(const std::string& swept, const std::string& read, const YAML::Node& document) {
    const auto layers = of_layers(swept);
    const auto place = of_layers(read);
    if (swept == read) return true;
    if (!layers || !place) return same_or_part(swept, read);
    std::size_t index = 0;
    const char* const end = place->first.data() + place->first.size();
    if (std::from_chars(place->first.data(), end, index).ptr != end || !document["layers"].IsSequence() ||
        index >= document["layers"].size())
        return false;
    return same_or_part(layers->second, place->second) && matches(layers->first, name_of(document["layers"][index]));
}

void refuse_unknown_fields(const sweep_spec& spec) {
    diagnostics problems;
    for (const sweep_axis& axis : spec.axes) {
        const bool whole = std::any_of(whole_fields.begin(), whole_fields.end(), [&](const char* f) { return axis.field == f; });
        const bool part =
            starts_with(axis.field, "platform.") || starts_with(axis.field, "workload.") || starts_with(axis.field, "scheme.");
        if (whole || part) continue;
        diagnostic d = axis.place;
        d.message = fmt::format("no such field: {}, or platform.FIELD, workload.FIELD, scheme.FIELD", fmt::join(whole_fields, ", "));
        problems.add(std::move(d));
    }
    problems.throw_if_any();
}

void refuse_double_fields(const sweep_spec& spec) {
    static constexpr std::array<std::pair<const char*, const char*>, 7> same{{{"weight_bits", "platform.array.weight_bits"},
                                                                              {"weight_bits", "platform.side_array.weight_bits"},
                                                                              {"weight_bits", "scheme.weight_bits"},
                                                                              {"activation_bits", "platform.array.activation_bits"},
                                                                              {"activation_bits", "platform.side_array.activation_bits"},
                                                                              {"activation_bits", "scheme.activation_bits"},
                                                                              {"scheme", "platform.scheme"}}};
    const auto conflict = [](const std::string& a, const std::string& b) {
        if (std::any_of(same.begin(), same.end(),
                        [&](const auto& s) { return (a == s.first && b == s.second) || (b == s.first && a == s.second); }))
            return true;
        return a.find('.') != std::string::npos && b.find('.') != std::string::npos && same_or_part(a, b);
    };
    diagnostics problems;
    for (std::size_t a = 0; a < spec.axes.size(); ++a)
        for (std::size_t before = 0; before < a; ++before) {
            if (!conflict(spec.axes[a].field, spec.axes[before].field)) continue;
            diagnostic d = spec.axes[a].place;
            d.message = fmt::format("sets what axis {} sets, too", spec.axes[before].field);
            problems.add(std::move(d));
        }
    problems.throw_if_any();
}

}  // namespace symmetree
