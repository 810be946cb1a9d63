#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/activation_class.h"
#include "core/counters.h"
#include "core/dram_kind.h"
#include "models/cost/cost_grid.h"
#include "models/cost/lane_composition.h"
#include "models/cost/price_origin.h"

namespace symmetree {

/// Rows of one unit for some activation classes and streams; axes are any of weight_bits, activation_bits, lanes.
/// Costs by unit_column; a column that the table does not have is not a number.
struct unit_rows {
    unit_kind unit;
    std::set<activation_class> classes;
    bool dense_stream = false, outlier_stream = false;
    cost_grid grid;
    price_origin origin = price_origin::row;   ///< of the rows
    std::int64_t composed_lanes = 0;           ///< how far `composed` serves beyond the rows' lanes
    std::optional<lane_composition> composed;  ///< present where composed_lanes is not 0

    bool serves(const unit_key& key) const {
        return unit == key.unit && classes.count(key.input) > 0 && (key.sparse ? outlier_stream : dense_stream);
    }
    /// True when a point of the grid's axes has costs: within the rows, or composed.
    bool covers(const cost_grid::point& at) const { return grid.covers(at) || composes(at); }
    price_origin origin_of(const cost_grid::point& at) const {
        if (composes(at)) return price_origin::composed;
        return grid.rows().count(at) > 0 ? origin : price_origin::interpolated;
    }
    /// The costs at a point that is covered. Composed ones have no delay: it follows levels of logic and loads, not a sum of parts.
    cost_grid::row at(const cost_grid::point& at) const;
    /// "weight_bits 2..9, activation_bits 2..8, lanes 1..16, composed to 64 lanes"
    std::string range() const;

private:
    bool composes(const cost_grid::point& at) const;
};

/// The cost columns of units, and of memories.
enum class unit_column { held, load, clock, leakage, area, delay, luts, flip_flops, carries, dsps };
enum class memory_column { read, write, leakage, area };

/// As the file calls them.
constexpr const char* to_string(unit_column column) {
    switch (column) {
        case unit_column::held: return "held_pj";
        case unit_column::load: return "load_pj";
        case unit_column::clock: return "clock_pj";
        case unit_column::leakage: return "leakage_uw";
        case unit_column::area: return "area_um2";
        case unit_column::delay: return "delay_ns";
        case unit_column::luts: return "luts";
        case unit_column::flip_flops: return "flip_flops";
        case unit_column::carries: return "carries";
        case unit_column::dsps: return "dsps";
    }
    return "?";
}

constexpr const char* to_string(memory_column column) {
    switch (column) {
        case memory_column::read: return "read_pj_per_bit";
        case memory_column::write: return "write_pj_per_bit";
        case memory_column::leakage: return "leakage_uw";
        case memory_column::area: return "area_um2";
    }
    return "?";
}

/// Rows of a memory, by memory_column.
struct memory_rows {
    cost_grid grid;
    price_origin origin = price_origin::row;

    price_origin origin_of(const cost_grid::point& at) const { return grid.rows().count(at) > 0 ? origin : price_origin::interpolated; }
};

/// What silicon has beside the units of a table: control, DMA, interconnect, clock tree.
struct overhead_shares {
    double area = 0;    ///< of all that is priced on the chip
    double energy = 0;  ///< of all energy but the external memory's
};

/// What a cost table file holds.
struct cost_rows {
    std::string name, label;
    std::vector<std::string> not_modelled, provenance;
    std::vector<unit_rows> units;
    std::set<unit_kind> absent;  ///< units that the table has no rows for and says so: what they cost is absent, not an error
    std::optional<overhead_shares> overhead;
    memory_rows sram{cost_grid({"capacity_bytes", "port_bits"})};  ///< empty: none
    std::map<dram_kind, memory_rows> dram;                         ///< one row each; empty when sram is
    std::optional<double> wire_pj_per_bit_mm;                      ///< of the wires between banks; absent: memories have one bank
};

/// Reads a cost table; throws input_error with all problems as file:line:column. The file's form: docs/cost-model.md.
cost_rows read_cost_rows(const std::string& path);
cost_rows parse_cost_rows(const std::string& yaml, const std::string& file_name);

}  // namespace symmetree
