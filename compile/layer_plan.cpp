#include "compile/layer_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "core/bit_stream.h"
#include "core/error.h"
#include "models/contract/descriptor.h"
#include "models/contract/outlier_stream.h"
#include "workloads/formats/number_format.h"

namespace symmetree {
namespace {

weight_coding coding_of(code_storage storage, bool widened) {
    switch (storage) {
        case code_storage::twos_complement: return widened ? weight_coding::widened : weight_coding::twos_complement;
        case code_storage::sign_and_exponent: return weight_coding::shift;
        case code_storage::listed: return weight_coding::listed;
    }
    throw model_fault("codes that no array reads");
}

/// Hands out the outliers of tiles by tree, then lane. The tiles of a row are asked for in ascending k, so each row is read once.
class tile_outliers {
public:
    tile_outliers(const accelerator_config& config, const array_config& array, const layer_geometry& g, const quantized_weights& w,
                  std::vector<std::uint32_t> begin)
        : sparse_(config.sparse), array_(array), g_(g), w_(w), begin_(std::move(begin)), next_(begin_) {}

    /// What the stream holds for a tile: its rounds, or those of the group that it begins; none for the other tiles of a group.
    std::vector<std::vector<tile_outlier>> rounds_of_tile(std::int64_t repeat, std::int64_t n_block, std::int64_t k_block) {
        if (!begins_group(k_block, sparse_)) return {};
        const auto k_blocks = static_cast<std::int64_t>(ceil_div(g_.k(), array_.lanes));
        const std::int64_t tiles = std::min<std::int64_t>(sparse_.tiles_per_group(), k_blocks - k_block);
        std::vector<tile_outlier> group;
        for (std::int64_t i = 0; i < tiles; ++i)
            for (tile_outlier o : of(repeat, n_block, k_block + i)) {
                o.k_block = static_cast<std::uint8_t>(i);
                group.push_back(o);
            }
        return rounds_of(group, sparse_);
    }

private:
    std::vector<tile_outlier> of(std::int64_t repeat, std::int64_t n_block, std::int64_t k_block) {
        std::vector<tile_outlier> found;
        const std::int64_t rows = std::min<std::int64_t>(array_.trees, g_.n() - n_block * array_.trees);
        const auto first = static_cast<std::uint32_t>(k_block * array_.lanes), end = first + static_cast<std::uint32_t>(array_.lanes);
        for (std::int64_t tree = 0; tree < rows; ++tree) {
            const auto row = std::size_t(repeat * g_.n() + n_block * array_.trees + tree);
            for (; next_[row] < begin_[row + 1] && w_.outliers[next_[row]].column < end; ++next_[row]) {
                const outlier& o = w_.outliers[next_[row]];
                found.push_back(
                    {static_cast<std::uint16_t>(tree), static_cast<std::uint16_t>(o.column - first), static_cast<std::int8_t>(o.value)});
            }
        }
        return found;
    }

