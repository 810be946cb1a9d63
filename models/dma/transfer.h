#pragma once

#include <cstdint>
#include <vector>

namespace symmetree {

/// The streams that share the DMA port; the enumerators' order is the order of the keys in a tie.
enum class dma_stream : std::uint8_t { weights, outliers, activations, outputs, control };
constexpr int dma_streams = 5;

/// Contiguous bytes in DRAM.
struct memory_run {
    std::uint64_t address = 0, bytes = 0;
};

/// Hears of the bytes of a transfer that have arrived.
class transfer_listener {
public:
    virtual ~transfer_listener() = default;
    /// The transfer's last burst has ended its data phase.
    virtual void transfer_done(std::uint32_t tag) = 0;
};

/// A request to the DMA: move runs of DRAM, one after the other, to or from consecutive addresses of a buffer.
struct transfer {
    dma_stream stream = dma_stream::weights;
    std::vector<memory_run> runs;
    std::uint64_t buffer_address = 0;
    std::uint32_t tag = 0;
    transfer_listener* listener = nullptr;   ///< may be null
};

}  // namespace symmetree
