#pragma once

#include <cstdint>
#include <functional>

#include "core/counters.h"
#include "models/contract/issue_run.h"

namespace symmetree {

/// When the condition of a stall cause is met, in the contract's order; a slot belongs to the first cause that is not met.
struct slot_bounds {
    std::uint64_t outlier = 0, input = 0, memory = 0, weight_port = 0, hazard = 0, drain = 0;
};

enum class stall_cause { issuing, outlier, input, memory, weight_port, hazard, drain, barrier };

constexpr const char* to_string(stall_cause cause) {
    switch (cause) {
        case stall_cause::issuing: return "issuing";
        case stall_cause::outlier: return "outlier";
        case stall_cause::input: return "input";
        case stall_cause::memory: return "memory";
        case stall_cause::weight_port: return "weight_port";
        case stall_cause::hazard: return "hazard";
        case stall_cause::drain: return "drain";
        case stall_cause::barrier: return "barrier";
    }
    return "?";
}

/// Adds the slots [from, to) to their causes. `visit`, where given, hears of each run of slots (cause, from, to).
using stall_visitor = std::function<void(stall_cause, std::uint64_t, std::uint64_t)>;
void attribute_slots(slot_split& split, std::uint64_t from, std::uint64_t to, const slot_bounds& bounds, const stall_visitor& visit = {});

/// What limits the vectors of a tile.
struct tile_pace {
    std::uint64_t outlier_cycles = 1;  ///< s
    std::uint64_t input_cycles = 1;    ///< R
    std::uint64_t write_interval = 1;  ///< H
    std::uint64_t pace() const { return outlier_cycles > input_cycles ? outlier_cycles : input_cycles; }
};

/// Earliest issue of the first vector as far as the accumulators allow: the tile before wrote at issue + s' - 1.
std::uint64_t hazard_bound(const issue_run& before, std::uint64_t outlier_cycles_before, const tile_pace& now, std::uint64_t vector);

/// Issue cycles of `vectors` vectors from `start`; `before` is the K-slice before in the same accumulators, or null.
/// Stalls between the vectors are added to `split`.
issue_run issue_tile(std::uint64_t start, std::uint64_t vectors, const tile_pace& now, const issue_run* before,
                     std::uint64_t outlier_cycles_before, slot_split& split);

}  // namespace symmetree
