#include "workloads/tiling/tiling.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace symmetree {
namespace {

std::int32_t narrow(std::int64_t value) { return static_cast<std::int32_t>(value); }

/// Counts of blocks along each loop; m-blocks of one image.
struct block_counts {
    std::int64_t n, k, m;
};

block_counts count_blocks(const layer_geometry& g, int trees, int lanes, int m_block) {
    const auto count = [](std::int64_t total, int size) { return std::int64_t(ceil_div(total, size)); };
    return {count(g.n(), trees), count(g.k(), lanes), count(g.m(), m_block)};
}

std::int64_t block_size(std::int64_t total, std::int64_t block, std::int64_t size) { return std::min(size, total - block * size); }

/// Largest bank need over all m-blocks of this size.
std::uint64_t largest_input(const layer_geometry& g, std::int64_t m_block) {
    std::uint64_t most = 0;
    for (std::int64_t first = 0; first < g.m(); first += m_block)
        most = std::max(most, input_bytes(g, input_rows(g, first, std::min(m_block, g.m() - first))));
    return most;
}

int choose_m_block(const layer_geometry& g, const tiling_limits& limits) {
    std::int64_t most = g.m();
    most = std::min<std::int64_t>(most, rules_of(limits.flow).longest_m_block(limits.accumulator_depth));
    if (limits.m_block > 0) most = std::min<std::int64_t>(most, limits.m_block);
    const std::uint64_t vector_out_bits = std::uint64_t(std::min<std::int64_t>(limits.trees, g.n())) * g.output_bits;
    most = std::min<std::int64_t>(most, std::int64_t(limits.output_bank_bytes * 8 / vector_out_bits));
    for (std::int64_t m_block = most; m_block >= 1; --m_block)
        if (largest_input(g, m_block) <= limits.activation_bank_bytes) return static_cast<int>(m_block);
    if (most < 1)
        throw does_not_fit(fmt::format("the outputs of one vector need {} bytes, an output bank holds {}", ceil_div(vector_out_bits, 8),
                                       limits.output_bank_bytes));
    throw does_not_fit(fmt::format("the input rows of one vector need {} bytes, an activation bank holds {}", largest_input(g, 1),
                                   limits.activation_bank_bytes));
}

/// Replaces the tiles from `begin` on, the slices of one n-block and m-block, by those of its vectors, one vector after the other.
void go_vector_by_vector(std::vector<tile>& tiles, std::size_t begin) {
    const std::vector<tile> slices(tiles.begin() + std::ptrdiff_t(begin), tiles.end());
    tiles.resize(begin);
    for (std::int32_t v = 0; v < slices.front().vectors; ++v)
        for (tile t : slices) {
            t.first_vector = v;
            t.vectors = 1;
            t.first_of_fill = t.first_of_fill && v == 0;
            tiles.push_back(t);
        }
}

/// Bytes of tile (n-block, k-block): dense codes and outliers.
struct tile_bytes {
    std::uint64_t dense, outliers;
    std::uint64_t total() const { return dense + outliers; }
};

class fill_builder {
public:
    fill_builder(const layer_geometry& g, const tiling_limits& limits, const outlier_layout& outliers)
        : g_(g), limits_(limits), outliers_(outliers), blocks_(count_blocks(g, limits.trees, limits.lanes, 1)) {}

    std::vector<weight_fill> build() const {
        std::vector<weight_fill> fills;
        for (std::int32_t r = 0; r < g_.repeat; ++r)
            for (std::int64_t n = 0; n < blocks_.n;) n = add_group(fills, r, n);
        return fills;
    }

private:
    tile_bytes bytes_of_tile(std::int64_t r, std::int64_t n, std::int64_t k) const {
        return {dense_tile_bytes(g_, block_size(g_.n(), n, limits_.trees), block_size(g_.k(), k, limits_.lanes)),
                outliers_.tile_bytes(std::size_t((r * blocks_.n + n) * blocks_.k + k))};
    }

    tile_bytes bytes_of_n_block(std::int64_t r, std::int64_t n) const {
        tile_bytes sum{0, 0};
        for (std::int64_t k = 0; k < blocks_.k; ++k) {
            const tile_bytes one = bytes_of_tile(r, n, k);
            sum.dense += one.dense;
            sum.outliers += one.outliers;
        }
        return sum;
    }

