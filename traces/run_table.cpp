// The run report for reading. Layout: docs/report-format.md, "Run table".

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "traces/measures.h"
#include "traces/numbers.h"
#include "traces/text_table.h"
#include "traces/writers.h"

namespace symmetree {

namespace {

/// A column of a per-layer table and how its cell comes from a layer; the total row is written by the same function.
struct layer_column {
    table_column heading;
    std::function<std::string(const layer_report&)> cell;
};

std::string count_or_absent(std::uint64_t value) { return value == 0 ? absent_cell : grouped(value); }
std::string text_or_absent(const std::string& text) { return text.empty() ? absent_cell : text; }
std::string share_of(double part, double whole) { return whole == 0 ? absent_cell : grouped(100 * part / whole, 1); }
std::string percent(std::uint64_t part, std::uint64_t whole) { return share_of(static_cast<double>(part), static_cast<double>(whole)); }

layer_column name_column() {
    return {{"layer", "", true}, [](const layer_report& l) { return l.name; }};
}

layer_column count_column(const char* title, const char* unit, std::uint64_t layer_report::*member) {
    return {{title, unit}, [member](const layer_report& l) { return grouped(l.*member); }};
}

/// The section's title, the table, and a blank line; nothing for a table without rows.
std::string section(const std::string& title, const text_table& table) {
    return table.empty() ? "" : fmt::format("{}\n\n{}\n", title, table.text());
}

template <class Wanted>
text_table layer_table(const report& r, const std::vector<layer_column>& columns, Wanted wanted) {
    std::vector<table_column> headings;
    for (const layer_column& column : columns) headings.push_back(column.heading);
    text_table table(headings);
    const auto add = [&](const layer_report& layer) {
        std::vector<std::string> cells;
        for (const layer_column& column : columns) cells.push_back(column.cell(layer));
        table.add_row(std::move(cells));
    };
    for (const layer_report& layer : r.layers) {
        if (wanted(layer)) add(layer);
    }
    if (table.empty()) return table;
    table.add_rule();
    add(r.total());
    return table;
}

text_table layer_table(const report& r, const std::vector<layer_column>& columns) {
    return layer_table(r, columns, [](const layer_report&) { return true; });
}

double largest(const report& r, const std::function<double(const layer_report&)>& value) {
    double most = 0;
    for (const layer_report& layer : r.layers) most = std::max(most, value(layer));
    return most;
}

// ---- header

std::string entry(const std::string& key, const std::string& value) { return fmt::format("{:<16}{}\n", key, one_line(value)); }

/// Several values under one key, one per line.
std::string entries(const std::string& key, const std::vector<std::string>& values) {
    std::string out;
    for (const std::string& value : values) out += entry(out.empty() ? key : "", value);
    return out;
}

std::string header(const report& r) {
    const scale clock{1e-6, "MHz", decimals_for(r.clock_hz * 1e-6)};
    std::string out = entry("workload", r.workload_source.empty() ? r.workload : fmt::format("{} ({})", r.workload, r.workload_source));
    out += entry("platform", r.platform);
    out += entry("scheme", r.scheme);
    out += entry("array ports", fmt::format("{} x {} bits (weight x activation)", r.array_weight_bits, r.array_activation_bits));
    out += entry("clock", r.clock_hz > 0 ? clock.text(r.clock_hz) + " " + clock.unit : absent_cell);
    out += entry("accumulators", r.accumulator_bits > 0 ? fmt::format("{} bits", r.accumulator_bits) : absent_cell);
    out += entry("seed", fmt::format("{}", r.seed));
    out += entry("mode", r.timing_only ? "timing only: values not computed, nothing checked" : "values computed");
    if (r.batch > 1) out += entry("batch", fmt::format("{} images; what is not said to be per image is of the batch", r.batch));
    out += entry("cost table", r.cost_label.empty() ? text_or_absent(r.cost_table) : fmt::format("{} ({})", r.cost_table, r.cost_label));
    if (!r.cost_mix.empty()) out += entry("costs", r.cost_mix);
    out += entries("not modelled", r.cost_not_modelled);
    out += entries("not simulated", r.not_simulated);
    out += entries("notes", r.notes);
    return out + '\n';
}

// ---- per-layer tables

std::string layers_section(const report& r) {
    const auto shape = [](std::int64_t value) { return count_or_absent(static_cast<std::uint64_t>(value)); };
    const std::vector<layer_column> columns{name_column(),
                                            {{"scheme", "", true}, [](const layer_report& l) { return text_or_absent(l.scheme); }},
                                            {{"unit", "", true}, [](const layer_report& l) { return text_or_absent(l.unit); }},
                                            {{"M", "vectors"}, [shape](const layer_report& l) { return shape(l.m); }},
                                            {{"N", "channels"}, [shape](const layer_report& l) { return shape(l.n); }},
                                            {{"K", "inputs"}, [shape](const layer_report& l) { return shape(l.k); }},
                                            {{"repeat", ""}, [shape](const layer_report& l) { return shape(l.repeat); }},
                                            count_column("MACs", "", &layer_report::macs),
                                            count_column("cycles", "", &layer_report::cycles),
                                            {{"utilization", "%"}, [](const layer_report& l) { return percent(l.split.ideal, l.cycles); }},
                                            {{"exactness", "", true}, [](const layer_report& l) { return to_string(l.check.result); }}};
    std::string out = section("Layers", layer_table(r, columns));
    for (const layer_report& layer : r.layers) {
        if (layer.check.result != exactness::verdict::differs) continue;
        out += fmt::format("differs: {}: {}\n", one_line(layer.name), one_line(layer.check.first_difference));
    }
    return r.passed() ? out : out + '\n';
}

std::string split_section(const report& r) {
    std::vector<layer_column> columns{name_column()};
    for (const counter<slot_split>& part : counters_of<slot_split>) {
        columns.push_back({{part.name, "cycles"}, [&part](const layer_report& l) { return grouped(l.split.*part.count); }});
    }
    columns.push_back(count_column("total", "cycles", &layer_report::cycles));
    text_table table = layer_table(r, columns);
    if (table.empty()) return "";
    const layer_report total = r.total();
    std::vector<std::string> shares{"share, %"};
    for (const counter<slot_split>& part : counters_of<slot_split>) shares.push_back(percent(total.split.*part.count, total.cycles));
    shares.push_back(percent(total.cycles, total.cycles));
    table.add_row(std::move(shares));
    return section("Where the cycles go", table);
}

std::string storage_section(const report& r) {
    const scale dasq = count_scale(largest(r, [](const layer_report& l) { return l.operations.bops_dasq; }));
    const scale uniq = count_scale(largest(r, [](const layer_report& l) { return l.operations.bops_uniq; }));
    const scale qops = count_scale(largest(r, [](const layer_report& l) { return l.operations.qops; }));
    const auto decibel = [](const std::optional<double>& value) { return value ? grouped(*value, 2) : absent_cell; };
    std::vector<layer_column> columns{
        name_column(),
        {{"mapping", "", true}, [](const layer_report& l) { return text_or_absent(l.mapping); }},
        {{"parameters", ""}, [](const layer_report& l) { return count_or_absent(l.parameters); }},
        {{"weights stored", "bits"}, [](const layer_report& l) { return count_or_absent(l.weight_bits_stored); }},
        {{"BOPs (DASQ)", dasq.unit}, [dasq](const layer_report& l) { return dasq.text(measured(l.operations.bops_dasq)); }},
        {{"BOPs (UNIQ)", uniq.unit}, [uniq](const layer_report& l) { return uniq.text(measured(l.operations.bops_uniq)); }},
        {{"QOPS", qops.unit}, [qops](const layer_report& l) { return qops.text(measured(l.operations.qops)); }},
        {{"weight SQNR", "dB"}, [decibel](const layer_report& l) { return decibel(l.weight_sqnr_db); }}};
    const auto has_arithmetic = [](const layer_report& l) { return l.arithmetic_sqnr_db.has_value(); };
    if (std::any_of(r.layers.begin(), r.layers.end(), has_arithmetic)) {
        columns.push_back({{"arithmetic SQNR", "dB"}, [decibel](const layer_report& l) { return decibel(l.arithmetic_sqnr_db); }});
    }
    return section("Mapping, storage and operations", layer_table(r, columns));
}

/// Parts of the network, where its layers' names tell some.
std::string groups_section(const report& r) {
    report parts;
    parts.layers = r.groups();
    if (parts.layers.size() < 2 || parts.layers.size() == r.layers.size()) return "";
    const scale dasq = count_scale(largest(parts, [](const layer_report& l) { return l.operations.bops_dasq; }));
    const scale uniq = count_scale(largest(parts, [](const layer_report& l) { return l.operations.bops_uniq; }));
    const scale qops = count_scale(largest(parts, [](const layer_report& l) { return l.operations.qops; }));
    const double most_uj = 1e-6 * largest(parts, [](const layer_report& l) { return energy_pj_of(l).value_or(0); });
    const scale energy{1e-6, "uJ", decimals_for(most_uj)};
    text_table table({{"group", "", true},
                      {"MACs", ""},
                      {"cycles", ""},
                      {"energy", energy.unit},
                      {"parameters", ""},
                      {"BOPs (DASQ)", dasq.unit},
                      {"BOPs (UNIQ)", uniq.unit},
                      {"QOPS", qops.unit}});
    for (const layer_report& g : parts.layers)
        table.add_row({one_line(g.name), grouped(g.macs), grouped(g.cycles), energy.text(energy_pj_of(g)), count_or_absent(g.parameters),
                       dasq.text(measured(g.operations.bops_dasq)), uniq.text(measured(g.operations.bops_uniq)),
                       qops.text(measured(g.operations.qops))});
    return section("Groups of layers", table);
}

std::string bytes_section(const report& r) {
    const layer_report total = r.total();
    std::vector<layer_column> columns{name_column()};
    for (const auto& [memory, counters] : total.memories) {
        for (const auto member : {&memory_counters::read_bytes, &memory_counters::written_bytes}) {
            const char* verb = member == &memory_counters::read_bytes ? " read" : " written";
            columns.push_back({{to_string(memory) + std::string(verb), "bytes"}, [kind = memory, member](const layer_report& l) {
                                   const auto found = l.memories.find(kind);
                                   return found == l.memories.end() ? absent_cell : grouped(found->second.*member);
                               }});
        }
    }
    return columns.size() == 1 ? "" : section("Bytes moved", layer_table(r, columns));
}

std::string energy_section(const report& r) {
    std::vector<std::string> used;
    for (const auto& [unit, energy] : r.total().energy_pj) used.push_back(unit);
    if (used.empty()) return "";
    const scale unit_of_table = energy_scale(largest(r, [](const layer_report& l) { return l.energy_total_pj(); }));
    // One unit throughout, so that columns compare; decimals follow the column.
    const auto scaled = [&](double largest_pj) {
        scale s = unit_of_table;
        s.decimals = decimals_for(largest_pj * s.factor, 1);
        return s;
    };
    std::vector<layer_column> columns{name_column()};
    for (const std::string& name : in_standard_order(used)) {
        const scale s = scaled(largest(r, [&](const layer_report& l) { return energy_pj_of(l, name).value_or(0); }));
        columns.push_back({{name, s.unit}, [name, s](const layer_report& l) { return s.text(energy_pj_of(l, name)); }});
    }
    const scale sum = scaled(largest(r, [](const layer_report& l) { return l.energy_total_pj(); }));
    columns.push_back({{"total", sum.unit}, [sum](const layer_report& l) { return sum.text(energy_pj_of(l)); }});
    columns.push_back({{"per MAC", "pJ"}, [](const layer_report& l) -> std::string {
                           const std::optional<double> energy = energy_pj_of(l);
                           return !energy || l.macs == 0 ? absent_cell : grouped(*energy / static_cast<double>(l.macs), 3);
                       }});
    text_table table = layer_table(r, columns);
    const layer_report total = r.total();
    std::vector<std::string> shares{"share, %"};
    const double whole = energy_pj_of(total).value_or(0);  // no shares of an unknown whole
    for (const std::string& name : in_standard_order(used)) shares.push_back(share_of(energy_pj_of(total, name).value_or(0), whole));
    shares.push_back(share_of(whole, whole));
    shares.push_back("");
    table.add_row(std::move(shares));
    return section("Energy by unit", table);
}

std::string outlier_section(const report& r) {
    const std::vector<layer_column> columns{
        name_column(),
        {{"assignment", "", true}, [](const layer_report& l) { return text_or_absent(l.outliers.assignment); }},
        {{"listed", ""}, [](const layer_report& l) { return grouped(l.outliers.listed); }},
        {{"stored", ""}, [](const layer_report& l) { return grouped(l.outliers.stored); }},
        {{"of parameters", "%"},
         [](const layer_report& l) -> std::string {
             return l.parameters == 0 ? absent_cell
                                      : grouped(100.0 * static_cast<double>(l.outliers.listed) / static_cast<double>(l.parameters), 3);
         }},
        {{"index each", "bits"}, [](const layer_report& l) { return fmt::format("{}", l.outliers.index_bits); }},
        {{"stream", "bits"}, [](const layer_report& l) { return grouped(l.outliers.stream_bits); }},
        {{"fullest lane of a tile", "outliers"}, [](const layer_report& l) { return grouped(l.outliers.fullest_lane); }}};
    const auto has_stream = [](const layer_report& l) { return l.outliers.listed > 0 || l.outliers.stream_bits > 0; };
    return section("Outliers", layer_table(r, columns, has_stream));
}

// ---- totals

std::string quantity_or_absent(const std::optional<double>& value, double factor, const char* unit) {
    if (!value) return absent_cell;
    return fmt::format("{} {}", grouped(*value * factor, decimals_for(*value * factor)), unit);
}

/// A value of the run, and of one image where it is of several.
std::string batch_entry(const char* key, const report& r, const std::optional<double>& value, double factor, const char* unit) {
    if (r.batch == 1) return entry(key, quantity_or_absent(value, factor, unit));
    return entries(key, {quantity_or_absent(value, factor, unit) + fmt::format(" per batch of {} images", r.batch),
                         quantity_or_absent(per_image(r, value), factor, unit) + " per image"});
}

std::string area_lines(const report& r) {
    if (r.area_um2.empty()) return entry("area", absent_cell);
    const std::optional<double> total = area_um2_of(r);
    const scale s = area_scale(r.total_area_um2());
    std::vector<std::string> used;
    for (const auto& [unit, area] : r.area_um2) used.push_back(unit);
    const bool known = !r.price_origins.empty();  // reports of earlier versions don't say how their prices came about
    std::vector<table_column> headings{{"area by unit", "", true}, {"area", s.unit}, {"share", "%"}};
    if (known) headings.push_back({"price", "", true});
    text_table table(headings);
    const auto row = [&](const std::string& name, const std::optional<double>& area, const std::string& origin) {
        std::vector<std::string> cells{name, s.text(area), share_of(area.value_or(0), total.value_or(0))};
        if (known) cells.push_back(origin);
        table.add_row(std::move(cells));
    };
    for (const std::string& unit : in_standard_order(used)) {
        const auto origin = r.price_origins.find(unit);
        row(unit, r.area_um2.at(unit), origin == r.price_origins.end() ? absent_cell : origin->second);
    }
    table.add_rule();
    row("total", total, "");
    return '\n' + table.text();
}

std::string count_text(const std::optional<double>& count) {
    if (!count) return absent_cell;
    return grouped(*count, *count == std::floor(*count) ? 0 : 1);
}

/// What the chip takes on an FPGA, where the table knows.
std::string fpga_lines(const report& r) {
    if (r.fpga.empty()) return "";
    std::vector<table_column> headings{{"FPGA resources", "", true}};
    std::vector<std::string> used;
    for (const fpga_resource kind : enumerators<fpga_resource>()) headings.push_back({heading_of(kind), ""});
    for (const auto& [unit, part] : r.fpga) used.push_back(unit);
    text_table table(headings);
    const auto row = [&](const std::string& name, const fpga_resources& part) {
        std::vector<std::string> cells{name};
        for (const fpga_resource kind : enumerators<fpga_resource>()) cells.push_back(count_text(part[kind]));
        table.add_row(std::move(cells));
    };
    for (const std::string& unit : in_standard_order(used)) row(unit, r.fpga.at(unit));
    table.add_rule();
    row("total", r.total_fpga());
    return '\n' + table.text() + '\n' + entry("array at most", quantity_or_absent(peak_ops_of(r), 1e-9, "GOP/s")) +
           entry("reached", quantity_or_absent(reached_ops_of(r), 1e-9, "GOP/s"));
}

std::string totals_section(const report& r) {
    const layer_report total = r.total();
    std::string out = "Totals\n\n";
    out += entry("exactness", to_string(total.check.result));
    out += entry("cycles", grouped(total.cycles));
    out += batch_entry("latency", r, latency_s_of(r), 1e3, "ms");
    out += entry("average power", quantity_or_absent(power_w_of(r), 1e3, "mW"));
    out += batch_entry("energy", r, energy_j_of(r), 1e6, r.batch > 1 ? "uJ" : "uJ per inference");
    out += entry("MACs", grouped(total.macs));
    out += entry("BOPs (DASQ)", quantity_or_absent(measured(total.operations.bops_dasq), 1e-9, "G"));
    out += entry("BOPs (UNIQ)", quantity_or_absent(measured(total.operations.bops_uniq), 1e-9, "G"));
    out += entry("QOPS", quantity_or_absent(measured(total.operations.qops), 1e-9, "G"));
    out += entry("parameters", grouped(total.parameters));
    out += entry("weights stored", grouped(total.weight_bits_stored) + " bits, indices and counts included");
    return out + area_lines(r) + fpga_lines(r);
}

std::string configuration_section(const report& r) {
    if (r.configuration.empty()) return "";
    std::string out = "\nConfiguration\n\n" + r.configuration;
    if (out.back() != '\n') out += '\n';
    return out;
}

}  // namespace

// Constants are many and small: they are a line for each memory.
std::string places_to_table(const report& r) {
    if (r.places.empty()) return "";
    text_table table({{"tensor", "", true},
                      {"role", "", true},
                      {"size", "bytes"},
                      {"moved", "bytes"},
                      {"first layer", "", true},
                      {"last layer", "", true},
                      {"scratchpad from", "byte"}});
    placed_bytes_report on_chip, in_dram;
    for (const placed_bytes_report& p : r.places) {
        if (p.role == "constant") {
            placed_bytes_report& sum = p.on_chip_from ? on_chip : in_dram;
            sum.bytes += p.bytes;
            sum.moved_bytes += p.moved_bytes;
            continue;
        }
        table.add_row({one_line(p.name), p.role, grouped(p.bytes), grouped(p.moved_bytes), one_line(p.first), one_line(p.last),
                       p.on_chip_from ? grouped(*p.on_chip_from) : "DRAM"});
    }
    const std::string name = "descriptors, tables, parameters, constants";
    if (on_chip.bytes > 0) table.add_row({name, "constant", grouped(on_chip.bytes), grouped(on_chip.moved_bytes), "", "", "several"});
    if (in_dram.bytes > 0) table.add_row({name, "constant", grouped(in_dram.bytes), grouped(in_dram.moved_bytes), "", "", "DRAM"});
    return section("What stands where", table);
}

std::string to_table(const report& r) {
    return header(r) + layers_section(r) + split_section(r) + bytes_section(r) + places_to_table(r) + energy_section(r) +
           outlier_section(r) + storage_section(r) + groups_section(r) + totals_section(r) + configuration_section(r);
}

}  // namespace symmetree
