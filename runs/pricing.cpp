#include "runs/pricing.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>

#include "models/activity/layer_result.h"
#include "platforms/auto_accumulators.h"

namespace symmetree {
namespace {

priced_memory sizes_of(const platform_config& config, memory_kind memory) {
    const auto two_banks = [](const buffer_config& b) { return priced_memory{bytes(2 * b.bank_bytes), b.port_bits}; };
    switch (memory) {
        case memory_kind::dram: return {bytes(0), 0, config.dram.kind};
        case memory_kind::weight_buffer: return two_banks(config.weight_buffer);
        case memory_kind::activation_buffer: return two_banks(config.activation_buffer);
        case memory_kind::output_buffer: return two_banks(config.output_buffer);
        case memory_kind::vector_banks: return {bytes(2 * config.vector_unit.bank_bytes), vector_code_bits * config.vector_unit.lanes};
        case memory_kind::scratchpad:
            return {bytes(config.scratchpad.bytes), config.scratchpad.port_bits, dram_kind{}, config.scratchpad.banks};
    }
    return {};
}

void require_rows(const platform_config& config, const std::set<activation_class>& inputs, const cost_table& table) {
    diagnostics problems;
    const auto ask = [&](const auto& lookup) {
        try {
            lookup();
        } catch (const input_error& e) {
            for (diagnostic d : e.problems()) {
                d.message += fmt::format(" (platform {})", config.name);
                problems.add(std::move(d));
            }
        }
    };
    for (const auto& [installed, counters] : installed_units(config)) {
        unit_key key = installed;
        ask([&] { table.unit(key); });
        for (const activation_class input : inputs) {
            if (input == installed.input) continue;
            key.input = input;
            ask([&] { table.unit(key); });
        }
    }
    for (const auto& [kind, memory] : priced(config).memories) ask([&, k = kind, m = memory] { table.memory(k, m); });
    if (config.cost_overhead && problems.empty()) ask([&] { area_of(installed_units(config), priced(config), table); });
    problems.throw_if_any();
}

}  // namespace

priced_platform priced(const platform_config& config) {
    priced_platform p;
    for (const memory_kind memory : enumerators<memory_kind>())
        if (has_memory(config, memory)) p.memories[memory] = sizes_of(config, memory);
    p.clock_hz = config.clock_hz;
    p.overhead = config.cost_overhead;
    p.packed_dsps = config.packed_dsps;
    return p;
}

cost_table prices_of(const run_request& request) {
    cost_table table = request.prices ? *request.prices : cost_table::load(request.platform.cost_table, request.cost_directory);
    std::set<activation_class> inputs;
    for (const layer& l : request.network.layers) inputs.insert(l.input);
    require_rows(request.platform, inputs, table);
    return table;
}

platform_config without_vector_unit(platform_config config) {
    config.vector_unit.lanes = 0;
    return config;
}

namespace {

/// Takes out what `of` has and `charged` has not.
template <class Map, class Keep>
void erase_unless(Map& of, Keep charged) {
    for (auto entry = of.begin(); entry != of.end();) entry = charged(entry->first) ? std::next(entry) : of.erase(entry);
}

/// A run of layers alone leaves the vector unit idle.
bool uses_vector_unit(const report& r) {
    return std::any_of(r.layers.begin(), r.layers.end(), [](const layer_report& l) {
        const auto banks = l.memories.find(memory_kind::vector_banks);
        return banks != l.memories.end() && banks->second.read_bytes + banks->second.written_bytes > 0;
    });
}

}  // namespace

void price(report& r, const platform_config& config, const cost_table& table) {
    const bool idle = config.vector_unit.lanes > 0 && !uses_vector_unit(r);
    const platform_config charged = idle ? without_vector_unit(config) : config;
    const unit_activity installed = installed_units(charged);
    const priced_platform sizes = priced(charged);
    std::set<unit_kind> kinds;
    for (const auto& [key, counters] : installed) kinds.insert(key.unit);
    r.clock_hz = config.clock_hz;
    r.configuration = to_yaml(config);
    r.cost_table = table.name();
    r.cost_label = table.label();
    r.cost_mix = table.mix();
    r.cost_not_modelled = table.not_modelled();
    if (idle) r.cost_not_modelled.emplace_back("the vector unit, idle in a run of layers alone: no part of energy and area");
    r.area_um2 = area_of(installed, sizes, table);
    r.fpga = fpga_of(installed, sizes, table);
    r.price_origins.clear();
    for (const auto& [name, origin] : origins_of(installed, sizes, table)) r.price_origins[name] = to_string(origin);
    for (layer_report& l : r.layers) {
        erase_unless(l.units, [&](const unit_key& key) { return kinds.count(key.unit) > 0; });
        erase_unless(l.memories, [&](memory_kind kind) { return has_memory(charged, kind); });
        l.energy_pj = energy_of(l.units, l.memories, cycles(l.cycles), installed, sizes, table);
    }
}

platform_config settled_as(platform_config config, const report& simulated) {
    if (!config.auto_accumulators) return config;
    settle_accumulators(config, simulated.accumulator_bits);
    if (config.auto_clock) config.clock_hz = simulated.clock_hz;
    return config;
}

std::string configuration_that_is_simulated(platform_config config) {
    const platform_config defaults;
    const bool counts_cycles = !config.auto_clock && !config.auto_bandwidth && !config.auto_latency;
    if (counts_cycles) config.clock_hz = defaults.clock_hz;
    if (!config.auto_clock || !config.auto_clock->table.empty()) config.cost_table = defaults.cost_table;
    return to_yaml(config);
}

}  // namespace symmetree
