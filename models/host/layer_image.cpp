#include "models/host/layer_image.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "core/bit_stream.h"
#include "models/buffers/im2col_math.h"
#include "models/shift_lut/shift_math.h"

namespace symmetree {
namespace {

constexpr std::uint64_t alignment = 64;

std::uint64_t aligned(std::uint64_t address) { return (address + alignment - 1) / alignment * alignment; }

std::int64_t zero_point_of(const quantized_weights& w, std::int64_t row) {
    return w.zero_point.empty() ? 0 : w.zero_point[std::size_t(row)];
}

std::vector<std::uint32_t> first_outliers(const quantized_weights& w) {
    std::vector<std::uint32_t> begin(std::size_t(w.rows) + 1, 0);
    for (const outlier& o : w.outliers) ++begin[o.row + 1];
    for (std::size_t row = 1; row < begin.size(); ++row) begin[row] += begin[row - 1];
    return begin;
}

outlier_layout layout_of(const array_config& array, const layer_geometry& g, const quantized_weights& w) {
    outlier_layout layout;
    if (w.outlier_bits == 0) return layout;
    layout.count_bits = outlier_count_bits(array);
    layout.entry_bits = w.outlier_bits + outlier_index_bits(array);
    const std::uint64_t n_blocks = ceil_div(g.n(), array.trees), k_blocks = ceil_div(g.k(), array.lanes);
    layout.per_tile.assign(std::size_t(g.repeat) * n_blocks * k_blocks, 0);
    for (const outlier& o : w.outliers) {
        const std::uint64_t r = o.row / std::uint64_t(g.n()), channel = o.row % std::uint64_t(g.n());
        ++layout.per_tile[(r * n_blocks + channel / std::uint64_t(array.trees)) * k_blocks + o.column / std::uint32_t(array.lanes)];
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

std::uint64_t total_outliers(const layer_plan& plan) {
    std::uint64_t sum = 0;
    for (const weight_fill& fill : plan.fills) sum += fill.outlier_bytes;
    return sum;
}

std::vector<std::uint8_t> pack_input(const layer_geometry& g, const quantized_activations& x) {
    bit_writer writer;
    const std::size_t row_elements = std::size_t(g.in_width) * std::size_t(g.in_channels);
    writer.reserve(x.codes.size() / row_elements * g.row_bytes());
    for (std::size_t row = 0; row + row_elements <= x.codes.size(); row += row_elements) {
        writer.put_codes(x.codes.data() + row, row_elements, g.activation_bits);
        writer.align();
    }
    return writer.take();
}

/// Addresses from 0: descriptor, tables, dense codes, outliers, input, outputs. Returns the end.
std::uint64_t place(layer_descriptor& d, const array_config& array, const layer_plan& plan, std::uint64_t& outputs) {
    const layer_geometry& g = d.geometry;
    d.tables_address = aligned(descriptor_bytes);
    d.weights_address = aligned(d.tables_address + table_bytes(d));
    d.outliers_address = aligned(d.weights_address + dense_bytes(plan));
    d.input_address = aligned(d.outliers_address + total_outliers(plan));
    d.output_address = aligned(d.input_address + std::uint64_t(g.repeat) * std::uint64_t(g.in_height) * g.row_bytes());
    outputs = output_bytes(g, array.trees, d.m_block);
    return d.output_address + outputs;
}

/// Sums of the positive and of the negative weights of a row, as one weight pass sees them.
struct signed_sums {
    std::int64_t positive = 0, negative = 0;
    void add(std::int64_t value) { (value > 0 ? positive : negative) += value; }
};

/// How the row sum's subtraction shows in the accumulators.
enum class zero_in_sums { none, each_piece, first_pass };

zero_in_sums zero_form(const accelerator_config& config, const layer_plan& plan) {
    if (!plan.descriptor.uses_zero_points) return zero_in_sums::none;
    if (config.zero_point == zero_point_unit::pre_subtract) return zero_in_sums::each_piece;
    const bool every_cycle = config.zero_point == zero_point_unit::row_sum && config.correction == correction_form::every_cycle;
    return every_cycle ? zero_in_sums::first_pass : zero_in_sums::none;
}

class range_finder {
public:
    range_finder(const accelerator_config& config, const layer_plan& plan, const quantized_weights& w, const activation_format& x)
        : config_(config), plan_(plan), w_(w), x_(x), form_(zero_form(config, plan)), on_side_(plan.descriptor.on_side_array != 0) {
        if (plan.descriptor.coding != static_cast<std::uint8_t>(weight_coding::shift)) return;
        for (std::uint32_t code = 0; code < (1u << w.bits); ++code) {
            const std::int64_t a = code_product(config.array.kind, code, w.bits, x.least, w.guard_bits),
                               b = code_product(config.array.kind, code, w.bits, x.greatest, w.guard_bits);
            of_code_.push_back({std::min({a, b, std::int64_t{0}}), std::max({a, b, std::int64_t{0}})});
        }
    }

    sum_range find() const {
        sum_range range;
        for (std::int64_t row = 0; row < w_.rows; ++row) {
            const sum_range one =
                plan_.descriptor.coding == static_cast<std::uint8_t>(weight_coding::shift) ? of_shift_row(row) : of_row(row);
            range.least = std::min(range.least, one.least);
            range.greatest = std::max(range.greatest, one.greatest);
        }
        return range;
    }

private:
    sum_range of_row(std::int64_t row) const {
        sum_range range;
        const int port = weight_port_bits(config_, on_side_);
        const int activation_port = array_of(config_, on_side_).activation_bits;
        for (int wp = 0; wp < plan_.passes.weight_passes; ++wp) {
            const piece part = piece_of(plan_.descriptor.geometry.stored_weight_bits, port, wp);
            const signed_sums sums = sums_of(row, part, wp);
            for (int ap = 0; ap < plan_.passes.activation_passes; ++ap) {
                const piece x_part = piece_of(x_.bits, activation_port, ap);
                signed_sums all = sums;
                if (wp == 0 && ap == 0) add_outliers(row, all, range);
                widen(range, all, x_part, part.first + x_part.first);
            }
        }
        return range;
    }

    signed_sums sums_of(std::int64_t row, const piece& part, int weight_pass) const {
        const bool widened = plan_.descriptor.coding == static_cast<std::uint8_t>(weight_coding::widened);
        const auto zero = static_cast<std::int16_t>(zero_point_of(w_, row));
        const std::int16_t in_code = widened ? zero : std::int16_t{0};
        std::int32_t behind = 0;
        if (form_ == zero_in_sums::each_piece) behind = take_piece(zero, part);
        if (form_ == zero_in_sums::first_pass && weight_pass == 0) behind = zero;
        const std::int8_t* const codes = w_.codes.data() + row * w_.columns;
        std::int64_t positive = 0, total = 0;
        for (std::int64_t k = 0; k < w_.columns; ++k) {
            const std::int32_t value = take_piece(static_cast<std::int16_t>(codes[k] - in_code), part) - behind;
            positive += std::max(value, 0);
            total += value;
        }
        return {positive, total - positive};
    }

    /// Outliers meet the whole activation, beside the first pass's piece.
    void add_outliers(std::int64_t row, signed_sums& with_dense, sum_range& range) const {
        if (w_.outlier_bits == 0) return;
        signed_sums sparse;
        for (std::uint32_t i = plan_.outlier_begin[std::size_t(row)]; i < plan_.outlier_begin[std::size_t(row) + 1]; ++i)
            sparse.add(std::int64_t{w_.outliers[i].value} * (std::int64_t{1} << w_.outlier_shift[std::size_t(row)]));
        if (plan_.passes.activation_passes == 1) {
            with_dense.positive += sparse.positive;
            with_dense.negative += sparse.negative;
        } else {
            widen(range, sparse, piece{0, x_.bits, true}, 0);
        }
    }

    void widen(sum_range& range, const signed_sums& sums, const piece& part, int shift) const {
        const std::int64_t least = part.is_signed ? x_.least >> part.first : 0;
        const std::int64_t greatest = part.is_signed ? x_.greatest >> part.first : (1 << part.bits) - 1;
        const std::int64_t up = std::max<std::int64_t>(greatest, 0), down = std::max<std::int64_t>(-least, 0);
        range.greatest += (sums.positive * up - sums.negative * down) * (std::int64_t{1} << shift);
        range.least -= (sums.positive * down - sums.negative * up) * (std::int64_t{1} << shift);
    }

    sum_range of_shift_row(std::int64_t row) const {
        const std::int8_t* const codes = w_.codes.data() + row * w_.columns;
        sum_range range;
        for (std::int64_t k = 0; k < w_.columns; ++k) {
            const sum_range& one = of_code_[static_cast<std::uint8_t>(codes[k])];
            range.least += one.least;
            range.greatest += one.greatest;
        }
        return range;
    }

    const accelerator_config& config_;
    const layer_plan& plan_;
    const quantized_weights& w_;
    const activation_format x_;
    const zero_in_sums form_;
    const bool on_side_;
    std::vector<sum_range> of_code_;  ///< shift codes: extremes of one product
};

/// The tiles of a layer are kept while it runs; a tiny array under a huge layer has more than memory holds.
void refuse_too_many_tiles(const accelerator_config& config, const array_config& array, const layer_geometry& g, const pass_split& passes) {
    constexpr double most = 1 << 23;
    const auto blocks = [](std::int64_t total, int size) {
        return static_cast<double>(ceil_div(std::uint64_t(total), std::uint64_t(size)));
    };
    const int depth = config.mapping.flow == dataflow::output_stationary ? 1 : config.accumulators.depth;
    const double tiles = blocks(g.m(), depth) * blocks(g.n(), array.trees) * blocks(g.k(), array.lanes) * g.repeat * passes.total();
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
    const bool shift = !on_side_array && config.array.kind != array_kind::multiplier;
    const bool widened = !on_side_array && config.zero_point == zero_point_unit::widened && !w.zero_point.empty();
    d.coding = static_cast<std::uint8_t>(shift ? weight_coding::shift : widened ? weight_coding::widened : weight_coding::twos_complement);
    d.weight_bits = static_cast<std::uint8_t>(w.bits);
    d.outlier_bits = static_cast<std::uint8_t>(w.outlier_bits);
    d.activations_unsigned = x.is_unsigned ? 1 : 0;
    d.uses_zero_points = w.zero_point.empty() || widened ? 0 : 1;
    d.geometry = shape;
    d.geometry.stored_weight_bits = w.bits + (widened ? 1 : 0);
    d.geometry.activation_bits = d.geometry.output_bits = x.bits;
    d.output_least = static_cast<std::int16_t>(-(1 << (x.bits - 1)));
    d.output_greatest = static_cast<std::int16_t>((1 << (x.bits - 1)) - 1);
    plan.passes = passes_of(config, d);
    refuse_too_many_tiles(config, array, d.geometry, plan.passes);
    plan.outliers = layout_of(array, d.geometry, w);
    plan.outlier_begin = first_outliers(w);
    const layer_mapping mapping = choose_mapping(d.geometry, limits_of(config, array), plan.outliers);
    d.order = static_cast<std::uint8_t>(mapping.order);
    d.m_block = mapping.m_block;
    d.flow = static_cast<std::uint8_t>(mapping.flow);
    d.fills = static_cast<std::uint32_t>(mapping.fills.size());
    plan.fills = mapping.fills;
    return plan;
}

sum_range accumulator_range(const accelerator_config& config, const layer_plan& plan, const quantized_weights& w,
                            const activation_format& x) {
    return range_finder(config, plan, w, x).find();
}

std::int64_t corrected_sum_bound(const quantized_weights& w, int activation_bits) {
    if (is_shift_family(w.family)) return 0;
    std::vector<std::int64_t> magnitude(std::size_t(w.rows), 0);
    for (std::int64_t row = 0; row < w.rows; ++row) {
        const auto zero = static_cast<std::int32_t>(zero_point_of(w, row));
        const std::int8_t* const codes = w.codes.data() + row * w.columns;
        std::int64_t sum = 0;
        for (std::int64_t k = 0; k < w.columns; ++k) sum += std::abs(codes[k] - zero);
        magnitude[std::size_t(row)] = sum;
    }
    for (const outlier& o : w.outliers) magnitude[o.row] += std::int64_t{std::abs(o.value)} << w.outlier_shift[o.row];
    const std::int64_t widest = (1 << activation_bits) - 1;
    return *std::max_element(magnitude.begin(), magnitude.end()) * widest;
}

std::uint64_t dense_bytes(const layer_plan& plan) {
    std::uint64_t sum = 0;
    for (const weight_fill& fill : plan.fills) sum += fill.dense_bytes;
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
            const std::int64_t zero = widened ? zero_point_of(w, row) : 0;
            for (std::int64_t lane = 0; lane < columns; ++lane) stored[std::size_t(lane)] = static_cast<std::int16_t>(codes[lane] - zero);
            writer.put_codes(stored.data(), std::size_t(columns), g.stored_weight_bits);
        }
        writer.align();
    });
    return writer.take();
}

std::vector<std::uint8_t> pack_outlier_stream(const accelerator_config& config, const layer_plan& plan, const quantized_weights& w) {
    const array_config& array = array_of(config, plan.descriptor.on_side_array != 0);
    const layer_geometry& g = plan.descriptor.geometry;
    const std::uint64_t k_blocks = ceil_div(g.k(), array.lanes), n_blocks = ceil_div(g.n(), array.trees);
    std::vector<std::uint32_t> next = plan.outlier_begin;  // tiles of a row come in ascending k, so each row is read once
    bit_writer writer;
    for_each_stored_tile(plan.fills, [&](std::int64_t r, std::int64_t n, std::int64_t k) {
        writer.put(plan.outliers.per_tile[std::size_t((std::uint64_t(r) * n_blocks + std::uint64_t(n)) * k_blocks + std::uint64_t(k))],
                   plan.outliers.count_bits);
        const std::int64_t rows = std::min<std::int64_t>(array.trees, g.n() - n * array.trees);
        const auto end = static_cast<std::uint32_t>((k + 1) * array.lanes);
        for (std::int64_t tree = 0; tree < rows; ++tree) {
            const auto row = std::size_t(r * g.n() + n * array.trees + tree);
            for (; next[row] < plan.outlier_begin[row + 1] && w.outliers[next[row]].column < end; ++next[row]) {
                const outlier& o = w.outliers[next[row]];
                writer.put(static_cast<std::uint32_t>(o.value), w.outlier_bits);
                writer.put(static_cast<std::uint32_t>(tree), index_bits(std::uint64_t(array.trees)));
                writer.put(o.column % std::uint32_t(array.lanes), index_bits(std::uint64_t(array.lanes)));
            }
        }
        writer.align();
    });
    return writer.take();
}

layer_image build_image(const accelerator_config& config, const layer_plan& plan, const quantized_weights& w,
                        const quantized_activations* x, std::vector<channel_record> channels) {
    const array_config& array = array_of(config, plan.descriptor.on_side_array != 0);
    layer_image image;
    image.descriptor = plan.descriptor;
    image.channels = std::move(channels);
    image.fills = plan.fills;
    place(image.descriptor, array, plan, image.output_bytes);
    if (plan.outliers.present()) image.outliers = pack_outlier_stream(config, plan, w);
    if (!x) return image;
    image.descriptor.input_zero_point = static_cast<std::int16_t>(x->zero_point);
    image.dense = pack_dense_codes(config, plan, w);
    image.input = pack_input(plan.descriptor.geometry, *x);
    return image;
}

std::uint64_t image_bytes(const accelerator_config& config, const layer_plan& plan) {
    const array_config& array = array_of(config, plan.descriptor.on_side_array != 0);
    layer_descriptor d = plan.descriptor;
    std::uint64_t outputs = 0;
    return place(d, array, plan, outputs);
}

}  // namespace symmetree
