#include "traces/measures.h"

#include <algorithm>
#include <set>

#include "core/enumerators.h"

namespace symmetree {

namespace {

std::optional<double> quotient(const std::optional<double>& a, const std::optional<double>& b) {
    if (!a || !b || *b == 0) return {};
    return *a / *b;
}

template <class Enumeration>
void append_names(std::vector<std::string>& names) {
    for (const Enumeration e : enumerators<Enumeration>()) names.emplace_back(to_string(e));
}

/// There are parts, and all have a price.
bool complete(const std::map<std::string, std::optional<double>>& parts) {
    return !parts.empty() && std::all_of(parts.begin(), parts.end(), [](const auto& part) { return part.second.has_value(); });
}

bool same_widths(const report& a, const report& b) {
    return a.array_weight_bits == b.array_weight_bits && a.array_activation_bits == b.array_activation_bits;
}

}  // namespace

std::optional<double> energy_pj_of(const layer_report& layer) {
    if (!complete(layer.energy_pj)) return {};
    return layer.energy_total_pj();
}

std::optional<double> energy_pj_of(const layer_report& layer, const std::string& unit) {
    const auto found = layer.energy_pj.find(unit);
    if (found == layer.energy_pj.end()) return {};
    return found->second;
}

std::optional<double> latency_s_of(const report& r) {
    if (r.clock_hz <= 0) return {};
    return r.latency_s();
}

std::optional<double> energy_j_of(const report& r) {
    if (!complete(r.total().energy_pj)) return {};
    return r.energy_j();
}

std::optional<double> per_image(const report& r, const std::optional<double>& of_batch) { return quotient(of_batch, double(r.batch)); }

std::optional<double> power_w_of(const report& r) { return quotient(energy_j_of(r), latency_s_of(r)); }

std::optional<double> peak_ops_of(const report& r) {
    if (r.clock_hz <= 0 || r.array_trees <= 0 || r.array_lanes <= 0) return {};
    return 2.0 * r.array_trees * r.array_lanes * r.clock_hz;
}

std::optional<double> reached_ops_of(const report& r) {
    const std::optional<double> seconds = latency_s_of(r);
    if (!seconds || *seconds <= 0) return {};
    return 2.0 * static_cast<double>(r.total().macs) / *seconds;
}

const char* heading_of(fpga_resource resource) {
    switch (resource) {
        case fpga_resource::luts: return "LUT";
        case fpga_resource::flip_flops: return "FF";
        case fpga_resource::carries: return "CARRY4";
        case fpga_resource::dsps: return "DSP48";
        case fpga_resource::block_rams: return "BRAM36";
    }
    return "?";
}

std::optional<double> area_um2_of(const report& r) {
    if (!complete(r.area_um2)) return {};
    return r.total_area_um2();
}

std::optional<double> measured(double value) {
    if (value == 0) return {};
    return value;
}

std::optional<std::size_t> baseline_of(const comparison& c, std::size_t index) {
    std::vector<std::size_t> candidates;
    for (std::size_t i = 0; i < c.runs.size(); ++i) {
        if (c.runs[i].platform == c.baseline && c.runs[i].workload == c.runs[index].workload) candidates.push_back(i);
    }
    for (const std::size_t i : candidates) {
        if (same_widths(c.runs[i], c.runs[index])) return i;
    }
    if (candidates.empty()) return {};
    const report& first = c.runs[candidates.front()];
    const bool one_width = std::all_of(candidates.begin(), candidates.end(), [&](std::size_t i) { return same_widths(c.runs[i], first); });
    if (!one_width) return {};
    return candidates.front();
}

run_ratios ratios_of(const comparison& c, std::size_t index) {
    const std::optional<std::size_t> base = baseline_of(c, index);
    if (!base) return {};
    const report& a = c.runs[index];
    const report& b = c.runs[*base];
    return {quotient(latency_s_of(a), latency_s_of(b)), quotient(energy_j_of(a), energy_j_of(b)), quotient(power_w_of(a), power_w_of(b)),
            quotient(area_um2_of(a), area_um2_of(b))};
}

std::vector<std::string> standard_energy_names() {
    std::vector<std::string> names;
    append_names<unit_kind>(names);
    append_names<memory_kind>(names);
    names.push_back("leakage");
    return names;
}

std::vector<std::string> in_standard_order(const std::vector<std::string>& used) {
    std::set<std::string> rest(used.begin(), used.end());
    std::vector<std::string> ordered;
    for (const std::string& name : standard_energy_names()) {
        if (rest.erase(name) > 0) ordered.push_back(name);
    }
    const bool leaks = !ordered.empty() && ordered.back() == "leakage";
    ordered.insert(leaks ? ordered.end() - 1 : ordered.end(), rest.begin(), rest.end());
    return ordered;
}

}  // namespace symmetree
