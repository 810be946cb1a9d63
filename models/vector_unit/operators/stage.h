#pragma once

#include <cstdint>
#include <vector>

#include "models/vector_unit/operators/rearrange.h"
#include "models/vector_unit/operators/vector_operator.h"

namespace symmetree {

struct stage_parameters {
    static constexpr vector_operation operation = vector_operation::stage;
};
template <class Table>
void fields_of(Table&, stage_parameters&) {}

/// One tile of the weight stream that `stage` writes: channel after channel, input after input, in whole bytes.
struct staged_tile {
    std::int64_t from = 0;  ///< where its first element stands in `a`
    std::int32_t channels = 0, inputs = 0;
    std::uint64_t bytes = 0;
    /// The elements of one channel.
    strided_run run(const vector_descriptor& d, std::int32_t channel) const;
};
/// Tiles in the order of a layer's dense codes: inputs first, then channels, then repeats.
std::int64_t staged_tiles(const vector_descriptor& d);
staged_tile staged_tile_at(const vector_descriptor& d, std::int64_t index);
std::uint64_t staged_bytes(const vector_descriptor& d);

/// A chunk is a bank full of whole tiles with the rows of `a` that hold elements of them.
struct stage_operator {
    static constexpr const char* name = "stage";
    using parameters = stage_parameters;
    static bool fits(const vector_descriptor&) { return true; }
    static std::vector<vector_chunk> cut(const vector_descriptor& d, std::uint64_t bank_bytes);
    static void scale(stage_parameters&, const image_scale (&)[2]) {}
    static vector_cost cost(const stage_parameters& p, const vector_descriptor& d, const vector_chunk& c, int lanes);
    static std::vector<std::uint8_t> run(const stage_parameters& p, const chunk_task& task);
};

}  // namespace symmetree
