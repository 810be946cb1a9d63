#include "models/cost/variants.h"

#include <algorithm>

namespace symmetree {
namespace {

double share(int part, int whole) { return static_cast<double>(part) / static_cast<double>(whole); }

/// Vectors of a tree that make one output.
int vectors_per_output(const variant_sizes& s) { return (s.inputs + s.lanes - 1) / s.lanes; }

unit_key key_of(unit_kind unit, int weight_bits, const variant_sizes& s) {
    return {unit, weight_bits, s.activation_bits, s.lanes, s.input, false};
}

void add_row_sum(std::vector<variant_part>& parts, int weight_bits, const variant_sizes& s, bool at_drain) {
    const double of_array = 1.0 / s.trees;
    parts.push_back({key_of(unit_kind::activation_sum_tree, 0, s), of_array, of_array, 0});
    if (!at_drain) {
        parts.push_back({key_of(unit_kind::correction_every_cycle, weight_bits, s)});
        return;
    }
    // A zero point per output: one load for each when every vector brings new weights.
    const double per_vector = 1.0 / vectors_per_output(s);
    parts.push_back({key_of(unit_kind::correction_at_drain, weight_bits, s), share(s.drain_lanes, s.trees), per_vector, per_vector});
    const unit_key sums{unit_kind::accumulator, s.accumulator_bits, 0, s.accumulator_depth, s.input, false};
    parts.push_back({sums, of_array, of_array, 0, true});
}

/// A subtractor per code of the port; the codes of a tree are its lanes' share of a word.
void add_port_subtraction(std::vector<variant_part>& parts, int weight_bits, const variant_sizes& s) {
    const unit_key at_port{unit_kind::port_subtractor, weight_bits, 0, s.port_codes, s.input, false};
    parts.push_back({at_port, 1.0 / s.trees, 0, 0, false, share(s.lanes, s.port_codes)});
}

void add_outliers(std::vector<variant_part>& parts, const variant_sizes& s) {
    const double outliers = s.lanes * s.outlier_share;
    unit_key lane = key_of(unit_kind::sparse_lane, s.outlier_bits, s), adder = key_of(unit_kind::sparse_bank_adder, s.outlier_bits, s);
    lane.sparse = adder.sparse = true;
    const unit_key list{unit_kind::outlier_list, list_entry_bits(s.outlier_bits, s.trees, s.lanes), 0, s.list_entries, s.input, true};
    parts.push_back({lane, share(s.sparse_lanes, s.trees), outliers, 0});
    parts.push_back({list, share(s.sparse_lanes, s.trees), outliers, outliers});
    parts.push_back({adder, 1, outliers, 0});
}

/// Adds `amount * cost`; absent from the first absent cost on.
void add(std::optional<double>& sum, double amount, const std::optional<double>& cost) {
    if (sum && cost)
        *sum += amount * *cost;
    else
        sum.reset();
}

template <class Quantity>
std::optional<double> number(const std::optional<Quantity>& q) {
    return q ? std::optional(q->value) : std::nullopt;
}

/// The part's energy per vector of the tree, new weights' loads apart.
std::optional<double> held_pj(const variant_part& part, const unit_cost& cost) {
    if (!cost.held || !cost.clock) return {};
    return part.operations * cost.held->value + std::max(0.0, part.instances - part.operations) * cost.clock->value;
}

std::optional<double> streamed_pj(const variant_part& part, const unit_cost& cost) {
    const std::optional<double> held = held_pj(part, cost);
    if (!held || !cost.load) return {};
    return *held + part.loads * cost.load->value + part.load_operations * cost.held->value;
}

}  // namespace

std::vector<variant_part> parts_of(tree_variant variant, int weight_bits, const variant_sizes& s) {
    const auto tree = [&](unit_kind unit, int bits) { return std::vector<variant_part>{{key_of(unit, bits, s)}}; };
    std::vector<variant_part> parts;
    switch (variant) {
        case tree_variant::symq: return tree(unit_kind::mac_tree, weight_bits);
        case tree_variant::pre_subtract: return tree(unit_kind::pre_subtract_tree, weight_bits);
        case tree_variant::widened: return tree(unit_kind::widened_tree, weight_bits + 1);
        case tree_variant::port_subtract:
            parts = tree(unit_kind::widened_tree, weight_bits + 1);
            add_port_subtraction(parts, weight_bits, s);
            return parts;
        case tree_variant::pot: return tree(unit_kind::pot_tree, weight_bits);
        case tree_variant::post: return tree(unit_kind::post_tree, weight_bits);
        case tree_variant::post_word: return tree(unit_kind::post_word_tree, weight_bits);
        case tree_variant::apot: return tree(unit_kind::apot_tree, weight_bits);
        case tree_variant::row_sum_every_cycle:
        case tree_variant::row_sum_at_drain:
            parts = tree(unit_kind::mac_tree, weight_bits);
            add_row_sum(parts, weight_bits, s, variant == tree_variant::row_sum_at_drain);
            return parts;
        case tree_variant::dasq:
            parts = tree(unit_kind::mac_tree, weight_bits);
            add_outliers(parts, s);
            return parts;
    }
    return parts;
}

variant_cost cost_of(tree_variant variant, int weight_bits, const variant_sizes& sizes, const cost_table& table) {
    variant_cost sum{0, 0, 0, 0, 0, 0, 0, 0, {}};
    for (const variant_part& part : parts_of(variant, weight_bits, sizes)) {
        if (!table.has(part.key)) return {};
        const unit_cost cost = table.unit(part.key);
        if (part.optional && !cost.area && !cost.luts) {
            sum.left_out.emplace_back(to_string(part.key.unit));
            continue;
        }
        add(sum.area_um2, part.instances, number(cost.area));
        add(sum.luts, part.instances, cost.luts);
        add(sum.flip_flops, part.instances, cost.flip_flops);
        add(sum.carries, part.instances, cost.carries);
        add(sum.dsps, part.instances, cost.dsps);
        add(sum.held_pj_per_mac, 1.0 / sizes.lanes, held_pj(part, cost));
        add(sum.streamed_pj_per_mac, 1.0 / sizes.lanes, streamed_pj(part, cost));
        if (sum.delay_ns && cost.delay_ns)
            sum.delay_ns = std::max(*sum.delay_ns, *cost.delay_ns);
        else
            sum.delay_ns.reset();
    }
    return sum;
}

}  // namespace symmetree
