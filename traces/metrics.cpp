#include <algorithm>

#include "core/enumerators.h"
#include "traces/measures.h"
#include "traces/study.h"

namespace symmetree {
namespace {

cell optional_cell(const std::optional<double>& value) { return value ? cell(*value) : cell(); }
cell whole(std::uint64_t value) { return static_cast<std::int64_t>(value); }

/// Median and least over the layers that have weights.
std::pair<cell, cell> weight_sqnr(const report& r) {
    std::vector<double> all;
    for (const layer_report& layer : r.layers)
        if (layer.weight_sqnr_db) all.push_back(*layer.weight_sqnr_db);
    if (all.empty()) return {};
    std::sort(all.begin(), all.end());
    const std::size_t middle = all.size() / 2;
    const double median = all.size() % 2 == 1 ? all[middle] : (all[middle - 1] + all[middle]) / 2;
    return {median, all.front()};
}

void add_sizes(std::vector<metric>& out, const report& r, const layer_report& total) {
    out.push_back({"macs", "", whole(total.macs)});
    out.push_back({"parameters", "", whole(total.parameters)});
    out.push_back({"weight_bits_stored", "bit", whole(total.weight_bits_stored)});
    out.push_back({"bops_dasq", "", optional_cell(measured(total.operations.bops_dasq))});
    out.push_back({"bops_uniq", "", optional_cell(measured(total.operations.bops_uniq))});
    out.push_back({"qops", "", optional_cell(measured(total.operations.qops))});
    const auto [median, least] = weight_sqnr(r);
    out.push_back({"weight_sqnr_median_db", "dB", median});
    out.push_back({"weight_sqnr_least_db", "dB", least});
    out.push_back({"outliers_stored", "", whole(total.outliers.stored)});
}

void add_platform(std::vector<metric>& out, const report& r) {
    out.push_back({"clock_hz", "Hz", r.clock_hz});
    out.push_back({"array_weight_bits", "bit", std::int64_t{r.array_weight_bits}});
    out.push_back({"array_activation_bits", "bit", std::int64_t{r.array_activation_bits}});
    out.push_back({"accumulator_bits", "bit", r.accumulator_bits > 0 ? cell(std::int64_t{r.accumulator_bits}) : cell()});
    out.push_back({"multipliers", "", std::int64_t{r.array_trees} * r.array_lanes});
    out.push_back({"dram_bytes_per_cycle", "B/cycle", r.dram_bytes_per_cycle});
}

void add_slots(std::vector<metric>& out, const layer_report& total) {
    for (const counter<slot_split>& part : counters_of<slot_split>)
        out.push_back({std::string(part.name) + "_slots", "cycles", whole(total.split.*part.count)});
}

void add_traffic(std::vector<metric>& out, const layer_report& total) {
    for (const memory_kind kind : enumerators<memory_kind>()) {
        const auto found = total.memories.find(kind);
        const bool used = found != total.memories.end();
        out.push_back({std::string(to_string(kind)) + "_read_bytes", "B", used ? whole(found->second.read_bytes) : cell()});
        out.push_back({std::string(to_string(kind)) + "_written_bytes", "B", used ? whole(found->second.written_bytes) : cell()});
    }
}

void add_units(std::vector<metric>& out, const report& r, const layer_report& total) {
    std::vector<std::string> all_names = standard_energy_names();
    all_names.emplace_back("overhead");
    for (const std::string& name : all_names) {
        const std::optional<double> energy = energy_pj_of(total, name);
        out.push_back({name + "_energy_j", "J", energy ? cell(*energy * joule_per_picojoule) : cell()});
    }
    for (const std::string& name : all_names) {
        if (name == "leakage") continue;
        const auto area = r.area_um2.find(name);
        out.push_back({name + "_area_um2", "um2", area == r.area_um2.end() ? cell() : optional_cell(area->second)});
    }
}

std::vector<std::pair<std::string, std::string>> provenance_of(const comparison& c) {
    std::vector<std::pair<std::string, std::string>> lines;
    const auto add = [&](const char* name, const std::string& value) {
        for (auto& [known, values] : lines) {
            if (known != name) continue;
            if (("; " + values + "; ").find("; " + value + "; ") == std::string::npos) values += "; " + value;
            return;
        }
        lines.emplace_back(name, value);
    };
    for (const report& r : c.runs) {
        add("workload", r.workload_source.empty() ? r.workload : r.workload + " (" + r.workload_source + ")");
        add("cost table", r.cost_table + " (" + r.cost_label + ")");
        add("seed", std::to_string(r.seed));
        add("mode", r.timing_only ? "timing only" : "values computed");
    }
    return lines;
}

std::vector<std::string> notes_of(const comparison& c) {
    std::vector<std::string> notes;
    const auto add = [&](const std::string& note) {
        if (std::find(notes.begin(), notes.end(), note) == notes.end()) notes.push_back(note);
    };
    for (const report& r : c.runs) {
        if (!r.cost_mix.empty()) add("costs: " + r.cost_mix);
        for (const std::string& what : r.cost_not_modelled) add("not in the costs: " + what);
        for (const std::string& what : r.not_simulated) add("not simulated: " + what);
        for (const std::string& note : r.notes) add(note);
    }
    for (const std::string& line : c.left_out) add("left out: " + line);
    return notes;
}

}  // namespace

std::vector<metric> metrics_of(const report& r) {
    const layer_report total = r.total();
    std::vector<metric> out;
    out.push_back({"cycles", "cycles", whole(total.cycles)});
    out.push_back({"latency_s", "s", optional_cell(latency_s_of(r))});
    out.push_back({"energy_j", "J", optional_cell(energy_j_of(r))});
    out.push_back({"latency_per_image_s", "s", optional_cell(per_image(r, latency_s_of(r)))});
    out.push_back({"energy_per_image_j", "J", optional_cell(per_image(r, energy_j_of(r)))});
    out.push_back({"power_w", "W", optional_cell(power_w_of(r))});
    out.push_back({"area_um2", "um2", optional_cell(area_um2_of(r))});
    out.push_back({"utilization", "", total.utilization()});
    out.push_back({"exact", "", std::string(to_string(total.check.result))});
    add_sizes(out, r, total);
    add_platform(out, r);
    add_slots(out, total);
    add_traffic(out, total);
    add_units(out, r, total);
    return out;
}

study study_of(const comparison& c) {
    study s;
    s.title = c.runs.size() == 1 ? c.runs.front().workload + " on " + c.runs.front().platform : "Comparison";
    s.baseline = c.baseline;
    for (const char* name : {"workload", "platform", "scheme"}) s.columns.push_back({name, column_role::axis, ""});
    for (const report& r : c.runs) {
        std::vector<cell> row{r.workload, r.platform, r.scheme};
        for (metric& m : metrics_of(r)) {
            if (s.rows.empty()) s.columns.push_back({m.name, column_role::metric, m.unit});
            row.push_back(std::move(m.value));
        }
        s.rows.push_back(std::move(row));
        s.detail_rows.push_back(s.details.size());
        s.details.push_back(r);
    }
    s.provenance = provenance_of(c);
    s.notes = notes_of(c);
    return s;
}

}  // namespace symmetree
