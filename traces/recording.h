#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/probe.h"

namespace symmetree {

/// Keeps the changes that running models report, for the writers of waveforms and timelines (traces/vcd.h, traces/timeline.h).
/// Changes may come in any order of time; of several changes of a signal at one cycle the last reported one holds.
/// A wrong signal, a value outside the declared width or labels, and a name declared twice are model_faults.
class recording : public probe {
public:
    enum class kind { number, enumeration, text };
    struct declared {
        std::string name;  ///< parts joined by '.'
        kind holds;
        int width_bits;                   ///< of a number
        std::vector<std::string> labels;  ///< of an enumeration
    };
    /// 24 bytes each, since a network gives millions. A text's value is its number in texts().
    struct change_at {
        std::uint64_t at_cycle;
        std::uint64_t value;
        signal of;
    };

    /// Cycle c stands at round(c / clock_hz) in picoseconds, 0 < clock_hz <= 1e12, so that cycles stay apart.
    explicit recording(double clock_hz);

    signal declare(const std::string& hierarchical_name, int width_bits) override;
    signal declare_enumeration(const std::string& hierarchical_name, const std::vector<std::string>& labels) override;
    void change(signal s, std::uint64_t at_cycle, std::uint64_t value) override;
    signal declare_text(const std::string& hierarchical_name) override;
    void change_text(signal s, std::uint64_t at_cycle, const std::string& value) override;

    /// The run ends before this cycle: the last value of each signal lasts until then.
    void end_at(std::uint64_t cycle) { end_ = cycle; }

    const std::vector<declared>& signals() const { return signals_; }
    const std::vector<std::string>& texts() const { return texts_; }
    /// By cycle, then signal, one for each such pair; puts them in order where they stand, as a copy would double the memory.
    const std::vector<change_at>& in_order();
    /// Not before the last change of in_order().
    std::uint64_t end_cycle() const;
    std::uint64_t picoseconds(std::uint64_t cycle) const;
    double clock_hz() const { return clock_hz_; }

private:
    signal add(declared d);
    const declared& checked(signal s, bool is_text) const;

    double clock_hz_;
    std::uint64_t end_ = 0;
    std::vector<declared> signals_;
    std::map<std::string, signal> by_name_;
    std::vector<change_at> changes_;
    std::vector<std::string> texts_;
    std::map<std::string, std::uint64_t> text_index_;
};

/// The dotted parts of a name.
std::vector<std::string> parts_of(const std::string& name);

}  // namespace symmetree
