#pragma once

#include <cmath>
#include <cstdint>
#include <systemc>

namespace symmetree {

/// Integer cycles inside, sc_time only at the edge. The period is 1 / hertz rounded to a whole number of picoseconds.
class clock_domain {
public:
    explicit clock_domain(double hertz) : period_(std::round(1e12 / hertz), sc_core::SC_PS) {}

    sc_core::sc_time time(std::uint64_t cycles) const { return period_ * static_cast<double>(cycles); }
    /// Whole cycles since the start of simulation, rounded down.
    std::uint64_t now() const { return sc_core::sc_time_stamp().value() / period_.value(); }
    /// Cycles that cover `t`, rounded up.
    std::uint64_t cycles(const sc_core::sc_time& t) const { return (t.value() + period_.value() - 1) / period_.value(); }
    const sc_core::sc_time& period() const { return period_; }

private:
    sc_core::sc_time period_;
};

}  // namespace symmetree
