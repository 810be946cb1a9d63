#pragma once

#include <cstdint>
#include <deque>

#include "models/contract/issue_run.h"

namespace symmetree {

// When a decoupled sparse engine writes its sums: docs/timing-model.md, "Decoupled outliers". Cycles of the array are those in which a
// vector is whole, R - 1 behind its issue.

/// Vectors of one tile on their way to an accumulator bank.
struct bank_run {
    std::uint64_t bank = 0;  ///< its number
    issue_run whole;         ///< the cycle in which each vector is whole
};

/// True where the run writes an entry with an index of this parity in this cycle.
bool writes_parity(const issue_run& whole, std::uint64_t cycle, std::uint64_t parity);

/// A round of outliers on its way through the vectors of an m-block.
class round_pace {
public:
    /// `first_slice`: the run that opens the bank. The round starts at `start` and takes `steps` cycles for each of `vectors` vectors.
    round_pace(std::uint64_t start, std::uint64_t steps, std::uint64_t vectors, bank_run first_slice);

    /// Goes on as far as what happens before `now`, which is final as the array's runs are known till then. Answers the cycle of the last
    /// vector's write as far as they are known; the round is over when that is before `now`.
    std::uint64_t advance(std::uint64_t now, const std::deque<bank_run>& runs);
    /// Cycles before this one need no run any more.
    std::uint64_t settled() const { return written_; }

private:
    std::uint64_t next_write(std::uint64_t vector, std::uint64_t ripe, std::uint64_t written, const std::deque<bank_run>& runs) const;

    std::uint64_t steps_, vectors_;
    bank_run first_slice_;
    std::uint64_t vector_ = 0;          ///< the next one to be written
    std::uint64_t ripe_, written_ = 0;  ///< of the vector before: the cycle of its last step and that of its write
};

}  // namespace symmetree