    /// Adds the group that starts at n-block `n`; returns the first n-block after it.
    std::int64_t add_group(std::vector<weight_fill>& fills, std::int32_t r, std::int64_t n) const {
        weight_fill fill{r, narrow(n), 0, 0, narrow(blocks_.k), 0, 0};
        while (n < blocks_.n) {
            const tile_bytes next = bytes_of_n_block(r, n);
            const bool full = limits_.n_blocks_per_group > 0 && fill.n_blocks >= limits_.n_blocks_per_group;
            if (full || fill.dense_bytes + fill.outlier_bytes + next.total() > limits_.weight_bank_bytes) break;
            fill.dense_bytes += next.dense;
            fill.outlier_bytes += next.outliers;
            ++fill.n_blocks;
            ++n;
        }
        if (fill.n_blocks > 0) {
            fills.push_back(fill);
            return n;
        }
        if (rules_of(limits_.flow).whole_n_blocks)
            throw does_not_fit(fmt::format("mapping.dataflow is {}: the weights of one n-block need {} bytes, a weight bank holds {}",
                                           to_string(limits_.flow), bytes_of_n_block(r, n).total(), limits_.weight_bank_bytes));
        cut_along_k(fills, r, n);
        return n + 1;
    }

    void cut_along_k(std::vector<weight_fill>& fills, std::int32_t r, std::int64_t n) const {
        weight_fill fill{r, narrow(n), 1, 0, 0, 0, 0};
        for (std::int64_t k = 0; k < blocks_.k; ++k) {
            const tile_bytes next = bytes_of_tile(r, n, k);
            if (next.total() > limits_.weight_bank_bytes)
                throw does_not_fit(
                    fmt::format("one weight tile needs {} bytes, a weight bank holds {}", next.total(), limits_.weight_bank_bytes));
            if (fill.dense_bytes + fill.outlier_bytes + next.total() > limits_.weight_bank_bytes) {
                fills.push_back(fill);
                fill = weight_fill{r, narrow(n), 1, narrow(k), 0, 0, 0};
            }
            fill.dense_bytes += next.dense;
            fill.outlier_bytes += next.outliers;
            ++fill.k_blocks;
        }
        fills.push_back(fill);
    }

    const layer_geometry& g_;
    const tiling_limits& limits_;
    const outlier_layout& outliers_;
    const block_counts blocks_;
};

/// Two banks; a miss replaces the one filled first. Answers which fetch holds the wanted content.
class residency {
public:
    /// Index of the fetch that holds `content`; `fetches` counts those made so far and grows on a miss.
    int request(std::int64_t content, int& fetches) {
        for (int bank = 0; bank < 2; ++bank)
            if (content_[bank] == content) return fetch_[bank];
        const int bank = fetches % 2;
        content_[bank] = content;
        fetch_[bank] = fetches;
        return fetches++;
    }

private:
    std::array<std::int64_t, 2> content_{-1, -1};
    std::array<int, 2> fetch_{-1, -1};
};

/// Calls visit(fill index, m-block) in the order in which the array works.
template <class Visit>
void for_each_step(const std::vector<weight_fill>& fills, loop_order order, std::int64_t m_blocks, Visit visit) {
    const auto group_end = [&](std::size_t first) {
        std::size_t end = first + 1;  // the pieces of one n-block that was cut along k belong together
        while (end < fills.size() && fills[end].repeat == fills[first].repeat && fills[end].first_n_block == fills[first].first_n_block)
            ++end;
        return end;
    };
    const auto repeat_end = [&](std::size_t first) {
        std::size_t end = first;
        while (end < fills.size() && fills[end].repeat == fills[first].repeat) ++end;
        return end;
    };
    for (std::size_t begin = 0; begin < fills.size();) {
        const std::size_t end = repeat_end(begin);
        if (order == loop_order::m_n) {
            for (std::int64_t m = 0; m < m_blocks; ++m)
                for (std::size_t f = begin; f < end; ++f) visit(f, m);
        } else {
            for (std::size_t group = begin; group < end; group = group_end(group))
                for (std::int64_t m = 0; m < m_blocks; ++m)
                    for (std::size_t f = group; f < group_end(group); ++f) visit(f, m);
        }
        begin = end;
    }
}

std::uint64_t dram_bytes_read(const layer_geometry& g, const std::vector<weight_fill>& fills, loop_order order, int m_block) {
    const std::int64_t of_image = std::int64_t(ceil_div(g.m(), m_block)), m_blocks = of_image * g.images;
    std::vector<std::uint64_t> block_bytes;
    for (std::int64_t m = 0; m < of_image; ++m)
        block_bytes.push_back(input_bytes(g, input_rows(g, m * m_block, block_size(g.m(), m, m_block))));
    residency weights, inputs;
    int weight_fetches = 0, input_fetches = 0;
    std::uint64_t total = 0;
    for_each_step(fills, order, m_blocks, [&](std::size_t f, std::int64_t m) {
        const int weights_before = weight_fetches, inputs_before = input_fetches;
        weights.request(std::int64_t(f), weight_fetches);
        inputs.request(fills[f].repeat * m_blocks + m, input_fetches);
        if (weight_fetches > weights_before) total += fills[f].dense_bytes + fills[f].outlier_bytes;
        if (input_fetches > inputs_before) total += block_bytes[std::size_t(m % of_image)];
    });
    return total;
}

}  // namespace

