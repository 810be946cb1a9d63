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

namespace symmetree {

/// Rows of one unit for some activation classes and streams; axes are any of weight_bits, activation_bits, lanes.
/// Costs by unit_column; a column that the table does not have is not a number.
struct unit_rows {
    unit_kind unit;
    std::set<activation_class> classes;
    bool dense_stream = false, outlier_stream = false;
    cost_grid grid;

    bool serves(const unit_key& key) const {
        return unit == key.unit && classes.count(key.input) > 0 && (key.sparse ? outlier_stream : dense_stream);
    }
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

/// What a cost table file holds.
struct cost_rows {
    std::string name, label;
    std::vector<std::string> not_modelled, provenance;
    std::vector<unit_rows> units;
    std::set<unit_kind> absent;  ///< units that the table has no rows for and says so: what they cost is absent, not an error
    cost_grid sram{{"capacity_bytes", "port_bits"}};  ///< costs by memory_column; empty: none
    std::map<dram_kind, cost_grid> dram;              ///< the same, one row each; empty when sram is
    std::optional<double> wire_pj_per_bit_mm;         ///< of the wires between banks; absent: memories have one bank
};

/// Reads a cost table; throws input_error with all problems as file:line:column. The file's form: docs/cost-model.md.
cost_rows read_cost_rows(const std::string& path);
cost_rows parse_cost_rows(const std::string& yaml, const std::string& file_name);

}  // namespace symmetree
