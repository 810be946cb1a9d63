#include "models/buffers/weight_buffer.h"

#include <algorithm>

#include "core/bit_stream.h"
#include "core/error.h"
#include "core/units.h"

namespace symmetree {

weight_buffer::weight_buffer(const sc_core::sc_module_name& name, const accelerator_config& config, const clock_domain& clock, probe* probe)
    : sc_module(name),
      openings("openings", this, &weight_buffer::open),
      reads("reads", this, &weight_buffer::read),
      config_(config),
      memory_(config.weight_buffer),
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
    b.dense = b.outliers = {};
    if (probe_) probe_->change(level_[opening.bank], clock_.now(), 0);
}

void weight_buffer::write(tlm::tlm_generic_payload& transaction, sc_core::sc_time& delay) {
    (void)delay;
    const auto where = memory_.access(transaction, counters_);
    if (!where || !transaction.is_write()) return;
    bank& b = banks_[where->bank];
    (where->offset < b.dense_bytes ? b.dense : b.outliers).add(where->length, clock_.now());
    if (probe_) probe_->change(level_[where->bank], clock_.now(), b.dense.bytes + b.outliers.bytes);
    if (watched_ && watched_->bytes >= watermark_) {
        watched_ = nullptr;
        arrived_.notify(sc_core::SC_ZERO_TIME);
    }
}

std::uint64_t weight_buffer::arrivals::cycle_of(std::uint64_t wanted) const {
    if (wanted == 0) return 0;
    const auto enough = [](const std::pair<std::uint64_t, std::uint64_t>& so_far, std::uint64_t bytes) { return so_far.first < bytes; };
    return std::lower_bound(log.begin(), log.end(), wanted, enough)->second;
}

void weight_buffer::wait_until(const arrivals& arrived, std::uint64_t wanted) {
    if (arrived.bytes >= wanted) return;
    watched_ = &arrived;
    watermark_ = wanted;
    sc_core::wait(arrived_);
}

void weight_buffer::read(weight_read& request, sc_core::sc_time& delay) {
    (void)delay;  // the reader waits for the port's cycles when its registers are free
    bank& b = banks_[request.bank];
    wait_until(b.dense, request.dense_offset + request.dense_bytes);
    request.ready_cycle = b.dense.cycle_of(request.dense_offset + request.dense_bytes);
    request.dense = memory_.bank(request.bank) + request.dense_offset;
    if (request.with_outliers) {
        const std::uint8_t* const stream = memory_.bank(request.bank) + b.dense_bytes + request.outlier_offset;
        wait_until(b.outliers, request.outlier_offset + ceil_div(request.head_bits, 8));
        bit_reader head(stream, ceil_div(request.head_bits, 8));
        request.has_next_round = head.get(1) != 0;
        request.outlier_count = head.get(request.head_bits - 1);
        request.outlier_bytes = ceil_div(request.head_bits + std::uint64_t{request.outlier_count} * request.entry_bits, 8);
        if (request.outlier_offset + request.outlier_bytes > b.outlier_bytes)
            throw model_fault("the outlier stream of a tile is longer than its fill");
        wait_until(b.outliers, request.outlier_offset + request.outlier_bytes);
        request.outliers = stream;
        request.ready_cycle = std::max(request.ready_cycle, b.outliers.cycle_of(request.outlier_offset + request.outlier_bytes));
    }
    request.port_cycles = cross_port(request);
}

/// Counts the tile's way through its ports and answers how long it takes.
std::uint64_t weight_buffer::cross_port(const weight_read& request) {
    const std::uint64_t outlier_bits =
        request.with_outliers ? request.head_bits + std::uint64_t{request.outlier_count} * request.entry_bits : 0;
    const int outlier_port = config_.outlier_port_own ? config_.outlier_port_bits : config_.weight_buffer.port_bits;
    const std::uint64_t dense_cycles = ceil_div(request.moved_bits, std::uint64_t(config_.weight_buffer.port_bits));
    const std::uint64_t outlier_cycles = ceil_div(outlier_bits, std::uint64_t(outlier_port));
    counters_.read_bytes += ceil_div(request.moved_bits, 8) + ceil_div(outlier_bits, 8);
    counters_.read_accesses += dense_cycles + outlier_cycles;
    return config_.outlier_port_own ? std::max(dense_cycles, outlier_cycles) : dense_cycles + outlier_cycles;
}

}  // namespace symmetree
