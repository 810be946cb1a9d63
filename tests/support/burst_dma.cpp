#include "tests/support/burst_dma.h"

#include <algorithm>
#include <utility>

namespace symmetree {

void burst_dma::offer(cycle now, stream s, const std::vector<std::uint64_t>& runs, const landing& landed) {
    if (offered_[s].waiting.empty()) offered_[s].arrival = now;
    const auto most = static_cast<std::uint64_t>(dma_.burst_bytes);
    for (std::uint64_t run : runs)
        for (; run > 0; run -= std::min(run, most)) offered_[s].waiting.push_back({std::min(run, most), landed});
}

void burst_dma::land(cycle now) {
    while (!in_flight_.empty() && in_flight_.front().ends == now) {
        const burst b = in_flight_.front().what;
        in_flight_.pop_front();
        b.landed(b.bytes);
    }
}

void burst_dma::grant(cycle now) {
    while (in_flight_.size() < static_cast<std::size_t>(dma_.outstanding)) {
        int first = streams;
        for (int s = 0; s < streams; ++s)
            if (!offered_[s].waiting.empty() && (first == streams || offered_[s].arrival < offered_[first].arrival)) first = s;
        if (first == streams) return;
        const burst b = offered_[first].waiting.front();
        offered_[first].waiting.pop_front();
        offered_[first].arrival = now;
        moved_[first] += b.bytes;
        const std::uint64_t data = (b.bytes * dram_.bandwidth_cycles + dram_.bandwidth_bytes - 1) / dram_.bandwidth_bytes;
        data_free_ = std::max<cycle>(now + dram_.latency_cycles, data_free_) + data;
        in_flight_.push_back({data_free_, b});
    }
}

std::array<std::uint64_t, burst_dma::streams> burst_dma::take_moved() { return std::exchange(moved_, {}); }

}  // namespace symmetree
