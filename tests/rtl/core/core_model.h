#pragma once

#include <cstdint>
#include <vector>

#include "runs/prepare.h"
#include "tests/support/tile_loads.h"

namespace symmetree {

/// The tile that stands next for its load, and its data as far as a bench has them.
struct offered_tile {
    const prepared_layer* layer = nullptr;
    const symmetree::tile* tile = nullptr;
    bool ends_layer = false;
    tile_load_time load;                       ///< for a model without word streams
    const std::uint8_t* dense = nullptr;       ///< its dense codes in their bank, byte-aligned; null: timing only
    const std::uint8_t* outliers = nullptr;    ///< its outlier stream, null where it has none
    const channel_record* channels = nullptr;  ///< of its trees
};

/// What a core is told in a cycle.
struct core_inputs {
    bool tile_valid = false;             ///< all bytes of `tile` are in their bank
    const offered_tile* tile = nullptr;  ///< the tile that is loaded next; null behind the last one
    bool input_ready = false;            ///< for the tile that issues next
    bool output_free = false;
    const std::int16_t* vector = nullptr;            ///< the pass's activations of the vector that issues next; null: timing only
    const channel_record* drain_channels = nullptr;  ///< of the block that is drained, or would be drained next
    const layer_descriptor* descriptor = nullptr;
};

/// What a core does in a cycle.
struct core_events {
    bool load_start = false, load_end = false, swap = false, issue = false, done = false;
    bool drain_start = false, drain_last = false, drain_end = false;
    unsigned stall = 0;                                  ///< bits: outlier, input, memory, weight_port, hazard, drain
    bool drain = false;                                  ///< `drained` crosses to the requantizer
    const std::vector<std::int64_t>* drained = nullptr;  ///< a group of sums as they enter the requantizer, or null
    const std::vector<std::int64_t>* raw = nullptr;      ///< with `drained`: the group as it stands in the accumulators,
    std::int64_t activation_sum = 0;                     ///< its vector's activation sum (row_sum at the drain)
    int first_tree = 0;                                  ///< and its first tree
    bool requantizes = false;                            ///< this core has a drain path: a block is complete with its last codes
    const std::vector<std::int16_t>* codes = nullptr;    ///< a group of codes leaves the drain path
    bool overflow = false;                               ///< an outlier was lost: the lists are too short
};

/// One Verilated core, driven cycle by cycle.
class core_model {
public:
    virtual ~core_model() = default;
    /// Constants of the layer's platform; the core is idle.
    virtual void begin_layer(const platform_config& platform, const prepared_layer& l) = 0;
    /// The outputs of this cycle, from its inputs and the registers.
    virtual core_events evaluate(const core_inputs& in) = 0;
    /// The clock edge that ends the cycle.
    virtual void clock() = 0;
};

}  // namespace symmetree
