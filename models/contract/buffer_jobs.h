#pragma once

#include <cstdint>
#include <vector>

#include "models/contract/layer_job.h"
#include "models/contract/vector_window.h"

namespace symmetree {

/// Announces what a bank is about to receive: dense codes first, the outlier stream behind them.
struct weight_bank_opening {
    int bank = 0;
    std::uint64_t dense_bytes = 0, outlier_bytes = 0;
};

/// Asks for one tile of a bank, or a later round of its outliers, and its way through the weight port; answered when its last byte has
/// arrived.
struct weight_read {
    int bank = 0;
    std::uint64_t dense_offset = 0, dense_bytes = 0;  ///< none in a later round
    std::uint64_t moved_bits = 0;                     ///< of the dense codes, those that cross the port in this pass
    bool with_outliers = false;                       ///< a round of the tile's outliers is wanted
    std::uint64_t outlier_offset = 0;                 ///< bytes into the bank's outlier stream
    int head_bits = 0, entry_bits = 0;
    // answer; the bytes stay until the bank is opened again
    const std::uint8_t* dense = nullptr;
    const std::uint8_t* outliers = nullptr;
    std::uint64_t outlier_bytes = 0;
    std::uint32_t outlier_count = 0;
    bool has_next_round = false;    ///< more outliers of the tile follow
    std::uint64_t ready_cycle = 0;  ///< when it was complete
    std::uint64_t port_cycles = 0;  ///< L
};

/// Announces the raw input that a bank is about to receive: the rows of one m-block.
struct input_bank_opening {
    int bank = 0;
    const layer_job* layer = nullptr;
    std::int64_t first_vector = 0;
    std::int32_t vectors = 0;
    std::vector<row_run> rows;
};

/// Single codes that a decoupled sparse engine takes through its own port.
struct outlier_inputs_read {
    std::uint64_t codes = 0;
    int bits = 0;              ///< of a code
    std::uint64_t cycles = 0;  ///< in which the port brings some
};

/// Asks for the im2col vectors [first_vector, first_vector + count) of an m-block for a tile; answered when the whole m-block's input is in
/// the bank.
struct input_read {
    int bank = 0;
    std::int32_t k_block = 0;
    std::int32_t first_vector = 0, count = 0;
    piece part;
    int moved_bits = 0;  ///< bits of each code that cross the port; 0: they crossed it before
    bool want_values = true;
    // answer
    vector_window vectors;          ///< `count` of them as im2col_math says; empty when no values are wanted
    std::uint64_t ready_cycle = 0;  ///< when the input was complete
};

}  // namespace symmetree
