#include "core/counters.h"

namespace symmetree {

const char* to_string(unit_kind unit) {
    switch (unit) {
        case unit_kind::mac_tree: return "mac_tree";
        case unit_kind::pre_subtract_tree: return "pre_subtract_tree";
        case unit_kind::widened_tree: return "widened_tree";
        case unit_kind::activation_sum_tree: return "activation_sum_tree";
        case unit_kind::correction_every_cycle: return "correction_every_cycle";
        case unit_kind::correction_at_drain: return "correction_at_drain";
        case unit_kind::pot_tree: return "pot_tree";
        case unit_kind::post_tree: return "post_tree";
        case unit_kind::apot_tree: return "apot_tree";
        case unit_kind::sparse_lane: return "sparse_lane";
        case unit_kind::sparse_bank_adder: return "sparse_bank_adder";
        case unit_kind::sparse_crossbar: return "sparse_crossbar";
        case unit_kind::accumulator: return "accumulator";
        case unit_kind::requantizer: return "requantizer";
        case unit_kind::vector_lane: return "vector_lane";
        case unit_kind::vector_polynomial: return "vector_polynomial";
        case unit_kind::vector_scale: return "vector_scale";
        case unit_kind::vector_norm: return "vector_norm";
        case unit_kind::vector_row: return "vector_row";
    }
    return "?";
}

const char* to_string(memory_kind memory) {
    switch (memory) {
        case memory_kind::dram: return "dram";
        case memory_kind::weight_buffer: return "weight_buffer";
        case memory_kind::activation_buffer: return "activation_buffer";
        case memory_kind::output_buffer: return "output_buffer";
        case memory_kind::vector_banks: return "vector_banks";
    }
    return "?";
}

slot_split& slot_split::operator+=(const slot_split& other) {
    ideal += other.ideal;
    mapping_loss += other.mapping_loss;
    outlier += other.outlier;
    input += other.input;
    memory += other.memory;
    weight_port += other.weight_port;
    hazard += other.hazard;
    drain += other.drain;
    barrier += other.barrier;
    return *this;
}

}  // namespace symmetree
