#include "models/issue/issue_math.h"

#include <algorithm>

namespace symmetree {

namespace {

/// Until when a cause holds the next vector, and the slots that it has cost. Null for what holds no vector back.
struct held_slots {
    std::uint64_t slot_bounds::*until = nullptr;
    std::uint64_t slot_split::*slots = nullptr;
};

constexpr held_slots held_by(stall_cause cause) {
    switch (cause) {
        case stall_cause::outlier: return {&slot_bounds::outlier, &slot_split::outlier};
        case stall_cause::input: return {&slot_bounds::input, &slot_split::input};
        case stall_cause::memory: return {&slot_bounds::memory, &slot_split::memory};
        case stall_cause::weight_port: return {&slot_bounds::weight_port, &slot_split::weight_port};
        case stall_cause::hazard: return {&slot_bounds::hazard, &slot_split::hazard};
        case stall_cause::drain: return {&slot_bounds::drain, &slot_split::drain};
        case stall_cause::issuing:
        case stall_cause::barrier: break;
    }
    return {};
}

}  // namespace

void attribute_slots(slot_split& split, std::uint64_t from, std::uint64_t to, const slot_bounds& bounds, const stall_visitor& visit) {
    if (to <= from) return;
    for (const stall_cause cause : enumerators<stall_cause>()) {
        const held_slots held = held_by(cause);
        if (!held.until) continue;
        const std::uint64_t end = std::min(bounds.*held.until, to);
        if (end <= from) continue;
        split.*held.slots += end - from;
        if (visit) visit(cause, from, end);
        from = end;
    }
}

std::uint64_t hazard_bound(const issue_run& before, std::uint64_t outlier_cycles_before, const tile_pace& now, std::uint64_t vector) {
    // writes at issue + s - 1, at least H apart
    const std::uint64_t earliest = before.at(vector) + outlier_cycles_before + now.write_interval;
    return earliest > now.outlier_cycles ? earliest - now.outlier_cycles : 0;
}

namespace {

/// True when no vector can be held back: the tile before ended early enough for every accumulator.
bool never_held(std::uint64_t vectors, const tile_pace& now, const issue_run& before, std::uint64_t outlier_cycles_before) {
    const std::uint64_t reach = outlier_cycles_before + now.write_interval;
    const std::uint64_t distance = reach > now.outlier_cycles ? reach - now.outlier_cycles : 0;
    // vector m starts at least (V - m) old paces and m new paces after the same vector before
    return distance <= std::min(vectors * before.pace, before.pace + (vectors - 1) * now.pace());
}

void add_gaps(slot_split& split, const tile_pace& now, std::uint64_t gaps) {
    split.outlier += gaps * (now.outlier_cycles - 1);
    split.input += gaps * (now.pace() - now.outlier_cycles);
}

}  // namespace

issue_run issue_tile(std::uint64_t start, std::uint64_t vectors, const tile_pace& now, const issue_run* before,
                     std::uint64_t outlier_cycles_before, slot_split& split) {
    issue_run run{start, now.pace(), vectors, {}};
    if (!before || never_held(vectors, now, *before, outlier_cycles_before)) {
        add_gaps(split, now, vectors - 1);
        return run;
    }
    run.uneven.push_back(start);
    for (std::uint64_t v = 1; v < vectors; ++v) {
        const std::uint64_t previous = run.uneven.back();
        slot_bounds bounds;
        bounds.outlier = previous + now.outlier_cycles;
        bounds.input = previous + now.input_cycles;
        bounds.hazard = hazard_bound(*before, outlier_cycles_before, now, v);
        run.uneven.push_back(std::max({bounds.outlier, bounds.input, bounds.hazard}));
        attribute_slots(split, previous + 1, run.uneven.back(), bounds);
    }
    return run;
}

}  // namespace symmetree
