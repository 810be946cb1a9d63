#include "traces/vcd.h"

#include <fmt/format.h>

#include <optional>
#include <vector>

#include "traces/text_pieces.h"

namespace symmetree {

namespace {

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
        if (c > ' ' && c < 0x7f && c != '\\')
            out += c;
        else
            out += fmt::format("\\{:03o}", static_cast<unsigned char>(c));
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

/// The scopes of a variable and its own name; an empty part would be no token, a variable outside of every scope is not allowed.
std::vector<std::string> scoped_name(const std::string& name) {
    std::vector<std::string> parts = parts_of(sanitized(name));
    for (std::string& part : parts) {
        if (part.empty()) part = "_";
    }
    if (parts.size() == 1) parts.insert(parts.begin(), "top");
    return parts;
}

using kind = recording::kind;
using signal = recording::signal;

std::string header(const recording& run) {
    scope root;
    for (signal s = 0; s < run.signals().size(); ++s) {
        const recording::declared& d = run.signals()[s];
        const std::vector<std::string> parts = scoped_name(d.name);
        scope* place = &root;
        for (std::size_t i = 0; i + 1 < parts.size(); ++i) place = &place->child(parts[i]);
        const std::string range = d.holds == kind::number && d.width_bits > 1 ? fmt::format(" [{}:0]", d.width_bits - 1) : "";
        place->variables += d.holds == kind::number
                                ? fmt::format("$var wire {} {} {}{} $end\n", d.width_bits, code_of(s), parts.back(), range)
                                : fmt::format("$var string 1 {} {} $end\n", code_of(s), parts.back());
    }
    // No $date: the same run gives the same bytes.
    std::string out = "$version symmetree $end\n$timescale 1 ps $end\n";
    root.append_to(out);
    return out + "$enddefinitions $end\n";
}

std::string value_text(const recording& run, signal s, std::uint64_t value) {
    const recording::declared& d = run.signals()[s];
    const std::string code = code_of(s);
    switch (d.holds) {
        case kind::enumeration: return fmt::format("s{} {}\n", escaped(d.labels[value]), code);
        case kind::text: return fmt::format("s{} {}\n", escaped(run.texts()[value]), code);
        case kind::number: return d.width_bits == 1 ? fmt::format("{}{}\n", value, code) : fmt::format("b{} {}\n", binary(value), code);
    }
    return "";
}

using held_values = std::vector<std::optional<std::uint64_t>>;

/// The values at time 0; a signal that has none yet is unknown, or an empty string. `held` takes what was written.
std::string initial_values(const recording& run, const std::vector<recording::change_at>& changes, held_values& held) {
    for (const recording::change_at& c : changes) {
        if (c.at_cycle > 0) break;
        held[c.of] = c.value;
    }
    std::string out = "#0\n$dumpvars\n";
    for (signal s = 0; s < run.signals().size(); ++s) {
        const recording::declared& d = run.signals()[s];
        const char* unknown = d.holds != kind::number ? "s " : d.width_bits == 1 ? "x" : "bx ";
        out += held[s] ? value_text(run, s, *held[s]) : unknown + code_of(s) + '\n';
    }
    return out + "$end\n";
}

}  // namespace

void write_vcd(recording& run, const text_sink& sink) {
    const std::vector<recording::change_at>& changes = run.in_order();
    held_values held(run.signals().size());
    text_pieces out(sink);
    out.add(header(run) + initial_values(run, changes, held));
    std::uint64_t now = 0;
    for (const recording::change_at& c : changes) {
        if (held[c.of] == c.value) continue;  // a change to what is there already says nothing
        held[c.of] = c.value;
        if (c.at_cycle != now) out.add(fmt::format("#{}\n", run.picoseconds(c.at_cycle)));
        now = c.at_cycle;
        out.add(value_text(run, c.of, c.value));
    }
    // The last values have a length, too.
    if (run.end_cycle() > now) out.add(fmt::format("#{}\n", run.picoseconds(run.end_cycle())));
    out.flush();
}

}  // namespace symmetree
