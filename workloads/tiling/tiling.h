#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/units.h"
#include "workloads/network/workload.h"
#include "workloads/tiling/flow_rules.h"

namespace symmetree {

/// Order of the loops over weight groups (n) and m-blocks (m); automatic: fewer DRAM bytes, tie n_m.
enum class loop_order { automatic, n_m, m_n };

constexpr const char* to_string(loop_order value) {
    switch (value) {
        case loop_order::automatic: return "auto";
        case loop_order::n_m: return "n_m";
        case loop_order::m_n: return "m_n";
    }
    return "?";
}

/// A layer as the array sees it. Every layer is a convolution here: a matrix product of M vectors is one over an
/// image of M rows, one column and K channels with a 1x1 kernel. Sizes in elements, per repeat (group, head).
struct layer_geometry {
    std::int32_t repeat = 1;
    std::int32_t in_height = 0, in_width = 1, in_channels = 0;
    std::int32_t out_height = 0, out_width = 1, out_channels = 0;
    std::int32_t kernel_height = 1, kernel_width = 1;
    std::int32_t stride_height = 1, stride_width = 1;
    std::int32_t pad_top = 0, pad_left = 0;
    std::int32_t dilation_height = 1, dilation_width = 1;
    std::int32_t stored_weight_bits = 0;  ///< bits of a code in memory
    std::int32_t activation_bits = 0;     ///< bits of an input code in memory
    std::int32_t output_bits = 0;
    std::int32_t images = 1;  ///< that pass the same weights one after the other, each with all repeats

    /// Vectors of one image.
    std::int64_t m() const { return std::int64_t{out_height} * out_width; }
    std::int64_t n() const { return out_channels; }
    std::int64_t k() const { return std::int64_t{in_channels} * kernel_height * kernel_width; }
    /// Multiplications of all images and repeats.
    std::uint64_t macs() const { return std::uint64_t(images) * std::uint64_t(repeat) * std::uint64_t(m() * n() * k()); }
    /// One raw input row, packed and byte-aligned.
    std::uint64_t row_bytes() const { return ceil_div(std::uint64_t(in_width) * in_channels * activation_bits, 8); }
    /// The raw input of one image, all repeats, where they follow each other.
    std::uint64_t image_bytes() const { return std::uint64_t(repeat) * std::uint64_t(in_height) * row_bytes(); }
};

layer_geometry geometry_of(const layer& l);

/// What the array and the buffers allow; a value, so that the tiler needs no platform.
struct tiling_limits {
    int trees = 0, lanes = 0;
    int accumulator_depth = 0;  ///< vectors per accumulator bank
    std::uint64_t weight_bank_bytes = 0, activation_bank_bytes = 0, output_bank_bytes = 0;
    dataflow flow = dataflow::weight_stationary;
    loop_order order = loop_order::automatic;
    int m_block = 0;             ///< at most this many vectors per m-block; 0: as many as fit
    int n_blocks_per_group = 0;  ///< at most this many whole n-blocks per weight group; 0: as many as fit
};

/// Passes of a layer that is wider than the ports: pieces of weights times pieces of activations.
struct pass_split {
    int weight_passes = 1, activation_passes = 1;
    int total() const { return weight_passes * activation_passes; }
};

/// The outlier stream of a layer: for each tile (repeat, n-block, k-block) one round or more, each a head and its outliers, byte-aligned.
struct outlier_layout {
    int head_bits = 0;                       ///< whether another round follows, and the number of outliers
    int entry_bits = 0;                      ///< value, tree index, lane index
    std::vector<std::uint32_t> per_round;    ///< outliers of every round, tile after tile
    std::vector<std::uint32_t> first_round;  ///< of every tile, and one more at the end; empty: no stream

