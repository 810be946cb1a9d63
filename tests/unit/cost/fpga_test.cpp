#include <gtest/gtest.h>

#include "models/cost/cost_table.h"

// What a chip takes on an FPGA: its units' columns, its memories as block RAM, and DSPs where a platform packs products into them.
namespace symmetree {
namespace {

const cost_table& board() {
    static const cost_table table = cost_table::parse(
        "name: board\nlabel: l\nnot_modelled: []\nabsent: [vector_row]\nunits:\n"
        "  - {unit: mac_tree, rule: r, source: s, classes: [relu], streams: [dense], columns: [weight_bits, luts, flip_flops, carries, "
        "dsps], "
        "rows: [[4, 600, 150, 5, 0], [8, 1600, 300, 8, 0]]}\n"
        "  - {unit: activation_sum_tree, rule: r, source: s, classes: [relu], streams: [dense], columns: [activation_bits, luts, "
        "flip_flops, "
        "carries, dsps], rows: [[8, 170, 12, 6, 0]]}\n"
        "  - {unit: accumulator, rule: r, source: s, classes: [relu], streams: [dense], columns: [luts, flip_flops, carries, dsps], rows: "
        "[[70, 24, 6, 0]]}\n"
        "memories: []\n",
        "board.yaml");
    return table;
}

unit_key key(unit_kind unit, int k, int a, int lanes) { return {unit, k, a, lanes, activation_class::relu, false}; }

unit_activity installed(const std::vector<std::pair<unit_key, std::uint64_t>>& units) {
    unit_activity all;
    for (const auto& [k, n] : units) all[k].instances = n;
    return all;
}

priced_platform platform(bool packed) {
    priced_platform p{{{memory_kind::weight_buffer, {bytes(131072), 128}}, {memory_kind::dram, {bytes(0), 0}}}, 1e8};
    p.packed_dsps = packed;
    return p;
}

std::optional<double> of(const fpga_parts& parts, const char* unit, fpga_resource kind) { return parts.at(unit)[kind]; }

/// Every shape of one half block: none larger fits, and one word or bit more takes another.
TEST(fpga, half_blocks_are_exactly_as_large_as_their_shapes) {
    for (const auto& shape :
         {std::pair(1, 16384), std::pair(2, 8192), std::pair(4, 4096), std::pair(9, 2048), std::pair(18, 1024), std::pair(36, 512)}) {
        const auto words = static_cast<std::uint64_t>(shape.second);
        EXPECT_EQ(block_rams(words, shape.first), 0.5) << shape.first;
        EXPECT_EQ(block_rams(words + 1, shape.first), 1) << shape.first;
        EXPECT_EQ(block_rams(words, shape.first + 1), 1) << shape.first;
    }
    EXPECT_EQ(block_rams(4096, 128), 15);  // 64 KiB: 15 columns of 9 bits, two halves deep
    EXPECT_EQ(block_rams(1, 1), 0.5);
    EXPECT_EQ(block_rams(512, 72), 1);
}

TEST(fpga, units_memories_and_storage_add_up) {
    const fpga_parts parts = fpga_of(installed({{key(unit_kind::mac_tree, 4, 4, 16), 8}, {key(unit_kind::accumulator, 24, 0, 256), 8}}),
                                     platform(false), board());
    EXPECT_EQ(of(parts, "mac_tree", fpga_resource::luts), 8 * 600.0);
    EXPECT_EQ(of(parts, "mac_tree", fpga_resource::dsps), 0);
    EXPECT_EQ(of(parts, "mac_tree", fpga_resource::block_rams), 0);
    EXPECT_EQ(of(parts, "accumulator", fpga_resource::flip_flops), 8 * 24.0);
    EXPECT_EQ(of(parts, "accumulator", fpga_resource::block_rams), 8 * 0.5) << "512 words of 24 bits";
    EXPECT_EQ(of(parts, "weight_buffer", fpga_resource::block_rams), 2 * 15.0);
    EXPECT_EQ(of(parts, "weight_buffer", fpga_resource::luts), 0);
    EXPECT_EQ(parts.count("dram"), 0u);
}

TEST(fpga, packed_dsps_replace_the_multipliers_of_narrow_trees_only) {
    const unit_activity units = installed({{key(unit_kind::mac_tree, 4, 4, 15), 8}});
    const fpga_parts parts = fpga_of(units, platform(true), board());
    EXPECT_EQ(of(parts, "mac_tree", fpga_resource::dsps), 8 * 8.0) << "two lanes each, the last one alone";
    EXPECT_EQ(of(parts, "mac_tree", fpga_resource::luts), 8 * 170.0) << "adders of 8-bit products";
    EXPECT_EQ(of(parts, "mac_tree", fpga_resource::carries), 8 * 6.0);
    EXPECT_EQ(of(parts, "mac_tree", fpga_resource::flip_flops), 8 * 150.0) << "its registers";
    const unit_activity wide = installed({{key(unit_kind::mac_tree, 8, 4, 16), 8}});
    EXPECT_EQ(fpga_of(wide, platform(true), board()), fpga_of(wide, platform(false), board()));
}

TEST(fpga, a_unit_without_figures_makes_the_sum_absent_and_another_table_has_none) {
    const unit_activity units = installed({{key(unit_kind::mac_tree, 4, 4, 16), 1}, {key(unit_kind::vector_row, 0, 8, 0), 1}});
    EXPECT_EQ(of(fpga_of(units, platform(false), board()), "vector_row", fpga_resource::luts), std::nullopt);
    const cost_table published = cost_table::load("published_45nm", SYMMETREE_ROOT "/models/cost/tables");
    EXPECT_TRUE(fpga_of(units, platform(false), published).empty());
}

}  // namespace
}  // namespace symmetree
