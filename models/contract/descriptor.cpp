#include "models/contract/descriptor.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <type_traits>

#include "core/enumerators.h"
#include "core/error.h"

namespace symmetree {
namespace {

/// Fields without padding between or behind them: a copy of the bytes brings nothing along that was in memory before.
template <class Record>
inline constexpr bool is_all_fields = std::is_trivially_copyable_v<Record>&& std::has_unique_object_representations_v<Record>;

static_assert(is_all_fields<layer_descriptor> && is_all_fields<channel_record> && is_all_fields<fill_record>);
static_assert(sizeof(layer_descriptor) <= descriptor_bytes);
// The published layout (docs/architecture.md).
static_assert(offsetof(layer_descriptor, m_block) == 20 && offsetof(layer_descriptor, tables_address) == 32 &&
              offsetof(layer_descriptor, geometry) == 72 && offsetof(layer_descriptor, scale_address) == 160 &&
              offsetof(layer_descriptor, batch) == 184);
static_assert(sizeof(channel_record) == channel_record_bytes && sizeof(fill_record) == fill_record_bytes);

template <class Record>
void append(std::vector<std::uint8_t>& bytes, const Record& record) {
    const std::size_t at = bytes.size();
    bytes.resize(at + sizeof(Record));
    std::memcpy(bytes.data() + at, &record, sizeof(Record));
}

std::uint64_t dense_fill_bytes(const layer_geometry& g, int trees, int lanes, const weight_fill& fill) {
    std::uint64_t sum = 0;
    for (std::int64_t n = fill.first_n_block; n < fill.first_n_block + fill.n_blocks; ++n)
        for (std::int64_t k = fill.first_k_block; k < fill.first_k_block + fill.k_blocks; ++k)
            sum += dense_tile_bytes(g, std::min<std::int64_t>(trees, g.n() - n * trees), std::min<std::int64_t>(lanes, g.k() - k * lanes));
    return sum;
}

std::size_t channels_of(const layer_descriptor& d) { return std::size_t(d.geometry.n()) * std::size_t(d.geometry.repeat); }

/// Where the lists of levels begin in the tables.
std::size_t levels_offset(const layer_descriptor& d) {
    return channels_of(d) * channel_record_bytes + std::size_t{d.fills} * fill_record_bytes;
}

std::size_t level_bytes(const layer_descriptor& d) { return std::size_t{d.level_tables} << d.weight_bits; }

std::size_t own_bias_bytes(const layer_descriptor& d) { return d.scale_address == 0 ? 0 : channels_of(d) * sizeof(std::int32_t); }

bool within(std::int64_t value, int least, int greatest) { return value >= least && value <= greatest; }

bool is_geometry(const layer_geometry& g) {
    const std::int32_t smallest =
        std::min({g.repeat, g.in_height, g.in_width, g.in_channels, g.out_height, g.out_width, g.out_channels, g.kernel_height,
                  g.kernel_width, g.stride_height, g.stride_width, g.dilation_height, g.dilation_width, g.images});
    return smallest >= 1 && g.pad_top >= 0 && g.pad_left >= 0 && within(g.stored_weight_bits, 2, 9) && within(g.activation_bits, 2, 8) &&
           within(g.output_bits, 2, 8);
}

bool has_its_levels(const layer_descriptor& d) {
    if (static_cast<weight_coding>(d.coding) != weight_coding::listed) return d.level_tables == 0;
    return d.level_tables == 1 || d.level_tables == channels_of(d);
}

/// The batch is the images of the geometry or a part of its repeats.
bool has_its_batch(const layer_descriptor& d) {
    const auto images = std::uint32_t(d.geometry.images), repeats = std::uint32_t(d.geometry.repeat);
    return d.batch >= 1 && d.operand_at_run_time <= 1 && (images > 1 ? d.batch == images : repeats % d.batch == 0);
}

bool is_layer(const layer_descriptor& d) {
    return d.coding < enumerators<weight_coding>().size() && within(d.weight_bits, 2, 8) && d.outlier_bits <= 8 &&
           within(d.order, static_cast<int>(loop_order::n_m), static_cast<int>(loop_order::m_n)) &&
           d.flow < enumerators<dataflow>().size() && d.m_block >= 1 && d.fills >= 1 && d.output_least <= d.output_greatest &&
           is_geometry(d.geometry) && has_its_levels(d) && has_its_batch(d);
}

}  // namespace

std::vector<std::uint8_t> encode(const layer_descriptor& d) {
    std::vector<std::uint8_t> bytes;
    append(bytes, d);
    bytes.resize(descriptor_bytes);
    return bytes;
}

layer_descriptor decode_descriptor(const std::vector<std::uint8_t>& bytes) {
    layer_descriptor d;
    if (bytes.size() != descriptor_bytes) throw model_fault("the descriptor is not whole");
    std::memcpy(&d, bytes.data(), sizeof(d));
    if (d.magic != descriptor_magic) throw model_fault("no layer descriptor at the address in the registers");
    if (!is_layer(d)) throw model_fault("a layer descriptor with a field out of its range");
    return d;
}

std::vector<std::uint8_t> encode_tables(const std::vector<channel_record>& channels, const std::vector<weight_fill>& fills,
                                        const std::vector<std::int8_t>& levels, const std::vector<std::int32_t>& own_biases) {
    std::vector<std::uint8_t> bytes;
    bytes.reserve(channels.size() * channel_record_bytes + fills.size() * fill_record_bytes);
    for (const channel_record& channel : channels) append(bytes, channel);
    for (const weight_fill& fill : fills)
        append(bytes, fill_record{static_cast<std::uint32_t>(fill.outlier_bytes), static_cast<std::uint32_t>(fill.n_blocks),
                                  static_cast<std::uint32_t>(fill.k_blocks)});
    for (const std::int8_t level : levels) append(bytes, level);
    for (const std::int32_t bias : own_biases) append(bytes, bias);
    return bytes;
}

std::size_t table_bytes(const layer_descriptor& d) { return levels_offset(d) + level_bytes(d) + own_bias_bytes(d); }

std::vector<std::int8_t> decode_levels(const layer_descriptor& d, const std::vector<std::uint8_t>& bytes) {
    std::vector<std::int8_t> levels(level_bytes(d));
    if (!levels.empty()) std::memcpy(levels.data(), bytes.data() + levels_offset(d), levels.size());
    return levels;
}

std::vector<std::int32_t> decode_own_biases(const layer_descriptor& d, const std::vector<std::uint8_t>& bytes) {
    std::vector<std::int32_t> biases(own_bias_bytes(d) / sizeof(std::int32_t));
    if (!biases.empty()) std::memcpy(biases.data(), bytes.data() + bytes.size() - own_bias_bytes(d), own_bias_bytes(d));
    return biases;
}

void decode_tables(const layer_descriptor& d, int trees, int lanes, const std::vector<std::uint8_t>& bytes,
                   std::vector<channel_record>& channels, std::vector<weight_fill>& fills) {
    if (bytes.size() != table_bytes(d)) throw model_fault("the layer's tables are not whole");
    channels.resize(channels_of(d));
    std::memcpy(channels.data(), bytes.data(), channels.size() * channel_record_bytes);
    const std::uint8_t* at = bytes.data() + channels.size() * channel_record_bytes;
    const auto n_blocks = static_cast<std::int32_t>(ceil_div(d.geometry.n(), trees));
    const auto k_blocks = static_cast<std::int32_t>(ceil_div(d.geometry.k(), lanes));
    weight_fill next;
    fills.clear();
    for (std::uint32_t i = 0; i < d.fills; ++i, at += fill_record_bytes) {
        fill_record record;
        std::memcpy(&record, at, fill_record_bytes);
        const bool inside = next.repeat < d.geometry.repeat && within(record.n_blocks, 1, n_blocks - next.first_n_block) &&
                            within(record.k_blocks, 1, k_blocks - next.first_k_block);
        const bool whole = record.n_blocks > 1 || rules_of(static_cast<dataflow>(d.flow)).whole_n_blocks;
        if (!inside || (whole && record.k_blocks != std::uint32_t(k_blocks))) throw model_fault("a weight fill that is not of the layer");
        next.n_blocks = static_cast<std::int32_t>(record.n_blocks);
        next.k_blocks = static_cast<std::int32_t>(record.k_blocks);
        next.outlier_bytes = record.outlier_bytes;
        next.dense_bytes = dense_fill_bytes(d.geometry, trees, lanes, next);
        fills.push_back(next);
        next.first_k_block += next.k_blocks;
        if (next.first_k_block < k_blocks) continue;
        next.first_k_block = 0;
        next.first_n_block += next.n_blocks;
        if (next.first_n_block < n_blocks) continue;
        next.first_n_block = 0;
        ++next.repeat;
    }
    if (next.repeat != d.geometry.repeat) throw model_fault("the fill table does not cover the layer");
}

const array_config& array_of(const accelerator_config& config, bool on_side_array) {
    return on_side_array ? *config.side_array : config.array;
}

int weight_port_bits(const accelerator_config& config, bool on_side_array) {
    const bool widened = config.zero_point == zero_point_unit::widened && !on_side_array;
    return array_of(config, on_side_array).held_bits() + (widened ? 1 : 0);
}

pass_split passes_of(const accelerator_config& config, const layer_descriptor& d) {
    const array_config& array = array_of(config, d.on_side_array != 0);
    return {static_cast<int>(ceil_div(d.geometry.stored_weight_bits, weight_port_bits(config, d.on_side_array != 0))),
            static_cast<int>(ceil_div(d.geometry.activation_bits, array.activation_bits))};
}

piece piece_of(int code_bits, int port_bits, int pass) {
    const int first = pass * port_bits;
    const bool top = first + port_bits >= code_bits;
    return {first, top ? code_bits - first : port_bits, top};
}

namespace {

/// For the codes of a cycle, at most 64 in one circuit.
port_circuits at_weight_port(const accelerator_config& config) {
    constexpr int most_codes = 64;
    const int codes = std::max(1, config.weight_buffer.port_bits / config.array.weight_bits);
    const auto instances = static_cast<int>(ceil_div(codes, most_codes));
    return {instances, static_cast<int>(ceil_div(codes, instances))};
}

}  // namespace

port_circuits decoders_of(const accelerator_config& config) {
    const array_config& array = config.array;
    if (!has_level_table(array.kind)) return {};
    return array.decoders == level_decoders::per_tree ? port_circuits{array.trees, array.lanes} : at_weight_port(config);
}

port_circuits subtractors_of(const accelerator_config& config) {
    return config.zero_point == zero_point_unit::port_subtract ? at_weight_port(config) : port_circuits{};
}

std::uint64_t output_bytes(const layer_geometry& g, int trees, int m_block) {
    const auto block = [&](std::int64_t vectors, std::int64_t channels) {
        return ceil_div(std::uint64_t(vectors * channels) * std::uint64_t(g.output_bits), 8);
    };
    const std::int64_t m_blocks = g.m() / m_block, m_rest = g.m() % m_block, n_blocks = g.n() / trees, n_rest = g.n() % trees;
    const std::uint64_t per_repeat = std::uint64_t(m_blocks * n_blocks) * block(m_block, trees) +
                                     std::uint64_t(n_blocks) * block(m_rest, trees) + std::uint64_t(m_blocks) * block(m_block, n_rest) +
                                     block(m_rest, n_rest);
    return per_repeat * std::uint64_t(g.repeat) * std::uint64_t(g.images);
}

std::vector<output_block> output_blocks(const layer_geometry& g, const tile_program& program) {
    std::vector<output_block> blocks;
    for (const tile& t : program.tiles) {
        if (!t.last_slice) continue;
        if (t.first_vector == 0) {
            const std::uint64_t offset = blocks.empty() ? 0 : blocks.back().offset + blocks.back().bytes;
            blocks.push_back({t.repeat, t.m_block, t.n_block, 0, t.channels, offset, 0});
        }
        output_block& block = blocks.back();
        block.vectors += t.vectors;
        block.bytes = ceil_div(std::uint64_t(block.vectors) * t.channels * g.output_bits, 8);
    }
    return blocks;
}

}  // namespace symmetree
