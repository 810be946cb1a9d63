#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>

namespace symmetree {

/// The rules of docs/timing-model.md, "Decoupled outliers", cycle by cycle: in each cycle the lanes take a step and the port writes a sum,
/// if they may. Takes nothing from the models.
class decoupled_outliers {
public:
    using cycle = std::uint64_t;
    struct round {
        std::uint64_t bank = 0;  ///< number of the accumulator bank
        std::int32_t input = 0;  ///< fetch that brought the activations
        std::uint64_t steps = 0, vectors = 0;
        bool last_of_group = false;
    };

    void begin_layer() { taken_ = released_ = 0; }

    // What the loader does. A place is one of two sets of lists.
    bool place_free() const { return taken_ < released_ + 2; }
    void take_place() { ++taken_; }
    void give_back() { ++released_; }
    /// Places that were let go so far.
    std::uint64_t released() const { return released_; }
    void open_group(std::uint64_t bank, std::int32_t input);
    void push(const round& r) { queue_.push_back(r); }

    /// A vector of the array will be whole in that cycle.
    void expect_vector(cycle whole, std::uint64_t bank, std::uint64_t vector, bool first_slice);

    /// At the beginning of a cycle: the round whose last sum was written in the cycle before is over.
    void end_round(cycle t);
    /// At its end, when what the array does in it is known.
    void work(cycle t);

    bool holds_bank(std::uint64_t bank) const { return groups_of_bank_.count(bank) > 0; }
    bool holds_input(std::int32_t input) const { return groups_of_input_.count(input) > 0; }
    /// Of the engine's last write to the bank, or none.
    std::optional<cycle> last_write(std::uint64_t bank) const;

private:
    struct whole_vector {
        cycle when;
        std::uint64_t bank, vector;
        bool first_slice;
    };
    bool may_write(const std::optional<whole_vector>& array, std::uint64_t vector) const;

    std::uint64_t taken_ = 0, released_ = 0;
    std::deque<round> queue_;
    std::map<std::uint64_t, int> groups_of_bank_;
    std::map<std::int32_t, int> groups_of_input_;
    std::deque<whole_vector> expected_;
    std::map<std::uint64_t, std::uint64_t> opened_;  ///< vectors of a bank's first slice that are written
    std::map<std::uint64_t, cycle> written_;         ///< last write to each bank

    bool working_ = false;
    std::uint64_t step_ = 0, vector_ = 0;  ///< of the round in work: the next step, and its vector
    bool ripe_ = false;                    ///< the sum of the vector before waits
    std::optional<cycle> over_;            ///< the cycle of the round's last write
};

}  // namespace symmetree
