#pragma once

#include <cstdint>
#include <vector>

#include "models/contract/accelerator_config.h"
#include "workloads/tiling/tiling.h"

namespace symmetree {

/// How the codes of a layer are read by the hardware.
enum class weight_coding : std::uint8_t {
    twos_complement,  ///< k-bit codes, zero point per channel from the channel table
    widened,          ///< codes W - z, k + 1 bits, zero point folded in
    shift,            ///< sign and exponent (PoT, POST)
    listed            ///< places in a table of levels, without zero points
};

constexpr const char* to_string(weight_coding coding) {
    switch (coding) {
        case weight_coding::twos_complement: return "twos_complement";
        case weight_coding::widened: return "widened";
        case weight_coding::shift: return "shift";
        case weight_coding::listed: return "listed";
    }
    return "?";
}

/// A layer as the host describes it in memory: fixed layout, little-endian, `descriptor_bytes` long. Offsets of all fields and the
/// rest of the image: docs/architecture.md, "Memory image".
/// The tables that follow at `tables_address`: one channel_record per output channel of every repeat, then one
/// fill_record per weight fill, then the lists of levels, a byte per level and 2^weight_bits of them per list. Dense codes of all fills
/// stand one after the other at `weights_address`, outlier streams at `outliers_address`, raw input rows (repeat by repeat, byte-aligned
/// rows) at `input_address`. Outputs are written drain by drain, each byte-aligned, in execution order of (repeat, m-block, n-block) as
/// output_blocks() says.
struct layer_descriptor {
    std::uint32_t magic = 0;
    std::uint8_t on_side_array = 0;
    std::uint8_t coding = 0;        ///< weight_coding
    std::uint8_t weight_bits = 0;   ///< k_W of the scheme
    std::uint8_t outlier_bits = 0;  ///< 0: no outlier stream
    std::uint8_t order = 0;         ///< loop_order, never automatic
    std::uint8_t activations_unsigned = 0;
    std::uint8_t uses_zero_points = 0;  ///< the zero-point unit works on this layer
    std::uint8_t flow = 0;              ///< dataflow
    std::int16_t input_zero_point = 0;  ///< also the padding code
    std::int16_t output_zero_point = 0, output_least = 0, output_greatest = 0;
    std::int32_t m_block = 0;
    std::uint32_t fills = 0;
    std::uint32_t level_tables = 0;  ///< 0, or of a listed coding 1 for the layer or one per channel record
    std::uint64_t tables_address = 0, weights_address = 0, outliers_address = 0, input_address = 0, output_address = 0;
    layer_geometry geometry;
    /// Where output vector m of a repeat of an image stands: output_address + image * output_image_bytes + repeat * output_repeat_bytes +
    /// m * output_vector_bytes, its channels packed; whole bytes per block of channels. output_vector_bytes of 0: the vectors of a repeat,
    /// all in one n-block, are packed behind each other; output_repeat_bytes of 0, too: block after block, see output_blocks().
    std::uint32_t output_vector_bytes = 0;
    std::uint64_t output_repeat_bytes = 0;
    /// Where adapters wrote the betas that the step of this layer's input was multiplied by, one for each image of the batch; 0: none. With
    /// them, the layer's own biases follow the tables, 4 bytes per channel record, which is without them: they are divided by beta.
    std::uint64_t scale_address = 0;
    std::uint64_t input_image_bytes = 0, output_image_bytes = 0;  ///< from one image of the geometry to the next
    /// Images of the batch. Where the stored operand is activations they are repeats, and the geometry has one image.
    std::uint32_t batch = 1;
    std::uint32_t operand_at_run_time =
        0;  ///< 1: the stored operand is made by a step before, so it can't be fetched before that has ended
};

constexpr std::uint32_t descriptor_magic = 0x4d4d5953;  // "SYMM"
constexpr std::size_t descriptor_bytes = 256;

/// Per output channel: what the requantizer, the zero-point unit and the sparse unit need.
struct channel_record {
    std::int32_t bias = 0;        ///< folded: layer bias - zx * sum W + K zW zx, in accumulator units
    std::int32_t multiplier = 0;  ///< requantization: (accumulator * multiplier) / 2^shift, round half to even
    std::int16_t zero_point = 0;  ///< zW
    std::uint8_t shift = 0;
    std::uint8_t outlier_shift = 0;  ///< u
};
constexpr std::size_t channel_record_bytes = 12;

/// Per weight fill; addresses and dense sizes follow from the geometry.
struct fill_record {
    std::uint32_t outlier_bytes = 0;
    std::uint32_t n_blocks = 0;
    std::uint32_t k_blocks = 0;
};
constexpr std::size_t fill_record_bytes = 12;

std::vector<std::uint8_t> encode(const layer_descriptor& d);
/// Throws model_fault when the bytes are no descriptor or one of no layer.
layer_descriptor decode_descriptor(const std::vector<std::uint8_t>& bytes);

std::vector<std::uint8_t> encode_tables(const std::vector<channel_record>& channels, const std::vector<weight_fill>& fills,
                                        const std::vector<std::int8_t>& levels = {}, const std::vector<std::int32_t>& own_biases = {});
std::size_t table_bytes(const layer_descriptor& d);
/// The tables as the sequencer reads them; fills get back their place and dense sizes. Throws model_fault unless the fills
/// are the layer's tiles, each once and in order, of whole n-blocks where the dataflow wants that.
void decode_tables(const layer_descriptor& d, int trees, int lanes, const std::vector<std::uint8_t>& bytes,
                   std::vector<channel_record>& channels, std::vector<weight_fill>& fills);

/// The lists of levels one after the other; empty where the descriptor has none. For bytes that decode_tables() took.
std::vector<std::int8_t> decode_levels(const layer_descriptor& d, const std::vector<std::uint8_t>& bytes);

/// One per channel record; empty where the descriptor names no beta. For bytes that decode_tables() took.
std::vector<std::int32_t> decode_own_biases(const layer_descriptor& d, const std::vector<std::uint8_t>& bytes);

/// Array ports and passes of a layer on a platform.
const array_config& array_of(const accelerator_config& config, bool on_side_array);
pass_split passes_of(const accelerator_config& config, const layer_descriptor& d);
/// Bits of a stored weight code that one pass takes, from bit `first`; the top piece is signed.
struct piece {
    int first = 0, bits = 0;
    bool is_signed = true;
};
piece piece_of(int code_bits, int port_bits, int pass);
/// The bits of `code` that `part` names: the top piece signed, lower pieces unsigned.
constexpr std::int16_t take_piece(std::int16_t code, const piece& part) {
    const int shifted = code >> part.first;
    return static_cast<std::int16_t>(part.is_signed ? shifted : shifted & ((1 << part.bits) - 1));
}
/// Port width of the weight codes, the widened variant's extra bit included.
int weight_port_bits(const accelerator_config& config, bool on_side_array);

/// Circuits that change codes on their way into the weight registers: `instances` of them, for `codes` codes each.
struct port_circuits {
    int instances = 0, codes = 0;
};
/// Decoders of listed levels, none on other arrays. Shared ones serve the codes that cross the weight port in a cycle; a list drives 64 of
/// them at most.
port_circuits decoders_of(const accelerator_config& config);
/// Subtractors of zero points (`port_subtract`), one for each code that crosses the weight port in a cycle.
port_circuits subtractors_of(const accelerator_config& config);

/// One drained block of outputs in DRAM: vectors x channels codes, packed, vector by vector.
struct output_block {
    std::int32_t repeat = 0, m_block = 0, n_block = 0;
    std::int32_t vectors = 0, channels = 0;
    std::uint64_t offset = 0, bytes = 0;  ///< from output_address
};
/// Bytes that all blocks of a layer take.
std::uint64_t output_bytes(const layer_geometry& g, int trees, int m_block);
/// The drained blocks in execution order: an n-block's outputs of an m-block, in every dataflow.
std::vector<output_block> output_blocks(const layer_geometry& g, const tile_program& program);

}  // namespace symmetree
