#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <vector>

#include "workloads/tiling/tiling.h"

namespace symmetree {

/// The raw rows that any of the vectors reads.
inline std::set<std::int64_t> rows_read(const layer_geometry& g, std::int64_t first_vector, std::int64_t count) {
    std::set<std::int64_t> rows;
    for (std::int64_t v = first_vector; v < first_vector + count; ++v)
        for (int r = 0; r < g.kernel_height; ++r) {
            const std::int64_t row = v / g.out_width * g.stride_height - g.pad_top + r * g.dilation_height;
            if (row >= 0 && row < g.in_height) rows.insert(row);
        }
    return rows;
}

/// Blocks of `size` in `total`, and how large block `index` is.
inline std::int64_t blocks_of(std::int64_t total, std::int64_t size) { return total / size + (total % size > 0 ? 1 : 0); }
inline std::int64_t size_of_block(std::int64_t total, std::int64_t size, std::int64_t index) {
    return index + 1 < blocks_of(total, size) ? size : total - index * size;
}

/// Bits of the dense codes of a tile, rounded to bytes.
inline std::uint64_t tile_bytes(const layer_geometry& g, int trees, int lanes, std::int64_t n, std::int64_t k) {
    const std::int64_t bits = size_of_block(g.n(), trees, n) * size_of_block(g.k(), lanes, k) * g.stored_weight_bits;
    return std::uint64_t(bits / 8 + (bits % 8 > 0 ? 1 : 0));
}

/// Two banks that are filled in turn; what is wanted and not there is fetched.
struct two_banks {
    std::vector<std::int64_t> fetched;  ///< content of each fetch, in order

    /// The fetch that serves `content`: one of the last two, or a new one.
    std::int64_t serve(std::int64_t content) {
        const auto count = std::int64_t(fetched.size());
        for (std::int64_t at = count - 1; at >= 0 && at >= count - 2; --at)
            if (fetched[std::size_t(at)] == content) return at;
        fetched.push_back(content);
        return count;
    }
};

/// Place of a tile among the loops.
using tile_place = std::tuple<int, int, int, int, int, int>;  // repeat, m-block, n-block, k-block, weight pass, activation pass
inline tile_place place_of(const tile& t) { return {t.repeat, t.m_block, t.n_block, t.k_block, t.weight_pass, t.activation_pass}; }

/// The fill that holds the codes of a tile.
inline std::int64_t fill_of(const std::vector<weight_fill>& fills, const tile& t) {
    for (std::size_t f = 0; f < fills.size(); ++f) {
        const weight_fill& fill = fills[f];
        if (fill.repeat == t.repeat && t.n_block >= fill.first_n_block && t.n_block < fill.first_n_block + fill.n_blocks &&
            t.k_block >= fill.first_k_block && t.k_block < fill.first_k_block + fill.k_blocks)
            return std::int64_t(f);
    }
    return -1;
}

/// Bytes that the fetches of a program read from DRAM.
inline std::uint64_t bytes_fetched(const layer_geometry& g, const layer_mapping& mapping, const tile_program& program) {
    std::uint64_t sum = 0;
    for (const weight_fetch& fetch : program.weights)
        sum += mapping.fills[std::size_t(fetch.fill)].dense_bytes + mapping.fills[std::size_t(fetch.fill)].outlier_bytes;
    for (const input_fetch& fetch : program.inputs) {
        const std::int64_t first = fetch.m_block % blocks_of(g.m(), mapping.m_block) * mapping.m_block;
        sum += rows_read(g, first, std::min<std::int64_t>(mapping.m_block, g.m() - first)).size() * g.row_bytes();
    }
    return sum;
}

}  // namespace symmetree
