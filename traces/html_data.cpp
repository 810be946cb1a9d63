#include "traces/html_data.h"

#include <fmt/format.h>

#include <cmath>
#include <iterator>
#include <limits>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "traces/measures.h"

namespace symmetree {

namespace {

using json = nlohmann::ordered_json;

std::string text_of(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

/// The shortest decimal of the nearest 32-bit float, where there is one.
std::string brief(double value) {
    if (!std::isfinite(value)) return std::isnan(value) ? "null" : value > 0 ? "\"inf\"" : "\"-inf\"";
    const double size = std::fabs(value);
    const bool fits = size == 0 || (size > std::numeric_limits<float>::min() && size < std::numeric_limits<float>::max());
    return fits ? fmt::format("{}", static_cast<float>(value)) : fmt::format("{}", value);
}

struct cell_json {
    std::string operator()(std::monostate) const { return "null"; }
    std::string operator()(std::int64_t value) const { return fmt::format("{}", value); }
    std::string operator()(double value) const { return brief(value); }
    std::string operator()(const std::string& value) const { return text_of(json(value)); }
};

/// A number in a column of text is text to the page.
std::string value_json(const cell& value, bool numeric) {
    const std::string text = std::visit(cell_json{}, value);
    const bool needs_quotes = !numeric && number_of(value) && text != "null" && text.front() != '"';
    return needs_quotes ? '"' + text + '"' : text;
}

std::string joined(const std::vector<std::string>& texts) { return fmt::format("[{}]", fmt::join(texts, ",")); }

/// A column of a layer table, by what it says of one layer.
template <class Value>
json each_layer(const report& r, Value value) {
    json out = json::array();
    for (const layer_report& layer : r.layers) out.push_back(value(layer));
    return out;
}

json optional_number(const std::optional<double>& value) { return value && std::isfinite(*value) ? json(*value) : json(nullptr); }

json dram_bytes(const layer_report& layer) {
    const auto found = layer.memories.find(memory_kind::dram);
    if (found == layer.memories.end()) return nullptr;
    return found->second.read_bytes + found->second.written_bytes;
}

json detail_json(const report& r, std::size_t row) {
    json split = json::array();
    for (const counter<slot_split>& part : counters_of<slot_split>)
        split.push_back(
            {{"name", part.name}, {"slots", each_layer(r, [&](const layer_report& layer) { return layer.split.*part.count; })}});
    return {{"row", row},
            {"clock_hz", r.clock_hz},
            {"multipliers", std::int64_t{r.array_trees} * r.array_lanes},
            {"dram_bytes_per_cycle", r.dram_bytes_per_cycle},
            {"layer", each_layer(r, [](const layer_report& layer) { return layer.name; })},
            {"scheme", each_layer(r, [](const layer_report& layer) { return layer.scheme; })},
            {"macs", each_layer(r, [](const layer_report& layer) { return layer.macs; })},
            {"cycles", each_layer(r, [](const layer_report& layer) { return layer.cycles; })},
            {"dram_bytes", each_layer(r, dram_bytes)},
            {"energy_pj", each_layer(r, [](const layer_report& layer) { return optional_number(energy_pj_of(layer)); })},
            {"split", std::move(split)}};
}

/// What the ASCII names of units stand for.
std::string typographic(std::string unit) {
    if (unit == "mm2") return "mm²";
    if (unit == "um2") return "µm²";
    if (unit.size() == 2 && unit[0] == 'u') return "µ" + unit.substr(1);
    return unit;
}

}  // namespace

std::string inert_json(std::string text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '<' || text[i] == '>' || text[i] == '&')
            out += fmt::format("\\u{:04x}", text[i]);
        else if (text.compare(i, 3, "\xe2\x80\xa8") == 0)
            out += "\\u2028", i += 2;
        else if (text.compare(i, 3, "\xe2\x80\xa9") == 0)
            out += "\\u2029", i += 2;
        else
            out += text[i];
    }
    return out;
}

std::string study_json(const study& s, const std::vector<column_view>& views) {
    json columns = json::array();
    for (std::size_t i = 0; i < s.columns.size(); ++i) {
        const column_view& view = views[i];
        columns.push_back({{"name", s.columns[i].name},
                           {"title", view.title},
                           {"unit", typographic(view.unit)},
                           {"stored_unit", typographic(s.columns[i].unit)},
                           {"factor", view.factor},
                           {"decimals", view.decimals},
                           {"axis", s.columns[i].role == column_role::axis},
                           {"numeric", view.numeric},
                           {"present", view.present},
                           {"varies", view.varies},
                           {"few_values", view.few_values},
                           {"shown", view.shown},
                           {"larger_is_better", view.larger_is_better}});
    }
    json details = json::array();
    for (std::size_t i = 0; i < s.details.size(); ++i) details.push_back(detail_json(s.details[i], s.detail_rows[i]));
    return inert_json(text_of({{"title", s.title},
                               {"baseline", s.baseline},
                               {"rows", s.rows.size()},
                               {"columns", std::move(columns)},
                               {"provenance", s.provenance},
                               {"notes", s.notes},
                               {"details", std::move(details)}}));
}

std::string column_json(const study& s, std::size_t column, bool numeric) {
    std::vector<std::string> values, codes, plain;
    std::unordered_map<std::string, std::size_t> known;
    bool repeats = true;  // given up as soon as too many differ: most metrics of a large sweep do
    for (const std::vector<cell>& row : s.rows) {
        std::string text = value_json(row[column], numeric);
        if (repeats && text == "null") {
            codes.push_back("-1");
        } else if (repeats) {
            const auto [entry, fresh] = known.emplace(text, values.size());
            if (fresh) values.push_back(text);
            codes.push_back(fmt::format("{}", entry->second));
            repeats = !numeric || values.size() <= s.rows.size() / 4;
        }
        plain.push_back(std::move(text));
    }
    if (!repeats) return inert_json(joined(plain));
    return inert_json(fmt::format("{{\"values\":{},\"codes\":{}}}", joined(values), joined(codes)));
}

}  // namespace symmetree
