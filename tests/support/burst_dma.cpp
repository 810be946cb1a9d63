#include "tests/support/burst_dma.h"

#include <algorithm>
#include <utility>

namespace symmetree {

burst_dma::burst_dma(const dma_config& dma, const std::vector<memory_timing>& memories) : dma_(dma) {
    for (const memory_timing& timing : memories) memories_.push_back({timing, {}, 0});
}

void burst_dma::offer(cycle now, stream s, const std::vector<std::uint64_t>& runs, const landing& landed, std::size_t memory) {
    if (offered_[s].waiting.empty()) offered_[s].arrival = now;
    const auto most = static_cast<std::uint64_t>(dma_.burst_bytes);
    for (std::uint64_t run : runs)
        for (; run > 0; run -= std::min(run, most)) offered_[s].waiting.push_back({std::min(run, most), landed, memory});
}

void burst_dma::land(cycle now) {
    for (far_end& memory : memories_)
        while (!memory.in_flight.empty() && memory.in_flight.front().ends == now) {
            const burst b = memory.in_flight.front().what;
            memory.in_flight.pop_front();
            b.landed(b.bytes);
        }
}

bool burst_dma::may_be_granted(int s) const {
    if (offered_[s].waiting.empty()) return false;
    return memories_[offered_[s].waiting.front().memory].in_flight.size() < static_cast<std::size_t>(dma_.outstanding);
}

void burst_dma::grant(cycle now) {
    for (;;) {
        int first = streams;
        for (int s = 0; s < streams; ++s)
            if (may_be_granted(s) && (first == streams || offered_[s].arrival < offered_[first].arrival)) first = s;
        if (first == streams) return;
        const burst b = offered_[first].waiting.front();
        offered_[first].waiting.pop_front();
        offered_[first].arrival = now;
        moved_[first] += b.bytes;
        far_end& memory = memories_[b.memory];
        const memory_timing& timing = memory.timing;
        const std::uint64_t data = (b.bytes * timing.bandwidth_cycles + timing.bandwidth_bytes - 1) / timing.bandwidth_bytes;
        memory.data_free = std::max<cycle>(now + timing.latency_cycles, memory.data_free) + data;
        memory.in_flight.push_back({memory.data_free, b});
    }
}

std::array<std::uint64_t, burst_dma::streams> burst_dma::take_moved() { return std::exchange(moved_, {}); }

}  // namespace symmetree
