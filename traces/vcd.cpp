#include "traces/vcd.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <tuple>

#include "core/error.h"
#include "core/output_file.h"

namespace symmetree {

namespace {

constexpr std::size_t chunk_bytes = 1 << 16;

/// Tokens of the format end at white space, and tools expect printable ASCII in names.
std::string sanitized(const std::string& name) {
    std::string out;
    for (const char c : name) out += c > ' ' && c < 0x7f ? c : '_';
    return out;
}

/// A string value is one token: everything but printable ASCII becomes an octal escape, which the tools undo.
std::string escaped(const std::string& text) {
    std::string out;
    for (const char c : text) {
        if (c > ' ' && c < 0x7f && c != '\\') out += c;
        else out += fmt::format("\\{:03o}", static_cast<unsigned char>(c));
    }
    return out;
}

/// The short code that stands for a signal: digits of base 94, from '!' to '~'.
std::string code_of(std::uint32_t signal) {
    std::string out;
    for (std::uint64_t rest = std::uint64_t{signal} + 1; rest > 0; rest = (rest - 1) / 94) out += static_cast<char>('!' + (rest - 1) % 94);
    return out;
}

std::string binary(std::uint64_t value) { return fmt::format("{:b}", value); }

/// Scopes and variables in the order of their declaration.
struct scope {
    std::vector<std::pair<std::string, scope>> children;
    std::string variables;

