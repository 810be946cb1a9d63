#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace symmetree {

/// Observer of the running models: the only place where `models` and `traces` meet.
/// A model declares its signals once at construction and reports changes; changes may be reported late
/// (a stall's cause is known when it ends), so an implementation orders them by time itself.
/// Models hold a pointer that is null when nobody watches: no cost when off.
class probe {
public:
    using signal = std::uint32_t;

    virtual ~probe() = default;

    /// Declares a signal `width_bits` wide (1..64) under the module's hierarchical name, parts joined by '.'.
    virtual signal declare(const std::string& hierarchical_name, int width_bits) = 0;

    /// Declares a signal whose value indexes `labels` (a stall cause, a state).
    virtual signal declare_enumeration(const std::string& hierarchical_name, const std::vector<std::string>& labels) = 0;

    /// The signal takes `value` at clock cycle `at`, counted from the start of simulation.
    virtual void change(signal s, std::uint64_t at_cycle, std::uint64_t value) = 0;

    /// The signal takes the text `value` (a layer's name) at clock cycle `at_cycle`; declared by declare_text.
    virtual signal declare_text(const std::string& hierarchical_name) = 0;
    virtual void change_text(signal s, std::uint64_t at_cycle, const std::string& value) = 0;
};

}  // namespace symmetree
