#include "models/activity/layer_result.h"

#include <algorithm>

#include "core/units.h"
#include "models/contract/descriptor.h"
#include "models/contract/outlier_stream.h"

namespace symmetree {

namespace {

unit_kind post_circuit(odd_products odd) {
    switch (odd) {
        case odd_products::each_rounded: return unit_kind::post_tree;
        case odd_products::shared_word: return unit_kind::post_word_tree;
    }
    return unit_kind::post_tree;
}

}  // namespace

unit_kind array_circuit(const accelerator_config& config, bool on_side_array) {
    const array_config& a = on_side_array ? *config.side_array : config.array;
    switch (a.kind) {
        case array_kind::pot: return unit_kind::pot_tree;
        case array_kind::post: return post_circuit(a.odd);
        case array_kind::apot: return unit_kind::apot_tree;
        case array_kind::multiplier:
        case array_kind::levels: break;
    }
    if (on_side_array) return unit_kind::mac_tree;
    switch (config.zero_point) {
        case zero_point_unit::pre_subtract: return unit_kind::pre_subtract_tree;
        case zero_point_unit::port_subtract:
        case zero_point_unit::widened: return unit_kind::widened_tree;
        case zero_point_unit::none:
        case zero_point_unit::row_sum: break;
    }
    return unit_kind::mac_tree;
}

namespace {

unit_key array_key(const accelerator_config& config, bool on_side_array, activation_class input) {
    const array_config& a = on_side_array ? *config.side_array : config.array;
    const unit_kind tree = array_circuit(config, on_side_array);
    const int stored_bits = a.held_bits() + (tree == unit_kind::widened_tree ? 1 : 0);
    return {tree, stored_bits, a.activation_bits, a.lanes, input, false};
}

/// One accumulator more, as wide and deep as the trees': the activation sums of a bank's vectors over all K-slices.
bool keeps_row_sums(const accelerator_config& config) {
    return config.zero_point == zero_point_unit::row_sum && config.correction == correction_form::at_drain;
}

/// True where outliers come to the accumulators beside the array.
bool outliers_apart(const accelerator_config& config) {
    switch (config.sparse.engine) {
        case outlier_engine::lock_step: return false;
        case outlier_engine::decoupled: return config.sparse.lanes > 0;
    }
    return false;
}

/// For two writers an accumulator is two of half the depth, for even and for odd vectors.
int accumulator_parts(const accelerator_config& config) { return outliers_apart(config) ? 2 : 1; }

/// How many of a circuit the accelerator has, those of the side array apart; 0: it is without.
int installed_count(const accelerator_config& config, unit_kind unit) {
    const bool row_sum = config.zero_point == zero_point_unit::row_sum, every_cycle = config.correction == correction_form::every_cycle;
    const int trees = config.array.trees;
    switch (unit) {
        case unit_kind::mac_tree:
        case unit_kind::pre_subtract_tree:
        case unit_kind::widened_tree:
        case unit_kind::pot_tree:
        case unit_kind::post_tree:
        case unit_kind::post_word_tree:
        case unit_kind::apot_tree: return unit == array_circuit(config, false) ? trees : 0;
        case unit_kind::activation_sum_tree: return row_sum ? 1 : 0;
        case unit_kind::correction_every_cycle: return row_sum && every_cycle ? trees : 0;
        case unit_kind::correction_at_drain: return row_sum && !every_cycle ? config.drain_width : 0;
        case unit_kind::port_subtractor: return subtractors_of(config).instances;
        case unit_kind::level_decoder: return decoders_of(config).instances;
        case unit_kind::sparse_lane:
        case unit_kind::outlier_list: return config.sparse.lanes;
        case unit_kind::sparse_bank_adder: return config.sparse.lanes > 0 ? trees : 0;
        case unit_kind::sparse_crossbar: return config.sparse.assignment == outlier_assignment::pooled ? config.sparse.lanes : 0;
        case unit_kind::outlier_accumulate: return outliers_apart(config) ? trees : 0;
        case unit_kind::accumulator: return (trees + (keeps_row_sums(config) ? 1 : 0)) * accumulator_parts(config);
        case unit_kind::requantizer: return config.drain_width;
        case unit_kind::vector_lane:
        case unit_kind::vector_polynomial:
        case unit_kind::vector_scale:
        case unit_kind::vector_norm: return config.vector_unit.lanes;
        case unit_kind::vector_row: return config.vector_unit.lanes > 0 ? 1 : 0;
    }
    return 0;
}

/// The sizes of a circuit on this platform, those of the side array apart.
unit_key key_of(const accelerator_config& config, unit_kind unit, activation_class input) {
    const array_config& a = config.array;
    const auto vectors = std::uint64_t(rules_of(config.mapping.flow).vectors_per_bank(config.accumulators.depth));
    const auto depth = static_cast<int>(ceil_div(vectors, std::uint64_t(accumulator_parts(config))));
    switch (unit) {
        case unit_kind::mac_tree:
        case unit_kind::pre_subtract_tree:
        case unit_kind::widened_tree:
        case unit_kind::pot_tree:
        case unit_kind::post_tree:
        case unit_kind::post_word_tree:
        case unit_kind::apot_tree: return array_key(config, false, input);
        case unit_kind::activation_sum_tree: return {unit, 0, a.activation_bits, a.lanes, input, false};
        case unit_kind::correction_every_cycle:
        case unit_kind::correction_at_drain: return {unit, a.held_bits(), a.activation_bits, a.lanes, input, false};
        case unit_kind::port_subtractor: return {unit, a.held_bits(), 0, subtractors_of(config).codes, input, false};
        case unit_kind::level_decoder: return {unit, a.level_bits, a.weight_bits, decoders_of(config).codes, input, false};
        case unit_kind::sparse_lane:
        case unit_kind::sparse_bank_adder: return {unit, config.sparse.value_bits, a.activation_bits, a.lanes, input, true};
        case unit_kind::outlier_list:
            return {unit,  list_entry_bits(config.sparse.value_bits, a.trees, a.lanes) + group_index_bits(config.sparse),
                    0,     config.sparse.list_entries,
                    input, true};
        case unit_kind::sparse_crossbar: return {unit, config.sparse.value_bits, a.activation_bits, a.trees, input, true};
        case unit_kind::outlier_accumulate: return {unit, config.accumulators.bits, 0, 0, input, true};
        case unit_kind::accumulator: return {unit, config.accumulators.bits, 0, depth, input, false};
        case unit_kind::requantizer: return {unit, config.accumulators.bits, 0, 0, input, false};
        case unit_kind::vector_lane:
        case unit_kind::vector_polynomial:
        case unit_kind::vector_scale:
        case unit_kind::vector_norm:
        case unit_kind::vector_row: return {unit, 0, vector_code_bits, 0, input, false};
    }
    return {};
}

/// Every unit with its key and how many there are.
template <class Visit>
void for_each_unit(const accelerator_config& config, activation_class input, Visit visit) {
    if (config.side_array) visit(array_key(config, true, input), static_cast<std::uint64_t>(config.side_array->trees));
    for (const unit_kind unit : enumerators<unit_kind>()) {
        const int count = installed_count(config, unit);
        if (count > 0) visit(key_of(config, unit, input), static_cast<std::uint64_t>(count));
    }
}

/// Which of the array's stalls a unit shares.
enum class stalls { of_array, of_sparse_unit, of_drain, none };

stalls shared_by(unit_kind unit) {
    switch (unit) {
        case unit_kind::mac_tree:
        case unit_kind::pre_subtract_tree:
        case unit_kind::widened_tree:
        case unit_kind::pot_tree:
        case unit_kind::post_tree:
        case unit_kind::post_word_tree:
        case unit_kind::apot_tree:
        case unit_kind::activation_sum_tree:
        case unit_kind::correction_every_cycle:
        case unit_kind::accumulator: return stalls::of_array;
        case unit_kind::port_subtractor:
        case unit_kind::level_decoder: return stalls::none;  // between the buffer and the shadow registers
        case unit_kind::sparse_lane:
        case unit_kind::outlier_list:
        case unit_kind::sparse_bank_adder:
        case unit_kind::sparse_crossbar:
        case unit_kind::outlier_accumulate: return stalls::of_sparse_unit;
        case unit_kind::correction_at_drain:
        case unit_kind::requantizer: return stalls::of_drain;
        case unit_kind::vector_lane:
        case unit_kind::vector_polynomial:
        case unit_kind::vector_scale:
        case unit_kind::vector_norm:
        case unit_kind::vector_row: return stalls::none;
    }
    return stalls::none;
}

std::uint64_t stalled_cycles(unit_kind unit, const layer_result& r) {
    switch (shared_by(unit)) {
        case stalls::of_array: return r.split.stalled();
        // While the array waits for outliers the sparse unit works: those slots are no stall of its own.
        case stalls::of_sparse_unit: return r.split.stalled() - r.split.outlier;
        case stalls::of_drain: return r.done.units[unit_kind::requantizer].stalled;
        case stalls::none: break;
    }
    return 0;
}

/// What the circuit did. The kept sums over the activations are additions of one accumulator more; sums of outliers that come beside the
/// array are read and written in the storage of an accumulator, too.
unit_counters done_by(const accelerator_config& config, unit_kind unit, const layer_result& r) {
    unit_counters done = r.done.units[unit];
    if (unit == unit_kind::accumulator && keeps_row_sums(config)) done += r.done.units[unit_kind::activation_sum_tree];
    if (unit == unit_kind::accumulator) done.vectors += r.done.units[unit_kind::outlier_accumulate].vectors;
    return done;
}

/// Fills in busy, stalled and idle so that they add up to instances * cycles.
unit_counters account(std::uint64_t instances, const unit_counters& done, std::uint64_t stalls, const layer_result& r) {
    unit_counters c;
    c.instances = instances;
    c.vectors = done.vectors;
    c.loads = done.loads;
    c.busy = done.vectors;  // one operation per instance and cycle
    const std::uint64_t all = instances * r.cycles;
    c.stalled = done.vectors == 0 ? 0 : std::min(instances * stalls, all - c.busy);
    c.idle = all - c.busy - c.stalled;
    return c;
}

}  // namespace

// The structured bindings name every member, so that a further one does not compile until it is added and subtracted too.

engine_counts& operator+=(engine_counts& sum, const engine_counts& other) {
    auto& [units, memories, streams] = sum;
    const auto& [more_units, more_memories, more_streams] = other;
    units += more_units;
    memories += more_memories;
    streams += more_streams;
    return sum;
}

engine_counts operator-(const engine_counts& now, const engine_counts& before) {
    engine_counts between = now;
    auto& [units, memories, streams] = between;
    const auto& [units_before, memories_before, streams_before] = before;
    units -= units_before;
    memories -= memories_before;
    streams -= streams_before;
    return between;
}

bool has_memory(const accelerator_config& config, memory_kind memory) {
    switch (memory) {
        case memory_kind::dram:
        case memory_kind::weight_buffer:
        case memory_kind::activation_buffer:
        case memory_kind::output_buffer: return true;
        case memory_kind::vector_banks: return config.vector_unit.lanes > 0;
        case memory_kind::scratchpad: return config.scratchpad.present();
    }
    return false;
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
        units[key] = account(instances, done_by(config, key.unit, result), stalled_cycles(key.unit, result), result);
    });
    return units;
}

memory_activity memory_activity_of(const accelerator_config& config, const layer_result& result) {
    memory_activity memories;
    for (const memory_kind kind : enumerators<memory_kind>())
        if (has_memory(config, kind)) memories[kind] = result.done.memories[kind];
    return memories;
}

}  // namespace symmetree
