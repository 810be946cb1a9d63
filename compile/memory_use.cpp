#include "compile/memory_use.h"

#include <algorithm>
#include <optional>

#include "models/contract/image_scale.h"
#include "models/vector_unit/operator_table.h"

namespace symmetree {
namespace {

std::uint64_t input_bytes_of(const layer_geometry& g, const std::vector<input_fetch>& fetches, int m_block) {
    std::uint64_t bytes = 0;
    for (const input_fetch& fetch : fetches) {
        const vector_block read = vectors_of(g, m_block, fetch.m_block);
        bytes += input_bytes(g, input_rows(g, read.first, read.count));
    }
    return bytes;
}

/// Vector by vector, or block after block.
std::uint64_t output_bytes_of(const layer_descriptor& d, int trees) {
    const layer_geometry& g = d.geometry;
    if (d.output_vector_bytes == 0) return output_bytes(g, trees, d.m_block);
    return std::uint64_t(g.images) * std::uint64_t(g.repeat) * std::uint64_t(g.m()) * std::uint64_t(g.n()) * std::uint64_t(g.output_bits) /
           8;
}

/// True where every chunk's results end before the rows of a tensor that chunks behind it fetch; `first_row`: those of a chunk, if any.
template <class FirstRow>
bool stays_behind(const std::vector<vector_chunk>& chunks, const memory_tensor& t, FirstRow first_row) {
    std::uint64_t fetched_from = t.bytes();
    for (auto chunk = chunks.rbegin(); chunk != chunks.rend(); ++chunk) {
        if (chunk->result_offset + chunk->result_bytes > fetched_from) return false;
        if (const std::optional<std::int32_t> row = first_row(*chunk))
            fetched_from = std::min(fetched_from, std::uint64_t(*row) * t.row_bytes());
    }
    return true;
}

}  // namespace

std::vector<std::uint64_t> addresses_of(layer_descriptor d) {
    std::vector<std::uint64_t> all;
    for_each_address(d, [&](std::uint64_t address) { all.push_back(address); });
    return all;
}

std::vector<std::uint64_t> addresses_of(vector_descriptor d) {
    std::vector<std::uint64_t> all;
    for_each_address(d, [&](std::uint64_t address) { all.push_back(address); });
    return all;
}

std::vector<memory_use> uses_of(const accelerator_config& config, const layer_descriptor& d, const std::vector<weight_fill>& fills) {
    const layer_geometry& g = d.geometry;
    const array_config& array = array_of(config, d.on_side_array != 0);
    const layer_mapping mapping{static_cast<loop_order>(d.order), d.m_block, fills, static_cast<dataflow>(d.flow)};
    const tile_program tiles = enumerate_tiles(g, array.trees, array.lanes, passes_of(config, d), mapping);
    std::uint64_t dense = 0, outliers = 0;
    for (const weight_fetch& fetch : tiles.weights) {
        dense += fills[std::size_t(fetch.fill)].dense_bytes;
        outliers += fills[std::size_t(fetch.fill)].outlier_bytes;
    }
    std::vector<memory_use> uses{{d.tables_address, table_bytes(d), 0, false},
                                 {d.weights_address, dense, 0, true},
                                 {d.input_address, input_bytes_of(g, tiles.inputs, d.m_block), 0, false},
                                 {d.output_address, 0, output_bytes_of(d, array.trees), false}};
    if (d.outlier_bits > 0) uses.push_back({d.outliers_address, outliers, 0, true});
    if (d.scale_address != 0) uses.push_back({d.scale_address, image_scale_bytes * d.batch, 0, false});
    return uses;
}

std::vector<memory_use> uses_of(const accelerator_config& config, const vector_descriptor& d) {
    memory_use a{d.a.address}, b{d.b.address}, result{d.result.address};
    for (const vector_chunk& chunk : chunks_of(d, config.vector_unit.bank_bytes)) {
        a.read_bytes += std::uint64_t(chunk.input_rows()) * d.a.row_bytes();
        b.read_bytes += std::uint64_t(chunk.second_inputs.count) * d.b.row_bytes();
        result.written_bytes += chunk.result_bytes;
    }
    std::vector<memory_use> uses{a, result};
    if (d.has_second != 0) uses.push_back(b);
    if (d.parameters_bytes > 0) uses.push_back({d.parameters_address, d.parameters_bytes, 0, false});
    for (const std::uint64_t scale : d.scale_address)
        if (scale != 0) uses.push_back({scale, image_scale_bytes, 0, false});
    for (memory_use& use : uses) {  // of each image
        use.read_bytes *= d.images;
        use.written_bytes *= d.images;
    }
    return uses;
}

std::vector<std::uint64_t> written_over_by(const accelerator_config& config, const vector_descriptor& d) {
    using row = std::optional<std::int32_t>;
    const std::vector<vector_chunk> chunks = chunks_of(d, config.vector_unit.bank_bytes);
    // the result of an image is there before the next image's operand is read
    const auto stays_behind_images = [&](const memory_tensor& t) { return d.images == 1 || d.result.image_bytes <= t.image_bytes; };
    std::vector<std::uint64_t> operands;
    if (stays_behind_images(d.a) &&
        stays_behind(chunks, d.a, [](const vector_chunk& c) { return c.inputs.empty() ? row() : row(c.inputs.front().first); }))
        operands.push_back(d.a.address);
    if (d.has_second != 0 && stays_behind_images(d.b) &&
        stays_behind(chunks, d.b, [](const vector_chunk& c) { return c.second_inputs.count == 0 ? row() : row(c.second_inputs.first); }))
        operands.push_back(d.b.address);
    return operands;
}

}  // namespace symmetree
