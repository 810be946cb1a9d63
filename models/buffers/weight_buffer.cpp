#include "models/buffers/weight_buffer.h"

#include <cstring>

#include "core/bit_stream.h"
#include "core/error.h"
#include "core/units.h"

namespace symmetree {

weight_buffer::weight_buffer(const sc_core::sc_module_name& name, const buffer_config& config, const clock_domain& clock, probe* probe)
    : sc_module(name),
      openings("openings", this, &weight_buffer::open),
      reads("reads", this, &weight_buffer::read),
      config_(config),
      clock_(clock),
      probe_(probe) {
    fill.register_b_transport(this, &weight_buffer::write);
    for (int b = 0; b < 2; ++b) {
        banks_[b].storage.resize(config_.bank_bytes);
        if (probe_) level_[b] = probe_->declare(std::string(this->name()) + ".bank" + std::to_string(b) + "_bytes", 32);
    }
}

void weight_buffer::open(weight_bank_opening& opening, sc_core::sc_time& delay) {
    (void)delay;
    bank& b = banks_[opening.bank];
    if (opening.dense_bytes + opening.outlier_bytes > config_.bank_bytes) throw model_fault("a weight fill larger than its bank");
    b.dense_bytes = opening.dense_bytes;
    b.outlier_bytes = opening.outlier_bytes;
    b.dense_arrived = b.outliers_arrived = 0;
    if (probe_) probe_->change(level_[opening.bank], clock_.now(), 0);
}

void weight_buffer::write(tlm::tlm_generic_payload& transaction, sc_core::sc_time& delay) {
    (void)delay;
    const std::uint64_t address = transaction.get_address(), length = transaction.get_data_length();
    const std::uint64_t index = address / config_.bank_bytes, offset = address % config_.bank_bytes;
    if (!transaction.is_write() || index > 1 || offset + length > config_.bank_bytes) {
        transaction.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
        return;
    }
    bank& b = banks_[index];
    std::memcpy(b.storage.data() + offset, transaction.get_data_ptr(), length);
    (offset < b.dense_bytes ? b.dense_arrived : b.outliers_arrived) += length;
    counters_.written_bytes += length;
    counters_.write_accesses += ceil_div(length * 8, std::uint64_t(config_.port_bits));
    transaction.set_response_status(tlm::TLM_OK_RESPONSE);
    if (probe_) probe_->change(level_[index], clock_.now(), b.dense_arrived + b.outliers_arrived);
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
    request.dense = b.storage.data() + request.dense_offset;
    if (request.with_outliers) {
        const std::uint8_t* const stream = b.storage.data() + b.dense_bytes + request.outlier_offset;
        wait_until(b.outliers_arrived, request.outlier_offset + ceil_div(request.count_bits, 8));
        request.outlier_count = bit_reader(stream, ceil_div(request.count_bits, 8)).get(request.count_bits);
        request.outlier_bytes = ceil_div(request.count_bits + std::uint64_t{request.outlier_count} * request.entry_bits, 8);
        if (request.outlier_offset + request.outlier_bytes > b.outlier_bytes) throw model_fault("the outlier stream of a tile is longer than its fill");
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
