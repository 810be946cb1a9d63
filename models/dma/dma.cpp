#include "models/dma/dma.h"

#include <algorithm>
#include <numeric>

#include "core/error.h"

namespace symmetree {

dma::dma(const sc_core::sc_module_name& name, const dma_config& config, const clock_domain& clock, engine_room& room, probe* probe)
    : sc_module(name), requests("requests", this, &dma::request), config_(config), clock_(clock), room_(room), probe_(probe) {
    room_.enlist(this->name(), &waits_for_);
    if (probe_) {
        in_flight_signal_ = probe_->declare(std::string(this->name()) + ".bursts_in_flight", 8);
        std::vector<std::string> labels{"none"};
        for (const dma_stream s : enumerators<dma_stream>()) labels.emplace_back(to_string(s));
        stream_signal_ = probe_->declare_enumeration(std::string(this->name()) + ".stream", labels);
        moved_signal_ = probe_->declare(std::string(this->name()) + ".bytes_moved", 64);
    }
    SC_THREAD(work);
}

void dma::request(transfer& job, sc_core::sc_time& delay) {
    (void)delay;  // a request is a register write: no time of its own
    stream_queue& queue = streams_[std::size_t(job.stream)];
    if (queue.waiting.empty()) queue.arrival = clock_.now();
    queue.waiting.push_back({std::move(job), 0, 0, 0});
    requested_.notify(sc_core::SC_ZERO_TIME);
}

int dma::next_stream() const {
    int best = -1;
    for (int s = 0; s < dma_streams; ++s)
        if (!streams_[s].waiting.empty() && (best < 0 || streams_[s].arrival < streams_[best].arrival)) best = s;
    return best;
}

void dma::work() {
    room_.run([this] {
        for (;;) {
            const bool may_grant = next_stream() >= 0 && in_flight_.size() < std::size_t(config_.outstanding);
            if (may_grant) {
                grant();
                continue;
            }
            if (in_flight_.empty()) {
                wait_note note(waits_for_, "a request");
                wait(requested_);
            } else {
                wait_note note(waits_for_, "the end of a data phase or a request");
                const std::uint64_t now = clock_.now(), ends = in_flight_.front().ends;
                wait(clock_.time(ends > now ? ends - now : 0), requested_);
            }
            while (!in_flight_.empty() && in_flight_.front().ends <= clock_.now()) {
                in_flight burst = std::move(in_flight_.front());
                in_flight_.pop_front();
                finish(burst);
                spare_.push_back(std::move(burst.data));
            }
            wait(sc_core::SC_ZERO_TIME);  // collect every request of this instant before granting
        }
    });
}

/// Whole pieces where two or more have room in a burst, else what is left of one.
dma::burst_span dma::next_span(const queued& head) const {
    const memory_run& run = head.job.runs[head.run];
    const auto burst = std::uint64_t(config_.burst_bytes);
    const std::uint64_t address = run.address + head.piece * run.stride + head.piece_offset;
    if (head.piece_offset == 0 && run.bytes <= burst) return {address, run.bytes, std::min(burst / run.bytes, run.pieces - head.piece)};
    return {address, std::min(burst, run.bytes - head.piece_offset), 1};
}

void dma::grant() {
    const int s = next_stream();
    stream_queue& queue = streams_[s];
    queued& head = queue.waiting.front();
    const memory_run& run = head.job.runs[head.run];
    const burst_span span = next_span(head);
    const std::uint64_t count = span.bytes * span.pieces;

    in_flight burst{head.job.stream, 0, head.job.buffer_address + head.buffer_offset, count, false, head.job.tag, head.job.listener, {}};
    if (!spare_.empty()) {
        burst.data = std::move(spare_.back());
        spare_.pop_back();
    }
    burst.data.resize(count);
    head.buffer_offset += count;
    head.piece_offset += span.bytes;
    if (head.piece_offset == run.bytes) {
        head.piece_offset = 0;
        head.piece += span.pieces;
    }
    const std::uint64_t stride = run.stride;
    if (head.piece == run.pieces) {
        head.piece = 0;
        burst.last = ++head.run == head.job.runs.size();
    }
    if (burst.last) queue.waiting.pop_front();
    queue.arrival = clock_.now();  // the stream's next burst arrives now

    sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
    const bool to_memory = writes(burst.stream);
    if (to_memory) {
        sc_core::sc_time on_chip = sc_core::SC_ZERO_TIME;
        move(buffer_of(burst.stream), tlm::TLM_READ_COMMAND, burst.buffer_address, burst.data.data(), count, on_chip);
    }
    {
        wait_note note(waits_for_, "the memory's answer");  // a foreign memory may wait
        for (std::uint64_t piece = 0; piece < span.pieces; ++piece) {
            delay = sc_core::SC_ZERO_TIME;
            move(memory, to_memory ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND, span.address + piece * stride,
                 burst.data.data() + piece * span.bytes, span.bytes, delay);
        }
    }
    burst.ends = clock_.now() + clock_.cycles(delay);
    if (!in_flight_.empty()) burst.ends = std::max(burst.ends, in_flight_.back().ends);  // a foreign memory may answer out of order
    moved_[burst.stream] += stream_counters{count, 1};
    if (probe_) report(burst);
    in_flight_.push_back(std::move(burst));
    if (probe_) probe_->change(in_flight_signal_, clock_.now(), in_flight_.size());
}

void dma::report(const in_flight& burst) {
    const std::uint64_t from = in_flight_.empty() ? clock_.now() : std::max(clock_.now(), in_flight_.back().ends);
    if (burst.ends > from) {
        probe_->change(stream_signal_, from, std::uint64_t(burst.stream) + 1);
        probe_->change(stream_signal_, burst.ends, 0);
    }
    probe_->change(moved_signal_, burst.ends,
                   std::accumulate(moved_.begin(), moved_.end(), std::uint64_t{0},
                                   [](std::uint64_t sum, const stream_counters& s) { return sum + s.bytes; }));
}

void dma::finish(in_flight& burst) {
    if (!writes(burst.stream)) {
        sc_core::sc_time on_chip = sc_core::SC_ZERO_TIME;
        move(buffer_of(burst.stream), tlm::TLM_WRITE_COMMAND, burst.buffer_address, burst.data.data(), burst.data.size(), on_chip);
    }
    if (burst.last && burst.listener) burst.listener->transfer_done(burst.tag);
    if (probe_) probe_->change(in_flight_signal_, clock_.now(), in_flight_.size());
}

tlm_utils::simple_initiator_socket<dma>& dma::buffer_of(dma_stream stream) {
    switch (stream) {
        case dma_stream::weights:
        case dma_stream::outliers: return weight_buffer;
        case dma_stream::activations: return activation_buffer;
        case dma_stream::outputs: return output_buffer;
        case dma_stream::control: return control_store;
        case dma_stream::operands:
        case dma_stream::results: return vector_store;
    }
    throw model_fault("a DMA stream without a buffer");
}

void dma::move(tlm_utils::simple_initiator_socket<dma>& socket, tlm::tlm_command command, std::uint64_t address, std::uint8_t* data,
               std::uint64_t bytes, sc_core::sc_time& delay) {
    payload_.set_command(command);
    payload_.set_address(address);
    payload_.set_data_ptr(data);
    payload_.set_data_length(static_cast<unsigned>(bytes));
    payload_.set_streaming_width(static_cast<unsigned>(bytes));
    payload_.set_byte_enable_ptr(nullptr);
    payload_.set_dmi_allowed(false);
    payload_.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    socket->b_transport(payload_, delay);
    if (payload_.is_response_error())
        throw model_fault(std::string(name()) + ": " + payload_.get_response_string() + " at address " + std::to_string(address));
}

}  // namespace symmetree
