#include "traces/recording.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <tuple>

#include "core/error.h"

namespace symmetree {

recording::recording(double clock_hz) : clock_hz_(clock_hz) {
    if (!(clock_hz > 0 && clock_hz <= 1e12))
        throw model_fault(fmt::format("trace: a clock of {} Hz has no period of 1 ps or more", clock_hz));
}

probe::signal recording::add(declared d) {
    const auto id = static_cast<signal>(signals_.size());
    if (!by_name_.emplace(d.name, id).second) throw model_fault(fmt::format("trace: signal {} is declared twice", d.name));
    signals_.push_back(std::move(d));
    return id;
}

probe::signal recording::declare(const std::string& hierarchical_name, int width_bits) {
    if (width_bits < 1 || width_bits > 64) {
        throw model_fault(fmt::format("trace: signal {} is {} bits wide, 1 to 64 are allowed", hierarchical_name, width_bits));
    }
    return add({hierarchical_name, kind::number, width_bits, {}});
}

probe::signal recording::declare_enumeration(const std::string& hierarchical_name, const std::vector<std::string>& labels) {
    return add({hierarchical_name, kind::enumeration, 0, labels});
}

probe::signal recording::declare_text(const std::string& hierarchical_name) { return add({hierarchical_name, kind::text, 0, {}}); }

const recording::declared& recording::checked(signal s, bool is_text) const {
    if (s >= signals_.size()) throw model_fault(fmt::format("trace: signal {} was never declared", s));
    const declared& d = signals_[s];
    if ((d.holds == kind::text) != is_text) throw model_fault(fmt::format("trace: signal {} is {}a text", d.name, is_text ? "not " : ""));
    return d;
}

void recording::change(signal s, std::uint64_t at_cycle, std::uint64_t value) {
    const declared& d = checked(s, false);
    const bool fits = d.holds == kind::enumeration ? value < d.labels.size() : d.width_bits == 64 || value >> d.width_bits == 0;
    if (!fits) throw model_fault(fmt::format("trace: signal {} can't hold {}", d.name, value));
    changes_.push_back({at_cycle, value, s});
}

void recording::change_text(signal s, std::uint64_t at_cycle, const std::string& value) {
    checked(s, true);
    const auto [found, is_new] = text_index_.emplace(value, texts_.size());
    if (is_new) texts_.push_back(value);
    changes_.push_back({at_cycle, found->second, s});
}

const std::vector<recording::change_at>& recording::in_order() {
    const auto key = [](const change_at& c) { return std::make_tuple(c.at_cycle, c.of); };
    std::stable_sort(changes_.begin(), changes_.end(), [&](const change_at& a, const change_at& b) { return key(a) < key(b); });
    std::size_t kept = 0;
    for (std::size_t i = 0; i < changes_.size(); ++i) {
        const bool overwritten = i + 1 < changes_.size() && key(changes_[i + 1]) == key(changes_[i]);
        if (!overwritten) changes_[kept++] = changes_[i];
    }
    changes_.resize(kept);
    return changes_;
}

std::uint64_t recording::end_cycle() const { return changes_.empty() ? end_ : std::max(end_, changes_.back().at_cycle); }

// A double holds whole picoseconds exactly up to 2^53 of them, two and a half hours of simulated time.
std::uint64_t recording::picoseconds(std::uint64_t cycle) const {
    return static_cast<std::uint64_t>(std::llround(static_cast<double>(cycle) * 1e12 / clock_hz_));
}

std::vector<std::string> parts_of(const std::string& name) {
    std::vector<std::string> parts(1);
    for (const char c : name) {
        if (c == '.')
            parts.emplace_back();
        else
            parts.back() += c;
    }
    return parts;
}

}  // namespace symmetree
