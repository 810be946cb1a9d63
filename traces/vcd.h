#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/probe.h"

namespace symmetree {

/// Collects the changes that running models report and writes them as a value change dump (IEEE 1364-2005, clause 18)
/// with a timescale of 1 ps. Numbers are wires; enumerations and texts are GTKWave's string variables, an extension that
/// its tools (gtkwave, vcd2fst) read. Signals: docs/report-format.md, "VCD".
/// Changes may come in any order of time; of several changes of a signal at one cycle the last reported one holds.
/// A wrong signal, a value outside the declared width or labels, and a name declared twice are model_faults.
class vcd_probe : public probe {
public:
    /// Cycle c stands at round(c / clock_hz) in picoseconds, 0 < clock_hz <= 1e12, so that cycles stay apart.
    explicit vcd_probe(double clock_hz);

    signal declare(const std::string& hierarchical_name, int width_bits) override;
    signal declare_enumeration(const std::string& hierarchical_name, const std::vector<std::string>& labels) override;
    void change(signal s, std::uint64_t at_cycle, std::uint64_t value) override;
    signal declare_text(const std::string& hierarchical_name) override;
    void change_text(signal s, std::uint64_t at_cycle, const std::string& value) override;

    /// The whole dump, in pieces; not const, since it puts the changes in order where they stand.
    void write(const std::function<void(std::string_view)>& sink);
    std::string text();
    /// Throws input_error when `path` can't be written; nothing half-written stays behind.
    void write_file(const std::string& path);

private:
    enum class kind { number, enumeration, text };
    struct declared {
        std::string name;
        kind what;
        int width_bits;
        std::vector<std::string> labels;
    };
    /// 24 bytes each, since a network gives millions. Texts are kept once, in texts_.
    struct recorded {
        std::uint64_t at_cycle;
        std::uint64_t value;
        signal of;
    };

    signal add(declared d);
    const declared& checked(signal s, bool is_text) const;
    void put_in_order();
    std::string header() const;
    std::string initial_values(std::vector<std::optional<std::uint64_t>>& held) const;
    std::string value_text(signal s, std::uint64_t value) const;
    std::uint64_t picoseconds(std::uint64_t cycle) const;

    double clock_hz_;
    std::vector<declared> signals_;
    std::map<std::string, signal> by_name_;
    std::vector<recorded> changes_;
    std::vector<std::string> texts_;
    std::map<std::string, std::uint64_t> text_index_;
};

}  // namespace symmetree