layer_geometry geometry_of(const layer& l) {
    layer_geometry g;
    if (const auto* conv = std::get_if<conv_shape>(&l.shape)) {
        g.repeat = conv->groups;
        g.in_height = conv->in_height;
        g.in_width = conv->in_width;
        g.in_channels = conv->in_channels / conv->groups;
        g.out_height = conv->out_height();
        g.out_width = conv->out_width();
        g.out_channels = conv->out_channels / conv->groups;
        g.kernel_height = conv->kernel_height;
        g.kernel_width = conv->kernel_width;
        g.stride_height = conv->stride_height;
        g.stride_width = conv->stride_width;
        g.pad_top = conv->pad_top;
        g.pad_left = conv->pad_left;
        g.dilation_height = conv->dilation_height;
        g.dilation_width = conv->dilation_width;
        return g;
    }
    const product_shape p = product_of(l);
    g.repeat = narrow(p.repeat);
    g.in_height = g.out_height = narrow(p.m);
    g.in_channels = narrow(p.k);
    g.out_channels = narrow(p.n);
    return g;
}

std::uint64_t dense_tile_bytes(const layer_geometry& g, std::int64_t channels, std::int64_t inputs) {
    return ceil_div(std::uint64_t(channels) * inputs * g.stored_weight_bits, 8);
}

std::vector<row_run> input_rows(const layer_geometry& g, std::int64_t first_vector, std::int64_t count) {
    std::vector<row_run> runs;
    const std::int64_t first_row = first_vector / g.out_width, last_row = (first_vector + count - 1) / g.out_width;
    std::int32_t covered = 0;  // rows below this one are in a run already
    const bool dense_rows = g.stride_height == 1 && g.dilation_height == 1;
    const auto add = [&](std::int64_t begin, std::int64_t end) {
        const auto from = narrow(std::max<std::int64_t>(begin, covered));
        const auto to = narrow(std::min<std::int64_t>(end, g.in_height));
        if (from >= to) return;
        if (!runs.empty() && runs.back().first + runs.back().count == from)
            runs.back().count += to - from;
        else
            runs.push_back({from, to - from});
        covered = to;
    };
    if (dense_rows) {
        add(std::max<std::int64_t>(0, first_row - g.pad_top), last_row - g.pad_top + g.kernel_height);
        return runs;
    }
    if (g.dilation_height == 1) {
        for (std::int64_t y = first_row; y <= last_row; ++y) {
            const std::int64_t top = y * g.stride_height - g.pad_top;
            add(std::max<std::int64_t>(0, top), top + g.kernel_height);
        }
        return runs;
    }
    std::vector<std::int64_t> rows;  // dilated kernels leave gaps that later rows may fill
    for (std::int64_t y = first_row; y <= last_row; ++y)
        for (std::int32_t r = 0; r < g.kernel_height; ++r) {
            const std::int64_t row = y * g.stride_height - g.pad_top + std::int64_t{r} * g.dilation_height;
            if (row >= 0 && row < g.in_height) rows.push_back(row);
        }
    std::sort(rows.begin(), rows.end());
    for (std::int64_t row : rows) add(row, row + 1);
    return runs;
}

