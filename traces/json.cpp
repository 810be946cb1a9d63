// JSON writers. Fields: docs/report-format.md, "JSON".

#include <cmath>
#include <nlohmann/json.hpp>

#include "traces/json_format.h"
#include "traces/measures.h"
#include "traces/numbers.h"
#include "traces/writers.h"

namespace symmetree {

namespace {

using json = nlohmann::ordered_json;

constexpr std::size_t line_width = 220;  // a unit's counters on one line

/// JSON has no infinities and no NaN; they are written as the strings "inf", "-inf" and "nan".
json number(double value) { return std::isfinite(value) ? json(value) : json(shortest(value)); }
json number(const std::optional<double>& value) { return value ? number(*value) : json(nullptr); }

json verdict(const exactness& check) {
    switch (check.result) {
        case exactness::verdict::exact: return true;
        case exactness::verdict::differs: return false;
        case exactness::verdict::not_checked: return nullptr;
    }
    return nullptr;
}

json numbers(const std::map<std::string, double>& values) {
    json out = json::object();
    for (const auto& [name, value] : values) out[name] = number(value);
    return out;
}

json split_json(const slot_split& split) {
    json out = json::object();
    for (const split_part& part : split_parts()) out[part.name] = split.*part.slots;
    return out;
}

json units_json(const unit_activity& units) {
    json out = json::array();
    for (const auto& [key, counters] : units) {
        out.push_back({{"unit", to_string(key.unit)},
                       {"weight_bits", key.weight_bits},
                       {"activation_bits", key.activation_bits},
                       {"lanes", key.lanes},
                       {"input", to_string(key.input)},
                       {"sparse", key.sparse},
                       {"instances", counters.instances},
                       {"vectors", counters.vectors},
                       {"loads", counters.loads},
                       {"busy", counters.busy},
                       {"stalled", counters.stalled},
                       {"idle", counters.idle}});
    }
    return out;
}

json memories_json(const memory_activity& memories) {
    json out = json::object();
    for (const auto& [kind, counters] : memories) {
        out[to_string(kind)] = {{"read_bytes", counters.read_bytes},
                                {"written_bytes", counters.written_bytes},
                                {"read_accesses", counters.read_accesses},
                                {"write_accesses", counters.write_accesses}};
    }
    return out;
}

json outliers_json(const outlier_report& outliers) {
    return {{"listed", outliers.listed},           {"stored", outliers.stored},
            {"index_bits", outliers.index_bits},   {"stream_bits", outliers.stream_bits},
            {"fullest_lane", outliers.fullest_lane}, {"assignment", outliers.assignment}};
}

/// What a layer and the total share, after the fields that differ.
void add_counts(json& out, const layer_report& layer) {
    out["parameters"] = layer.parameters;
    out["weight_bits_stored"] = layer.weight_bits_stored;
    out["first_difference"] = layer.check.first_difference;
    out["split"] = split_json(layer.split);
    out["energy_pj"] = numbers(layer.energy_pj);
    out["memories"] = memories_json(layer.memories);
    out["outliers"] = outliers_json(layer.outliers);
    out["units"] = units_json(layer.units);
}

json layer_json(const layer_report& layer) {
    json out = {{"name", layer.name},
                {"scheme", layer.scheme},
                {"unit", layer.unit},
                {"mapping", layer.mapping},
                {"m", layer.m},
                {"n", layer.n},
                {"k", layer.k},
                {"repeat", layer.repeat},
                {"macs", layer.macs},
                {"cycles", layer.cycles},
                {"utilization", number(layer.utilization())},
                {"exact", verdict(layer.check)},
                {"energy_total_pj", number(energy_pj_of(layer))},
                {"bops_dasq", number(layer.operations.bops_dasq)},
                {"bops_uniq", number(layer.operations.bops_uniq)},
                {"qops", number(layer.operations.qops)},
                {"weight_sqnr_db", number(layer.weight_sqnr_db)},
                {"arithmetic_sqnr_db", number(layer.arithmetic_sqnr_db)}};
    add_counts(out, layer);
    return out;
}

json total_json(const report& r) {
    const layer_report total = r.total();
    json out = {{"scheme", total.scheme},
                {"macs", total.macs},
                {"cycles", total.cycles},
                {"utilization", number(total.utilization())},
                {"exact", verdict(total.check)},
                {"latency_s", number(latency_s_of(r))},
                {"energy_j", number(energy_j_of(r))},
                {"power_w", number(power_w_of(r))},
                {"area_um2", number(area_um2_of(r))},
                {"bops_dasq", number(total.operations.bops_dasq)},
                {"bops_uniq", number(total.operations.bops_uniq)},
                {"qops", number(total.operations.qops)}};
    add_counts(out, total);
    return out;
}

json report_json(const report& r) {
    json out = {{"workload", r.workload},
                {"workload_source", r.workload_source},
                {"platform", r.platform},
                {"scheme", r.scheme},
                {"seed", r.seed},
                {"timing_only", r.timing_only},
                {"passed", r.passed()},
                {"clock_hz", number(r.clock_hz)},
                {"array_weight_bits", r.array_weight_bits},
                {"array_activation_bits", r.array_activation_bits},
                {"array_trees", r.array_trees},
                {"array_lanes", r.array_lanes},
                {"dram_bytes_per_cycle", number(r.dram_bytes_per_cycle)},
                {"cost_table", r.cost_table},
                {"cost_label", r.cost_label},
                {"cost_not_modelled", r.cost_not_modelled},
                {"not_simulated", r.not_simulated},
                {"notes", r.notes},
                {"total", total_json(r)},
                {"area_um2", numbers(r.area_um2)}};
    json& layers = out["layers"] = json::array();
    for (const layer_report& layer : r.layers) layers.push_back(layer_json(layer));
    out["configuration"] = r.configuration;
    return out;
}

// ---- layout

bool is_leaf(const json& value) {
    for (const json& child : value) {
        if (child.is_structured() && !child.empty()) return false;
    }
    return true;
}

std::string scalar_text(const json& value) {
    if (value.is_number_float()) return shortest(value.get<double>());
    // A name that is no UTF-8 must not cost the whole report.
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

void append(std::string& out, const json& value, std::size_t indent, bool on_one_line);

void append_members(std::string& out, const json& value, std::size_t indent, bool on_one_line) {
    const std::string between = on_one_line ? "" : '\n' + std::string(indent + 2, ' ');
    bool first = true;
    for (const auto& [key, child] : value.items()) {
        if (!first) out += on_one_line ? ", " : ",";
        first = false;
        out += between;
        if (value.is_object()) out += scalar_text(json(key)) + ": ";
        append(out, child, indent + 2, on_one_line);
    }
    if (!on_one_line) out += '\n' + std::string(indent, ' ');
}

/// An object or array of plain values stands on one line where it fits: a unit's counters read as a row.
void append(std::string& out, const json& value, std::size_t indent, bool on_one_line) {
    if (!value.is_structured()) {
        out += scalar_text(value);
        return;
    }
    const std::size_t start = out.size();
    const bool flat = on_one_line || is_leaf(value);
    const auto write = [&](bool one_line) {
        out += value.is_object() ? '{' : '[';
        append_members(out, value, indent, one_line);
        out += value.is_object() ? '}' : ']';
    };
    write(flat);
    if (on_one_line || !flat || out.size() - start + indent <= line_width || value.empty()) return;
    out.resize(start);
    write(false);
}

std::string text_of(const json& value) {
    std::string out;
    append(out, value, 0, false);
    return out + '\n';
}

/// The version stands first.
json versioned(const json& fields) {
    json out = {{"format_version", report_format_version}};
    out.update(fields);
    return out;
}

}  // namespace

std::string to_json(const report& r) { return text_of(versioned(report_json(r))); }

std::string to_json(const comparison& c) {
    json runs = json::array();
    for (std::size_t i = 0; i < c.runs.size(); ++i) {
        json run = report_json(c.runs[i]);
        const run_ratios ratios = ratios_of(c, i);
        const std::optional<std::size_t> base = baseline_of(c, i);
        run["ratios"] = {{"baseline_run", base ? json(*base) : json(nullptr)},
                         {"latency", number(ratios.latency)},
                         {"energy", number(ratios.energy)},
                         {"power", number(ratios.power)},
                         {"area", number(ratios.area)}};
        runs.push_back(std::move(run));
    }
    return text_of(versioned({{"baseline", c.baseline}, {"left_out", c.left_out}, {"runs", std::move(runs)}}));
}

}  // namespace symmetree
