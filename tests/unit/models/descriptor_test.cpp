#include <gtest/gtest.h>

#include <cstring>
#include <functional>

#include "core/error.h"
#include "tests/unit/models/layer_cases.h"

namespace symmetree {
namespace {

struct tables {
    std::vector<channel_record> channels;
    std::vector<weight_fill> fills;
};

tables decode(const layer_descriptor& d, const array_config& array, const std::vector<std::uint8_t>& bytes) {
    tables t;
    decode_tables(d, array.trees, array.lanes, bytes, t.channels, t.fills);
    return t;
}

std::vector<channel_record> any_channels(draws& d, std::int64_t rows) {
    std::vector<channel_record> channels;
    for (std::int64_t row = 0; row < rows; ++row) {
        channel_record c;
        c.bias = d.between(-2000000000, 2000000000);
        c.multiplier = d.between(0, 0x7fffffff);
        c.zero_point = static_cast<std::int16_t>(d.between(-128, 127));
        c.shift = static_cast<std::uint8_t>(d.between(0, 62));
        c.outlier_shift = static_cast<std::uint8_t>(d.between(0, 7));
        channels.push_back(c);
    }
    return channels;
}

TEST(descriptor, comes_back_as_it_was_written_with_its_tables) {
    int cut = 0, repeated = 0;
    for (std::uint32_t seed = 0; seed < 1000; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        layer_cases cases(seed);
        layer_case c = cases.any();
        c.config.weight_buffer.bank_bytes = std::uint64_t(cases.random().one_of({100, 300, 65536}));
        const std::optional<layer_plan> plan = plan_of(c);
        if (!plan) continue;
        const std::vector<channel_record> channels = any_channels(cases.random(), c.weights.rows);
        const placed_case image = placed(c, *plan, channels);
        const std::vector<weight_fill>& fills = image.plan.fills;
        const std::vector<std::uint8_t> bytes = encode(image.plan.descriptor);
        ASSERT_EQ(bytes.size(), descriptor_bytes);
        ASSERT_EQ(image.alone.contents.at(0).bytes, bytes);
        const layer_descriptor d = decode_descriptor(bytes);
        ASSERT_EQ(encode(d), bytes);
        ASSERT_EQ(d.output_address, image.plan.descriptor.output_address);
        ASSERT_EQ(d.geometry.k(), image.plan.descriptor.geometry.k());
        ASSERT_EQ(d.input_zero_point, image.plan.descriptor.input_zero_point);

        const std::vector<std::uint8_t> table = encode_tables(channels, fills);
        ASSERT_EQ(table.size(), table_bytes(d));
        const tables back = decode(d, c.array(), table);
        ASSERT_EQ(back.channels.size(), channels.size());
        ASSERT_EQ(std::memcmp(back.channels.data(), channels.data(), channels.size() * sizeof(channel_record)), 0);
        ASSERT_EQ(back.fills.size(), fills.size());
        for (std::size_t i = 0; i < back.fills.size(); ++i) {
            const weight_fill &a = back.fills[i], &b = fills[i];
            ASSERT_EQ(std::tie(a.repeat, a.first_n_block, a.n_blocks, a.first_k_block, a.k_blocks),
                      std::tie(b.repeat, b.first_n_block, b.n_blocks, b.first_k_block, b.k_blocks));
            ASSERT_EQ(a.dense_bytes, b.dense_bytes);
            ASSERT_EQ(a.outlier_bytes, b.outlier_bytes);
            cut += b.first_k_block > 0;
            repeated += b.repeat > 0;
        }
    }
    EXPECT_GT(cut, 100);
    EXPECT_GT(repeated, 100);
}

TEST(descriptor, has_a_fixed_little_endian_layout) {
    layer_descriptor d;
    d.magic = descriptor_magic;
    d.m_block = 0x01020304;
    const std::vector<std::uint8_t> bytes = encode(d);
    EXPECT_EQ(std::string(bytes.begin(), bytes.begin() + 4), "SYMM");
    const std::vector<std::uint8_t> m_block{4, 3, 2, 1};
    EXPECT_NE(std::search(bytes.begin(), bytes.end(), m_block.begin(), m_block.end()), bytes.end());
}

/// Six n-blocks (the last one short) of three k-blocks, twice; two n-blocks a fill.
class damaged : public ::testing::Test {
protected:
    damaged() {
        c.config.array.trees = 4;
        c.config.array.lanes = 8;
        c.config.mapping.n_blocks_per_group = 2;
        c.shape.repeat = 2;
        c.shape.in_height = c.shape.out_height = 5;
        c.shape.in_channels = 20;
        c.shape.out_channels = 23;
        c.weights.rows = 46;
        c.weights.columns = 20;
        c.weights.codes.assign(46 * 20, 1);
        c.input.codes.assign(2 * 5 * 20, 1);
        c.format = {4, false, -8, 7};
        image.plan = *plan_of(c);
        place_alone(c.config, image.plan);
    }
    void expect_fault(const std::function<void(layer_descriptor&)>& damage, const char* what) {
        layer_descriptor d = image.plan.descriptor;
        damage(d);
        EXPECT_THROW(decode_descriptor(encode(d)), model_fault) << what;
    }
    void expect_table_fault(const std::function<void(std::vector<weight_fill>&)>& damage, const char* what) {
        std::vector<weight_fill> fills = image.plan.fills;
        damage(fills);
        layer_descriptor d = image.plan.descriptor;
        d.fills = static_cast<std::uint32_t>(fills.size());
        EXPECT_THROW(decode(d, c.array(), encode_tables(image.channels, fills)), model_fault) << what;
    }