std::uint64_t input_bytes(const layer_geometry& g, const std::vector<row_run>& rows) {
    std::uint64_t total = 0;
    for (const row_run& run : rows) total += std::uint64_t(run.count) * g.row_bytes();
    return total;
}

vector_block vectors_of(const layer_geometry& g, int m_block, std::int32_t index) {
    const auto of_image = static_cast<std::int32_t>(ceil_div(std::uint64_t(g.m()), std::uint64_t(m_block)));
    const std::int64_t block = index % of_image;
    return {index / of_image, block * m_block, narrow(block_size(g.m(), block, m_block))};
}

layer_mapping choose_mapping(const layer_geometry& g, const tiling_limits& limits, const outlier_layout& outliers) {
    layer_mapping mapping;
    mapping.m_block = choose_m_block(g, limits);
    mapping.fills = fill_builder(g, limits, outliers).build();
    mapping.flow = limits.flow;
    mapping.order = limits.order;
    if (limits.order == loop_order::automatic) {
        const std::uint64_t n_m = dram_bytes_read(g, mapping.fills, loop_order::n_m, mapping.m_block);
        const std::uint64_t m_n = dram_bytes_read(g, mapping.fills, loop_order::m_n, mapping.m_block);
        mapping.order = m_n < n_m ? loop_order::m_n : loop_order::n_m;
    }
    return mapping;
}

tile_program enumerate_tiles(const layer_geometry& g, int trees, int lanes, const pass_split& passes, const layer_mapping& mapping) {
    const block_counts blocks = count_blocks(g, trees, lanes, mapping.m_block);
    const std::int64_t m_blocks = blocks.m * g.images;
    tile_program program;
    residency weights, inputs;
    int weight_fetches = 0, input_fetches = 0;
    for_each_step(mapping.fills, mapping.order, m_blocks, [&](std::size_t f, std::int64_t m) {
        const weight_fill& fill = mapping.fills[f];
        tile t;
        t.repeat = fill.repeat;
        t.m_block = narrow(m);
        t.vectors = vectors_of(g, mapping.m_block, t.m_block).count;
        t.weights = weights.request(std::int64_t(f), weight_fetches);
        t.input = inputs.request(fill.repeat * m_blocks + m, input_fetches);
        if (std::size_t(weight_fetches) > program.weights.size()) program.weights.push_back({narrow(std::int64_t(f))});
        if (std::size_t(input_fetches) > program.inputs.size()) program.inputs.push_back({fill.repeat, narrow(m)});
        t.first_of_fill = true;
        for (std::int32_t n = 0; n < fill.n_blocks; ++n) {
            t.n_block = fill.first_n_block + n;
            t.channels = narrow(block_size(g.n(), t.n_block, trees));
            const std::size_t begin = program.tiles.size();
            for (std::int32_t k = 0; k < fill.k_blocks; ++k) {
                t.k_block = fill.first_k_block + k;
                t.inputs = narrow(block_size(g.k(), t.k_block, lanes));
                t.dense_bytes = static_cast<std::uint32_t>(dense_tile_bytes(g, t.channels, t.inputs));
                for (int pass = 0; pass < passes.total(); ++pass) {
                    t.weight_pass = static_cast<std::uint8_t>(pass / passes.activation_passes);
                    t.activation_pass = static_cast<std::uint8_t>(pass % passes.activation_passes);
                    t.first_slice = t.k_block == 0 && pass == 0;
                    t.last_slice = t.k_block == blocks.k - 1 && pass == passes.total() - 1;
                    program.tiles.push_back(t);
                    t.first_of_fill = false;
                }
                t.dense_offset += t.dense_bytes;
            }
            if (rules_of(mapping.flow).one_vector) go_vector_by_vector(program.tiles, begin);
        }
    });
    std::vector<bool> weights_seen(program.weights.size()), input_seen(program.inputs.size());
    for (auto t = program.tiles.rbegin(); t != program.tiles.rend(); ++t) {
        t->frees_weights = !weights_seen[std::size_t(t->weights)];
        t->frees_input = !input_seen[std::size_t(t->input)];
        weights_seen[std::size_t(t->weights)] = true;
        input_seen[std::size_t(t->input)] = true;
    }
    return program;
}

}  // namespace symmetree
