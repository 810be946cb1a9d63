#include "models/core/compute_core.h"

#include "core/units.h"

namespace symmetree {
namespace {

/// Numbers at the accumulators' port; an engine that brings sums of its own gets the next one.
constexpr int issuer_writer = 0, outlier_writer = 1;

bool has_outlier_engine(const accelerator_config& config) {
    switch (config.sparse.engine) {
        case outlier_engine::lock_step: return false;
        case outlier_engine::decoupled: return config.sparse.lanes > 0;
    }
    return false;
}

int accumulator_writers(const accelerator_config& config) { return has_outlier_engine(config) ? 2 : 1; }

}  // namespace

compute_core::compute_core(const sc_core::sc_module_name& name, const accelerator_config& config, const clock_domain& clock,
                           engine_room& room, probe* probe)
    : sc_module(name),
      config_(config),
      weight_buffer_("weight_buffer", config, clock, probe),
      activation_buffer_("activation_buffer", config.activation_buffer, clock, probe),
      output_buffer_("output_buffer", config.output_buffer),
      multipliers_("multipliers", config),
      shifters_("shifters", config),
      zero_point_adder_("zero_point_adder", config),
      sparse_unit_("sparse_unit", config),
      accumulators_("accumulators", config, accumulator_writers(config)),
      weight_loader_("weight_loader", config, clock, room, probe),
      vector_issuer_("vector_issuer", config, clock, room, issuer_writer, probe),
      requantizer_("requantizer", config, clock, room, probe) {
    start.bind(*this);
    if (has_outlier_engine(config)) outlier_engine_.emplace("outlier_engine", config, clock, room, outlier_writer, probe);
    bind_all();
}

void compute_core::bind_all() {
    weights.bind(weight_buffer_.fill);
    activations.bind(activation_buffer_.fill);
    outputs.bind(output_buffer_.dma);

    weight_loader_.openings.bind(weight_buffer_.openings);
    weight_loader_.reads.bind(weight_buffer_.reads);
    weight_loader_.dma.bind(dma);
    weight_loader_.side_array.bind(multipliers_.loads);
    weight_loader_.sparse.bind(sparse_unit_.loads);
    weight_loader_.registers.bind(vector_issuer_.registers);

    vector_issuer_.openings.bind(activation_buffer_.openings);
    vector_issuer_.inputs.bind(activation_buffer_.reads);
    vector_issuer_.dma.bind(dma);
    vector_issuer_.side_array.bind(multipliers_.jobs);
    vector_issuer_.zero_point.bind(zero_point_adder_.jobs);
    vector_issuer_.sparse.bind(sparse_unit_.jobs);
    vector_issuer_.sums.bind(accumulators_.writes);
    vector_issuer_.banks.bind(requantizer_.handovers);
    vector_issuer_.readers.bind(readers);
    bind_main_array();
    if (outlier_engine_) bind_outlier_engine();

    requantizer_.sums.bind(accumulators_.contents);
    requantizer_.row_sums.bind(zero_point_adder_.contents);
    requantizer_.output_buffer_port.bind(output_buffer_.drain);
    requantizer_.dma.bind(dma);
}

void compute_core::bind_main_array() {
    if (is_shift_circuit(config_.array.kind)) {
        weight_loader_.array.bind(shifters_.loads);
        vector_issuer_.array.bind(shifters_.jobs);
    } else {
        weight_loader_.array.bind(multipliers_.loads);
        vector_issuer_.array.bind(multipliers_.jobs);
    }
}

void compute_core::bind_outlier_engine() {
    weight_loader_.outlier_queue.bind(outlier_engine_->queue);
    vector_issuer_.outliers.bind(outlier_engine_->progress);
    vector_issuer_.readers.bind(outlier_engine_->array);
    outlier_engine_->inputs.bind(activation_buffer_.reads);
    outlier_engine_->port.bind(activation_buffer_.outlier_reads);
    outlier_engine_->sums.bind(accumulators_.writes);
}

void compute_core::begin(const layer_job& job) {
    weight_loader_.begin(job);
    vector_issuer_.begin(job);
    requantizer_.begin(job);
}

unit_counters compute_core::done_by(unit_kind unit) const {
    switch (unit) {
        case unit_kind::mac_tree:
        case unit_kind::pre_subtract_tree:
        case unit_kind::widened_tree: return multipliers_.counters();
        case unit_kind::pot_tree:
        case unit_kind::post_tree:
        case unit_kind::post_word_tree:
        case unit_kind::apot_tree: return shifters_.counters();
        case unit_kind::activation_sum_tree: return zero_point_adder_.sum_tree();
        case unit_kind::correction_every_cycle: return zero_point_adder_.corrections();
        case unit_kind::correction_at_drain: return requantizer_.corrections();
        case unit_kind::port_subtractor:
        case unit_kind::level_decoder: return multipliers_.at_port();
        case unit_kind::sparse_lane:
        case unit_kind::outlier_list:
        case unit_kind::sparse_crossbar: return outlier_engine_ ? outlier_engine_->counters() : sparse_unit_.counters();
        case unit_kind::sparse_bank_adder: return outlier_engine_ ? outlier_engine_->bank_adders() : sparse_unit_.bank_adders();
        case unit_kind::outlier_accumulate: return outlier_engine_ ? accumulators_.counters(outlier_writer) : unit_counters{};
        case unit_kind::accumulator: return accumulators_.counters(issuer_writer);
        case unit_kind::requantizer: return requantizer_.counters();
        case unit_kind::vector_lane:
        case unit_kind::vector_polynomial:
        case unit_kind::vector_scale:
        case unit_kind::vector_norm:
        case unit_kind::vector_row: return {};  // beside the core
    }
    return {};
}

memory_counters compute_core::done_by(memory_kind memory) const {
    switch (memory) {
        case memory_kind::weight_buffer: return weight_buffer_.counters();
        case memory_kind::activation_buffer: return activation_buffer_.counters();
        case memory_kind::output_buffer: return output_buffer_.counters();
        case memory_kind::dram:
        case memory_kind::vector_banks:
        case memory_kind::scratchpad: return {};  // beside the core
    }
    return {};
}

engine_counts compute_core::totals() const {
    engine_counts totals;
    for (const auto& [key, counters] : installed_units(config_)) totals.units[key.unit] = done_by(key.unit);
    for (const memory_kind kind : enumerators<memory_kind>()) totals.memories[kind] = done_by(kind);
    return totals;
}

slot_split compute_core::split(const layer_job& job, std::uint64_t began, std::uint64_t ended) const {
    slot_split split = vector_issuer_.split();
    split.ideal = ceil_div(job.geometry().macs(), std::uint64_t(job.array.trees) * std::uint64_t(job.array.lanes));
    split.mapping_loss = vector_issuer_.vectors_issued() - split.ideal;
    split.outlier += vector_issuer_.outliers_behind();
    split.barrier += ended - vector_issuer_.last_issue() - 1 + vector_issuer_.started() - began - vector_issuer_.outliers_behind();
    return split;
}

}  // namespace symmetree