    const sparse_config& sparse_;
    const array_config& array_;
    const layer_geometry& g_;
    const quantized_weights& w_;
    const std::vector<std::uint32_t> begin_;
    std::vector<std::uint32_t> next_;
};

outlier_layout layout_of(const accelerator_config& config, const array_config& array, const layer_geometry& g, const quantized_weights& w,
                         const std::vector<std::uint32_t>& outlier_begin) {
    outlier_layout layout;
    if (w.outlier_bits == 0) return layout;
    layout.head_bits = outlier_head_bits(array, config.sparse);
    layout.entry_bits = w.outlier_bits + outlier_index_bits(array, config.sparse);
    const auto n_blocks = static_cast<std::int64_t>(ceil_div(g.n(), array.trees)),
               k_blocks = static_cast<std::int64_t>(ceil_div(g.k(), array.lanes));
    tile_outliers outliers(config, array, g, w, outlier_begin);
    for (std::int64_t r = 0; r < g.repeat; ++r)
        for (std::int64_t n = 0; n < n_blocks; ++n)
            for (std::int64_t k = 0; k < k_blocks; ++k) {
                std::vector<std::uint32_t> counts;
                for (const auto& round : outliers.rounds_of_tile(r, n, k)) counts.push_back(static_cast<std::uint32_t>(round.size()));
                layout.add_tile(counts);
            }
    return layout;
}

tiling_limits limits_of(const accelerator_config& config, const array_config& array) {
    tiling_limits limits;
    limits.trees = array.trees;
    limits.lanes = array.lanes;
    limits.accumulator_depth = config.accumulators.depth;
    limits.weight_bank_bytes = config.weight_buffer.bank_bytes;
    limits.activation_bank_bytes = config.activation_buffer.bank_bytes;
    limits.output_bank_bytes = config.output_buffer.bank_bytes;
    limits.flow = config.mapping.flow;
    limits.order = config.mapping.order;
    limits.m_block = config.mapping.m_block;
    limits.n_blocks_per_group = config.mapping.n_blocks_per_group;
    return limits;
}

/// Visits the tiles of all fills in stored order: visit(repeat, n-block, k-block).
template <class Visit>
void for_each_stored_tile(const std::vector<weight_fill>& fills, Visit visit) {
    for (const weight_fill& fill : fills)
        for (std::int64_t n = fill.first_n_block; n < fill.first_n_block + fill.n_blocks; ++n)
            for (std::int64_t k = fill.first_k_block; k < fill.first_k_block + fill.k_blocks; ++k) visit(std::int64_t{fill.repeat}, n, k);
}

/// The tiles of a layer are kept while it runs; a tiny array under a huge layer has more than memory holds.
void refuse_too_many_tiles(const accelerator_config& config, const array_config& array, const layer_geometry& g, const pass_split& passes) {
    constexpr double most = 1 << 23;
    const auto blocks = [](std::int64_t total, int size) {
        return static_cast<double>(ceil_div(std::uint64_t(total), std::uint64_t(size)));
    };
    const int bank_vectors = rules_of(config.mapping.flow).vectors_per_bank(config.accumulators.depth);
    const double tiles =
        g.images * blocks(g.m(), bank_vectors) * blocks(g.n(), array.trees) * blocks(g.k(), array.lanes) * g.repeat * passes.total();
    if (tiles > most)
        throw does_not_fit(fmt::format("an array of {} x {} would need {:.0f} tiles, at most {:.0f} are simulated", array.trees,
                                       array.lanes, tiles, most));
}

}  // namespace

layer_plan plan_layer(const accelerator_config& config, const layer_geometry& shape, const quantized_weights& w, const activation_format& x,
                      bool on_side_array) {
    const array_config& array = array_of(config, on_side_array);
    layer_plan plan;
    layer_descriptor& d = plan.descriptor;
    d.magic = descriptor_magic;
    d.on_side_array = on_side_array ? 1 : 0;
    const bool widened = !on_side_array && config.zero_point == zero_point_unit::widened && !w.zero_point.empty();
    d.coding = static_cast<std::uint8_t>(coding_of(traits_of(w.family).storage, widened));
    d.weight_bits = static_cast<std::uint8_t>(w.bits);
    d.outlier_bits = static_cast<std::uint8_t>(w.outlier_bits);
    d.level_tables = static_cast<std::uint32_t>(w.level_tables());
    d.activations_unsigned = x.is_unsigned ? 1 : 0;
    d.uses_zero_points = w.zero_point.empty() || widened ? 0 : 1;
    d.geometry = shape;
    d.geometry.stored_weight_bits = w.bits + (widened ? 1 : 0);
    d.geometry.activation_bits = x.bits;
    d.output_least = static_cast<std::int16_t>(-(1 << (shape.output_bits - 1)));
    d.output_greatest = static_cast<std::int16_t>((1 << (shape.output_bits - 1)) - 1);
    plan.passes = passes_of(config, d);
    refuse_too_many_tiles(config, array, d.geometry, plan.passes);
    plan.outlier_begin = first_outliers(w);
    plan.outliers = layout_of(config, array, d.geometry, w, plan.outlier_begin);
    const layer_mapping mapping = choose_mapping(d.geometry, limits_of(config, array), plan.outliers);
    d.order = static_cast<std::uint8_t>(mapping.order);
    d.m_block = mapping.m_block;
    d.flow = static_cast<std::uint8_t>(mapping.flow);
    d.fills = static_cast<std::uint32_t>(mapping.fills.size());
    plan.fills = mapping.fills;
    return plan;
}

std::uint64_t dense_bytes(const layer_plan& plan) {
    std::uint64_t sum = 0;
    for (const weight_fill& fill : plan.fills) sum += fill.dense_bytes;
    return sum;
}

std::uint64_t outlier_bytes(const layer_plan& plan) {
    std::uint64_t sum = 0;
    for (const weight_fill& fill : plan.fills) sum += fill.outlier_bytes;
    return sum;
}

std::vector<std::uint8_t> pack_dense_codes(const accelerator_config& config, const layer_plan& plan, const quantized_weights& w) {
    const array_config& array = array_of(config, plan.descriptor.on_side_array != 0);
    const layer_geometry& g = plan.descriptor.geometry;
    const bool widened = plan.descriptor.coding == static_cast<std::uint8_t>(weight_coding::widened);
    bit_writer writer;
    writer.reserve(dense_bytes(plan));
    std::vector<std::int16_t> stored(std::size_t(array.lanes));
    for_each_stored_tile(plan.fills, [&](std::int64_t r, std::int64_t n, std::int64_t k) {
        const std::int64_t rows = std::min<std::int64_t>(array.trees, g.n() - n * array.trees);
        const std::int64_t columns = std::min<std::int64_t>(array.lanes, g.k() - k * array.lanes);
        for (std::int64_t tree = 0; tree < rows; ++tree) {
            const std::int64_t row = r * g.n() + n * array.trees + tree;
            const std::int8_t* codes = w.codes.data() + row * w.columns + k * array.lanes;
            const int zero = widened ? w.zero_point_of(row) : 0;
            for (std::int64_t lane = 0; lane < columns; ++lane) stored[std::size_t(lane)] = static_cast<std::int16_t>(codes[lane] - zero);
            writer.put_codes(stored.data(), std::size_t(columns), g.stored_weight_bits);
        }
        writer.align();
    });
    return writer.take();
}

namespace {

void put_outlier(bit_writer& writer, const std::vector<tile_outlier>& round, std::size_t index, const sparse_config& sparse,
                 const array_config& array, int value_bits) {
    const tile_outlier& o = round[index];
    writer.put(static_cast<std::uint32_t>(o.value), value_bits);
    switch (sparse.engine) {
        case outlier_engine::lock_step: break;
        case outlier_engine::decoupled:
            writer.put(index + 1 == round.size() || round[index + 1].step != o.step ? 1 : 0, 1);
            writer.put(o.k_block, group_index_bits(sparse));
            break;
    }
    writer.put(o.tree, index_bits(std::uint64_t(array.trees)));
    writer.put(o.lane, index_bits(std::uint64_t(array.lanes)));
}

}  // namespace

std::vector<std::uint8_t> pack_outlier_stream(const accelerator_config& config, const layer_plan& plan, const quantized_weights& w) {
    const array_config& array = array_of(config, plan.descriptor.on_side_array != 0);
    tile_outliers outliers(config, array, plan.descriptor.geometry, w, plan.outlier_begin);
    bit_writer writer;
    for_each_stored_tile(plan.fills, [&](std::int64_t r, std::int64_t n, std::int64_t k) {
        const std::vector<std::vector<tile_outlier>> rounds = outliers.rounds_of_tile(r, n, k);
        for (std::size_t i = 0; i < rounds.size(); ++i) {
            writer.put(i + 1 < rounds.size() ? 1 : 0, 1);
            writer.put(static_cast<std::uint32_t>(rounds[i].size()), plan.outliers.head_bits - 1);
            for (std::size_t j = 0; j < rounds[i].size(); ++j) put_outlier(writer, rounds[i], j, config.sparse, array, w.outlier_bits);
            writer.align();
        }
    });
    return writer.take();
}

}  // namespace symmetree
