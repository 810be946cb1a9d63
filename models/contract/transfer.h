#pragma once

#include <cstdint>
#include <vector>

#include "core/counter_group.h"
#include "core/enumerators.h"

namespace symmetree {

/// The streams that share the DMA port; the enumerators' order is the order of the keys in a tie.
enum class dma_stream : std::uint8_t {
    weights,
    outliers,
    activations,
    outputs,   ///< requantized blocks, to memory
    control,   ///< descriptors and tables
    operands,  ///< what the vector unit reads
    results    ///< what the vector unit writes
};

constexpr const char* to_string(dma_stream stream) {
    switch (stream) {
        case dma_stream::weights: return "weights";
        case dma_stream::outliers: return "outliers";
        case dma_stream::activations: return "activations";
        case dma_stream::outputs: return "outputs";
        case dma_stream::control: return "control";
        case dma_stream::operands: return "operands";
        case dma_stream::results: return "results";
    }
    return "?";
}

constexpr int dma_streams = int(enumerator_count<dma_stream>);

/// True for the streams that write to memory.
constexpr bool writes(dma_stream stream) {
    switch (stream) {
        case dma_stream::outputs:
        case dma_stream::results: return true;
        case dma_stream::weights:
        case dma_stream::outliers:
        case dma_stream::activations:
        case dma_stream::control:
        case dma_stream::operands: return false;
    }
    return false;
}

/// What was granted to a stream.
struct stream_counters {
    std::uint64_t bytes = 0;
    std::uint64_t bursts = 0;
};

template <>
inline constexpr std::array counters_of<stream_counters> = {counter<stream_counters>{"bytes", &stream_counters::bytes},
                                                            counter<stream_counters>{"bursts", &stream_counters::bursts}};
static_assert(lists_every_counter<stream_counters>());

/// Bytes in a memory: `pieces` times `bytes` contiguous ones, the pieces `stride` bytes apart. A burst takes as many whole pieces as it
/// has room for, and each of them occupies the memory for a whole number of cycles.
struct memory_run {
    std::uint64_t address = 0, bytes = 0;
    std::uint64_t pieces = 1, stride = 0;
};

/// Hears of the bytes of a transfer that have arrived.
class transfer_listener {
public:
    virtual ~transfer_listener() = default;
    /// The transfer's last burst has ended its data phase.
    virtual void transfer_done(std::uint32_t tag) = 0;
};

/// A request to the DMA: move runs of memory, one after the other, to or from consecutive addresses of a buffer.
struct transfer {
    dma_stream stream = dma_stream::weights;
    std::vector<memory_run> runs;
    std::uint64_t buffer_address = 0;
    std::uint32_t tag = 0;
    transfer_listener* listener = nullptr;  ///< may be null
};

}  // namespace symmetree
