#include "models/sparse/outlier_pace_math.h"

#include <algorithm>
#include <utility>

namespace symmetree {

bool writes_parity(const issue_run& whole, std::uint64_t cycle, std::uint64_t parity) {
    if (whole.count == 0 || cycle < whole.first || cycle > whole.last()) return false;
    if (whole.uneven.empty()) return (cycle - whole.first) % whole.pace == 0 && (cycle - whole.first) / whole.pace % 2 == parity;
    const auto found = std::lower_bound(whole.uneven.begin(), whole.uneven.end(), cycle);
    return *found == cycle && static_cast<std::uint64_t>(found - whole.uneven.begin()) % 2 == parity;
}

round_pace::round_pace(std::uint64_t start, std::uint64_t steps, std::uint64_t vectors, bank_run first_slice)
    : steps_(steps), vectors_(vectors), first_slice_(std::move(first_slice)), ripe_(start - 1), written_(start - 1) {}

std::uint64_t round_pace::next_write(std::uint64_t vector, std::uint64_t ripe, std::uint64_t written,
                                     const std::deque<bank_run>& runs) const {
    std::uint64_t cycle = std::max({ripe, written + 1, first_slice_.whole.at(vector) + 1});
    const auto blocked = [&](const bank_run& run) { return run.bank == first_slice_.bank && writes_parity(run.whole, cycle, vector % 2); };
    while (std::any_of(runs.begin(), runs.end(), blocked)) ++cycle;
    return cycle;
}

std::uint64_t round_pace::advance(std::uint64_t now, const std::deque<bank_run>& runs) {
    std::uint64_t ripe = ripe_, written = written_;
    for (std::uint64_t vector = vector_; vector < vectors_; ++vector) {
        ripe = std::max(ripe + steps_, written + 1);
        written = next_write(vector, ripe, written, runs);
        if (written >= now) continue;
        ripe_ = ripe;
        written_ = written;
        vector_ = vector + 1;
    }
    return written;
}

}  // namespace symmetree
