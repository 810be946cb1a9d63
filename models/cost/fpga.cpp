#include <algorithm>
#include <utility>

#include "models/cost/cost_table.h"

namespace symmetree {
namespace {

std::optional<double> times(double amount, const std::optional<double>& each) {
    if (!each) return {};
    return amount * *each;
}

fpga_resources resources_of(const unit_cost& cost) {
    fpga_resources r;
    r[fpga_resource::luts] = cost.luts;
    r[fpga_resource::flip_flops] = cost.flip_flops;
    r[fpga_resource::carries] = cost.carries;
    r[fpga_resource::dsps] = cost.dsps;
    r[fpga_resource::block_rams] = 0;
    return r;
}

/// What an FPGA builds beside or in place of the LUTs of a unit.
enum class fpga_form { logic, multipliers, sums };

fpga_form form_of(unit_kind unit) {
    switch (unit) {
        case unit_kind::mac_tree:
        case unit_kind::widened_tree: return fpga_form::multipliers;
        case unit_kind::accumulator: return fpga_form::sums;
        case unit_kind::pre_subtract_tree:
        case unit_kind::port_subtractor:
        case unit_kind::activation_sum_tree:
        case unit_kind::correction_every_cycle:
        case unit_kind::correction_at_drain:
        case unit_kind::pot_tree:
        case unit_kind::post_tree:
        case unit_kind::post_word_tree:
        case unit_kind::apot_tree:
        case unit_kind::level_decoder:
        case unit_kind::sparse_lane:
        case unit_kind::outlier_list:
        case unit_kind::sparse_bank_adder:
        case unit_kind::sparse_crossbar:
        case unit_kind::outlier_accumulate:
        case unit_kind::requantizer:
        case unit_kind::vector_lane:
        case unit_kind::vector_polynomial:
        case unit_kind::vector_scale:
        case unit_kind::vector_norm:
        case unit_kind::vector_row: return fpga_form::logic;
    }
    return fpga_form::logic;
}

/// A multiplier tree whose products come from DSPs, two of at most 4 bits each from one of them: its adders are those of a sum of as many
/// products, its registers stay.
fpga_resources packed(const unit_key& key, fpga_resources r, const cost_table& table) {
    constexpr int widest = 4, products = 2;
    if (key.held_bits > widest || key.activation_bits > widest) return r;
    const unit_cost adders =
        table.unit({unit_kind::activation_sum_tree, 0, key.held_bits + key.activation_bits, key.extent, key.input, key.sparse});
    r[fpga_resource::luts] = adders.luts;
    r[fpga_resource::carries] = adders.carries;
    r[fpga_resource::dsps] = static_cast<double>(ceil_div(static_cast<std::uint64_t>(key.extent), products));
    return r;
}

fpga_resources resources_of(const unit_key& key, const priced_platform& platform, const cost_table& table) {
    fpga_resources r = resources_of(table.unit(key));
    switch (form_of(key.unit)) {
        case fpga_form::logic: break;
        case fpga_form::multipliers:
            if (platform.packed_dsps) r = packed(key, r, table);
            break;
        case fpga_form::sums:  // two banks, in one memory
            r[fpga_resource::block_rams] = block_rams(2 * static_cast<std::uint64_t>(key.extent), key.held_bits);
            break;
    }
    return r;
}

void add(fpga_resources& sum, const fpga_resources& each, double count) {
    for (const fpga_resource kind : enumerators<fpga_resource>()) {
        const std::optional<double> more = times(count, each[kind]);
        sum[kind] = sum[kind] && more ? std::optional(*sum[kind] + *more) : std::nullopt;
    }
}

fpga_resources none() {
    fpga_resources r;
    for (const fpga_resource kind : enumerators<fpga_resource>()) r[kind] = 0;
    return r;
}

}  // namespace

double block_rams(std::uint64_t words, int bits) {
    // RAMB18E1, a half, as simple dual port: width and depth of each of its shapes.
    constexpr std::pair<std::uint64_t, std::uint64_t> shapes[] = {{1, 16384}, {2, 8192}, {4, 4096}, {9, 2048}, {18, 1024}, {36, 512}};
    std::uint64_t least = ~std::uint64_t{0};
    for (const auto& [width, depth] : shapes)
        least = std::min(least, ceil_div(static_cast<std::uint64_t>(bits), width) * ceil_div(words, depth));
    return 0.5 * static_cast<double>(least);
}

fpga_parts fpga_of(const unit_activity& installed, const priced_platform& platform, const cost_table& table) {
    fpga_parts parts;
    if (std::none_of(installed.begin(), installed.end(), [&](const auto& unit) { return table.unit(unit.first).luts.has_value(); }))
        return parts;
    for (const auto& [key, n] : installed)
        add(parts.emplace(to_string(key.unit), none()).first->second, resources_of(key, platform, table), static_cast<double>(n.instances));
    for (const auto& [kind, memory] : platform.memories) {
        if (!is_on_chip(kind)) continue;
        constexpr std::uint64_t banks = 2;
        fpga_resources r = none();
        const std::uint64_t bits_of_a_bank = 8 * memory.capacity.value / banks;
        r[fpga_resource::block_rams] =
            banks * block_rams(ceil_div(bits_of_a_bank, static_cast<std::uint64_t>(memory.port_bits)), memory.port_bits);
        parts[to_string(kind)] = r;
    }
    return parts;
}

}  // namespace symmetree
