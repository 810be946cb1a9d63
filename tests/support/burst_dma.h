#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <vector>

#include "models/contract/accelerator_config.h"

namespace symmetree {

/// The DMA and its memories of the timing contract, evaluated cycle by cycle: a stream offers one burst, the next when that one is
/// granted; grants by arrival, then by stream, while the burst's memory has room. Takes nothing from the models. docs/timing-model.md,
/// "DMA".
class burst_dma {
public:
    using cycle = std::uint64_t;
    using landing = std::function<void(std::uint64_t bytes)>;  ///< hears of each burst at the end of its data phase
    enum stream { weights, outliers, activations, outputs, control, operands, results, streams };

    burst_dma(const dma_config& dma, const memory_timing& dram) : burst_dma(dma, std::vector<memory_timing>{dram}) {}
    burst_dma(const dma_config& dma, const std::vector<memory_timing>& memories);

    void offer(cycle now, stream s, const std::vector<std::uint64_t>& runs, const landing& landed, std::size_t memory = 0);
    /// Bursts whose data phase ends now. First in each cycle.
    void land(cycle now);
    /// Grants of this cycle. Last in each cycle.
    void grant(cycle now);

    /// Bytes granted per stream since the last call.
    std::array<std::uint64_t, streams> take_moved();

private:
    struct burst {
        std::uint64_t bytes;
        landing landed;
        std::size_t memory;
    };
    struct offered_bursts {
        std::deque<burst> waiting;
        cycle arrival = 0;
    };
    struct flying {
        cycle ends;
        burst what;
    };

    struct far_end {
        memory_timing timing;
        std::deque<flying> in_flight;
        cycle data_free = 0;
    };

    bool may_be_granted(int s) const;

    const dma_config dma_;
    std::vector<far_end> memories_;
    std::array<offered_bursts, streams> offered_;
    std::array<std::uint64_t, streams> moved_{};
};

}  // namespace symmetree
