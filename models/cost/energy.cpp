#include <algorithm>

#include "core/error.h"
#include "models/cost/cost_table.h"

namespace symmetree {
namespace {

/// The circuit behind a key, whatever passes through it.
unit_key circuit_of(unit_key key) {
    key.input = activation_class::dense;
    key.sparse = false;
    return key;
}

double active_pj(const unit_counters& n, const unit_cost& cost) {
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

double memory_pj(memory_kind kind, const memory_counters& n, const priced_platform& platform, const cost_table& table) {
    const auto found = platform.memories.find(kind);
    if (found == platform.memories.end() && kind != memory_kind::dram)
        throw model_fault(std::string("traffic of a memory that is not installed: ") + to_string(kind));
    const memory_cost cost =
        kind == memory_kind::dram ? table.memory(kind, bytes(0), 0) : table.memory(kind, found->second.capacity, found->second.port_bits);
    return 8.0 * static_cast<double>(n.read_bytes) * cost.read_per_bit->value +
           8.0 * static_cast<double>(n.written_bytes) * cost.write_per_bit->value;
}

double leakage_uw(const unit_activity& installed, const priced_platform& platform, const cost_table& table) {
    double sum = 0;
    for (const auto& [key, n] : installed) sum += static_cast<double>(n.instances) * table.unit(key).leakage->value;
    for (const auto& [kind, memory] : platform.memories) {
        if (kind != memory_kind::dram) sum += table.memory(kind, memory.capacity, memory.port_bits).leakage->value;
    }
    return sum;
}

bool has_energies(const unit_activity& units, const memory_activity& memories, const unit_activity& installed,
                  const priced_platform& platform, const cost_table& table) {
    const auto has_energy = [&](const auto& entry) { return table.unit(entry.first).has_energy(); };
    return std::all_of(units.begin(), units.end(), has_energy) && std::all_of(installed.begin(), installed.end(), has_energy) &&
           (memories.count(memory_kind::dram) == 0 || table.memory(memory_kind::dram, bytes(0), 0).has_energy()) &&
           std::all_of(platform.memories.begin(), platform.memories.end(), [&](const auto& memory) {
               return table.memory(memory.first, memory.second.capacity, memory.second.port_bits).has_energy();
           });
}

}  // namespace

std::map<std::string, double> energy_of(const unit_activity& units, const memory_activity& memories, cycles time,
                                        const unit_activity& installed, const priced_platform& platform, const cost_table& table) {
    if (!(platform.clock_hz > 0)) throw model_fault("energy_of: the platform has no clock");
    if (!has_energies(units, memories, installed, platform, table)) return {};
    std::map<std::string, double> energy;
    for (const auto& [key, n] : units) energy[to_string(key.unit)] += active_pj(n, table.unit(key));

    auto accounted = accounted_cycles(units, installed);
    for (const auto& [key, n] : installed) {
        std::uint64_t& used = accounted[circuit_of(key)];
        const std::uint64_t present = n.instances * time.value;
        const std::uint64_t unused = present > used ? present - used : 0;
        used -= present - unused;  // two installed keys of one circuit share its activity
        energy[to_string(key.unit)] += static_cast<double>(unused) * table.unit(key).clock->value;
    }
    for (const auto& [kind, n] : memories) energy[to_string(kind)] += memory_pj(kind, n, platform, table);

    constexpr double pj_per_microjoule = 1e6;
    energy["leakage"] = leakage_uw(installed, platform, table) * (static_cast<double>(time.value) / platform.clock_hz) * pj_per_microjoule;
    return energy;
}

std::map<std::string, double> area_of(const unit_activity& installed, const priced_platform& platform, const cost_table& table) {
    std::map<std::string, double> area;
    const auto add = [&](const std::string& name, double instances, const std::optional<square_micrometre>& each) {
        if (each) area[name] += instances * each->value;
        return each.has_value();
    };
    for (const auto& [key, n] : installed) {
        if (!add(to_string(key.unit), static_cast<double>(n.instances), table.unit(key).area)) return {};
    }
    for (const auto& [kind, memory] : platform.memories) {
        if (kind != memory_kind::dram && !add(to_string(kind), 1, table.memory(kind, memory.capacity, memory.port_bits).area)) return {};
    }
    return area;
}

}  // namespace symmetree
