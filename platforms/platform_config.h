#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "models/contract/accelerator_config.h"
#include "workloads/formats/scheme.h"

namespace YAML {
class Node;
}

namespace symmetree {

constexpr double least_clock_hz = 1e6, greatest_clock_hz = 5e9;

/// Which units' delays count: what a vector passes up to the accumulators, or the accumulators and the drain path as well.
enum class clock_units { array, chip };

constexpr const char* to_string(clock_units value) {
    switch (value) {
        case clock_units::array: return "array";
        case clock_units::chip: return "chip";
    }
    return "?";
}

/// A clock that follows from the delays of a cost table: platforms/auto_clock.h.
struct auto_clock_config {
    std::string table;           ///< shipped name or path; empty: the platform's cost table
    double margin_percent = 10;  ///< added to the slowest unit's delay
    clock_units units = clock_units::array;
    std::string reason;  ///< what set the clock, once it is set; not part of the file
};

/// A platform as written, with every default filled in. Immutable after validation.
/// File format, ranges and defaults: docs/platform-format.md.
struct platform_config : accelerator_config {
    std::string name;  ///< 1..64 of a-z, 0-9, '_' and '-': it becomes part of file names
    std::string description;
    scheme default_scheme;  ///< the scheme the platform implies
    std::string cost_table = "ratio_45nm";
    bool packed_dsps = false;                           ///< on an FPGA, DSPs multiply, two products of at most 4 bits each
    bool cost_overhead = false;                         ///< the table's price of control, DMA, interconnect and clock tree counts, too
    std::optional<auto_clock_config> auto_clock;        ///< clock_hz is 0 until settle_clock()
    bool auto_accumulators = false;                     ///< accumulators.bits is 32, the most, until settle_accumulators()
    bool auto_bandwidth = false, auto_latency = false;  ///< of the DRAM: follow from its kind and the clock, settle_memory()
};

/// Loads and validates a shipped platform or a path; throws input_error with all problems.
/// A bare word is always a shipped name; a path holds a '/' or ends in .yaml or .yml.
platform_config load_platform(const std::string& name_or_path, const std::string& shipped_directory);
platform_config parse_platform(const std::string& yaml, const std::string& file_name);
/// The file that load_platform() would read. Throws input_error for a name that is not shipped.
std::string platform_file(const std::string& name_or_path, const std::string& shipped_directory);
/// The same of a document in memory; `file_name` stands in messages.
platform_config read_platform(const YAML::Node& document, const std::string& file_name);

/// Every field is within its range, but some don't go together.
struct contradictory_platform : input_error {
    using input_error::input_error;
};

/// Names of the platforms in `shipped_directory`, sorted.
std::vector<std::string> shipped_platforms(const std::string& shipped_directory);
/// The effective configuration as YAML, every field with its value; parse_platform of it gives the same platform.
std::string to_yaml(const platform_config& config);
/// The block diagram in text.
std::string block_diagram(const platform_config& config);

/// The platform at another multiplier width: array ports and implied scheme set together, the side array's ports too.
/// Throws input_error when activations are outside 2..8 bits, or no family of the array has codes of the weights' width.
platform_config with_widths(platform_config config, std::optional<int> weight_bits, std::optional<int> activation_bits);

/// Why a layer quantized by `wanted` can't run on `platform`; empty when it can. The text completes "... can't run: ".
std::optional<std::string> why_not(const platform_config& platform, const scheme& wanted);

/// The array that multiplies by codes of `family`: where the array is of shifts, families that want multipliers run on the side array.
/// Null when there is none.
const array_config* array_for(const platform_config& platform, scheme_family family);
/// True for families of a shift platform whose products need multipliers.
bool runs_on_side_array(const platform_config& platform, scheme_family family);

/// The kinds of arrays that are of shifts, as a sentence lists them: "pot, post and apot".
std::string shift_arrays(const char* last);

/// Two or more fields that don't go together. The first field is the one to change.
struct contradiction {
    std::vector<std::string> fields;  ///< dotted names as in the platform file
    std::string message;
};

/// The cross-field rules; empty for a sound platform.
std::vector<contradiction> contradictions(const platform_config& config);

}  // namespace symmetree
