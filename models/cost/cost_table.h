#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/counters.h"
#include "core/dram_kind.h"
#include "core/fpga_resource.h"
#include "core/units.h"
#include "models/cost/price_origin.h"

namespace symmetree {

struct cost_rows;
struct memory_rows;
struct overhead_shares;
struct unit_rows;

/// What one instance of a unit costs; energy_of says how the columns meet the counters. What the table has no column for is absent.
struct unit_cost {
    std::optional<picojoule> held;                          ///< per vector, weights held
    std::optional<picojoule> load;                          ///< per weight-register load
    std::optional<picojoule> clock;                         ///< per stalled or idle cycle
    std::optional<microwatt> leakage;                       ///< per instance
    std::optional<square_micrometre> area;                  ///< per instance
    std::optional<double> delay_ns;                         ///< longest path between registers, set-up included
    std::optional<double> luts, flip_flops, carries, dsps;  ///< FPGA resources per instance

    bool has_energy() const { return held && load && clock && leakage; }
};

/// What a memory costs; all of it is absent where the table has no memories.
struct memory_cost {
    std::optional<picojoule> read_per_bit;
    std::optional<picojoule> write_per_bit;
    std::optional<microwatt> leakage;
    std::optional<square_micrometre> area;  ///< 0 for external memory

    bool has_energy() const { return read_per_bit && write_per_bit && leakage; }
};

/// A memory of a platform, for pricing: on the chip its size counts, outside its kind.
struct priced_memory {
    bytes capacity;  ///< all banks together
    int port_bits = 0;
    dram_kind external = dram_kind::ddr3_1600;
    int banks = 1;  ///< of one size; an access wakes one of them
};

/// One cost table. Rows are keyed; a width, lane count or capacity between two rows is interpolated linearly, lanes beyond the rows are
/// composed where the table says so (lane_composition), anything else outside the table is refused. A field of the key that the unit's rows
/// have no column for is ignored. What the fields mean for each unit, and the form of the file: docs/cost-model.md. Copies share the rows.
class cost_table {
public:
    /// A shipped name (`published_45nm`) or a path. Throws input_error.
    static cost_table load(const std::string& name_or_path, const std::string& shipped_directory);
    /// The same from text; `file_name` stands in the messages.
    static cost_table parse(const std::string& yaml, const std::string& file_name);

    /// All absent for a unit that the table lists as absent. Throws input_error naming the key and the table's range.
    unit_cost unit(const unit_key& key) const;
    /// How unit() comes about; nothing for a unit that the table lists as absent. Throws as unit() does.
    std::optional<price_origin> origin(const unit_key& key) const;
    /// The same of memory(); nothing for a table without memories.
    std::optional<price_origin> origin(memory_kind kind, const priced_memory& of) const;
    /// True when unit() of it would not throw.
    bool has(const unit_key& key) const;
    /// On-chip memory by its size, DRAM by its kind. Of several banks an access costs one, and the wires between them and the port; area
    /// and leakage are those of all. Throws input_error for several banks where the table has no wires.
    memory_cost memory(memory_kind kind, const priced_memory& of) const;

    /// What a chip has beside the units, where the table says so.
    const std::optional<overhead_shares>& overhead() const;

    const std::string& name() const;
    const std::string& label() const;  ///< "published, scaled"
    const std::vector<std::string>& not_modelled() const;
    const std::vector<std::string>& provenance() const;  ///< tools, library, assumptions, checks; empty where a table has none
    /// What families of figures stand side by side, in the line of the provenance that begins with "mix: "; empty without one.
    std::string mix() const;
    const std::string& file() const { return file_; }

private:
    cost_table(std::shared_ptr<const cost_rows> rows, std::string file) : rows_(std::move(rows)), file_(std::move(file)) {}

    /// The rows that serve a key and its place on their axes.
    std::pair<const unit_rows*, std::vector<std::int64_t>> place_of(const unit_key& key) const;
    std::pair<const memory_rows*, std::vector<std::int64_t>> place_of(memory_kind kind, const priced_memory& of) const;

    std::shared_ptr<const cost_rows> rows_;
    std::string file_;
};

/// What the energy function needs beside the activity: the memories and the clock.
struct priced_platform {
    std::map<memory_kind, priced_memory> memories;
    double clock_hz = 0;
    bool overhead = false;     ///< the table's overhead, a part of its own
    bool packed_dsps = false;  ///< on an FPGA, DSPs multiply, two products of at most 4 bits each
};

/// The name of the part that stands for a table's overhead.
inline constexpr const char* overhead_part = "overhead";

/// Costs by name of unit or memory; absent where the table lacks what the part needs, so that no sum of the rest passes for the whole.
using priced_parts = std::map<std::string, std::optional<double>>;

/// Energy of one layer by unit name (to_string(unit_kind), to_string(memory_kind), "leakage"), in pJ; T = time in cycles:
///   unit      sum over its activity of  vectors * held + loads * load + (stalled + idle) * clock
///             + (instances * T - accounted cycles) * clock  for what is installed and was not used
///   memory    8 * read_bytes * read_per_bit + 8 * written_bytes * write_per_bit
///   leakage   (sum of instances * leakage of everything installed, on-chip memories included) * T / clock_hz
///   overhead  where the platform asks for it, the table's share of all of these but external memory; input_error where the table has none
/// Activity belongs to the installed unit that equals it in all but class and stream (they say what passes through, not
/// which circuit); activity of a unit or memory that is not installed is a model_fault.
/// A pure function of integers and table rows, summed in key order: a finished run can be priced again without simulating.
priced_parts energy_of(const unit_activity& units, const memory_activity& memories, cycles time, const unit_activity& installed,
                       const priced_platform& platform, const cost_table& table);

/// Area by unit name, in square micrometres, of everything installed on the chip, and its overhead as above.
priced_parts area_of(const unit_activity& installed, const priced_platform& platform, const cost_table& table);

/// What the chip takes on an FPGA, by unit and memory; empty unless the table has such columns. Memories, and the accumulators' storage,
/// are block RAM. With packed_dsps a multiplier tree of at most 4 x 4 bits has a DSP for two lanes and the adders of activation_sum_tree
/// for its products.
fpga_parts fpga_of(const unit_activity& installed, const priced_platform& platform, const cost_table& table);

/// Block RAMs of 36 Kbit, in halves, of a memory that is read and written in one cycle: the least over the shapes of RAMB18E1.
double block_rams(std::uint64_t words, int bits);

/// How each unit and memory of the platform is priced, by name; of several kinds of one unit the one farthest from a row. What the table
/// has no costs for is left out.
std::map<std::string, price_origin> origins_of(const unit_activity& installed, const priced_platform& platform, const cost_table& table);

}  // namespace symmetree