    layer_case c;
    struct {
        layer_plan plan;
        std::vector<channel_record> channels = std::vector<channel_record>(46);
    } image;
};

TEST_F(damaged, is_whole_before_it_is_damaged) {
    EXPECT_NO_THROW(decode_descriptor(encode(image.plan.descriptor)));
    EXPECT_EQ(decode(image.plan.descriptor, c.array(), encode_tables(image.channels, image.plan.fills)).fills.size(), 6u);
}

TEST_F(damaged, descriptor_of_another_size_or_kind_is_a_fault) {
    std::vector<std::uint8_t> bytes = encode(image.plan.descriptor);
    bytes.pop_back();
    EXPECT_THROW(decode_descriptor(bytes), model_fault);
    EXPECT_THROW(decode_descriptor({}), model_fault);
    EXPECT_THROW(decode_descriptor(std::vector<std::uint8_t>(descriptor_bytes, 0)), model_fault);
    expect_fault([](layer_descriptor& d) { d.magic ^= 1; }, "magic");
}

TEST_F(damaged, descriptor_with_a_field_out_of_range_is_a_fault) {
    expect_fault([](layer_descriptor& d) { d.coding = 3; }, "coding");
    expect_fault([](layer_descriptor& d) { d.order = static_cast<std::uint8_t>(loop_order::automatic); }, "automatic order");
    expect_fault([](layer_descriptor& d) { d.order = 3; }, "order");
    expect_fault([](layer_descriptor& d) { d.flow = 2; }, "dataflow");
    expect_fault([](layer_descriptor& d) { d.m_block = 0; }, "m-block of nothing");
    expect_fault([](layer_descriptor& d) { d.m_block = -1; }, "negative m-block");
    expect_fault([](layer_descriptor& d) { d.fills = 0; }, "no fills");
    expect_fault([](layer_descriptor& d) { d.weight_bits = 0; }, "weight bits");
    expect_fault([](layer_descriptor& d) { d.outlier_bits = 9; }, "outlier bits");
    expect_fault([](layer_descriptor& d) { d.output_least = 3, d.output_greatest = 2; }, "output range");
}

TEST_F(damaged, geometry_is_a_fault) {
    const std::pair<const char*, std::int32_t layer_geometry::*> at_least_one[] = {
        {"repeat", &layer_geometry::repeat},
        {"in_height", &layer_geometry::in_height},
        {"in_width", &layer_geometry::in_width},
        {"in_channels", &layer_geometry::in_channels},
        {"out_height", &layer_geometry::out_height},
        {"out_width", &layer_geometry::out_width},
        {"out_channels", &layer_geometry::out_channels},
        {"kernel_height", &layer_geometry::kernel_height},
        {"kernel_width", &layer_geometry::kernel_width},
        {"stride_height", &layer_geometry::stride_height},
        {"stride_width", &layer_geometry::stride_width},
        {"dilation_height", &layer_geometry::dilation_height},
        {"dilation_width", &layer_geometry::dilation_width},
        {"stored_weight_bits", &layer_geometry::stored_weight_bits},
        {"activation_bits", &layer_geometry::activation_bits},
        {"output_bits", &layer_geometry::output_bits},
        {"images", &layer_geometry::images}};
    for (const auto& [name, member] : at_least_one) {
        expect_fault([member = member](layer_descriptor& d) { d.geometry.*member = 0; }, name);
        expect_fault([member = member](layer_descriptor& d) { d.geometry.*member = -5; }, name);
    }
    expect_fault([](layer_descriptor& d) { d.geometry.pad_top = -1; }, "pad_top");
    expect_fault([](layer_descriptor& d) { d.geometry.pad_left = -1; }, "pad_left");
    expect_fault([](layer_descriptor& d) { d.geometry.stored_weight_bits = 10; }, "stored_weight_bits");
    expect_fault([](layer_descriptor& d) { d.geometry.activation_bits = 9; }, "activation_bits");
}

/// A batch is the images of the geometry, or, of products whose operands are both activations, a part of its two repeats.
TEST_F(damaged, batch_is_a_fault) {
    expect_fault([](layer_descriptor& d) { d.batch = 0; }, "no image");
    expect_fault([](layer_descriptor& d) { d.operand_at_run_time = 2; }, "an operand that is neither there nor made");
    expect_fault([](layer_descriptor& d) { d.batch = 3; }, "three images in two repeats");
    expect_fault([](layer_descriptor& d) { d.geometry.images = 2; }, "two images in a batch of one");
    expect_fault([](layer_descriptor& d) { d.geometry.images = d.geometry.repeat = 4, d.batch = 2; }, "images and repeats");
    layer_descriptor d = image.plan.descriptor;
    d.batch = 2;
    EXPECT_NO_THROW(decode_descriptor(encode(d)));
    d.batch = 5;
    d.geometry.images = 5;
    EXPECT_NO_THROW(decode_descriptor(encode(d)));
}

TEST_F(damaged, tables_that_are_not_whole_are_a_fault) {
    std::vector<std::uint8_t> bytes = encode_tables(image.channels, image.plan.fills);
    bytes.pop_back();
    EXPECT_THROW(decode(image.plan.descriptor, c.array(), bytes), model_fault);
    bytes.resize(bytes.size() + 2);
    EXPECT_THROW(decode(image.plan.descriptor, c.array(), bytes), model_fault);
}

TEST_F(damaged, fill_table_that_is_not_the_layers_is_a_fault) {
    using fills = std::vector<weight_fill>;
    expect_table_fault([](fills& f) { f.pop_back(); }, "one too few");
    expect_table_fault([](fills& f) { f.push_back(f.back()); }, "one too many");
    expect_table_fault([](fills& f) { f[0].n_blocks = 1; }, "n-blocks left out");
    expect_table_fault([](fills& f) { f[0].n_blocks = 3; }, "n-blocks twice");
    expect_table_fault([](fills& f) { f.back().n_blocks = 3; }, "n-blocks beyond the last");
    expect_table_fault([](fills& f) { f.back().n_blocks = 0x7fffffff; }, "far beyond the last");
    expect_table_fault([](fills& f) { f[2].k_blocks = 4; }, "k-blocks beyond the last");
    expect_table_fault([](fills& f) { f[2].k_blocks = 2; }, "k-blocks left out");
    expect_table_fault([](fills& f) { f[1].n_blocks = 0; }, "no n-block");
    expect_table_fault([](fills& f) { f[1].k_blocks = 0; }, "no k-block");
    expect_table_fault([](fills& f) { f[1].k_blocks = -3; }, "negative k-blocks");
    expect_table_fault(
        [](fills& f) {
            f[2].k_blocks = 2;  // two n-blocks in a run of k-blocks: the next fill finds its place, the tiles would not
            weight_fill rest = f[2];
            rest.k_blocks = 1;
            f.insert(f.begin() + 3, rest);
        },
        "several n-blocks cut together");
}

TEST_F(damaged, own_biases_come_back_and_must_be_whole) {
    layer_descriptor d = image.plan.descriptor;
    d.scale_address = 640;
    std::vector<std::int32_t> biases;
    for (std::size_t i = 0; i < image.channels.size(); ++i) biases.push_back(static_cast<std::int32_t>(i) * 1000 - 7);
    const std::vector<std::uint8_t> bytes = encode_tables(image.channels, image.plan.fills, {}, biases);
    EXPECT_NO_THROW(decode(d, c.array(), bytes));
    EXPECT_EQ(decode_own_biases(d, bytes), biases);
    EXPECT_THROW(decode(d, c.array(), encode_tables(image.channels, image.plan.fills)), model_fault);
    EXPECT_THROW(decode(image.plan.descriptor, c.array(), bytes), model_fault);
    EXPECT_TRUE(decode_own_biases(image.plan.descriptor, encode_tables(image.channels, image.plan.fills)).empty());
}

TEST_F(damaged, lists_of_levels_come_back_and_must_be_one_or_one_per_channel) {
    layer_descriptor d = image.plan.descriptor;
    d.coding = static_cast<std::uint8_t>(weight_coding::listed);
    d.weight_bits = 2;
    d.scale_address = 640;
    const std::vector<std::int32_t> biases(image.channels.size(), 77);
    for (const std::size_t tables : {std::size_t{1}, image.channels.size()}) {
        d.level_tables = static_cast<std::uint32_t>(tables);
        std::vector<std::int8_t> levels;
        for (std::size_t i = 0; i < 4 * tables; ++i) levels.push_back(static_cast<std::int8_t>(5 * i - 60));
        const std::vector<std::uint8_t> bytes = encode_tables(image.channels, image.plan.fills, levels, biases);
        EXPECT_NO_THROW(decode(d, c.array(), bytes));
        EXPECT_EQ(decode_levels(d, bytes), levels);
        EXPECT_EQ(decode_own_biases(d, bytes), biases);
        EXPECT_NO_THROW(decode_descriptor(encode(d)));
        levels.pop_back();
        EXPECT_THROW(decode(d, c.array(), encode_tables(image.channels, image.plan.fills, levels, biases)), model_fault);
    }
    d.level_tables = 0;
    EXPECT_THROW(decode_descriptor(encode(d)), model_fault);
    d.level_tables = 2;
    EXPECT_THROW(decode_descriptor(encode(d)), model_fault);
    d.coding = static_cast<std::uint8_t>(weight_coding::twos_complement);
    d.level_tables = 1;
    EXPECT_THROW(decode_descriptor(encode(d)), model_fault);
}

TEST_F(damaged, output_stationary_fill_of_a_part_of_an_n_block_is_a_fault) {
    std::vector<weight_fill> fills = image.plan.fills;
    weight_fill whole = fills[2], front = whole, rest = whole;  // two n-blocks of three k-blocks
    whole.n_blocks = front.n_blocks = rest.n_blocks = 1;
    front.k_blocks = 2;
    rest.k_blocks = 1;
    fills[2] = whole;
    fills.insert(fills.begin() + 3, {front, rest});
    layer_descriptor d = image.plan.descriptor;
    d.fills = static_cast<std::uint32_t>(fills.size());
    EXPECT_NO_THROW(decode(d, c.array(), encode_tables(image.channels, fills)));
    d.flow = static_cast<std::uint8_t>(dataflow::output_stationary);
    EXPECT_THROW(decode(d, c.array(), encode_tables(image.channels, fills)), model_fault);
}

TEST(piece_of, cuts_from_below_and_signs_the_top) {
    EXPECT_TRUE(piece_of(4, 4, 0).is_signed);
    EXPECT_FALSE(piece_of(5, 4, 0).is_signed);
    EXPECT_EQ(piece_of(5, 4, 1).first, 4);
    EXPECT_EQ(piece_of(5, 4, 1).bits, 1);
    EXPECT_TRUE(piece_of(5, 4, 1).is_signed);
    EXPECT_EQ(piece_of(3, 8, 0).bits, 3);
}

TEST(output_blocks, follow_the_drains_without_gaps) {
    for (std::uint32_t seed = 0; seed < 300; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        const layer_case c = layer_cases(seed).any();
        const std::optional<layer_plan> plan = plan_of(c);
        if (!plan) continue;
        const layer_geometry& g = plan->descriptor.geometry;
        layer_mapping mapping{static_cast<loop_order>(plan->descriptor.order), plan->descriptor.m_block, plan->fills};
        const tile_program by_weights = enumerate_tiles(g, c.array().trees, c.array().lanes, plan->passes, mapping);
        mapping.flow = static_cast<dataflow>(plan->descriptor.flow);
        const tile_program program = enumerate_tiles(g, c.array().trees, c.array().lanes, plan->passes, mapping);
        std::int64_t outputs = 0;
        std::uint64_t end = 0;
        for (const output_block& block : output_blocks(g, program)) {
            ASSERT_EQ(block.offset, end);
            ASSERT_EQ(block.bytes, (std::uint64_t(block.vectors) * std::uint64_t(block.channels) * std::uint64_t(g.output_bits) + 7) / 8);
            end += block.bytes;
            outputs += std::int64_t{block.vectors} * block.channels;
            ASSERT_LE(block.bytes, c.config.output_buffer.bank_bytes);
        }
        ASSERT_EQ(output_blocks(g, by_weights).size(), output_blocks(g, program).size());
        ASSERT_EQ(outputs, g.m() * g.n() * g.repeat);
    }
}

}  // namespace
}  // namespace symmetree
