// CSV writers, RFC 4180 quoting, lines end with LF. Columns: docs/report-format.md, "CSV".

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <set>

#include "core/enumerators.h"
#include "traces/csv_row.h"
#include "traces/measures.h"
#include "traces/numbers.h"
#include "traces/writers.h"

namespace symmetree {

namespace {

std::string cell(const std::optional<double>& value) { return value ? shortest(*value) : ""; }
std::string cell(std::uint64_t value) { return fmt::format("{}", value); }

/// Empty for "not checked".
std::string cell(const exactness& check) {
    switch (check.result) {
        case exactness::verdict::exact: return "true";
        case exactness::verdict::differs: return "false";
        case exactness::verdict::not_checked: return "";
    }
    return "";
}

/// A column of the per-layer file; `total` tells the total row, which alone has an area.
struct layer_cell_input {
    const layer_report& layer;
    const report& run;
    bool is_total;
};

struct csv_column {
    std::string name;
    std::function<std::string(const layer_cell_input&)> cell;
};

using columns = std::vector<csv_column>;

csv_column text_column(const char* name, std::string layer_report::*member) {
    return {name, [member](const layer_cell_input& in) { return in.layer.*member; }};
}

csv_column count_column(const char* name, std::uint64_t layer_report::*member) {
    return {name, [member](const layer_cell_input& in) { return cell(in.layer.*member); }};
}

/// Empty on the total row, where shapes have no meaning.
csv_column shape_column(const char* name, std::int64_t layer_report::*member) {
    return {name, [member](const layer_cell_input& in) { return in.is_total ? "" : fmt::format("{}", in.layer.*member); }};
}

csv_column measure_column(const char* name, double operation_measures::*member) {
    return {name, [member](const layer_cell_input& in) { return cell(measured(in.layer.operations.*member)); }};
}

std::optional<double> seconds(const layer_cell_input& in) {
    if (in.run.clock_hz <= 0) return {};
    return static_cast<double>(in.layer.cycles) / in.run.clock_hz;
}

std::optional<double> joules(const layer_cell_input& in) {
    const std::optional<double> energy = energy_pj_of(in.layer);
    if (!energy) return {};
    return *energy * 1e-12;
}

std::optional<double> watts(const layer_cell_input& in) {
    const std::optional<double> time_s = seconds(in);
    const std::optional<double> energy_j = joules(in);
    if (!time_s || !energy_j || *time_s == 0) return {};
    return *energy_j / *time_s;
}

/// What a batch of several images takes by image; the other columns are of the batch.
void add_batch(columns& out, int batch) {
    if (batch == 1) return;
    out.push_back({"batch", [](const layer_cell_input& in) { return fmt::format("{}", in.run.batch); }});
    out.push_back({"latency_per_image_s", [](const layer_cell_input& in) { return cell(per_image(in.run, seconds(in))); }});
    out.push_back({"energy_per_image_j", [](const layer_cell_input& in) { return cell(per_image(in.run, joules(in))); }});
}

void add_shape(columns& out) {
    out.push_back(text_column("name", &layer_report::name));
    out.push_back(text_column("scheme", &layer_report::scheme));
    out.push_back(text_column("unit", &layer_report::unit));
    out.push_back(text_column("mapping", &layer_report::mapping));
    out.push_back(shape_column("m", &layer_report::m));
    out.push_back(shape_column("n", &layer_report::n));
    out.push_back(shape_column("k", &layer_report::k));
    out.push_back(shape_column("repeat", &layer_report::repeat));
    out.push_back(count_column("macs", &layer_report::macs));
    out.push_back(count_column("parameters", &layer_report::parameters));
    out.push_back(count_column("weight_bits_stored", &layer_report::weight_bits_stored));
}

void add_time(columns& out) {
    out.push_back(count_column("cycles", &layer_report::cycles));
    out.push_back({"utilization", [](const layer_cell_input& in) { return shortest(in.layer.utilization()); }});
    out.push_back({"latency_s", [](const layer_cell_input& in) { return cell(seconds(in)); }});
    out.push_back({"energy_j", [](const layer_cell_input& in) { return cell(joules(in)); }});
    out.push_back({"power_w", [](const layer_cell_input& in) { return cell(watts(in)); }});
    out.push_back({"area_um2", [](const layer_cell_input& in) { return in.is_total ? cell(area_um2_of(in.run)) : ""; }});
    out.push_back({"exact", [](const layer_cell_input& in) { return cell(in.layer.check); }});
    out.push_back({"first_difference", [](const layer_cell_input& in) { return in.layer.check.first_difference; }});
    for (const counter<slot_split>& part : counters_of<slot_split>) {
        out.push_back(
            {fmt::format("{}_cycles", part.name), [&part](const layer_cell_input& in) { return cell(in.layer.split.*part.count); }});
    }
}

/// Every memory has its columns whether used or not: files of different platforms can be put one below the other.
void add_memories(columns& out) {
    for (const memory_kind kind : enumerators<memory_kind>()) {
        for (const counter<memory_counters>& part : counters_of<memory_counters>) {
            out.push_back({fmt::format("{}_{}", to_string(kind), part.name), [kind, &part](const layer_cell_input& in) {
                               const auto found = in.layer.memories.find(kind);
                               return found == in.layer.memories.end() ? "" : cell(found->second.*part.count);
                           }});
        }
    }
}

/// The fixed energy names first, so that only a name unknown to this program adds a column, at the end.
std::vector<std::string> energy_names(const report& r) {
    std::vector<std::string> names = standard_energy_names();
    const std::set<std::string> fixed(names.begin(), names.end());
    for (const auto& [name, energy] : r.total().energy_pj) {
        if (fixed.count(name) == 0) names.push_back(name);
    }
    return names;
}

void add_outliers(columns& out) {
    out.push_back({"outliers_listed", [](const layer_cell_input& in) { return cell(in.layer.outliers.listed); }});
    out.push_back({"outliers_stored", [](const layer_cell_input& in) { return cell(in.layer.outliers.stored); }});
    out.push_back({"outlier_index_bits", [](const layer_cell_input& in) { return fmt::format("{}", in.layer.outliers.index_bits); }});
    out.push_back({"outlier_stream_bits", [](const layer_cell_input& in) { return cell(in.layer.outliers.stream_bits); }});
    out.push_back({"outlier_fullest_lane", [](const layer_cell_input& in) { return cell(in.layer.outliers.fullest_lane); }});
    out.push_back({"outlier_assignment", [](const layer_cell_input& in) { return in.layer.outliers.assignment; }});
}

columns layer_columns(const report& r) {
    columns out;
    add_shape(out);
    add_time(out);
    add_batch(out, r.batch);
    add_memories(out);
    add_outliers(out);
    out.push_back(measure_column("bops_dasq", &operation_measures::bops_dasq));
    out.push_back(measure_column("bops_uniq", &operation_measures::bops_uniq));
    out.push_back(measure_column("qops", &operation_measures::qops));
    out.push_back({"weight_sqnr_db", [](const layer_cell_input& in) { return cell(in.layer.weight_sqnr_db); }});
    out.push_back({"arithmetic_sqnr_db", [](const layer_cell_input& in) { return cell(in.layer.arithmetic_sqnr_db); }});
    for (const std::string& name : energy_names(r)) {
        out.push_back({fmt::format("{}_pj", name), [name](const layer_cell_input& in) { return cell(energy_pj_of(in.layer, name)); }});
    }
    return out;
}

template <class Cell>
std::string record(const columns& all, Cell text_of) {
    csv_row row;
    for (const csv_column& column : all) row.add(text_of(column));
    return row.line();
}

/// What a comparison says of a run before the run's own totals.
void add_run_names(csv_row& row, const report& r) {
    row.add(r.workload);
    row.add(r.platform);
    row.add(r.scheme);
    row.add(fmt::format("{}", r.array_weight_bits));
    row.add(fmt::format("{}", r.array_activation_bits));
    row.add(r.accumulator_bits > 0 ? fmt::format("{}", r.accumulator_bits) : "");
    row.add(shortest(r.clock_hz));
    row.add(fmt::format("{}", r.seed));
    row.add(r.timing_only ? "true" : "false");
    row.add(r.cost_table);
}

/// Columns of the run file that mean something for a whole run.
columns comparison_columns(const comparison& c) {
    static const std::set<std::string> per_layer_only{"name", "scheme", "unit",   "mapping",        "m",
                                                      "n",    "k",      "repeat", "weight_sqnr_db", "arithmetic_sqnr_db"};
    report every_name;  // the union of the runs' energy names and the largest batch, for the header
    every_name.layers.emplace_back();
    for (const report& run : c.runs) {
        every_name.batch = std::max(every_name.batch, run.batch);
        for (const layer_report& layer : run.layers) every_name.layers[0].energy_pj.insert(layer.energy_pj.begin(), layer.energy_pj.end());
    }
    columns out;
    for (csv_column& column : layer_columns(every_name)) {
        if (per_layer_only.count(column.name) == 0) out.push_back(std::move(column));
    }
    return out;
}

}  // namespace

std::string to_csv(const report& r) {
    const columns all = layer_columns(r);
    std::string out = record(all, [](const csv_column& column) { return column.name; });
    for (const layer_report& layer : r.layers) {
        out += record(all, [&](const csv_column& column) { return column.cell({layer, r, false}); });
    }
    const layer_report total = r.total();
    return out + record(all, [&](const csv_column& column) { return column.cell({total, r, true}); });
}

std::string to_csv(const comparison& c) {
    const columns all = comparison_columns(c);
    csv_row header;
    for (const char* name : {"workload", "platform", "scheme", "array_weight_bits", "array_activation_bits", "accumulator_bits", "clock_hz",
                             "seed", "timing_only", "cost_table"}) {
        header.add(name);
    }
    for (const csv_column& column : all) header.add(column.name);
    for (const char* name : {"latency_ratio", "energy_ratio", "power_ratio", "area_ratio"}) header.add(name);
    std::string out = header.line();
    for (std::size_t i = 0; i < c.runs.size(); ++i) {
        csv_row row;
        add_run_names(row, c.runs[i]);
        const layer_report total = c.runs[i].total();
        for (const csv_column& column : all) row.add(column.cell({total, c.runs[i], true}));
        const run_ratios ratios = ratios_of(c, i);
        for (const std::optional<double>& ratio : {ratios.latency, ratios.energy, ratios.power, ratios.area}) row.add(cell(ratio));
        out += row.line();
    }
    return out;
}

}  // namespace symmetree