    scope& child(const std::string& name) {
        for (auto& [existing, inner] : children) {
            if (existing == name) return inner;
        }
        return children.emplace_back(name, scope{}).second;
    }
    void append_to(std::string& out) const {
        out += variables;
        for (const auto& [name, inner] : children) {
            out += fmt::format("$scope module {} $end\n", name);
            inner.append_to(out);
            out += "$upscope $end\n";
        }
    }
};

/// The dotted parts of a name; an empty part would be no token.
std::vector<std::string> parts_of(const std::string& name) {
    std::vector<std::string> parts(1);
    for (const char c : name) {
        if (c == '.') parts.emplace_back();
        else parts.back() += c;
    }
    for (std::string& part : parts) {
        if (part.empty()) part = "_";
    }
    return parts;
}

}  // namespace

vcd_probe::vcd_probe(double clock_hz) : clock_hz_(clock_hz) {
    if (!(clock_hz > 0 && clock_hz <= 1e12)) throw model_fault(fmt::format("waveform: a clock of {} Hz has no period of 1 ps or more", clock_hz));
}

probe::signal vcd_probe::add(declared d) {
    const auto id = static_cast<signal>(signals_.size());
    if (!by_name_.emplace(d.name, id).second) throw model_fault(fmt::format("waveform: signal {} is declared twice", d.name));
    signals_.push_back(std::move(d));
    return id;
}

probe::signal vcd_probe::declare(const std::string& hierarchical_name, int width_bits) {
    if (width_bits < 1 || width_bits > 64) {
        throw model_fault(fmt::format("waveform: signal {} is {} bits wide, 1 to 64 are allowed", hierarchical_name, width_bits));
    }
    return add({sanitized(hierarchical_name), kind::number, width_bits, {}});
}

probe::signal vcd_probe::declare_enumeration(const std::string& hierarchical_name, const std::vector<std::string>& labels) {
    return add({sanitized(hierarchical_name), kind::enumeration, 0, labels});
}

probe::signal vcd_probe::declare_text(const std::string& hierarchical_name) {
    return add({sanitized(hierarchical_name), kind::text, 0, {}});
}

const vcd_probe::declared& vcd_probe::checked(signal s, bool is_text) const {
    if (s >= signals_.size()) throw model_fault(fmt::format("waveform: signal {} was never declared", s));
    const declared& d = signals_[s];
    if ((d.what == kind::text) != is_text) throw model_fault(fmt::format("waveform: signal {} is {}a text", d.name, is_text ? "not " : ""));
    return d;
}

void vcd_probe::change(signal s, std::uint64_t at_cycle, std::uint64_t value) {
    const declared& d = checked(s, false);
    const bool fits = d.what == kind::enumeration ? value < d.labels.size() : d.width_bits == 64 || value >> d.width_bits == 0;
    if (!fits) throw model_fault(fmt::format("waveform: signal {} can't hold {}", d.name, value));
    changes_.push_back({at_cycle, value, s});
}

void vcd_probe::change_text(signal s, std::uint64_t at_cycle, const std::string& value) {
    checked(s, true);
    const auto [found, is_new] = text_index_.emplace(value, texts_.size());
    if (is_new) texts_.push_back(value);
    changes_.push_back({at_cycle, found->second, s});
}

// A double holds whole picoseconds exactly up to 2^53 of them, two and a half hours of simulated time.
std::uint64_t vcd_probe::picoseconds(std::uint64_t cycle) const {
    return static_cast<std::uint64_t>(std::llround(static_cast<double>(cycle) * 1e12 / clock_hz_));
}

/// By cycle, then signal; of equals the last reported one stays.
void vcd_probe::put_in_order() {
    const auto key = [](const recorded& c) { return std::make_tuple(c.at_cycle, c.of); };
    std::stable_sort(changes_.begin(), changes_.end(), [&](const recorded& a, const recorded& b) { return key(a) < key(b); });
    std::size_t kept = 0;
    for (std::size_t i = 0; i < changes_.size(); ++i) {
        const bool overwritten = i + 1 < changes_.size() && key(changes_[i + 1]) == key(changes_[i]);
        if (!overwritten) changes_[kept++] = changes_[i];
    }
    changes_.resize(kept);
}

std::string vcd_probe::header() const {
    scope root;
    for (signal s = 0; s < signals_.size(); ++s) {
        const declared& d = signals_[s];
        std::vector<std::string> parts = parts_of(d.name);
        const std::string variable = parts.back();
        parts.pop_back();
        if (parts.empty()) parts.push_back("top");  // a variable outside of every scope is not allowed
        scope* place = &root;
        for (const std::string& part : parts) place = &place->child(part);
        const std::string range = d.what == kind::number && d.width_bits > 1 ? fmt::format(" [{}:0]", d.width_bits - 1) : "";
        place->variables += d.what == kind::number ? fmt::format("$var wire {} {} {}{} $end\n", d.width_bits, code_of(s), variable, range)
                                                   : fmt::format("$var string 1 {} {} $end\n", code_of(s), variable);
    }
    // No $date: the same run gives the same bytes.
    std::string out = "$version symmetree $end\n$timescale 1 ps $end\n";
    root.append_to(out);
    return out + "$enddefinitions $end\n";
}

std::string vcd_probe::value_text(signal s, std::uint64_t value) const {
    const declared& d = signals_[s];
    const std::string code = code_of(s);
    switch (d.what) {
        case kind::enumeration: return fmt::format("s{} {}\n", escaped(d.labels[value]), code);
        case kind::text: return fmt::format("s{} {}\n", escaped(texts_[value]), code);
        case kind::number: return d.width_bits == 1 ? fmt::format("{}{}\n", value, code) : fmt::format("b{} {}\n", binary(value), code);
    }
    return "";
}

/// The values at time 0; a signal that has none yet is unknown, or an empty string. `held` takes what was written.
std::string vcd_probe::initial_values(std::vector<std::optional<std::uint64_t>>& held) const {
    for (const recorded& c : changes_) {
        if (c.at_cycle > 0) break;
        held[c.of] = c.value;
    }
    std::string out = "#0\n$dumpvars\n";
    for (signal s = 0; s < signals_.size(); ++s) {
        const declared& d = signals_[s];
        const char* unknown = d.what != kind::number ? "s " : d.width_bits == 1 ? "x" : "bx ";
        out += held[s] ? value_text(s, *held[s]) : unknown + code_of(s) + '\n';
    }
    return out + "$end\n";
}

void vcd_probe::write(const std::function<void(std::string_view)>& sink) {
    put_in_order();
    std::vector<std::optional<std::uint64_t>> held(signals_.size());
    std::string pending = header() + initial_values(held);
    std::uint64_t now = 0;
    for (const recorded& c : changes_) {
        if (held[c.of] == c.value) continue;  // a change to what is there already says nothing
        held[c.of] = c.value;
        if (c.at_cycle != now) pending += fmt::format("#{}\n", picoseconds(c.at_cycle));
        now = c.at_cycle;
        pending += value_text(c.of, c.value);
        if (pending.size() < chunk_bytes) continue;
        sink(pending);
        pending.clear();
    }
    sink(pending);
}

std::string vcd_probe::text() {
    std::string out;
    write([&](std::string_view piece) { out += piece; });
    return out;
}

void vcd_probe::write_file(const std::string& path) {
    output_file file(path);
    write([&](std::string_view piece) { file.write(piece); });
    file.commit();
}

}  // namespace symmetree
