#include "traces/report.h"

#include <algorithm>
#include <utility>

#include "traces/measures.h"

namespace symmetree {

namespace {

void add(outlier_report& sum, const outlier_report& layer) {
    sum.listed += layer.listed;
    sum.stored += layer.stored;
    sum.stream_bits += layer.stream_bits;
    if (layer.index_bits > sum.index_bits) sum.index_bits = layer.index_bits;
    if (layer.fullest_lane > sum.fullest_lane) sum.fullest_lane = layer.fullest_lane;
    if (layer.assignment.empty()) return;
    if (sum.assignment.empty()) sum.assignment = layer.assignment;
    if (sum.assignment != layer.assignment) sum.assignment = "mixed";
}

/// A difference anywhere outweighs an unchecked layer, which outweighs the exact ones.
void add(exactness& sum, const layer_report& layer) {
    using verdict = exactness::verdict;
    if (sum.result == verdict::differs) return;
    switch (layer.check.result) {
        case verdict::exact: return;
        case verdict::not_checked: sum.result = verdict::not_checked; return;
        case verdict::differs: sum = {verdict::differs, layer.name + ": " + layer.check.first_difference}; return;
    }
}

/// A part that some layer has no price for has none in the sum.
void add(std::map<std::string, std::optional<double>>& sum, const std::string& name, const std::optional<double>& energy) {
    const auto [part, fresh] = sum.emplace(name, energy);
    if (fresh) return;
    if (part->second && energy)
        *part->second += *energy;
    else
        part->second.reset();
}

void add(layer_report& sum, const layer_report& layer) {
    sum.macs += layer.macs;
    sum.parameters += layer.parameters;
    sum.weight_bits_stored += layer.weight_bits_stored;
    sum.cycles += layer.cycles;
    sum.split += layer.split;
    for (const auto& [key, counters] : layer.units) sum.units[key] += counters;
    for (const auto& [memory, counters] : layer.memories) sum.memories[memory] += counters;
    for (const auto& [name, energy] : layer.energy_pj) add(sum.energy_pj, name, energy);
    add(sum.outliers, layer.outliers);
    sum.operations += layer.operations;
    if (sum.scheme != layer.scheme) sum.scheme = "mixed";
    add(sum.check, layer);
}

/// A sum that layers beginning with `first` will be added to; shapes do not add up.
layer_report sum_from(std::string name, const layer_report& first) {
    layer_report sum;
    sum.name = std::move(name);
    sum.repeat = 0;
    sum.scheme = first.scheme;
    sum.check.result = exactness::verdict::exact;
    return sum;
}

std::string group_of(const layer_report& layer) {
    const std::string name = layer.name.substr(std::min(layer.name.find_first_not_of("./"), layer.name.size()));
    const std::string first = name.substr(0, name.find_first_of("./"));
    return layer.parameters > 0 ? first : first + ", activations";
}

}  // namespace

double layer_report::energy_total_pj() const {
    double sum = 0;
    for (const auto& [name, energy] : energy_pj) sum += energy.value_or(0);
    return sum;
}

layer_report report::total() const {
    layer_report sum;
    sum.name = "total";
    sum.repeat = 0;
    if (!layers.empty()) sum = sum_from("total", layers.front());
    for (const layer_report& layer : layers) add(sum, layer);
    return sum;
}

std::vector<layer_report> report::groups() const {
    std::vector<layer_report> sums;
    for (const layer_report& layer : layers) {
        const std::string name = group_of(layer);
        auto found = std::find_if(sums.begin(), sums.end(), [&](const layer_report& sum) { return sum.name == name; });
        if (found == sums.end()) found = sums.insert(sums.end(), sum_from(name, layer));
        add(*found, layer);
    }
    return sums;
}

double report::latency_s() const {
    std::uint64_t sum = 0;
    for (const layer_report& layer : layers) sum += layer.cycles;
    return clock_hz > 0 ? static_cast<double>(sum) / clock_hz : 0;
}

// By way of total(), so that the summation order and with it the last bit are those of the total row.
double report::energy_j() const { return total().energy_total_pj() * joule_per_picojoule; }

double report::power_w() const {
    const double time_s = latency_s();
    return time_s > 0 ? energy_j() / time_s : 0;
}

fpga_resources report::total_fpga() const {
    fpga_resources sum;
    for (const fpga_resource kind : enumerators<fpga_resource>()) {
        if (!fpga.empty()) sum[kind] = 0;
        for (const auto& [unit, part] : fpga) sum[kind] = sum[kind] && part[kind] ? std::optional(*sum[kind] + *part[kind]) : std::nullopt;
    }
    return sum;
}

double report::total_area_um2() const {
    double sum = 0;
    for (const auto& [unit, area] : area_um2) sum += area.value_or(0);
    return sum;
}

bool report::passed() const {
    for (const layer_report& layer : layers) {
        if (layer.check.result == exactness::verdict::differs) return false;
    }
    return true;
}

}  // namespace symmetree
