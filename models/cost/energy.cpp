#include <algorithm>
#include <utility>

#include "core/enumerators.h"
#include "core/error.h"
#include "models/cost/cost_rows.h"
#include "models/cost/cost_table.h"

namespace symmetree {
namespace {

/// The circuit behind a key, whatever passes through it.
unit_key circuit_of(unit_key key) {
    key.input = activation_class::dense;
    key.sparse = false;
    return key;
}

/// Adds to the part of this name, which is absent from the first absent cost on.
void add(priced_parts& parts, const char* name, const std::optional<double>& cost) {
    const auto [part, fresh] = parts.emplace(name, cost);
    if (fresh) return;
    if (part->second && cost)
        *part->second += *cost;
    else
        part->second.reset();
}

template <class Quantity>
std::optional<double> times(double amount, const std::optional<Quantity>& each) {
    if (!each) return {};
    return amount * each->value;
}

std::optional<double> active_pj(const unit_counters& n, const unit_cost& cost) {
    if (!cost.has_energy()) return {};
    return static_cast<double>(n.vectors) * cost.held->value + static_cast<double>(n.loads) * cost.load->value +
           static_cast<double>(n.stalled + n.idle) * cost.clock->value;
}

/// Cycles that the activity accounts for, by circuit.
std::map<unit_key, std::uint64_t> accounted_cycles(const unit_activity& units, const unit_activity& installed) {
    std::map<unit_key, std::uint64_t> cycles_of;
    for (const auto& [key, n] : installed) cycles_of[circuit_of(key)] = 0;
    for (const auto& [key, n] : units) {
        const auto found = cycles_of.find(circuit_of(key));
        if (found == cycles_of.end()) throw model_fault(std::string("activity of a unit that is not installed: ") + to_string(key.unit));
        found->second += n.busy + n.stalled + n.idle;
    }
    return cycles_of;
}

std::optional<double> memory_pj(memory_kind kind, const memory_counters& n, const priced_platform& platform, const cost_table& table) {
    const auto found = platform.memories.find(kind);
    if (found == platform.memories.end() && is_on_chip(kind))
        throw model_fault(std::string("traffic of a memory that is not installed: ") + to_string(kind));
    const memory_cost cost = table.memory(kind, found == platform.memories.end() ? priced_memory{} : found->second);
    if (!cost.has_energy()) return {};
    return 8.0 * static_cast<double>(n.read_bytes) * cost.read_per_bit->value +
           8.0 * static_cast<double>(n.written_bytes) * cost.write_per_bit->value;
}

std::optional<double> leakage_uw(const unit_activity& installed, const priced_platform& platform, const cost_table& table) {
    double sum = 0;
    for (const auto& [key, n] : installed) {
        const std::optional<microwatt> each = table.unit(key).leakage;
        if (!each) return {};
        sum += static_cast<double>(n.instances) * each->value;
    }
    for (const auto& [kind, memory] : platform.memories) {
        if (!is_on_chip(kind)) continue;
        const std::optional<microwatt> each = table.memory(kind, memory).leakage;
        if (!each) return {};
        sum += each->value;
    }
    return sum;
}

/// Adds the table's share of the parts on the chip.
void add_overhead(priced_parts& parts, double overhead_shares::*share, const cost_table& table) {
    if (!table.overhead())
        throw input_error(diagnostic{table.file(), 0, 0, "overhead",
                                     "the platform asks for it (cost_overhead) and the table has none; ratio_45nm and published_45nm do"});
    std::optional<double> sum = 0.0;
    for (const auto& [name, cost] : parts) {
        const std::optional<memory_kind> memory = enumerator_named<memory_kind>(name);
        if (memory && !is_on_chip(*memory)) continue;
        sum = sum && cost ? std::optional(*sum + *cost) : std::nullopt;
    }
    add(parts, overhead_part, sum ? std::optional(*sum * (*table.overhead()).*share) : std::nullopt);
}

}  // namespace

priced_parts energy_of(const unit_activity& units, const memory_activity& memories, cycles time, const unit_activity& installed,
                       const priced_platform& platform, const cost_table& table) {
    if (!(platform.clock_hz > 0)) throw model_fault("energy_of: the platform has no clock");
    priced_parts energy;
    for (const auto& [key, n] : units) add(energy, to_string(key.unit), active_pj(n, table.unit(key)));

    auto accounted = accounted_cycles(units, installed);
    for (const auto& [key, n] : installed) {
        std::uint64_t& used = accounted[circuit_of(key)];
        const std::uint64_t present = n.instances * time.value;
        const std::uint64_t unused = present > used ? present - used : 0;
        used -= present - unused;  // two installed keys of one circuit share its activity
        add(energy, to_string(key.unit), times(static_cast<double>(unused), table.unit(key).clock));
    }
    for (const auto& [kind, n] : memories) add(energy, to_string(kind), memory_pj(kind, n, platform, table));

    constexpr double pj_per_microjoule = 1e6;
    const std::optional<double> leakage = leakage_uw(installed, platform, table);
    const double seconds = static_cast<double>(time.value) / platform.clock_hz;
    add(energy, "leakage", leakage ? std::optional(*leakage * seconds * pj_per_microjoule) : std::nullopt);
    if (platform.overhead) add_overhead(energy, &overhead_shares::energy, table);
    return energy;
}

priced_parts area_of(const unit_activity& installed, const priced_platform& platform, const cost_table& table) {
    priced_parts area;
    for (const auto& [key, n] : installed) add(area, to_string(key.unit), times(static_cast<double>(n.instances), table.unit(key).area));
    for (const auto& [kind, memory] : platform.memories) {
        if (is_on_chip(kind)) add(area, to_string(kind), times(1, table.memory(kind, memory).area));
    }
    if (platform.overhead) add_overhead(area, &overhead_shares::area, table);
    return area;
}

std::map<std::string, price_origin> origins_of(const unit_activity& installed, const priced_platform& platform, const cost_table& table) {
    std::map<std::string, price_origin> origins;
    const auto note = [&](const char* name, const std::optional<price_origin>& origin) {
        if (!origin) return;
        const auto [noted, fresh] = origins.emplace(name, *origin);
        if (!fresh) noted->second = std::max(noted->second, *origin);
    };
    for (const auto& [key, n] : installed) note(to_string(key.unit), table.origin(key));
    for (const auto& [kind, memory] : platform.memories) note(to_string(kind), table.origin(kind, memory));
    if (platform.overhead) note(overhead_part, price_origin::published);
    return origins;
}

}  // namespace symmetree
