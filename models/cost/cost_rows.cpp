#include "models/cost/cost_rows.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

#include "core/enumerators.h"
#include "core/yaml_reader.h"

namespace symmetree {
namespace {

const std::vector<std::string> unit_axes = {"weight_bits", "activation_bits", "lanes"};

template <class Column>
std::vector<std::string> column_words() {
    std::vector<std::string> words;
    for (const Column column : enumerators<Column>()) words.emplace_back(to_string(column));
    return words;
}

const std::vector<std::string> unit_costs = column_words<unit_column>(), memory_costs = column_words<memory_column>();
/// How good a row is, for the reader of the file.
const std::vector<std::string> row_checks = {"residual", "spread", "checked"};
/// As many lanes as a platform may have.
constexpr std::int64_t most_composed_lanes = 64;
const std::vector<std::string> sram_axes = {"capacity_bytes", "port_bits"}, no_columns = {};

bool contains(const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

/// Where each axis and each cost stands in the rows of a section; no place for a cost that it does not have.
struct column_order {
    std::vector<std::string> axes;
    std::vector<std::size_t> axis_places, check_places;
    std::vector<std::optional<std::size_t>> cost_places;
    std::size_t width = 0;
};

/// Columns of a kind of section: all or some of `axes`, some of `costs`, of which the first `together` come together or not at
/// all, and perhaps `checks`.
struct column_names {
    const std::vector<std::string>&axes, &costs, &checks;
    std::size_t together;
    bool all_axes;
};

/// Nothing when `columns` is wrong (reported).
std::optional<column_order> read_columns(yaml_reader& section, const column_names& known) {
    const std::vector<std::string>&axes = known.axes, &costs = known.costs;
    const std::vector<std::string> columns = section.texts("columns");
    column_order order;
    order.width = columns.size();
    bool good = !columns.empty();
    const auto wrong = [&](const std::string& message) {
        section.problem("columns", message);
        good = false;
    };
    for (const std::string& name : columns) {
        if (!contains(axes, name) && !contains(costs, name) && !contains(known.checks, name))
            wrong(fmt::format("no such column: {}; allowed are {} and {}", name, fmt::join(axes, ", "), fmt::join(costs, ", ")));
        if (std::count(columns.begin(), columns.end(), name) > 1) wrong(fmt::format("column given twice: {}", name));
    }
    const auto place = [&](const std::string& name) {
        return static_cast<std::size_t>(std::find(columns.begin(), columns.end(), name) - columns.begin());
    };
    for (const std::string& name : axes) {
        if (contains(columns, name)) {
            order.axes.push_back(name);
            order.axis_places.push_back(place(name));
        } else if (known.all_axes) {
            wrong(fmt::format("missing column: {}", name));
        }
    }
    const auto given = [&](const std::string& name) { return contains(columns, name); };
    const auto end_together = costs.begin() + static_cast<std::ptrdiff_t>(known.together);
    const bool any_together = std::any_of(costs.begin(), end_together, given);
    for (auto name = costs.begin(); any_together && name != end_together; ++name) {
        if (!given(*name)) wrong(fmt::format("missing column: {}", *name));
    }
    if (std::none_of(costs.begin(), costs.end(), given)) wrong(fmt::format("at least one of {}", fmt::join(costs, ", ")));
    for (const std::string& name : costs) {
        const bool has = given(name);
        order.cost_places.push_back(has ? std::optional(place(name)) : std::nullopt);
    }
    for (const std::string& name : known.checks) {
        if (contains(columns, name)) order.check_places.push_back(place(name));
    }
    if (!good) return {};
    return order;
}

template <class T>
std::optional<T> number_in(const YAML::Node& cell) {
    if (!cell.IsScalar()) return {};
    const std::string& text = cell.Scalar();
    T value{};
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure != std::errc() || end != text.data() + text.size()) return {};
    return value;
}

std::string given(const YAML::Node& cell) { return cell.IsScalar() ? fmt::format("'{}'", cell.Scalar()) : "no number"; }

diagnostic at(const YAML::Node& node, const yaml_reader& section, const std::string& message) {
    return {section.file(), node.Mark().line + 1, node.Mark().column + 1, section.path() + ".rows", message};
}

/// Adds one row to the grid or reports what is wrong with it.
void read_row(const YAML::Node& node, const column_order& order, const yaml_reader& section, cost_grid& grid, diagnostics& problems) {
    if (!node.IsSequence() || node.size() != order.width)
        return problems.add(at(node, section, fmt::format("a row is a list of {} numbers, one per column", order.width)));
    const std::vector<YAML::Node> cells(node.begin(), node.end());
    cost_grid::point point;
    cost_grid::row costs;
    for (std::size_t i = 0; i < order.axes.size(); ++i) {
        const YAML::Node& cell = cells[order.axis_places[i]];
        const auto value = number_in<std::int64_t>(cell);
        if (!value || *value < 1)
            return problems.add(at(cell, section, fmt::format("{}: a whole number of at least 1, given {}", order.axes[i], given(cell))));
        point.push_back(*value);
    }
    const auto cost = [&](std::size_t place) {
        const YAML::Node& cell = cells[place];
        const auto value = number_in<double>(cell);
        if (value && std::isfinite(*value) && *value >= 0) return value;
        problems.add(at(cell, section, fmt::format("a cost is a finite number of at least 0, given {}", given(cell))));
        return std::optional<double>();
    };
    for (const std::optional<std::size_t>& place : order.cost_places) {
        const std::optional<double> value = place ? cost(*place) : std::numeric_limits<double>::quiet_NaN();
        if (!value) return;
        costs.push_back(*value);
    }
    for (const std::size_t place : order.check_places) cost(place);
    const std::string text = grid.text(point);
    if (!grid.add(std::move(point), std::move(costs)))
        problems.add(at(node, section, text.empty() ? "a second row, but no column tells rows apart" : "a second row for " + text));
}

/// Reads `columns` and `rows` of a section into a complete grid.
cost_grid read_grid(yaml_reader& section, const column_names& known, diagnostics& problems) {
    const auto order = read_columns(section, known);
    const YAML::Node rows = section.raw("rows");
    cost_grid grid(order ? order->axes : std::vector<std::string>{});
    if (!rows.IsDefined() || !rows.IsSequence() || rows.size() == 0) {
        section.problem("rows", "a list of at least one row");
        return grid;
    }
    if (!order) return grid;
    const std::size_t before = problems.problems().size();
    for (const YAML::Node& row : rows) read_row(row, *order, section, grid, problems);
    if (problems.problems().size() == before) {
        if (const auto gap = grid.gap()) section.problem("rows", "rows must fill their grid; there is none for " + grid.text(*gap));
    }
    return grid;
}

/// The energies of a unit, up to its leakage, only make sense together.
constexpr std::size_t energies_of_unit = std::size_t(unit_column::leakage) + 1;
const column_names unit_columns{unit_axes, unit_costs, row_checks, energies_of_unit, false};

std::set<activation_class> read_classes(yaml_reader& section) {
    std::set<activation_class> classes;
    for (const std::string& name : section.texts("classes")) {
        bool known = false;
        for (const activation_class c : enumerators<activation_class>()) {
            if (name == to_string(c)) known = classes.insert(c).second;
        }
        if (!known) section.problem("classes", fmt::format("relu, gelu and dense, each once, given '{}'", name));
    }
    if (classes.empty()) section.problem("classes", "at least one of relu, gelu, dense");
    return classes;
}

void read_streams(yaml_reader& section, unit_rows& rows) {
    for (const std::string& name : section.texts("streams")) {
        if (name == "dense")
            rows.dense_stream = true;
        else if (name == "outlier")
            rows.outlier_stream = true;
        else
            section.problem("streams", fmt::format("dense and outlier, given '{}'", name));
    }
    if (!rows.dense_stream && !rows.outlier_stream) section.problem("streams", "at least one of dense, outlier");
}

/// True when some key would find rows in both.
bool overlap(const unit_rows& a, const unit_rows& b) {
    if (a.unit != b.unit || !((a.dense_stream && b.dense_stream) || (a.outlier_stream && b.outlier_stream))) return false;
    return std::any_of(a.classes.begin(), a.classes.end(), [&](activation_class c) { return b.classes.count(c) > 0; });
}

/// Where a number comes from and how it was scaled stands in the file, for its reader; the program only asks that it does.
void require_provenance(yaml_reader& section) {
    for (const char* key : {"rule", "source"}) {
        if (section.text(key).empty() && section.has(key)) section.problem(key, "must not be empty");
    }
}

/// What the rows say of themselves; only words for rows, not for what is made from them.
price_origin read_origin(yaml_reader& section) {
    return section.choice<price_origin>("origin",
                                        {{to_string(price_origin::published), price_origin::published},
                                         {to_string(price_origin::synthesised), price_origin::synthesised},
                                         {to_string(price_origin::mixed), price_origin::mixed}},
                                        price_origin::row);
}

/// `composed_lanes: N`: beyond the rows' lanes and up to N costs are composed.
void read_composition(yaml_reader& section, unit_rows& rows, const diagnostics& problems) {
    rows.composed_lanes = section.integer("composed_lanes", 0, most_composed_lanes, 0);
    if (rows.composed_lanes == 0 || !problems.empty()) return;
    rows.composed = lane_composition::fit(rows.grid);
    if (!rows.composed)
        section.problem(
            "composed_lanes",
            "rows of weight_bits, activation_bits and lanes that determine six coefficients are wanted, costs all 0 or all above");
}

void read_unit(yaml_reader& section, cost_rows& table, diagnostics& problems) {
    std::vector<std::pair<std::string, unit_kind>> names;
    for (const unit_kind unit : enumerators<unit_kind>()) names.emplace_back(to_string(unit), unit);
    unit_rows rows{section.choice<unit_kind>("unit", names), {}, false, false, cost_grid({}), {}, 0, {}};
    if (table.absent.count(rows.unit) > 0) section.problem("unit", "the table calls this unit absent");
    require_provenance(section);
    rows.classes = read_classes(section);
    read_streams(section, rows);
    rows.origin = read_origin(section);
    rows.grid = read_grid(section, unit_columns, problems);
    read_composition(section, rows, problems);
    section.finish();
    if (problems.empty() &&
        std::any_of(table.units.begin(), table.units.end(), [&](const unit_rows& other) { return overlap(rows, other); }))
        section.problem("unit", "a second section for the same unit, class and stream");
    table.units.push_back(std::move(rows));
}

/// Units that the table says it has no rows for.
void read_absent(yaml_reader& table, std::set<unit_kind>& absent) {
    for (const std::string& name : table.texts("absent", false)) {
        const auto& units = enumerators<unit_kind>();
        const auto unit = std::find_if(units.begin(), units.end(), [&](unit_kind u) { return name == to_string(u); });
        if (unit == units.end())
            table.problem("absent", fmt::format("names of units, given '{}'", name));
        else
            absent.insert(*unit);
    }
}

void read_overhead(yaml_reader& table, cost_rows& rows) {
    if (!table.has("overhead")) return;
    yaml_reader section = table.map("overhead");
    rows.overhead = overhead_shares{section.number("area", 0, 10), section.number("energy", 0, 10)};
    require_provenance(section);
    section.finish();
}

/// The kinds of DRAM that a section prices: the one that it names, or all of them.
std::vector<dram_kind> kinds_of(yaml_reader& section) {
    const auto& all = enumerators<dram_kind>();
    if (!section.has("kind")) return {all.begin(), all.end()};
    std::vector<std::pair<std::string, dram_kind>> names;
    for (const dram_kind kind : all) names.emplace_back(to_string(kind), kind);
    return {section.choice<dram_kind>("kind", names)};
}

/// The wires between the banks of a memory: one number.
void read_wires(yaml_reader& section, cost_rows& table) {
    require_provenance(section);
    const double cost = section.number("pj_per_bit_mm", 0, 1000);
    section.finish();
    if (table.wire_pj_per_bit_mm) section.problem("memory", "a second section for the same memory");
    table.wire_pj_per_bit_mm = cost;
}

enum class memory_section { sram, dram, wire };

void read_memory(yaml_reader& section, cost_rows& table, diagnostics& problems) {
    const auto of = section.choice<memory_section>(
        "memory", {{"sram", memory_section::sram}, {"dram", memory_section::dram}, {"wire", memory_section::wire}});
    if (of == memory_section::wire) return read_wires(section, table);
    const bool external = of == memory_section::dram;
    require_provenance(section);
    const std::vector<dram_kind> kinds = external ? kinds_of(section) : std::vector<dram_kind>{};
    const price_origin origin = read_origin(section);
    const memory_rows rows{
        read_grid(section, {external ? no_columns : sram_axes, memory_costs, no_columns, memory_costs.size(), true}, problems), origin};
    section.finish();
    const auto again = [&] { section.problem("memory", "a second section for the same memory"); };
    for (const dram_kind kind : kinds)
        if (!table.dram.emplace(kind, rows).second) again();
    if (external) return;
    if (!table.sram.grid.empty()) again();
    table.sram = rows;
}

/// A circuit that is no unit of the simulator, for comparison: read for its form only.
void read_circuit(yaml_reader& section, diagnostics& problems) {
    section.text("circuit");
    require_provenance(section);
    read_grid(section, unit_columns, problems);
    section.finish();
}

cost_rows rows_of(const YAML::Node& document, const std::string& file) {
    diagnostics problems;
    yaml_reader reader(document, file, "", problems);
    cost_rows table;
    if (reader.valid()) {
        table.name = reader.text("name");
        table.label = reader.text("label");
        reader.texts("primitives", false);
        table.provenance = reader.texts("provenance", false);
        table.not_modelled = reader.texts("not_modelled");
        read_absent(reader, table.absent);
        read_overhead(reader, table);
        for (yaml_reader& section : reader.maps("units")) read_unit(section, table, problems);
        for (yaml_reader& section : reader.maps("circuits", false)) read_circuit(section, problems);
        for (yaml_reader& section : reader.maps("memories")) read_memory(section, table, problems);
        if (table.units.empty() && reader.has("units")) reader.problem("units", "a list of at least one section");
        if (problems.empty() && table.sram.grid.empty() != table.dram.empty())
            reader.problem("memories", fmt::format("a section for {} is missing", table.sram.grid.empty() ? "sram" : "dram"));
        reader.finish();
    }
    problems.throw_if_any();
    return table;
}

}  // namespace

bool unit_rows::composes(const cost_grid::point& at) const {
    if (!composed || at[2] <= grid.axis(2).back() || at[2] > composed_lanes) return false;
    return grid.covers({at[0], at[1], grid.axis(2).back()});
}

cost_grid::row unit_rows::at(const cost_grid::point& at) const {
    if (!composes(at)) return grid.at(at);
    cost_grid::row costs = composed->at(at);
    costs[static_cast<std::size_t>(unit_column::delay)] = std::numeric_limits<double>::quiet_NaN();
    return costs;
}

std::string unit_rows::range() const {
    return composed ? fmt::format("{}, composed to {} lanes", grid.range(), composed_lanes) : grid.range();
}

cost_rows read_cost_rows(const std::string& path) { return rows_of(load_yaml(path), path); }

cost_rows parse_cost_rows(const std::string& yaml, const std::string& file_name) { return rows_of(parse_yaml(yaml, file_name), file_name); }

}  // namespace symmetree
