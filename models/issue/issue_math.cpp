#include "models/issue/issue_math.h"

#include <algorithm>

namespace symmetree {

void attribute_slots(slot_split& split, std::uint64_t from, std::uint64_t to, const slot_bounds& bounds, const stall_visitor& visit) {
    const auto take = [&](stall_cause cause, std::uint64_t bound, std::uint64_t& sum) {
        const std::uint64_t end = std::min(bound, to);
        if (end <= from) return;
        sum += end - from;
        if (visit) visit(cause, from, end);
        from = end;
    };
    take(stall_cause::outlier, bounds.outlier, split.outlier);
    take(stall_cause::input, bounds.input, split.input);
    take(stall_cause::memory, bounds.memory, split.memory);
    take(stall_cause::weight_port, bounds.weight_port, split.weight_port);
    take(stall_cause::hazard, bounds.hazard, split.hazard);
    take(stall_cause::drain, bounds.drain, split.drain);
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
