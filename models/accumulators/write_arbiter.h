#pragma once

#include <cstdint>
#include <set>
#include <systemc>
#include <utility>

namespace symmetree {

/// Lets the writers of a port through one after the other, in an order that does not depend on the kernel's order of processes: by the
/// delta cycle in which they came, then by their number. Waits in the calling thread, deltas and no time. A lone writer never waits.
class write_arbiter {
public:
    explicit write_arbiter(int writers) : writers_(writers) {}

    /// Runs `write` when it is the writer's turn; `write` must not wait.
    template <class Write>
    void in_turn(int writer, Write write) {
        if (writers_ == 1) {
            write();
            return;
        }
        const request mine{sc_core::sc_delta_count(), writer};
        waiting_.insert(mine);
        sc_core::wait(sc_core::SC_ZERO_TIME);  // all that come in this delta are known then
        while (*waiting_.begin() != mine) sc_core::wait(served_);
        write();
        waiting_.erase(waiting_.begin());
        served_.notify(sc_core::SC_ZERO_TIME);
    }

private:
    using request = std::pair<std::uint64_t, int>;  ///< delta cycle, writer
    const int writers_;
    std::set<request> waiting_;
    sc_core::sc_event served_{"served"};
};

}  // namespace symmetree
