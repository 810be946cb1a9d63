#include "models/vector_unit/operators/stage.h"

#include <algorithm>

#include "core/bit_stream.h"
#include "core/units.h"

namespace symmetree {

std::int64_t staged_tiles(const vector_descriptor& d) {
    return std::int64_t(d.copy.extent[0] * ceil_div(d.copy.extent[1], d.trees) * ceil_div(d.copy.extent[2], d.lanes));
}

staged_tile staged_tile_at(const vector_descriptor& d, std::int64_t index) {
    const auto across = std::int64_t(ceil_div(d.copy.extent[2], d.lanes)), down = std::int64_t(ceil_div(d.copy.extent[1], d.trees));
    const std::int64_t input = index % across * d.lanes, channel = index / across % down * d.trees, repeat = index / across / down;
    staged_tile t;
    t.channels = static_cast<std::int32_t>(std::min<std::int64_t>(d.trees, d.copy.extent[1] - channel));
    t.inputs = static_cast<std::int32_t>(std::min<std::int64_t>(d.lanes, d.copy.extent[2] - input));
    t.from = d.copy.from_first + repeat * d.copy.from_stride[0] + channel * d.copy.from_stride[1] + input * d.copy.from_stride[2];
    t.bytes = ceil_div(std::uint64_t(t.channels) * std::uint64_t(t.inputs) * d.result.bits, 8);
    return t;
}

strided_run staged_tile::run(const vector_descriptor& d, std::int32_t channel) const {
    return {from + std::int64_t{channel} * d.copy.from_stride[1], 0, inputs, d.copy.from_stride[2], 1};
}

std::uint64_t staged_bytes(const vector_descriptor& d) {
    const std::int64_t tiles = staged_tiles(d);
    std::uint64_t sum = 0;
    for (std::int64_t tile = 0; tile < tiles; ++tile) sum += staged_tile_at(d, tile).bytes;
    return sum;
}

std::vector<vector_chunk> stage_operator::cut(const vector_descriptor& d, std::uint64_t bank_bytes) {
    const auto tiles = static_cast<std::int32_t>(staged_tiles(d));
    std::vector<vector_chunk> chunks;
    for (std::int32_t tile = 0; tile < tiles;) {
        vector_chunk c;
        c.first_row = tile;
        c.result_offset = chunks.empty() ? 0 : chunks.back().result_offset + chunks.back().result_bytes;
        std::vector<bool> sources(std::size_t(d.a.rows));
        for (; tile < tiles; ++tile, ++c.rows) {
            const staged_tile t = staged_tile_at(d, tile);
            if (c.rows > 0 && c.result_bytes + t.bytes > bank_bytes) break;
            c.result_bytes += t.bytes;
            c.moved += std::uint64_t(t.channels) * std::uint64_t(t.inputs);
            for (std::int32_t channel = 0; channel < t.channels; ++channel) {
                const strided_run run = t.run(d, channel);
                mark_rows(d.a, run.from, run.from_step, run.count, sources);
            }
        }
        c.inputs = ranges_of(sources);
        chunks.push_back(c);
    }
    return chunks;
}

vector_cost stage_operator::cost(const stage_parameters&, const vector_descriptor&, const vector_chunk& c, int lanes) {
    return moving_cost(c, lanes);
}

std::vector<std::uint8_t> stage_operator::run(const stage_parameters&, const chunk_task& task) {
    take_rows({}, task);
    const vector_descriptor& d = task.d;
    bit_writer writer;
    writer.reserve(task.c.result_bytes);
    std::vector<std::int16_t> codes(std::size_t(d.lanes));
    for (std::int32_t tile = task.c.first_row; tile < task.c.first_row + task.c.rows; ++tile) {
        const staged_tile t = staged_tile_at(d, tile);
        for (std::int32_t channel = 0; channel < t.channels; ++channel) {
            const strided_run run = t.run(d, channel);
            for (std::int64_t e = 0; e < run.count; ++e) codes[std::size_t(e)] = task.codes.a.at(std::size_t(run.from + e * run.from_step));
            writer.put_codes(codes.data(), std::size_t(run.count), d.result.bits);
        }
        writer.align();
    }
    return writer.take();
}

}  // namespace symmetree
