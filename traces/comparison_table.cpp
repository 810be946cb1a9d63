// The comparison for reading. Layout: docs/report-format.md, "Comparison table".

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <map>

#include "traces/measures.h"
#include "traces/numbers.h"
#include "traces/text_table.h"
#include "traces/writers.h"

namespace symmetree {

namespace {

/// A run with what the tables derive from it, computed once.
struct compared_run {
    const report* run;
    layer_report total;
    std::optional<double> latency_s, energy_j, power_w, area_um2;
    run_ratios ratios;
    bool is_baseline;
};

struct run_column {
    table_column heading;
    std::function<std::string(const compared_run&)> cell;
};

std::vector<compared_run> runs_of(const comparison& c) {
    std::vector<compared_run> runs;
    for (std::size_t i = 0; i < c.runs.size(); ++i) {
        const report& r = c.runs[i];
        runs.push_back(
            {&r, r.total(), latency_s_of(r), energy_j_of(r), power_w_of(r), area_um2_of(r), ratios_of(c, i), baseline_of(c, i) == i});
    }
    return runs;
}

std::string run_table(const std::string& title, const std::vector<compared_run>& runs, const std::vector<run_column>& columns) {
    std::vector<table_column> headings;
    for (const run_column& column : columns) headings.push_back(column.heading);
    text_table table(headings);
    for (const compared_run& run : runs) {
        std::vector<std::string> cells;
        for (const run_column& column : columns) cells.push_back(column.cell(run));
        table.add_row(std::move(cells));
    }
    return fmt::format("{}\n\n{}\n", title, table.text());
}

template <class Value>
double largest(const std::vector<compared_run>& runs, Value value) {
    double most = 0;
    for (const compared_run& run : runs) most = std::max(most, value(run).value_or(0));
    return most;
}

/// A column of one derived value in a fixed unit, or in the unit that `unit` already settled.
template <class Value>
run_column value_column(const std::vector<compared_run>& runs, const char* title, scale unit, Value value) {
    unit.decimals = decimals_for(largest(runs, value) * unit.factor);
    return {{title, unit.unit}, [unit, value](const compared_run& run) { return unit.text(value(run)); }};
}

run_column ratio_column(const char* title, std::optional<double> run_ratios::*member) {
    return {{title, "/ base"}, [member](const compared_run& run) {
                const std::optional<double>& value = run.ratios.*member;
                return value ? grouped(*value, 3) : absent_cell;
            }};
}

/// The columns that tell the runs apart; the workload only where there are several.
std::vector<run_column> run_names(const std::vector<compared_run>& runs) {
    std::vector<run_column> columns;
    const auto other = [&](const compared_run& run) { return run.run->workload != runs.front().run->workload; };
    if (std::any_of(runs.begin(), runs.end(), other)) {
        columns.push_back({{"workload", "", true}, [](const compared_run& run) { return run.run->workload; }});
    }
    columns.push_back({{"platform", "", true}, [](const compared_run& run) { return run.run->platform + (run.is_baseline ? " *" : ""); }});
    columns.push_back({{"scheme", "", true}, [](const compared_run& run) { return run.run->scheme; }});
    columns.push_back({{"array", "W x A"}, [](const compared_run& run) {
                           return fmt::format("{} x {}", run.run->array_weight_bits, run.run->array_activation_bits);
                       }});
    return columns;
}

/// Under the results: what a range of widths asked for and a platform can't have.
std::string left_out_lines(const comparison& c) {
    std::string out;
    for (const std::string& line : c.left_out) out += fmt::format("{:<16}{}\n", out.empty() ? "left out" : "", one_line(line));
    return out.empty() ? out : out + '\n';
}

bool has_batches(const std::vector<compared_run>& runs) {
    return std::any_of(runs.begin(), runs.end(), [](const compared_run& run) { return run.run->batch > 1; });
}

std::string results_section(const std::vector<compared_run>& runs) {
    const auto bops = [](const compared_run& run) { return measured(run.total.operations.bops_dasq); };
    const auto area = [](const compared_run& run) { return run.area_um2; };
    std::vector<run_column> columns = run_names(runs);
    columns.push_back({{"exactness", "", true}, [](const compared_run& run) { return to_string(run.total.check.result); }});
    columns.push_back({{"cycles", ""}, [](const compared_run& run) { return grouped(run.total.cycles); }});
    columns.push_back(value_column(runs, "latency", {1e3, "ms"}, [](const compared_run& run) { return run.latency_s; }));
    columns.push_back(value_column(runs, "power", {1e3, "mW"}, [](const compared_run& run) { return run.power_w; }));
    columns.push_back(value_column(runs, "energy", {1e6, "uJ"}, [](const compared_run& run) { return run.energy_j; }));
    if (has_batches(runs)) {
        columns.push_back({{"batch", "images"}, [](const compared_run& run) { return fmt::format("{}", run.run->batch); }});
        columns.push_back(value_column(runs, "latency per image", {1e3, "ms"},
                                       [](const compared_run& run) { return per_image(*run.run, run.latency_s); }));
        columns.push_back(
            value_column(runs, "energy per image", {1e6, "uJ"}, [](const compared_run& run) { return per_image(*run.run, run.energy_j); }));
    }
    columns.push_back(value_column(runs, "area", area_scale(largest(runs, area)), area));
    columns.push_back(value_column(runs, "BOPs (DASQ)", count_scale(largest(runs, bops)), bops));
    columns.push_back({{"weights stored", "bits"}, [](const compared_run& run) -> std::string {
                           return run.total.weight_bits_stored == 0 ? absent_cell : grouped(run.total.weight_bits_stored);
                       }});
    columns.push_back(ratio_column("latency", &run_ratios::latency));
    columns.push_back(ratio_column("energy", &run_ratios::energy));
    columns.push_back(ratio_column("power", &run_ratios::power));
    columns.push_back(ratio_column("area", &run_ratios::area));
    return run_table("Results", runs, columns);
}

std::string share_of_cycles(const compared_run& run, std::uint64_t slots) {
    if (run.total.cycles == 0) return absent_cell;
    return grouped(100.0 * static_cast<double>(slots) / static_cast<double>(run.total.cycles), 1);
}

std::string split_section(const std::vector<compared_run>& runs) {
    std::vector<run_column> columns = run_names(runs);
    for (const counter<slot_split>& part : counters_of<slot_split>) {
        columns.push_back(
            {{part.name, "%"}, [&part](const compared_run& run) { return share_of_cycles(run, run.total.split.*part.count); }});
    }
    return run_table("Where the cycles go", runs, columns);
}

/// Sparse lanes of the platform that ran; absent where the report has no counters.
std::string sparse_lanes(const layer_report& total) {
    for (const auto& [key, counters] : total.units) {
        if (key.unit == unit_kind::sparse_lane) return grouped(counters.instances);
    }
    return absent_cell;
}

/// SQNR of a run's weight codes against their floats, layer by layer, from the worst up; attention products have none.
std::vector<std::pair<double, std::string>> weight_sqnrs(const compared_run& run) {
    std::vector<std::pair<double, std::string>> sqnrs;
    for (const layer_report& layer : run.run->layers) {
        if (layer.weight_sqnr_db) sqnrs.emplace_back(*layer.weight_sqnr_db, layer.name);
    }
    std::sort(sqnrs.begin(), sqnrs.end());
    return sqnrs;
}

/// What the formats lose before any arithmetic. The median of an even count is the upper of the middle two.
std::string weight_error_section(const std::vector<compared_run>& runs) {
    const auto has_error = [](const compared_run& run) { return !weight_sqnrs(run).empty(); };
    if (std::none_of(runs.begin(), runs.end(), has_error)) return "";
    const auto of_layers = [has_error](auto pick) {
        return [has_error, pick](const compared_run& run) -> std::string { return has_error(run) ? pick(weight_sqnrs(run)) : absent_cell; };
    };
    std::vector<run_column> columns = run_names(runs);
    columns.push_back({{"median SQNR", "dB"}, of_layers([](const auto& sqnrs) { return grouped(sqnrs[sqnrs.size() / 2].first, 2); })});
    columns.push_back({{"least SQNR", "dB"}, of_layers([](const auto& sqnrs) { return grouped(sqnrs.front().first, 2); })});
    columns.push_back({{"layer of the least", "", true}, of_layers([](const auto& sqnrs) { return sqnrs.front().second; })});
    return run_table("Weights against their floats, over the layers", runs, columns);
}

/// The runs that have outliers: how they are stored, spread over the sparse lanes, and what they cost in time.
std::string outlier_section(const std::vector<compared_run>& runs) {
    std::vector<compared_run> with_outliers;
    std::copy_if(runs.begin(), runs.end(), std::back_inserter(with_outliers),
                 [](const compared_run& run) { return run.total.outliers.listed > 0 || run.total.outliers.stream_bits > 0; });
    if (with_outliers.empty()) return "";
    std::vector<run_column> columns = run_names(runs);
    columns.push_back({{"stored", "outliers"}, [](const compared_run& run) { return grouped(run.total.outliers.stored); }});
    columns.push_back({{"index each", "bits"}, [](const compared_run& run) { return fmt::format("{}", run.total.outliers.index_bits); }});
    columns.push_back({{"stream", "bits"}, [](const compared_run& run) { return grouped(run.total.outliers.stream_bits); }});
    columns.push_back({{"assignment", "", true}, [](const compared_run& run) {
                           return run.total.outliers.assignment.empty() ? absent_cell : run.total.outliers.assignment;
                       }});
    columns.push_back({{"sparse lanes", ""}, [](const compared_run& run) { return sparse_lanes(run.total); }});
    columns.push_back(
        {{"fullest lane of a tile", "outliers"}, [](const compared_run& run) { return grouped(run.total.outliers.fullest_lane); }});
    columns.push_back({{"cycles lost", "%"}, [](const compared_run& run) { return share_of_cycles(run, run.total.split.outlier); }});
    return run_table("Outliers", with_outliers, columns);
}

/// One column per unit in a common unit; `parts` gives a run's values by unit name.
template <class Parts>
std::string by_unit(const char* title, const std::vector<compared_run>& runs, const scale& unit, Parts parts) {
    std::map<std::string, double> most;
    for (const compared_run& run : runs) {
        for (const auto& [name, value] : parts(run)) most[name] = std::max(most[name], value.value_or(0));
    }
    if (most.empty()) return "";
    std::vector<std::string> used;
    for (const auto& [name, value] : most) used.push_back(name);
    std::vector<run_column> columns = run_names(runs);
    for (const std::string& name : in_standard_order(used)) {
        columns.push_back(value_column(runs, name.c_str(), unit, [name, parts](const compared_run& run) -> std::optional<double> {
            const std::map<std::string, std::optional<double>>& values = parts(run);
            const auto found = values.find(name);
            if (found == values.end()) return {};
            return found->second;
        }));
    }
    return run_table(title, runs, columns);
}

std::string units_sections(const std::vector<compared_run>& runs) {
    const double most_area = largest(runs, [](const compared_run& run) { return std::optional(run.run->total_area_um2()); });
    return by_unit(
               "Where the energy goes", runs, {1e-6, "uJ"}, [](const compared_run& run) -> const auto& { return run.total.energy_pj; }) +
           by_unit(
               "Where the area goes", runs, area_scale(most_area),
               [](const compared_run& run) -> const auto& { return run.run->area_um2; });
}

/// The runs that a table of FPGA resources priced.
std::string fpga_section(const std::vector<compared_run>& runs) {
    std::vector<compared_run> priced;
    std::copy_if(runs.begin(), runs.end(), std::back_inserter(priced), [](const compared_run& run) { return !run.run->fpga.empty(); });
    if (priced.empty()) return "";
    std::vector<run_column> columns = run_names(runs);
    for (const fpga_resource kind : enumerators<fpga_resource>())
        columns.push_back({{heading_of(kind), ""}, [kind](const compared_run& run) {
                               const std::optional<double> count = run.run->total_fpga()[kind];
                               return count ? grouped(*count, kind == fpga_resource::block_rams ? 1 : 0) : absent_cell;
                           }});
    columns.push_back({{"clock", "MHz"},
                       [](const compared_run& run) { return grouped(run.run->clock_hz * 1e-6, decimals_for(run.run->clock_hz * 1e-6)); }});
    const auto giga = [](const std::optional<double>& ops) { return ops ? grouped(*ops * 1e-9, 2) : absent_cell; };
    columns.push_back({{"array at most", "GOP/s"}, [giga](const compared_run& run) { return giga(peak_ops_of(*run.run)); }});
    columns.push_back({{"reached", "GOP/s"}, [giga](const compared_run& run) { return giga(reached_ops_of(*run.run)); }});
    return run_table("FPGA resources", priced, columns);
}

/// Lines that every run gives are written once; the others name their platforms.
std::string common_lines(const std::string& key, const std::vector<compared_run>& runs,
                         const std::function<std::vector<std::string>(const report&)>& lines) {
    std::vector<std::string> order;
    std::map<std::string, std::vector<std::string>> who;
    for (const compared_run& run : runs) {
        for (const std::string& line : lines(*run.run)) {
            if (who.count(line) == 0) order.push_back(line);
            std::vector<std::string>& names = who[line];
            const std::string name = fmt::format("{} {}x{}", run.run->platform, run.run->array_weight_bits, run.run->array_activation_bits);
            if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
        }
    }
    std::map<std::string, bool> everywhere;
    for (const std::string& line : order) {
        everywhere[line] = std::all_of(runs.begin(), runs.end(), [&](const compared_run& run) {
            const std::vector<std::string> own = lines(*run.run);
            return std::find(own.begin(), own.end(), line) != own.end();
        });
    }
    std::string out;
    for (const std::string& line : order) {
        const std::string from = everywhere[line] ? "" : fmt::format("[{}] ", fmt::join(who[line], ", "));
        out += fmt::format("{:<16}{}\n", out.empty() ? key : "", one_line(from + line));
    }
    return out;
}

std::string header(const comparison& c, const std::vector<compared_run>& runs) {
    std::string out = common_lines("workload", runs, [](const report& r) { return std::vector<std::string>{r.workload}; });
    out += common_lines("clock", runs, [](const report& r) {
        if (r.clock_hz <= 0) return std::vector<std::string>{};
        return std::vector<std::string>{grouped(r.clock_hz * 1e-6, decimals_for(r.clock_hz * 1e-6)) + " MHz"};
    });
    out += common_lines("accumulators", runs, [](const report& r) {
        return r.accumulator_bits > 0 ? std::vector<std::string>{fmt::format("{} bits", r.accumulator_bits)} : std::vector<std::string>{};
    });
    out += common_lines("seed", runs, [](const report& r) { return std::vector<std::string>{fmt::format("{}", r.seed)}; });
    out += common_lines("mode", runs, [](const report& r) {
        return std::vector<std::string>{r.timing_only ? "timing only: values not computed, nothing checked" : "values computed"};
    });
    out += common_lines("batch", runs, [](const report& r) {
        return r.batch > 1 ? std::vector<std::string>{fmt::format("{} images; what is not said to be per image is of the batch", r.batch)}
                           : std::vector<std::string>{};
    });
    const bool found = std::any_of(runs.begin(), runs.end(), [](const compared_run& run) { return run.is_baseline; });
    out += fmt::format("{:<16}{}{}\n\n", "baseline", one_line(c.baseline), found ? " (*)" : " (not among the runs: no ratios)");
    return out;
}

/// "synthesised: mac_tree, sparse_lane", a line per origin.
std::vector<std::string> units_by_origin(const report& r) {
    std::map<std::string, std::vector<std::string>> units;
    for (const auto& [unit, origin] : r.price_origins) units[origin].push_back(unit);
    std::vector<std::string> lines;
    for (const auto& [origin, names] : units) lines.push_back(fmt::format("{}: {}", origin, fmt::join(in_standard_order(names), ", ")));
    return lines;
}

std::string footer(const std::vector<compared_run>& runs) {
    std::string out = common_lines("cost table", runs, [](const report& r) {
        if (r.cost_table.empty()) return std::vector<std::string>{"none: no energy, power or area"};
        return std::vector<std::string>{r.cost_label.empty() ? r.cost_table : fmt::format("{} ({})", r.cost_table, r.cost_label)};
    });
    out += common_lines("costs", runs, [](const report& r) {
        return r.cost_mix.empty() ? std::vector<std::string>{} : std::vector<std::string>{r.cost_mix};
    });
    out += common_lines("prices", runs, units_by_origin);
    out += common_lines("not modelled", runs, [](const report& r) { return r.cost_not_modelled; });
    out += common_lines("not simulated", runs, [](const report& r) { return r.not_simulated; });
    out += common_lines("notes", runs, [](const report& r) { return r.notes; });
    out += common_lines("differs", runs, [](const report& r) {
        return r.passed() ? std::vector<std::string>{} : std::vector<std::string>{r.total().check.first_difference};
    });
    return out;
}

}  // namespace

std::string to_table(const comparison& c) {
    const std::vector<compared_run> runs = runs_of(c);
    return header(c, runs) + results_section(runs) + left_out_lines(c) + split_section(runs) + outlier_section(runs) +
           weight_error_section(runs) + units_sections(runs) + fpga_section(runs) + footer(runs);
}

}  // namespace symmetree
