#include "traces/packed_counters.h"

#include <stdexcept>
#include <type_traits>

#include "core/error.h"
#include "core/packing.h"

namespace symmetree {

template <class Archive>
void pack_fields(Archive& archive, unit_key& key) {
    archive.word(key.unit);
    archive(key.held_bits, key.activation_bits, key.extent);
    archive.word(key.input);
    archive(key.sparse);
}

template <class Archive, class Group, std::enable_if_t<is_counter_group<Group>, int> = 0>
void pack_fields(Archive& archive, Group& group) {
    for (const counter<Group>& c : counters_of<Group>) archive(group.*c.count);
}

template <class Archive>
void pack_fields(Archive& archive, memory_kind& kind) {
    archive.word(kind);
}

template <class Archive>
void pack_fields(Archive& archive, exactness& check) {
    archive.word(check.result);
    archive(check.first_difference);
}

template <class Archive>
void pack_fields(Archive& archive, outlier_report& o) {
    archive(o.listed, o.stored, o.index_bits, o.stream_bits, o.fullest_lane, o.assignment);
}

template <class Archive>
void pack_fields(Archive& archive, operation_measures& o) {
    archive(o.bops_dasq, o.bops_uniq, o.qops);
}

template <class Archive>
void pack_fields(Archive& archive, layer_report& l) {
    archive(l.name, l.scheme, l.unit, l.mapping, l.m, l.n, l.k, l.repeat, l.macs, l.parameters, l.weight_bits_stored, l.cycles, l.split,
            l.units, l.memories, l.outliers, l.operations, l.weight_sqnr_db, l.arithmetic_sqnr_db, l.check);
}

template <class Archive>
void pack_fields(Archive& archive, report& r) {
    archive(r.workload, r.workload_source, r.platform, r.scheme, r.seed, r.timing_only, r.clock_hz, r.array_weight_bits,
            r.array_activation_bits, r.array_trees, r.array_lanes, r.accumulator_bits, r.dram_bytes_per_cycle, r.configuration,
            r.not_simulated, r.notes, r.layers);
}

std::string packed_counters(const report& r) {
    packer out;
    out(r);
    return out.take();
}

report report_from_counters(const std::string& bytes) {
    report r;
    try {
        unpacker in(bytes);
        in(r);
        in.finish();
    } catch (const std::runtime_error&) {
        throw input_error(diagnostic{"", 0, 0, "", "a stored report is damaged"});
    }
    return r;
}

}  // namespace symmetree
