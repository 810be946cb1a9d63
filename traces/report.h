#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/counters.h"
#include "core/fpga_resource.h"

namespace symmetree {

/// Outcome of the comparison with the reference product.
struct exactness {
    enum class verdict { exact, differs, not_checked };
    verdict result = verdict::not_checked;
    std::string first_difference;  ///< "repeat 0 channel 3 vector 17: 41, reference 40 (accumulator)"; empty otherwise
};

constexpr const char* to_string(exactness::verdict verdict) {
    switch (verdict) {
        case exactness::verdict::exact: return "exact";
        case exactness::verdict::differs: return "differs";
        case exactness::verdict::not_checked: return "not checked";
    }
    return "?";
}

/// Operation counts by the published definitions (docs/numerics.md, "Measures").
struct operation_measures {
    double bops_dasq = 0;  ///< (k_D + (1-p) k_S) k_A f; AsymQ (k+1) k_A f
    double bops_uniq = 0;  ///< Baskin et al.
    double qops = 0;       ///< MACs * max(kW, kA) / 32
    operation_measures& operator+=(const operation_measures& other) {
        bops_dasq += other.bops_dasq;
        bops_uniq += other.bops_uniq;
        qops += other.qops;
        return *this;
    }
};

/// Outliers of one layer as they reached the sparse unit.
struct outlier_report {
    std::uint64_t listed = 0;
    std::uint64_t stored = 0;
    int index_bits = 0;              ///< per outlier: tree and lane index
    std::uint64_t stream_bits = 0;   ///< values, indices and counts
    std::uint64_t fullest_lane = 0;  ///< most outliers of one sparse lane in one tile
    std::string assignment;          ///< row_banked, pooled, or empty
};

/// Something that the run has in memory: a tensor, a weight stream, a table.
struct placed_bytes_report {
    std::string name;
    std::string role;  ///< "activation", "weights", "constant", "host"
    std::uint64_t bytes = 0;
    std::uint64_t moved_bytes = 0;              ///< that a batch reads and writes there
    std::string first, last;                    ///< layers or steps between which its place is taken
    std::optional<std::uint64_t> on_chip_from;  ///< first byte in the scratchpad; absent: it stands in DRAM
};

/// One layer on one platform.
struct layer_report {
    std::string name;
    std::string scheme;   ///< what this layer really used
    std::string unit;     ///< unit that multiplied: "mac_tree 16x16"
    std::string mapping;  ///< "n_m, m-block 197, passes 1"
    std::int64_t m = 0, n = 0, k = 0, repeat = 1;
    std::uint64_t macs = 0;
    std::uint64_t parameters = 0;          ///< weights, without biases
    std::uint64_t weight_bits_stored = 0;  ///< codes, outlier values, indices and counts
    std::uint64_t cycles = 0;
    slot_split split;
    unit_activity units;
    memory_activity memories;
    std::map<std::string, std::optional<double>> energy_pj;  ///< by unit name, "dram", "weight_buffer", ..., "leakage"; absent: no price
    outlier_report outliers;
    operation_measures operations;
    std::optional<double> weight_sqnr_db;      ///< codes against floats; absent for attention
    std::optional<double> arithmetic_sqnr_db;  ///< post: against exact sqrt(2) arithmetic
    exactness check;

    double utilization() const { return cycles == 0 ? 0 : static_cast<double>(split.ideal) / static_cast<double>(cycles); }
    double energy_total_pj() const;  ///< of the parts that have a price: energy_pj_of() knows whether that is all
};

/// A whole run: one workload on one platform under one scheme.
struct report {
    std::string workload, workload_source;
    std::string platform;
    std::string scheme;
    std::uint64_t seed = 0;
    bool timing_only = false;
    int batch = 1;  ///< images whose cycles, counters, energies and operations these are
    double clock_hz = 0;
    int array_weight_bits = 0, array_activation_bits = 0;
    int array_trees = 0, array_lanes = 0;
    int accumulator_bits = 0;            ///< that the run had; 0: not known
    double dram_bytes_per_cycle = 0;     ///< peak of the external memory
    std::string configuration;           ///< effective platform configuration as YAML
    std::string cost_table, cost_label;  ///< file name; "published, scaled"
    std::string cost_mix;                ///< what families of figures stand side by side in the table; may be empty
    std::vector<std::string> cost_not_modelled;
    std::vector<std::string> not_simulated;                 ///< operators of the workload that are not simulated
    std::vector<std::string> notes;                         ///< warnings and assumptions a reader must know
    std::map<std::string, std::optional<double>> area_um2;  ///< by unit; absent: no price
    fpga_parts fpga;                                        ///< by unit and memory; empty: the table has no such figures
    std::map<std::string, std::string> price_origins;       ///< by unit and memory, as price_origin calls them; empty: not known
    std::vector<layer_report> layers;
    std::vector<placed_bytes_report> places;  ///< where the platform keeps something in a scratchpad; else empty

    /// The sum over the layers: name "total"; split, counters, energies and measures added, shapes left at 0; the widest
    /// index and the fullest lane; a scheme or an outlier assignment that layers do not share is "mixed".
    layer_report total() const;
    /// Such sums over the layers whose names begin alike, up to the first `.` or `/`: "blocks" for those with weights, "blocks,
    /// activations" for products without. In the order of their first layers.
    std::vector<layer_report> groups() const;
    double latency_s() const;           ///< of the batch
    double energy_j() const;            ///< of the batch
    double power_w() const;             ///< energy / latency, average
    fpga_resources total_fpga() const;  ///< absent as soon as one part is, and without parts
    double total_area_um2() const;      ///< of the parts that have a price: area_um2_of() knows whether that is all
    /// True unless some layer differs from its reference.
    bool passed() const;
};

/// Results of several runs side by side.
struct comparison {
    std::string baseline;               ///< platform that ratios refer to
    std::vector<std::string> left_out;  ///< points of a range that a platform can't have, with the reason
    std::vector<report> runs;           ///< in the order asked for; several widths give several runs per platform
};

}  // namespace symmetree
