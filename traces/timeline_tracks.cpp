#include "traces/timeline_tracks.h"

#include <algorithm>
#include <map>

#include "core/text.h"
#include "traces/trace_event.h"

namespace symmetree {

namespace {

using kind = recording::kind;

/// system.accelerator.dma.bytes_moved: process system.accelerator, unit dma, signal bytes_moved.
struct place {
    std::string process, unit, signal;

    std::string within_process() const { return unit.empty() ? signal : unit + "." + signal; }
    std::string scope() const { return process + "." + unit; }
};

place place_of(const std::string& name) {
    const std::vector<std::string> parts = parts_of(name);
    place p;
    p.signal = parts.back();
    if (parts.size() >= 3) p.unit = parts[parts.size() - 2];
    const std::size_t outer = parts.size() >= 3 ? parts.size() - 2 : std::min<std::size_t>(1, parts.size() - 1);
    for (std::size_t i = 0; i < outer; ++i) p.process += (i > 0 ? "." : "") + parts[i];
    if (p.process.empty()) p.process = "top";
    return p;
}

enum class role { slices, work, attribute, lost_within, level, running_total };

const std::string lost_prefix = "lost_to_";

role role_of(const recording::declared& d, const std::string& signal) {
    if (d.holds == kind::enumeration) return role::slices;
    if (d.holds == kind::text) return ends_with(signal, "_name") ? role::work : role::slices;
    if (starts_with(signal, lost_prefix)) return role::lost_within;
    if (signal == "tile" || signal == "layer" || signal == "cycles_per_vector") return role::attribute;
    if (signal == "bytes_moved") return role::running_total;
    return d.width_bits == 1 ? role::slices : role::level;
}

/// The texts, attributes and losses of a unit, for its slices.
struct unit_details {
    std::optional<recording::signal> work;
    std::vector<slice_detail> attributes, lost_within;
    bool has_track = false;
};

void name_values(slice_track& t, const recording::declared& d, const std::string& signal) {
    switch (d.holds) {
        case kind::text: break;
        case kind::number: t.value_names_json = {"", json_string(signal)}; break;
        case kind::enumeration:
            for (const std::string& label : d.labels) t.value_names_json.push_back(label == "none" ? "" : json_string(label));
            break;
    }
}

/// A unit's work: its busy bit, or the first label of its state.
void take_details(slice_track& t, const recording::declared& d, const std::string& signal, const unit_details& unit) {
    const bool works = unit.work && (d.holds == kind::enumeration || signal == "busy");
    t.stalls = unit.work.has_value();
    if (!works) return;
    t.working_value = d.holds == kind::enumeration ? 0 : 1;
    t.work = unit.work;
    t.attributes = unit.attributes;
    t.lost_within = unit.lost_within;
}

std::map<std::string, unit_details> details_of(const std::vector<recording::declared>& signals) {
    std::map<std::string, unit_details> units;
    for (recording::signal s = 0; s < signals.size(); ++s) {
        const place p = place_of(signals[s].name);
        unit_details& unit = units[p.scope()];
        switch (role_of(signals[s], p.signal)) {
            case role::work: unit.work = s; break;
            case role::attribute: unit.attributes.push_back({s, json_string(p.signal)}); break;
            case role::lost_within: unit.lost_within.push_back({s, json_string(p.signal.substr(lost_prefix.size()))}); break;
            case role::slices:
            case role::level:
            case role::running_total: break;
        }
    }
    return units;
}

}  // namespace

timeline_tracks tracks_of(const std::vector<recording::declared>& signals) {
    timeline_tracks out;
    std::map<std::string, unit_details> units = details_of(signals);
    std::map<std::string, int> processes;
    for (recording::signal s = 0; s < signals.size(); ++s) {
        const recording::declared& d = signals[s];
        const place p = place_of(d.name);
        const role shown = role_of(d, p.signal);
        if (shown != role::slices && shown != role::level && shown != role::running_total) continue;
        const auto [process, is_new] = processes.emplace(p.process, static_cast<int>(processes.size()) + 1);
        if (is_new) out.process_names_json.push_back(json_string(p.process));
        if (shown != role::slices) {
            out.counters.push_back({s, process->second, json_string(p.within_process()), shown == role::running_total});
            continue;
        }
        if (d.holds == kind::text && p.signal == "layer" && !out.layer) out.layer = s;
        unit_details& unit = units[p.scope()];
        slice_track t;
        t.of = s;
        t.process = process->second;
        t.name_json = json_string(unit.has_track || p.unit.empty() ? p.within_process() : p.unit);
        unit.has_track = true;
        name_values(t, d, p.signal);
        take_details(t, d, p.signal, unit);
        out.slices.push_back(std::move(t));
    }
    // Numbers of threads that are no process's: readers take a thread of its process's number for the main one.
    for (std::size_t i = 0; i < out.slices.size(); ++i) out.slices[i].thread = static_cast<int>(processes.size() + i + 1);
    return out;
}

}  // namespace symmetree
