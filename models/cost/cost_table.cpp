#include "models/cost/cost_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "core/error.h"
#include "models/cost/cost_rows.h"

namespace symmetree {
namespace {

namespace fs = std::filesystem;

bool is_path(const std::string& text) {
    const auto ends_with = [&](const std::string& end) {
        return text.size() > end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
    };
    return text.find('/') != std::string::npos || ends_with(".yaml") || ends_with(".yml");
}

std::vector<std::string> shipped_names(const std::string& directory) {
    std::vector<std::string> names;
    std::error_code failure;
    for (const auto& entry : fs::directory_iterator(directory, failure)) {
        if (entry.path().extension() == ".yaml") names.push_back(entry.path().stem().string());
    }
    std::sort(names.begin(), names.end());
    return names;
}

cost_grid::point point_of(const unit_key& key, const cost_grid& grid) {
    cost_grid::point at;
    for (const std::string& axis : grid.axis_names())
        at.push_back(axis == "weight_bits" ? key.held_bits : axis == "activation_bits" ? key.activation_bits : key.extent);
    return at;
}

/// A number of a row, with its unit; absent where the row has none.
template <class Quantity>
std::optional<Quantity> present(double value) {
    if (std::isnan(value)) return {};
    return Quantity(value);
}

std::vector<std::string> names_of(const std::map<dram_kind, memory_rows>& priced) {
    std::vector<std::string> names;
    for (const auto& [kind, rows] : priced) names.emplace_back(to_string(kind));
    return names;
}

/// Banks side by side: docs/cost-model.md, "Banks".
memory_cost banked(memory_cost bank, int banks, double wire_pj_per_bit_mm) {
    const double area_um2 = bank.area->value * banks;
    const double way_mm = 1e-3 * (std::sqrt(area_um2) - std::sqrt(bank.area->value));
    const picojoule wires(wire_pj_per_bit_mm * way_mm);
    return {*bank.read_per_bit + wires, *bank.write_per_bit + wires, *bank.leakage * double(banks), square_micrometre(area_um2)};
}

[[noreturn]] void refuse(const std::string& file, const std::string& field, const std::string& message) {
    throw input_error(diagnostic{file, 0, 0, field, message});
}

}  // namespace

cost_table cost_table::load(const std::string& name_or_path, const std::string& shipped_directory) {
    std::string path = name_or_path;
    if (!is_path(name_or_path)) {
        path = (fs::path(shipped_directory) / (name_or_path + ".yaml")).string();
        if (!fs::exists(path))
            refuse(
                "", "cost_table",
                fmt::format("a path or one of {} is wanted, given '{}'", fmt::join(shipped_names(shipped_directory), ", "), name_or_path));
    }
    return cost_table(std::make_shared<const cost_rows>(read_cost_rows(path)), path);
}

cost_table cost_table::parse(const std::string& yaml, const std::string& file_name) {
    return cost_table(std::make_shared<const cost_rows>(parse_cost_rows(yaml, file_name)), file_name);
}

const std::optional<overhead_shares>& cost_table::overhead() const { return rows_->overhead; }
const std::string& cost_table::name() const { return rows_->name; }
const std::string& cost_table::label() const { return rows_->label; }
const std::vector<std::string>& cost_table::not_modelled() const { return rows_->not_modelled; }
const std::vector<std::string>& cost_table::provenance() const { return rows_->provenance; }

std::string cost_table::mix() const {
    const std::string mark = "mix: ";
    for (const std::string& line : rows_->provenance)
        if (line.compare(0, mark.size(), mark) == 0) return line.substr(mark.size());
    return "";
}

std::pair<const unit_rows*, cost_grid::point> cost_table::place_of(const unit_key& key) const {
    const std::string name = to_string(key.unit);
    const auto rows = std::find_if(rows_->units.begin(), rows_->units.end(), [&](const unit_rows& r) { return r.serves(key); });
    if (rows == rows_->units.end())
        refuse(file_, name,
               fmt::format("no rows for {} activations and the {} stream", to_string(key.input), key.sparse ? "outlier" : "dense"));
    const cost_grid::point at = point_of(key, rows->grid);
    if (!rows->covers(at))
        refuse(
            file_, name,
            fmt::format("no cost for {} ({} activations); the table covers {}", rows->grid.text(at), to_string(key.input), rows->range()));
    return {&*rows, at};
}

unit_cost cost_table::unit(const unit_key& key) const {
    if (rows_->absent.count(key.unit) > 0) return {};
    const auto [rows, at] = place_of(key);
    const cost_grid::row row = rows->at(at);
    const auto cost = [&](unit_column column) { return row[static_cast<std::size_t>(column)]; };
    return {present<picojoule>(cost(unit_column::held)),
            present<picojoule>(cost(unit_column::load)),
            present<picojoule>(cost(unit_column::clock)),
            present<microwatt>(cost(unit_column::leakage)),
            present<square_micrometre>(cost(unit_column::area)),
            present<double>(cost(unit_column::delay)),
            present<double>(cost(unit_column::luts)),
            present<double>(cost(unit_column::flip_flops)),
            present<double>(cost(unit_column::carries)),
            present<double>(cost(unit_column::dsps))};
}

bool cost_table::has(const unit_key& key) const {
    return std::any_of(rows_->units.begin(), rows_->units.end(),
                       [&](const unit_rows& r) { return r.serves(key) && r.covers(point_of(key, r.grid)); });
}

std::optional<price_origin> cost_table::origin(const unit_key& key) const {
    if (rows_->absent.count(key.unit) > 0) return {};
    const auto [rows, at] = place_of(key);
    return rows->origin_of(at);
}

std::pair<const memory_rows*, cost_grid::point> cost_table::place_of(memory_kind kind, const priced_memory& of) const {
    const bool external = !is_on_chip(kind);
    const auto priced = rows_->dram.find(of.external);
    if (external && priced == rows_->dram.end())
        refuse(file_, to_string(kind),
               fmt::format("no cost for {}; the table covers {}", to_string(of.external), fmt::join(names_of(rows_->dram), ", ")));
    const memory_rows& rows = external ? priced->second : rows_->sram;
    // Beyond 2^62 bytes the sign would turn; no table reaches there.
    const auto size = static_cast<std::int64_t>(std::min(ceil_div(of.capacity.value, std::uint64_t(of.banks)), std::uint64_t{1} << 62));
    const cost_grid::point at = external ? cost_grid::point{} : cost_grid::point{size, of.port_bits};
    if (!rows.grid.covers(at))
        refuse(
            file_, to_string(kind),
            fmt::format("no cost for {}{}; the table covers {}", of.banks > 1 ? "banks of " : "", rows.grid.text(at), rows.grid.range()));
    return {&rows, at};
}

std::optional<price_origin> cost_table::origin(memory_kind kind, const priced_memory& of) const {
    if (rows_->sram.grid.empty()) return {};
    const auto [rows, at] = place_of(kind, of);
    return rows->origin_of(at);
}

memory_cost cost_table::memory(memory_kind kind, const priced_memory& of) const {
    if (rows_->sram.grid.empty()) return {};
    const auto [rows, at] = place_of(kind, of);
    const cost_grid::row row = rows->grid.at(at);
    const auto cost = [&](memory_column column) { return row[static_cast<std::size_t>(column)]; };
    const memory_cost bank{present<picojoule>(cost(memory_column::read)), present<picojoule>(cost(memory_column::write)),
                           present<microwatt>(cost(memory_column::leakage)), present<square_micrometre>(cost(memory_column::area))};
    if (of.banks == 1) return bank;
    if (!rows_->wire_pj_per_bit_mm)
        refuse(file_, to_string(kind), fmt::format("no cost for {} banks: the table has no memory section wire", of.banks));
    return banked(bank, of.banks, *rows_->wire_pj_per_bit_mm);
}

}  // namespace symmetree
