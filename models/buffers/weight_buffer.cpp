#include "models/buffers/weight_buffer.h"

#include "core/bit_stream.h"
#include "core/error.h"
#include "core/units.h"

namespace symmetree {

weight_buffer::weight_buffer(const sc_core::sc_module_name& name, const buffer_config& config, const clock_domain& clock, probe* probe)
    : sc_module(name),
      openings("openings", this, &weight_buffer::open),
      reads("reads", this, &weight_buffer::read),
      memory_(config),
      clock_(clock),
      probe_(probe) {
    fill.register_b_transport(this, &weight_buffer::write);
    for (int b = 0; b < 2; ++b) {
        if (probe_) level_[b] = probe_->declare(std::string(this->name()) + ".bank" + std::to_string(b) + "_bytes", 32);
    }
}

void weight_buffer::open(weight_bank_opening& opening, sc_core::sc_time& delay) {
    (void)delay;
    bank& b = banks_[opening.bank];
    if (opening.dense_bytes + opening.outlier_bytes > memory_.bank_bytes()) throw model_fault("a weight fill larger than its bank");
    b.dense_bytes = opening.dense_bytes;
    b.outlier_bytes = opening.outlier_bytes;
    b.dense_arrived = b.outliers_arrived = 0;
    if (probe_) probe_->change(level_[opening.bank], clock_.now(), 0);
}

void weight_buffer::write(tlm::tlm_generic_payload& transaction, sc_core::sc_time& delay) {
    (void)delay;
    const auto where = memory_.access(transaction, counters_);
    if (!where || !transaction.is_write()) return;
    bank& b = banks_[where->bank];
    (where->offset < b.dense_bytes ? b.dense_arrived : b.outliers_arrived) += where->length;
    if (probe_) probe_->change(level_[where->bank], clock_.now(), b.dense_arrived + b.outliers_arrived);
    if (watched_ && *watched_ >= watermark_) {
        watched_ = nullptr;
        arrived_.notify(sc_core::SC_ZERO_TIME);
    }
}

void weight_buffer::wait_until(const std::uint64_t& arrived, std::uint64_t wanted) {
    if (arrived >= wanted) return;
    watched_ = &arrived;
    watermark_ = wanted;
    sc_core::wait(arrived_);
}

void weight_buffer::read(weight_read& request, sc_core::sc_time& delay) {
    (void)delay;  // the reader accounts for its port
    bank& b = banks_[request.bank];
    const std::uint64_t asked = clock_.now();
    wait_until(b.dense_arrived, request.dense_offset + request.dense_bytes);
    request.dense = memory_.bank(request.bank) + request.dense_offset;
    if (request.with_outliers) {
        const std::uint8_t* const stream = memory_.bank(request.bank) + b.dense_bytes + request.outlier_offset;
        wait_until(b.outliers_arrived, request.outlier_offset + ceil_div(request.count_bits, 8));
        request.outlier_count = bit_reader(stream, ceil_div(request.count_bits, 8)).get(request.count_bits);
        request.outlier_bytes = ceil_div(request.count_bits + std::uint64_t{request.outlier_count} * request.entry_bits, 8);
        if (request.outlier_offset + request.outlier_bytes > b.outlier_bytes)
            throw model_fault("the outlier stream of a tile is longer than its fill");
        wait_until(b.outliers_arrived, request.outlier_offset + request.outlier_bytes);
        request.outliers = stream;
    }
    request.ready_cycle = clock_.now() > asked ? clock_.now() : 0;
}

void weight_buffer::count_read(std::uint64_t bytes, std::uint64_t accesses) {
    counters_.read_bytes += bytes;
    counters_.read_accesses += accesses;
}

}  // namespace symmetree
