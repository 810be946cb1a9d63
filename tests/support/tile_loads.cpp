#include "tests/support/tile_loads.h"

#include <algorithm>
#include <numeric>

#include "tests/support/output_stationary.h"

namespace symmetree {
namespace {

std::uint64_t up(std::uint64_t a, std::uint64_t b) { return (a + b - 1) / b; }

int width_of_index(std::uint64_t values) {
    int bits = 0;
    while ((1ull << bits) < values) ++bits;
    return bits;
}

/// Outliers per tree of every tile (repeat, n-block, k-block).
std::vector<std::vector<std::uint64_t>> outliers_by_tile(const prepared_layer& l, const array_config& array) {
    const layer_geometry& g = l.plan.descriptor.geometry;
    const std::uint64_t n_blocks = up(g.n(), array.trees), k_blocks = up(g.k(), array.lanes);
    std::vector<std::vector<std::uint64_t>> counts(g.repeat * n_blocks * k_blocks, std::vector<std::uint64_t>(array.trees, 0));
    for (const outlier& o : l.product.weights.outliers) {
        const std::uint64_t repeat = o.row / g.n(), channel = o.row % g.n();
        ++counts[(repeat * n_blocks + channel / array.trees) * k_blocks + o.column / array.lanes][channel % array.trees];
    }
    return counts;
}

/// Outliers per tree of each round of a tile: no lane gets more than its list holds.
std::vector<std::vector<std::uint64_t>> rounds_of_tile(const std::vector<std::uint64_t>& per_tree, const sparse_config& sparse) {
    std::vector<std::vector<std::uint64_t>> rounds(1, std::vector<std::uint64_t>(per_tree.size(), 0));
    std::vector<std::uint64_t> lane(sparse.lanes, 0);
    std::uint64_t all = 0;
    for (std::size_t tree = 0; tree < per_tree.size(); ++tree)
        for (std::uint64_t i = 0; i < per_tree[tree]; ++i, ++all) {
            const std::size_t to = sparse.assignment == outlier_assignment::pooled ? all % lane.size() : tree % lane.size();
            const std::uint64_t round = lane[to]++ / sparse.list_entries;
            while (rounds.size() <= round) rounds.push_back(std::vector<std::uint64_t>(per_tree.size(), 0));
            ++rounds[round][tree];
        }
    return rounds;
}

/// s of a round with these outliers.
std::uint64_t cycles_per_vector(const std::vector<std::uint64_t>& per_tree, const sparse_config& sparse) {
    const std::uint64_t all = std::accumulate(per_tree.begin(), per_tree.end(), std::uint64_t{0});
    if (sparse.assignment == outlier_assignment::pooled) return std::max<std::uint64_t>(1, up(all, sparse.lanes));
    std::vector<std::uint64_t> lane(sparse.lanes, 0);
    for (std::size_t tree = 0; tree < per_tree.size(); ++tree) lane[tree % lane.size()] += per_tree[tree];
    return std::max<std::uint64_t>(1, *std::max_element(lane.begin(), lane.end()));
}

/// Steps of a group: what its fullest lane, or its fullest sub-bank of activations, has.
std::uint64_t steps_of_group(const prepared_layer& l, const array_config& array, const sparse_config& sparse, const tile& first) {
    const layer_geometry& g = l.plan.descriptor.geometry;
    std::vector<std::uint64_t> lane(sparse.lanes, 0), sub_bank(array.lanes, 0);
    std::uint64_t all = 0;
    for (const outlier& o : l.product.weights.outliers) {
        const std::int64_t channel = std::int64_t(o.row) - first.repeat * g.n() - std::int64_t{first.n_block} * array.trees;
        const std::int64_t k_block = std::int64_t(o.column) / array.lanes - first.k_block;
        if (channel < 0 || channel >= first.channels || k_block < 0 || k_block >= sparse.queue_tiles) continue;
        ++all;
        ++lane[channel % sparse.lanes];
        ++sub_bank[o.column % array.lanes];
    }
    const std::uint64_t of_lanes =
        sparse.assignment == outlier_assignment::pooled ? up(all, sparse.lanes) : *std::max_element(lane.begin(), lane.end());
    return std::max(of_lanes, *std::max_element(sub_bank.begin(), sub_bank.end()));
}

/// The rounds of the group that a tile begins. How many outliers each has is the compiler's choice; all together are those of the group.
std::vector<queued_outliers> rounds_of_group(const platform_config& platform, const prepared_layer& l, const array_config& array,
                                             const tile& t, std::uint64_t& outlier_end) {
    const layer_geometry& g = l.plan.descriptor.geometry;
    const std::uint64_t n_blocks = up(g.n(), array.trees), k_blocks = up(g.k(), array.lanes), most = platform.sparse.list_entries;
    const std::size_t stored = (t.repeat * n_blocks + t.n_block) * k_blocks + t.k_block;
    const std::uint64_t places = std::uint64_t(array.trees) * array.lanes * platform.sparse.queue_tiles,
                        held = platform.sparse.lanes * most;
    const int head_bits = 1 + width_of_index(std::min(places, held) + 1);
    const int entry_bits = l.product.used_scheme.dasq.outlier_bits + width_of_index(array.trees) + width_of_index(array.lanes) +
                           width_of_index(platform.sparse.queue_tiles) + 1;
    const std::uint64_t steps = steps_of_group(l, array, platform.sparse, t);
    std::vector<queued_outliers> rounds;
    for (std::uint64_t done = 0; rounds.empty() || done < steps; done += most) {
        queued_outliers round;
        round.steps = std::min(most, steps - done);
        round.outliers = l.plan.outliers.per_round[l.plan.outliers.first_round[stored] + rounds.size()];
        const std::uint64_t bits = head_bits + round.outliers * entry_bits;
        round.cycles = up(bits, platform.outlier_port_own ? platform.outlier_port_bits : platform.weight_buffer.port_bits);
        round.outlier_end = outlier_end += up(bits, 8);
        rounds.push_back(round);
    }
    return rounds;
}

}  // namespace

std::vector<tile_rounds> tile_load_times(const platform_config& platform, const prepared_layer& l, const tile_program& program) {
    const array_config& array = l.integers.on_side_array ? *platform.side_array : platform.array;
    std::vector<tile_rounds> loads;
    const layer_geometry& g = l.plan.descriptor.geometry;
    const bool has_outliers = !l.product.weights.outliers.empty();
    const auto counts = outliers_by_tile(l, array);
    const std::uint64_t n_blocks = up(g.n(), array.trees), k_blocks = up(g.k(), array.lanes);
    const bool widened = platform.zero_point == zero_point_unit::widened && !l.integers.on_side_array;
    // Behind tables the registers hold levels; codes that pass them by are as wide at most.
    const int port = (array.kind == array_kind::levels ? array.level_bits : array.weight_bits) + (widened ? 1 : 0);
    const std::uint64_t held = std::uint64_t(platform.sparse.lanes) * platform.sparse.list_entries;
    const int head_bits = 1 + width_of_index(std::min<std::uint64_t>(std::uint64_t(array.trees) * array.lanes, held) + 1);
    const int entry_bits = l.product.used_scheme.dasq.outlier_bits + width_of_index(array.trees) + width_of_index(array.lanes);
    std::uint64_t outlier_end = 0;
    for (const tile& tile : program.tiles) {
        tile_load_time load;
        const int piece = std::min(port, g.stored_weight_bits - tile.weight_pass * port);
        const std::uint64_t dense = up(std::uint64_t(tile.channels) * tile.inputs * piece, platform.weight_buffer.port_bits);
        load.dense_end = tile.dense_offset + up(std::uint64_t(tile.channels) * tile.inputs * g.stored_weight_bits, 8);
        load.cycles = dense;
        if (tile.first_of_fill) outlier_end = 0;
        if (!has_outliers || tile.weight_pass != 0 || tile.activation_pass != 0) {
            loads.push_back({load});
            continue;
        }
        if (platform.sparse.engine == outlier_engine::decoupled) {
            if (tile.k_block % platform.sparse.queue_tiles == 0) {
                load.group = rounds_of_group(platform, l, array, tile, outlier_end);
                const std::uint64_t first = load.group.front().cycles;
                load.cycles = platform.outlier_port_own ? std::max(dense, first) : dense + first;
                load.outlier_end = load.group.front().outlier_end;
            }
            loads.push_back({load});
            continue;
        }
        loads.emplace_back();
        for (const auto& per_tree :
             rounds_of_tile(counts[(tile.repeat * n_blocks + tile.n_block) * k_blocks + tile.k_block], platform.sparse)) {
            const std::uint64_t bits = head_bits + std::accumulate(per_tree.begin(), per_tree.end(), std::uint64_t{0}) * entry_bits;
            const std::uint64_t sparse =
                up(bits, platform.outlier_port_own ? platform.outlier_port_bits : platform.weight_buffer.port_bits);
            load.later_round = !loads.back().empty();
            const std::uint64_t codes = load.later_round ? 0 : dense;
            outlier_end += up(bits, 8);
            load.outlier_end = outlier_end;
            load.outlier_bytes = up(bits, 8);
            load.cycles = platform.outlier_port_own ? std::max(codes, sparse) : codes + sparse;
            load.pace = cycles_per_vector(per_tree, platform.sparse);
            loads.back().push_back(load);
        }
    }
    return loads;
}

std::uint64_t pipeline_depth(const platform_config& platform, const prepared_layer& l) {
    const array_config& array = l.integers.on_side_array ? *platform.side_array : platform.array;
    std::uint64_t depth = array.pipeline_depth;
    if (platform.zero_point == zero_point_unit::row_sum && !l.product.weights.zero_point.empty()) ++depth;
    if (platform.sparse.lanes > 0 && !l.integers.on_side_array) ++depth;
    return depth;
}

rounds_program in_rounds(const tile_program& program, const std::vector<tile_rounds>& loads) {
    rounds_program out{{program.weights, program.inputs, {}}, {}};
    for (std::size_t i = 0; i < program.tiles.size(); ++i)
        for (std::size_t r = 0; r < loads[i].size(); ++r) {
            tile t = program.tiles[i];
            const bool first = r == 0, last = r + 1 == loads[i].size();
            t.first_of_fill = t.first_of_fill && first;
            t.first_slice = t.first_slice && first;
            t.last_slice = t.last_slice && last;
            t.frees_weights = t.frees_weights && last;
            t.frees_input = t.frees_input && last;
            out.program.tiles.push_back(t);
            out.loads.push_back(loads[i][r]);
        }
    return out;
}

tile_program tiles_of(const platform_config& platform, const prepared_layer& l) {
    const array_config& array = l.integers.on_side_array ? *platform.side_array : platform.array;
    const layer_descriptor& d = l.plan.descriptor;
    return enumerate_tiles(d.geometry, array.trees, array.lanes, l.plan.passes,
                           {static_cast<loop_order>(d.order), d.m_block, l.plan.fills});
}

rounds_program rounds_of_layer(const platform_config& platform, const prepared_layer& l) {
    const tile_program program = tiles_of(platform, l);
    const std::vector<tile_rounds> loads = tile_load_times(platform, l, program);
    if (platform.mapping.flow != dataflow::output_stationary) return in_rounds(program, loads);
    const stationary_order order = output_stationary(program);
    std::vector<tile_rounds> ordered;
    for (std::size_t i : order.source) ordered.push_back(loads[i]);
    return in_rounds(order.program, ordered);
}

}  // namespace symmetree
