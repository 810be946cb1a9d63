#include "platforms/auto_clock.h"

#include <fmt/format.h>

#include "models/activity/layer_result.h"
#include "platforms/auto_memory.h"

namespace symmetree {
namespace {

/// Whether a unit's delay can set the clock.
enum class clocked {
    always,
    with_the_chip,  ///< behind the trees, the same in every variant: only where the whole chip is asked for
    never           ///< beside the array, without RTL
};

clocked clock_of(unit_kind unit) {
    switch (unit) {
        case unit_kind::mac_tree:
        case unit_kind::pre_subtract_tree:
        case unit_kind::widened_tree:
        case unit_kind::port_subtractor:
        case unit_kind::activation_sum_tree:
        case unit_kind::correction_every_cycle:
        case unit_kind::pot_tree:
        case unit_kind::post_tree:
        case unit_kind::post_word_tree:
        case unit_kind::apot_tree:
        case unit_kind::level_decoder:
        case unit_kind::sparse_lane:
        case unit_kind::outlier_list:
        case unit_kind::sparse_bank_adder:
        case unit_kind::sparse_crossbar:
        case unit_kind::outlier_accumulate: return clocked::always;
        case unit_kind::accumulator:
        case unit_kind::requantizer:
        case unit_kind::correction_at_drain: return clocked::with_the_chip;
        case unit_kind::vector_lane:
        case unit_kind::vector_polynomial:
        case unit_kind::vector_scale:
        case unit_kind::vector_norm:
        case unit_kind::vector_row: return clocked::never;
    }
    return clocked::never;
}

bool sets_the_clock(unit_kind unit, clock_units asked) {
    switch (clock_of(unit)) {
        case clocked::always: return true;
        case clocked::with_the_chip: return asked == clock_units::chip;
        case clocked::never: break;
    }
    return false;
}

[[noreturn]] void refuse(const platform_config& config, const std::string& message) {
    throw input_error(diagnostic{"", 0, 0, "clock_hz", fmt::format("{} (platform {})", message, config.name)});
}

}  // namespace

const std::string& clock_table_of(const platform_config& config) {
    return config.auto_clock && !config.auto_clock->table.empty() ? config.auto_clock->table : config.cost_table;
}

void settle_clock(platform_config& config, const cost_table& delays) {
    if (!config.auto_clock) return;
    double slowest_ns = 0;
    unit_kind slowest = unit_kind::mac_tree;
    for (const auto& [key, counters] : installed_units(config)) {
        if (!sets_the_clock(key.unit, config.auto_clock->units)) continue;
        const std::optional<double> delay = delays.unit(key).delay_ns;
        if (!delay)
            refuse(config,
                   fmt::format(
                       "auto needs delays, and cost table {} has none for {}; clock_hz: {{table: osu018}} takes those of another table",
                       delays.name(), to_string(key.unit)));
        if (*delay <= slowest_ns) continue;
        slowest_ns = *delay;
        slowest = key.unit;
    }
    const double margin = config.auto_clock->margin_percent;
    config.clock_hz = slowest_ns > 0 ? 1e9 / (slowest_ns * (1 + margin / 100)) : 0;
    if (config.clock_hz < least_clock_hz || config.clock_hz > greatest_clock_hz)
        refuse(config, fmt::format("auto gives {:g} Hz from a delay of {:g} ns; wanted is {:g} to {:g}", config.clock_hz, slowest_ns,
                                   least_clock_hz, greatest_clock_hz));
    settle_memory(config);
    config.auto_clock->reason = fmt::format("{} takes {:g} ns in {}, {:g} % margin", to_string(slowest), slowest_ns, delays.name(), margin);
}

}  // namespace symmetree
