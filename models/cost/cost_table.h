#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/counters.h"
#include "core/units.h"

namespace symmetree {

/// What one instance of a unit costs. Energy of a layer:
///   vectors * held + loads * load + (stalled + idle) * clock + leakage * time
struct unit_cost {
    picojoule held;             ///< per vector, weights held
    picojoule load;             ///< per weight-register load
    picojoule clock;            ///< per stalled or idle cycle
    microwatt leakage;          ///< per instance
    square_micrometre area;     ///< per instance
};

/// What a memory costs.
struct memory_cost {
    picojoule read_per_bit;
    picojoule write_per_bit;
    microwatt leakage;
    square_micrometre area;     ///< 0 for external memory
};

/// One cost table. Rows are keyed; a width, lane count or capacity between two rows is interpolated linearly, one
/// outside the table is refused: lookups never extrapolate.
class cost_table {
public:
    /// A shipped name (`published_45nm`) or a path. Throws input_error.
    static cost_table load(const std::string& name_or_path, const std::string& shipped_directory);

    /// Throws input_error naming the key and the table's range.
    unit_cost unit(const unit_key& key) const;
    /// On-chip memory of `capacity`, with a port of `port_bits`. DRAM: both ignored.
    memory_cost memory(memory_kind kind, bytes capacity, int port_bits) const;

    const std::string& name() const { return name_; }
    const std::string& label() const { return label_; }                           ///< "published, scaled"
    const std::vector<std::string>& not_modelled() const { return not_modelled_; }
    const std::string& file() const { return file_; }

private:
    std::string name_, label_, file_;
    std::vector<std::string> not_modelled_;
};

/// The on-chip memories of a platform, for pricing.
struct priced_memory {
    bytes capacity;
    int port_bits = 0;
};

/// What the energy function needs beside the activity: sizes of the memories and the clock.
struct priced_platform {
    std::map<memory_kind, priced_memory> memories;
    double clock_hz = 0;
};

/// Energy by unit name (to_string(unit_kind), to_string(memory_kind), "leakage") of one layer, in pJ.
/// `installed` lists every unit of the platform with its instances: all of it leaks, and what the layer did not use idles.
/// A pure function of integers and table rows: a finished run can be priced again without simulating.
std::map<std::string, double> energy_of(const unit_activity& units, const memory_activity& memories, cycles time,
                                        const unit_activity& installed, const priced_platform& platform, const cost_table& table);

/// Area by unit name, in square micrometres, of everything installed on the chip.
std::map<std::string, double> area_of(const unit_activity& installed, const priced_platform& platform, const cost_table& table);

}  // namespace symmetree
