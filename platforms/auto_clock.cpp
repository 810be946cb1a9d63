#include "platforms/auto_clock.h"

#include <fmt/format.h>

#include "models/activity/layer_result.h"

namespace symmetree {
namespace {

/// Units behind the trees, the same in every variant: they set the clock only where the whole chip is asked for.
bool behind_the_array(unit_kind unit) {
    return unit == unit_kind::accumulator || unit == unit_kind::requantizer || unit == unit_kind::correction_at_drain;
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
        if (config.auto_clock->units == clock_units::array && behind_the_array(key.unit)) continue;
        if (is_vector_circuit(key.unit)) continue;  // beside the array, without RTL
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
    config.auto_clock->reason = fmt::format("{} takes {:g} ns in {}, {:g} % margin", to_string(slowest), slowest_ns, delays.name(), margin);
}

}  // namespace symmetree
