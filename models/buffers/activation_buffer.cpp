#include "models/buffers/activation_buffer.h"

#include <algorithm>

#include "core/error.h"
#include "core/units.h"
#include "models/contract/tile_jobs.h"

namespace symmetree {

activation_buffer::activation_buffer(const sc_core::sc_module_name& name, const buffer_config& config, const clock_domain& clock,
                                     probe* probe)
    : sc_module(name),
      openings("openings", this, &activation_buffer::open),
      reads("reads", this, &activation_buffer::read),
      outlier_reads("outlier_reads", this, &activation_buffer::read_for_outliers),
      memory_(config),
      clock_(clock),
      probe_(probe) {
    fill.register_b_transport(this, &activation_buffer::write);
    for (int b = 0; b < 2; ++b) {
        if (probe_) level_[b] = probe_->declare(std::string(this->name()) + ".bank" + std::to_string(b) + "_bytes", 32);
    }
}

void activation_buffer::open(input_bank_opening& opening, sc_core::sc_time& delay) {
    (void)delay;
    bank& b = banks_[opening.bank];
    b.content = std::move(opening);
    b.wanted = input_bytes(b.content.layer->geometry(), b.content.rows);
    b.arrived = 0;
    b.ready_cycle = clock_.now();  // holds where every row is padding
    b.rows.clear();
    b.vectors.clear();
    if (b.wanted > memory_.bank_bytes()) throw model_fault("an m-block's input larger than its bank");
    if (probe_) probe_->change(level_[b.content.bank], clock_.now(), 0);
}

void activation_buffer::write(tlm::tlm_generic_payload& transaction, sc_core::sc_time& delay) {
    (void)delay;
    const auto where = memory_.access(transaction, counters_);
    if (!where || !transaction.is_write()) return;
    bank& b = banks_[where->bank];
    b.arrived += where->length;
    b.ready_cycle = clock_.now();
    if (probe_) probe_->change(level_[where->bank], clock_.now(), b.arrived);
    if (watched_ == &b && b.arrived == b.wanted) {
        watched_ = nullptr;
        arrived_.notify(sc_core::SC_ZERO_TIME);
    }
}

void activation_buffer::read(input_read& request, sc_core::sc_time& delay) {
    (void)delay;  // one vector per R cycles; the issuer paces itself
    bank& b = banks_[request.bank];
    if (b.arrived < b.wanted) {
        watched_ = &b;
        sc_core::wait(arrived_);
    }
    request.ready_cycle = b.ready_cycle;
    const layer_job& layer = *b.content.layer;
    if (request.moved_bits > 0) {
        const std::int64_t inputs =
            std::min<std::int64_t>(layer.array.lanes, layer.geometry().k() - std::int64_t{request.k_block} * layer.array.lanes);
        counters_.read_bytes += std::uint64_t(request.count) * ceil_div(std::uint64_t(inputs) * std::uint64_t(request.moved_bits), 8);
        counters_.read_accesses += std::uint64_t(request.count) * layer.pace;
    }
    const int stride = vector_stride(layer.array.lanes);
    request.vectors = {nullptr, std::ptrdiff_t{request.first_vector} * stride, stride};
    if (request.want_values) request.vectors.codes = vectors_of(b, request, stride);
}

void activation_buffer::read_for_outliers(outlier_inputs_read& request, sc_core::sc_time& delay) {
    (void)delay;  // the engine paces itself
    counters_.read_bytes += ceil_div(request.codes * std::uint64_t(request.bits), 8);
    counters_.read_accesses += request.cycles;
}

const activation_buffer::vector_codes& activation_buffer::vectors_of(bank& b, const input_read& request, int stride) {
    const layer_job& layer = *b.content.layer;
    if (b.rows.empty())
        b.rows = unpack_rows(memory_.bank(request.bank), layer.geometry(), b.content.rows, layer.descriptor.activations_unsigned != 0);
    vector_codes& kept = b.vectors[{request.k_block, request.part.first * 32 + request.part.bits}];
    if (!kept) {
        im2col_request gather;
        gather.geometry = &layer.geometry();
        gather.first_vector = b.content.first_vector;
        gather.vectors = b.content.vectors;
        gather.k_block = request.k_block;
        gather.lanes = layer.array.lanes;
        gather.stride = stride;
        gather.padding = layer.descriptor.input_zero_point;
        gather.part = request.part;
        kept = std::make_shared<const std::vector<std::int16_t>>(gather_vectors(b.rows, b.content.rows, gather));
    }
    return kept;
}

}  // namespace symmetree
