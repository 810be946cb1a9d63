#pragma once

#include <functional>
#include <systemc>
#include <utility>

#include "models/tlm/clock_domain.h"

namespace symmetree {

inline const clock_domain one_ghz(1e9);

/// Runs a thread.
class actor : public sc_core::sc_module {
public:
    actor(const sc_core::sc_module_name& name, std::function<void()> body) : sc_module(name), body_(std::move(body)) { SC_THREAD(run); }
    SC_HAS_PROCESS(actor);

private:
    void run() { body_(); }
    std::function<void()> body_;
};

/// Waits for a cycle of one_ghz.
inline void until(std::uint64_t cycle) { sc_core::wait(one_ghz.time(cycle - one_ghz.now())); }

}  // namespace symmetree