    bool present() const { return !first_round.empty(); }
    void add_tile(const std::vector<std::uint32_t>& outliers_of_rounds) {
        if (first_round.empty()) first_round.push_back(0);
        per_round.insert(per_round.end(), outliers_of_rounds.begin(), outliers_of_rounds.end());
        first_round.push_back(static_cast<std::uint32_t>(per_round.size()));
    }
    std::uint64_t round_bits(std::size_t round) const {
        return std::uint64_t(head_bits) + std::uint64_t{per_round[round]} * std::uint64_t(entry_bits);
    }
    std::uint64_t tile_bytes(std::size_t tile) const {
        std::uint64_t bytes = 0;
        if (present())
            for (std::size_t i = first_round[tile]; i < first_round[tile + 1]; ++i) bytes += ceil_div(round_bits(i), 8);
        return bytes;
    }
};

/// Content of one weight bank: the tiles of whole n-blocks, or a run of k-blocks of one n-block.
struct weight_fill {
    std::int32_t repeat = 0;
    std::int32_t first_n_block = 0, n_blocks = 0;
    std::int32_t first_k_block = 0, k_blocks = 0;
    std::uint64_t dense_bytes = 0, outlier_bytes = 0;
};

/// Rows [first, first + count) of the raw input.
struct row_run {
    std::int32_t first = 0, count = 0;
};

/// How a layer is cut; what the host writes into the descriptor and its tables.
struct layer_mapping {
    loop_order order = loop_order::n_m;
    int m_block = 0;                 ///< vectors per m-block (the last of an image may be shorter)
    std::vector<weight_fill> fills;  ///< repeat by repeat, group by group
    dataflow flow = dataflow::weight_stationary;
};

/// The layer does not fit the buffers however it is cut.
struct does_not_fit : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Vectors of one image: an m-block. Those of the first image come first, no m-block has vectors of two.
struct vector_block {
    std::int32_t image = 0;
    std::int64_t first = 0;
    std::int32_t count = 0;
};
vector_block vectors_of(const layer_geometry& g, int m_block, std::int32_t index);

/// Cuts a layer. Throws does_not_fit.
layer_mapping choose_mapping(const layer_geometry& g, const tiling_limits& limits, const outlier_layout& outliers);

/// One filling of a weight bank (2 banks, a miss replaces the oldest: fetch j goes to bank j mod 2).
struct weight_fetch {
    std::int32_t fill = 0;
};

/// One filling of an activation bank.
struct input_fetch {
    std::int32_t repeat = 0, m_block = 0;  ///< vectors_of()
};

/// One (n-block, k-block, pass) for one m-block or one vector of it, as the array executes it.
struct tile {
    std::int32_t repeat = 0, m_block = 0, n_block = 0, k_block = 0;  ///< m_block counts through the images: vectors_of()
    std::int32_t first_vector = 0, vectors = 0;                      ///< of the m-block
    std::int32_t channels = 0, inputs = 0;                           ///< rows and columns really used
    std::int32_t weights = 0, input = 0;                             ///< index of the weight fetch and of the input fetch
    std::uint32_t dense_offset = 0;                                  ///< bytes into the bank
    std::uint32_t dense_bytes = 0;
    std::uint8_t weight_pass = 0, activation_pass = 0;
    bool first_of_fill = false;                    ///< first tile of a fill: the outlier stream starts again
    bool first_slice = false, last_slice = false;  ///< of these vectors and n-block
    bool frees_weights = false;                    ///< last tile that loads from this bank content
    bool frees_input = false;                      ///< last tile that reads this bank content

    bool first_pass() const { return weight_pass == 0 && activation_pass == 0; }
    /// Index of the fetch that brings the operand.
    std::int32_t fetch_of(operand o) const {
        switch (o) {
            case operand::weights: return weights;
            case operand::activations: return input;
        }
        return 0;
    }
    /// Last tile that reads the bank content of the operand.
    bool frees(operand o) const {
        switch (o) {
            case operand::weights: return frees_weights;
            case operand::activations: return frees_input;
        }
        return false;
    }
};

/// The work of a layer in execution order; the same pure function serves the tiler and the sequencer.
struct tile_program {
    std::vector<weight_fetch> weights;
    std::vector<input_fetch> inputs;
    std::vector<tile> tiles;
};

tile_program enumerate_tiles(const layer_geometry& g, int trees, int lanes, const pass_split& passes, const layer_mapping& mapping);

/// The raw rows of an image that its vectors [first, first + count) read, in order, as few runs as possible.
std::vector<row_run> input_rows(const layer_geometry& g, std::int64_t first_vector, std::int64_t count);
/// Their packed size in bytes.
std::uint64_t input_bytes(const layer_geometry& g, const std::vector<row_run>& rows);
/// Packed size of the dense codes of one tile.
std::uint64_t dense_tile_bytes(const layer_geometry& g, std::int64_t channels, std::int64_t inputs);

}  // namespace symmetree
