#pragma once

#include <cstdint>
#include <functional>
#include <systemc>

#include "models/contract/tile_jobs.h"

namespace symmetree {

/// A decoupled sparse engine as the weight loader sees it: places for rounds of outliers, which it works through in order. Each has a part
/// of every lane's list.
class outlier_queue_if : public virtual sc_core::sc_interface {
public:
    /// Takes a free place; waits for it in the calling thread. Answers since which cycle it has been free, 0 if always.
    virtual std::uint64_t acquire() = 0;
    /// Gives it back unused: the group has no outliers.
    virtual void give_back() = 0;
    /// From now on the bank and the input of the group's vectors wait for its last round. Before the first round is pushed.
    virtual void open_group(std::uint64_t bank, std::int32_t input) = 0;
    /// Fills the place that was taken first. Never waits.
    virtual void push(const queued_round& round) = 0;
};

/// The same engine as the vector issuer sees it. The callbacks run at once, or in the engine's thread; they must not wait.
class outlier_progress_if : public virtual sc_core::sc_interface {
public:
    /// Told the cycle of the engine's last write to the bank, 0 if it has none, once all outliers of it are added. Banks are asked for in
    /// order and answered in order.
    virtual void when_bank_done(std::uint64_t bank, std::function<void(std::uint64_t last_write)> then) = 0;
    /// Told the cycle in which the engine let go of the content of input fetch `input`, if that is why it waited; else 0.
    virtual void when_input_done(std::int32_t input, std::function<void(std::uint64_t freed)> then) = 0;
};

}  // namespace symmetree
