#include "models/activity/layer_result.h"

#include "core/error.h"

namespace symmetree {
namespace {

/// Trees of multipliers, which may hold the zero-point unit.
unit_kind multiplier_tree(zero_point_unit zero_point) {
    switch (zero_point) {
        case zero_point_unit::pre_subtract: return unit_kind::pre_subtract_tree;
        case zero_point_unit::widened: return unit_kind::widened_tree;
        case zero_point_unit::none:
        case zero_point_unit::row_sum: break;
    }
    return unit_kind::mac_tree;
}

unit_key array_key(const accelerator_config& config, bool on_side_array, activation_class input) {
    const array_config& a = on_side_array ? *config.side_array : config.array;
    unit_key key{tree_of(config, on_side_array), a.weight_bits, a.activation_bits, a.lanes, input, false};
    if (key.unit == unit_kind::widened_tree) key.weight_bits += 1;
    return key;
}

/// One accumulator more, as wide and deep as the trees': the activation sums of a bank's vectors over all K-slices.
bool keeps_row_sums(const accelerator_config& config) {
    return config.zero_point == zero_point_unit::row_sum && config.correction == correction_form::at_drain;
}

/// Every unit with its key and how many there are, along the data flow.
template <class Visit>
void for_each_unit(const accelerator_config& config, activation_class input, Visit visit) {
    const auto count = [](int n) { return static_cast<std::uint64_t>(n); };
    const array_config& a = config.array;
    visit(array_key(config, false, input), count(a.trees));
    if (config.side_array) visit(array_key(config, true, input), count(config.side_array->trees));
    if (config.zero_point == zero_point_unit::row_sum) {
        visit(unit_key{unit_kind::activation_sum_tree, 0, a.activation_bits, a.lanes, input, false}, 1);
        const bool every_cycle = config.correction == correction_form::every_cycle;
        visit(unit_key{every_cycle ? unit_kind::correction_every_cycle : unit_kind::correction_at_drain, a.weight_bits, a.activation_bits,
                       a.lanes, input, false},
              count(every_cycle ? a.trees : config.drain_width));
    }
    if (config.sparse.lanes > 0) {
        visit(unit_key{unit_kind::sparse_lane, config.sparse.value_bits, a.activation_bits, a.lanes, input, true},
              count(config.sparse.lanes));
        visit(unit_key{unit_kind::sparse_bank_adder, config.sparse.value_bits, a.activation_bits, a.lanes, input, true}, count(a.trees));
        if (config.sparse.assignment == outlier_assignment::pooled)
            visit(unit_key{unit_kind::sparse_crossbar, config.sparse.value_bits, a.activation_bits, a.trees, input, true},
                  count(config.sparse.lanes));
    }
    const int depth = config.mapping.flow == dataflow::output_stationary ? 1 : config.accumulators.depth;
    visit(unit_key{unit_kind::accumulator, config.accumulators.bits, 0, depth, input, false},
          count(a.trees + (keeps_row_sums(config) ? 1 : 0)));
    visit(unit_key{unit_kind::requantizer, config.accumulators.bits, 0, 0, input, false}, count(config.drain_width));
    if (config.vector_unit.lanes == 0) return;
    for (const unit_kind circuit :
         {unit_kind::vector_lane, unit_kind::vector_polynomial, unit_kind::vector_scale, unit_kind::vector_norm, unit_kind::vector_row})
        visit(unit_key{circuit, 0, vector_code_bits, 0, input, false},
              count(circuit == unit_kind::vector_row ? 1 : config.vector_unit.lanes));
}

unit_counters operations(std::uint64_t count) {
    unit_counters c;
    c.vectors = count;
    return c;
}

/// What a unit did, and which of the array's stalls it shares.
unit_counters counters_of(const accelerator_config& config, const unit_key& key, const layer_result& r) {
    const bool is_side = config.side_array && key == array_key(config, true, key.input);  // a shift array's key is another
    switch (key.unit) {
        case unit_kind::mac_tree:
        case unit_kind::pre_subtract_tree:
        case unit_kind::widened_tree:
        case unit_kind::pot_tree:
        case unit_kind::post_tree:
        case unit_kind::apot_tree: return is_side ? r.side_array : r.array;
        case unit_kind::activation_sum_tree: return r.activation_sums;
        case unit_kind::correction_every_cycle: return r.corrections;
        case unit_kind::correction_at_drain: return r.corrections_at_drain;
        case unit_kind::sparse_lane:
        case unit_kind::sparse_crossbar: return r.sparse;
        case unit_kind::sparse_bank_adder: return r.bank_adders;
        case unit_kind::accumulator: {
            unit_counters c = r.accumulators;
            if (keeps_row_sums(config)) c += r.activation_sums;
            return c;
        }
        case unit_kind::requantizer: return r.requantizer;
        case unit_kind::vector_lane: return operations(r.vector_unit.lane_operations);
        case unit_kind::vector_polynomial: return operations(r.vector_unit.polynomials);
        case unit_kind::vector_scale: return operations(r.vector_unit.scaled);
        case unit_kind::vector_norm: return operations(r.vector_unit.normalised);
        case unit_kind::vector_row: return operations(r.vector_unit.row_operations);
    }
    return {};
}

/// Fills in busy, stalled and idle so that they add up to instances * cycles.
unit_counters account(const unit_key& key, std::uint64_t instances, unit_counters done, const layer_result& r) {
    unit_counters c;
    c.instances = instances;
    c.vectors = done.vectors;
    c.loads = done.loads;
    c.busy = done.vectors;  // one operation per instance and cycle
    const bool drains = key.unit == unit_kind::requantizer || key.unit == unit_kind::correction_at_drain;
    const std::uint64_t all = instances * r.cycles;
    // While the array waits for outliers the sparse unit works: those slots are no stall of its own.
    std::uint64_t stalls = drains ? r.requantizer.stalled : r.split.stalled() - (key.sparse ? r.split.outlier : 0);
    if (is_vector_circuit(key.unit)) stalls = 0;
    const std::uint64_t held = instances * stalls;
    c.stalled = done.vectors == 0 ? 0 : std::min(held, all - c.busy);
    c.idle = all - c.busy - c.stalled;
    return c;
}

}  // namespace

unit_kind tree_of(const accelerator_config& config, bool on_side_array) {
    switch (on_side_array ? config.side_array->kind : config.array.kind) {
        case array_kind::multiplier: return multiplier_tree(on_side_array ? zero_point_unit::none : config.zero_point);
        case array_kind::pot: return unit_kind::pot_tree;
        case array_kind::post: return unit_kind::post_tree;
        case array_kind::apot: return unit_kind::apot_tree;
    }
    throw model_fault("an array without trees");
}

unit_activity installed_units(const accelerator_config& config) {
    unit_activity units;
    for_each_unit(config, activation_class::dense,
                  [&](const unit_key& key, std::uint64_t instances) { units[key].instances += instances; });
    return units;
}

unit_activity activity_of(const accelerator_config& config, const layer_result& result, activation_class input) {
    unit_activity units;
    for_each_unit(config, input, [&](const unit_key& key, std::uint64_t instances) {
        units[key] = account(key, instances, counters_of(config, key, result), result);
    });
    return units;
}

}  // namespace symmetree
