#include "runs/sweep/scheme_fields.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>
#include <functional>
#include <map>

#include "core/error.h"
#include "workloads/formats/number_format.h"
#include "workloads/formats/outlier_bound.h"

namespace symmetree {
namespace {

[[noreturn]] void refuse(const std::string& field, const std::string& wanted, const std::string& given) {
    throw input_error(diagnostic{"", 0, 0, "scheme." + field, fmt::format("{} is wanted, given '{}'", wanted, given)});
}

int whole(const std::string& field, const std::string& text, int low, int high) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < low || value > high)
        refuse(field, fmt::format("a whole number from {} to {}", low, high), text);
    return value;
}

template <class T>
T word(const std::string& field, const std::string& text, const std::map<std::string, T>& words) {
    const auto found = words.find(text);
    if (found != words.end()) return found->second;
    std::vector<std::string> names;
    for (const auto& [name, value] : words) names.push_back(name);
    refuse(field, fmt::format("one of {}", fmt::join(names, ", ")), text);
}

const std::map<std::string, range_method> ranges{{"mse", range_method::mse}, {"minmax", range_method::min_max}};

struct scheme_field {
    std::optional<scheme_options> of;  ///< the options that it is one of; none: every family has it
    std::function<void(scheme&, const std::string& field, const std::string& value)> set;
};

const std::map<std::string, scheme_field>& scheme_fields() {
    const std::optional<scheme_options> any, uniform = scheme_options::uniform, dasq = scheme_options::dasq, shift = scheme_options::shift,
                                             levels = scheme_options::levels;
    using text = const std::string&;
    static const std::map<std::string, scheme_field> fields{
        {"weight_bits", {any, [](scheme& s, text f, text v) { s.weight_bits = whole(f, v, 2, 8); }}},
        {"activation_bits", {any, [](scheme& s, text f, text v) { s.activation_bits = whole(f, v, 2, 8); }}},
        {"activation_range", {any, [](scheme& s, text f, text v) { s.activation_range = word(f, v, ranges); }}},
        {"outlier_bits", {dasq, [](scheme& s, text f, text v) { s.dasq.outlier_bits = whole(f, v, 2, 8); }}},
        {"sparsity", {dasq, [](scheme& s, text, text v) { s.dasq.sparsity = v; }}},
        {"bound",
         {dasq,
          [](scheme& s, text f, text v) {
              s.dasq.bound = parse_outlier_bound(v);
              if (!s.dasq.bound && v != "none") refuse(f, fmt::format("none or one of {}", outlier_bound_forms), v);
          }}},
        {"level_bits", {levels, [](scheme& s, text f, text v) { s.levels.level_bits = whole(f, v, 2, 8); }}},
        {"level_source",
         {levels,
          [](scheme& s, text f, text v) {
              std::map<std::string, level_source> sources;
              for (const level_source source : enumerators<level_source>()) sources.emplace(to_string(source), source);
              s.levels.source = word(f, v, sources);
          }}},
        {"guard_bits", {shift, [](scheme& s, text f, text v) { s.shift.guard_bits = whole(f, v, 0, 7); }}},
        {"range", {uniform, [](scheme& s, text f, text v) { s.uniform.range = word(f, v, ranges); }}},
        {"granularity",
         {uniform,
          [](scheme& s, text f, text v) {
              s.uniform.grain = word<granularity>(f, v, {{"channel", granularity::per_channel}, {"tensor", granularity::per_tensor}});
          }}},
        {"rounding", {uniform, [](scheme& s, text f, text v) {
                          s.uniform.round = word<rounding>(f, v, {{"half_even", rounding::half_even}, {"truncate", rounding::truncate}});
                      }}}};
    return fields;
}

}  // namespace

std::optional<std::string> set_scheme_field(scheme& s, const std::string& field, const std::string& value) {
    const auto found = scheme_fields().find(field);
    if (found == scheme_fields().end()) {
        std::vector<std::string> names;
        for (const auto& [name, how] : scheme_fields()) names.push_back(name);
        throw input_error(diagnostic{"", 0, 0, "scheme." + field, fmt::format("no such part; there are {}", fmt::join(names, ", "))});
    }
    if (found->second.of && found->second.of != traits_of(s.family).options) return fmt::format("{} has no {}", to_string(s.family), field);
    found->second.set(s, field, value);
    s = parse_scheme(to_string(s), s.weight_bits, s.activation_bits);  // the ranges are those of the written form
    return {};
}

}  // namespace symmetree
