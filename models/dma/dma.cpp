#include "models/dma/dma.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "core/enumerators.h"
#include "core/error.h"

namespace symmetree {

dma::dma(const sc_core::sc_module_name& name, const dma_config& config, const std::vector<address_range>& ranges, const clock_domain& clock,
         engine_room& room, probe* probe)
    : sc_module(name),
      requests("requests", this, &dma::request),
      memories("memory", ranges.size()),
      config_(config),
      clock_(clock),
      room_(room),
      probe_(probe) {
    for (const address_range& range : ranges) far_sides_.push_back({range, {}, {}, 0});
    room_.enlist(this->name(), &waits_for_);
    if (probe_) {
        const std::string prefix = std::string(this->name()) + ".";
        in_flight_signal_ = probe_->declare(prefix + "bursts_in_flight", 8);
        std::vector<std::string> served{"none"};
        for (const dma_stream s : enumerators<dma_stream>()) served.push_back(to_string(s));
        for (std::size_t memory = 0; memory < far_sides_.size(); ++memory)
            far_sides_[memory].stream_signal =
                probe_->declare_enumeration(prefix + (memory == 0 ? "stream" : fmt::format("stream_{}", memory)), served);
        moved_signal_ = probe_->declare(prefix + "bytes_moved", 64);
    }
    SC_THREAD(work);
}

void dma::request(transfer& job, sc_core::sc_time& delay) {
    (void)delay;  // a request is a register write: no time of its own
    stream_queue& queue = streams_[std::size_t(job.stream)];
    const bool is_first = queue.waiting.empty();
    queue.waiting.push_back({std::move(job), 0, 0, 0});
    if (is_first) offer(queue);
    requested_.notify(sc_core::SC_ZERO_TIME);
}

/// The stream's next burst arrives now.
void dma::offer(stream_queue& queue) {
    queue.arrival = clock_.now();
    queue.memory = memory_at(next_address(queue.waiting.front()));
}

/// The stream whose burst came first, of those that have a burst and room on its way.
std::optional<std::size_t> dma::next_stream() const {
    std::optional<std::size_t> best;
    for (std::size_t s = 0; s < streams_.size(); ++s) {
        const stream_queue& queue = streams_[s];
        if (queue.waiting.empty() || (best && streams_[*best].arrival <= queue.arrival)) continue;
        if (has_room(far_sides_[queue.memory])) best = s;
    }
    return best;
}

std::optional<std::uint64_t> dma::next_end() const {
    std::optional<std::uint64_t> first;
    for (const far_side& side : far_sides_)
        if (!side.bursts.empty() && (!first || side.bursts.front().ends < *first)) first = side.bursts.front().ends;
    return first;
}

std::size_t dma::in_flight_count() const {
    std::size_t count = 0;
    for (const far_side& side : far_sides_) count += side.bursts.size();
    return count;
}

void dma::work() {
    room_.run([this] {
        for (;;) {
            if (const std::optional<std::size_t> stream = next_stream()) {
                grant(*stream);
                continue;
            }
            await_change();
            for (far_side& side : far_sides_) land(side);
            wait(sc_core::SC_ZERO_TIME);  // collect every request of this instant before granting
            if (std::exchange(control_landed_, false)) wait(sc_core::SC_ZERO_TIME);
        }
    });
}

void dma::await_change() {
    const std::optional<std::uint64_t> ends = next_end();
    if (!ends) {
        wait_note note(waits_for_, "a request");
        wait(requested_);
        return;
    }
    wait_note note(waits_for_, "the end of a data phase or a request");
    const std::uint64_t now = clock_.now();
    wait(clock_.time(*ends > now ? *ends - now : 0), requested_);
}

/// Delivers the bursts of a memory whose data phases have ended.
void dma::land(far_side& side) {
    while (!side.bursts.empty() && side.bursts.front().ends <= clock_.now()) {
        in_flight burst = std::move(side.bursts.front());
        side.bursts.pop_front();
        finish(burst);
        spare_.push_back(std::move(burst.data));
    }
}

std::uint64_t dma::next_address(const queued& head) {
    const memory_run& run = head.job.runs[head.run];
    return run.address + head.piece * run.stride + head.piece_offset;
}

/// Whole pieces where two or more have room in a burst, else what is left of one.
dma::burst_span dma::next_span(const queued& head) const {
    const memory_run& run = head.job.runs[head.run];
    const auto burst = std::uint64_t(config_.burst_bytes);
    const std::uint64_t address = next_address(head);
    if (head.piece_offset == 0 && run.bytes <= burst) return {address, run.bytes, std::min(burst / run.bytes, run.pieces - head.piece)};
    return {address, std::min(burst, run.bytes - head.piece_offset), 1};
}

std::size_t dma::memory_at(std::uint64_t address) const {
    for (std::size_t memory = 0; memory < far_sides_.size(); ++memory)
        if (far_sides_[memory].range.holds(address, 1)) return memory;
    throw model_fault(fmt::format("{}: no memory has address {}", name(), address));
}

void dma::grant(std::size_t stream) {
    stream_queue& queue = streams_[stream];
    const queued& head = queue.waiting.front();
    const burst_span span = next_span(head);
    const std::uint64_t stride = head.job.runs[head.run].stride;
    const std::size_t memory = queue.memory;
    far_side& side = far_sides_[memory];

    in_flight burst = take_burst(queue, span);
    if (!queue.waiting.empty()) offer(queue);
    const sc_core::sc_time delay = exchange(memory, burst, span, stride);
    burst.ends = clock_.now() + clock_.cycles(delay);
    if (!side.bursts.empty()) burst.ends = std::max(burst.ends, side.bursts.back().ends);  // a foreign memory may answer out of order
    count(side, burst);
    if (probe_) report(side, burst);
    side.bursts.push_back(std::move(burst));
    if (probe_) probe_->change(in_flight_signal_, clock_.now(), in_flight_count());
}

/// Takes a span off the stream's first transfer, and that off the queue when it was the last.
dma::in_flight dma::take_burst(stream_queue& queue, const burst_span& span) {
    queued& head = queue.waiting.front();
    const memory_run& run = head.job.runs[head.run];
    const std::uint64_t count = span.bytes * span.pieces;
    if (head.buffer_offset == 0) queue.open.push_back({head.job.tag, head.job.listener});
    in_flight burst{head.job.stream, 0, head.job.buffer_address + head.buffer_offset, count, &queue.open.back(), {}};
    ++burst.of->bursts;
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
    if (head.piece == run.pieces) {
        head.piece = 0;
        burst.of->all_granted = ++head.run == head.job.runs.size();
    }
    if (burst.of->all_granted) queue.waiting.pop_front();
    return burst;
}

/// Moves a burst's bytes on the far side and says how long that takes; on the way to a memory they leave their buffer now.
sc_core::sc_time dma::exchange(std::size_t memory, in_flight& burst, const burst_span& span, std::uint64_t stride) {
    const address_range& range = far_sides_[memory].range;
    const bool to_memory = writes(burst.stream);
    sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
    if (to_memory) {
        sc_core::sc_time on_chip = sc_core::SC_ZERO_TIME;
        move(buffer_of(burst.stream), tlm::TLM_READ_COMMAND, burst.buffer_address, burst.data.data(), burst.bytes, on_chip);
    }
    wait_note note(waits_for_, "the memory's answer");  // a foreign memory may wait
    for (std::uint64_t piece = 0; piece < span.pieces; ++piece) {
        const std::uint64_t address = span.address + piece * stride;
        if (!range.holds(address, span.bytes))
            throw model_fault(fmt::format("{}: {} bytes at address {} end beyond their memory", name(), span.bytes, address));
        delay = sc_core::SC_ZERO_TIME;
        move(memories[memory], to_memory ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND, address - range.begin,
             burst.data.data() + piece * span.bytes, span.bytes, delay);
    }
    return delay;
}

void dma::count(far_side& side, const in_flight& burst) {
    const bool to_memory = writes(burst.stream);
    moved_[burst.stream] += stream_counters{burst.bytes, 1};
    (to_memory ? side.traffic.written_bytes : side.traffic.read_bytes) += burst.bytes;
    ++(to_memory ? side.traffic.write_accesses : side.traffic.read_accesses);
}

void dma::report(const far_side& side, const in_flight& burst) {
    const std::uint64_t from = side.bursts.empty() ? clock_.now() : std::max(clock_.now(), side.bursts.back().ends);
    if (burst.ends > from) {
        probe_->change(side.stream_signal, from, std::uint64_t(burst.stream) + 1);
        probe_->change(side.stream_signal, burst.ends, 0);
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
    const bool done = --burst.of->bursts == 0 && burst.of->all_granted;
    control_landed_ = control_landed_ || (done && burst.stream == dma_stream::control);
    close(streams_[std::size_t(burst.stream)]);
    if (probe_) probe_->change(in_flight_signal_, clock_.now(), in_flight_count());
}

/// Tells whose transfers are done.
void dma::close(stream_queue& queue) {
    while (!queue.open.empty() && queue.open.front().all_granted && queue.open.front().bursts == 0) {
        const open_transfer done = queue.open.front();
        queue.open.pop_front();
        if (done.listener) done.listener->transfer_done(done.tag);
    }
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
