#pragma once

#include <cstdint>
#include <deque>
#include <limits>
#include <map>
#include <memory>
#include <vector>

#include "runs/prepare.h"
#include "tests/sim/decoupled_outliers.h"
#include "tests/support/burst_dma.h"
#include "tests/support/measured.h"
#include "tests/support/tile_loads.h"

namespace symmetree {

/// The timing contract once more, evaluated cycle by cycle over the tile list of a layer: in each cycle every
/// rule looks whether its condition holds. Takes sizes and outlier positions from the prepared layers and nothing from the models.
class timing_contract {
public:
    explicit timing_contract(const prepared_run& run) : run_(run), c_(run.request.platform), dma_(c_.dma, {c_.dram, scratchpad_of(c_)}) {}

    /// Cycles and slots of each layer; the layers follow one another without a gap.
    std::vector<measured_layer> evaluate();

private:
    using cycle = std::uint64_t;
    static constexpr cycle never = std::numeric_limits<cycle>::max();

    /// As many bytes per cycle as its port has bits, over eight.
    static memory_timing scratchpad_of(const platform_config& c) {
        return {c.scratchpad.bytes, std::uint64_t(c.scratchpad.port_bits), 8, c.scratchpad.latency_cycles};
    }
    /// The DRAM has the addresses below 2^40.
    static std::size_t memory_of(std::uint64_t address) { return address < std::uint64_t{1} << 40 ? 0 : 1; }

    // one layer
    struct handover {
        std::uint64_t bank;  ///< its number
        cycle ready;         ///< by the array
        std::uint64_t cycles;
        bool first_of_block, last_of_block;  ///< of an n-block's outputs of an m-block
        std::uint64_t block_bytes;
    };
    /// A layer whose descriptor and tables are in, or on their way.
    struct known_layer {
        const prepared_layer* layer;
        tile_program program;
        std::vector<tile_load_time> loads;
        std::vector<std::uint64_t> dense_in, outliers_in;  ///< bytes of every weight fetch
        bool asked[2] = {false, false};                    ///< for fetches 0 and 1
        bool control_in = false;
    };
    std::shared_ptr<known_layer> fetch_control(std::size_t index);
    void take_control(const std::shared_ptr<known_layer>& l);
    void begin(std::size_t index);
    void start_engines();
    void fetch_weights(const std::shared_ptr<known_layer>& l, std::size_t j);
    void prefetch_into_free_banks();
    void free_bank_of(std::size_t fetch);
    void begin_outliers();
    void fetch_input(std::size_t j);
    void step(slot_split& split);
    void end_drain();
    void end_load();
    void end_tile();
    void start_load();
    void start_tile_load();
    void start_round_load();
    void round_loaded();
    bool outliers_hold(const tile& tile) const;
    bool outliers_hold_bank(std::uint64_t bank, cycle ready) const;
    void release_inputs();
    cycle ready(const handover& h) const;
    void issue_or_stall(slot_split& split);
    void start_drain();

    /// Vectors [first, first + count) of an image: an m-block. No m-block has vectors of two images.
    struct block {
        std::int64_t first, count;
    };
    block block_of(std::int64_t m_block) const;

    bool prefetches() const { return c_.mapping.prefetch == prefetching::weights; }
    bool holds_outputs() const { return c_.mapping.flow == dataflow::output_stationary; }
    bool tile_ready(std::size_t i) const;
    cycle swap(std::size_t i) const;
    cycle last(std::size_t i) const { return last_[i]; }

    const prepared_run& run_;
    const platform_config& c_;
    cycle t_ = 0;
    burst_dma dma_;

    std::shared_ptr<known_layer> present_, next_;
    std::size_t index_ = 0;        ///< of the present layer
    bool free_[2] = {true, true};  ///< the bank of the next layer's fetches 0 and 1 is
    bool waits_for_control_ = false;
    const prepared_layer* layer_ = nullptr;
    array_config array_;
    std::vector<std::uint64_t> input_in_, input_wanted_;
    std::vector<cycle> load_end_, last_;
    std::size_t next_load_ = 0, tile_ = 0, vector_ = 0;
    std::size_t round_ = 0;  ///< of the group of the tile before `next_load_`: the next one to be loaded by itself
    bool engines_started_ = false;
    bool item_loading_ = false;                 ///< a tile or a round crosses the port
    cycle item_end_ = 0;                        ///< of what crossed it last
    std::vector<std::uint64_t> rounds_before_;  ///< rounds up to those of each tile, its first one included
    std::vector<std::uint64_t> bank_of_tile_;   ///< number of its accumulator bank
    std::uint64_t banks_ = 0;                   ///< of the layers before
    decoupled_outliers outliers_;
    std::deque<std::int32_t> input_left_;  ///< fetches that the array does not read any more
    std::vector<bool> input_asked_;
    std::map<std::uint64_t, cycle> array_ready_;  ///< of each bank that was handed over
    bool issued_any_ = false;
    cycle issue_ = 0;             ///< of the previous vector
    std::uint64_t pace_ = 1;      ///< s of the previous vector
    std::vector<cycle> written_;  ///< last write of each accumulator of the bank being filled
    int free_accumulator_banks_ = 2, free_output_banks_ = 2;
    std::deque<handover> handovers_;
    bool draining_ = false;
    cycle drain_end_ = 0;
    std::size_t blocks_left_ = 0;
};

}  // namespace symmetree
