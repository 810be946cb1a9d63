#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "tests/rtl/core/core_model.h"
#include "tests/support/burst_dma.h"
#include "tests/support/measured.h"

namespace symmetree {

/// Cycles of one tile, from the start of the run.
struct tile_times {
    std::uint64_t load_start = 0, load_end = 0, first_issue = 0;
};

/// Cycles of one drained block.
struct drain_times {
    std::uint64_t start = 0, end = 0;
};

/// What a run left behind, of RTL or of the simulator: the layers' totals, all tiles and all blocks in order.
struct core_record {
    std::vector<measured_layer> layers;
    std::vector<tile_times> tiles;
    std::vector<drain_times> drains;
    std::uint64_t vectors = 0;
    std::vector<std::vector<std::int64_t>> sums;     ///< of each block, [vector][channel], as they enter the requantizer; exact runs only
    std::vector<std::vector<std::uint8_t>> outputs;  ///< of each layer, as they stand in memory; of cores with a drain path
    bool overflow = false;                           ///< the RTL's outlier lists were too short
};

/// Where two records differ first; empty when nowhere. The shorter one ends the comparison if `prefix` is set; its layers are then not
/// compared.
std::string record_difference(const core_record& simulated, const core_record& rtl, bool prefix = false);

/// The surroundings of a core, cycle by cycle: memory, DMA, the double-buffered weight, activation and output buffers, and the order in
/// which a layer's tiles are offered. Runs prepared layers through the core in closed loop.
class core_bench {
public:
    using cycle = std::uint64_t;

    core_bench(const prepared_run& run, core_model& core) : run_(run), c_(run.request.platform), core_(core), dma_(c_.dma, c_.dram) {}

    /// Runs all layers, or until `most_tiles` tiles have issued.
    core_record run(std::size_t most_tiles = std::size_t(-1));

private:
    void begin(const prepared_layer& l);
    void take_contents(const prepared_layer& l);
    bool holds_outputs() const { return c_.mapping.flow == dataflow::output_stationary; }
    void start_engines();
    void fetch_weights(std::size_t j);
    void fetch_input(std::size_t j);
    bool tile_ready() const;
    core_inputs inputs();
    void take(const core_events& events, slot_split& split);
    void count_slot(const core_events& events, slot_split& split);
    void take_drain(const core_events& events);
    void offer_output(const output_block& block);
    void take_codes(const std::vector<std::int16_t>& codes);
    void step(slot_split& split);
    void fill_weight_bank(std::size_t j, std::uint64_t from, std::uint64_t bytes, bool outliers);
    void fill_input_bank(std::size_t j);
    void gather();
    void collect(const core_events& events);
    bool block_complete() const { return record_.sums.empty() || record_.sums.back().size() == collected_; }
    const channel_record* channels_of(std::int32_t repeat, std::int32_t n_block) const;

    const prepared_run& run_;
    const platform_config& c_;
    core_model& core_;
    cycle t_ = 0;
    burst_dma dma_;
    core_record record_;

    const prepared_layer* layer_ = nullptr;
    tile_program program_;
    std::vector<output_block> blocks_;
    std::vector<tile_load_time> loads_;
    offered_tile offered_;
    std::vector<std::uint64_t> dense_in_, outliers_in_, input_in_, input_wanted_;
    std::size_t next_load_ = 0, ended_loads_ = 0, issuing_ = 0, done_ = 0, drained_ = 0, written_ = 0;
    std::int32_t issued_vectors_ = 0;
    bool engines_ = false;
    int free_output_banks_ = 2;
    std::int32_t drained_vectors_ = 0;  ///< of the block that is drained, as long as it is not whole
    bool block_drained_ = false;        ///< by the drain before
    std::size_t first_tile_ = 0;        ///< of this layer in the record

    // values; empty when timing only
    std::vector<std::uint8_t> dense_, outliers_, input_;       ///< as they stand in memory
    std::vector<std::uint64_t> dense_begin_, outliers_begin_;  ///< of each fill in memory
    std::vector<std::uint8_t> dense_bank_[2], outlier_bank_[2], input_bank_[2];
    std::vector<row_run> input_rows_[2];
    std::vector<std::int16_t> vectors_;                          ///< of the tile that issues, [vectors][lanes]
    std::vector<std::int16_t> codes_;                            ///< of the block that is requantized
    std::size_t coded_ = 0;                                      ///< blocks whose codes are complete
    bool codes_complete_ = false;                                ///< in the cycle before
    std::size_t collecting_ = 0, collected_ = 0, channels_ = 1;  ///< blocks whose sums are in or coming, sums of the present one
    std::size_t gathered_ = std::size_t(-1);                     ///< the tile that they belong to
};

}  // namespace symmetree
