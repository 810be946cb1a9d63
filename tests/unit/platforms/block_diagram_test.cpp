// The diagram shows this platform, not a platform.
#include <gmock/gmock.h>

#include "core/enumerators.h"
#include "models/contract/transfer.h"
#include "support.h"

namespace symmetree {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(block_diagram, follows_the_data_from_the_host_to_the_outputs) {
    const std::string drawn = block_diagram(shipped("dasq_row_sum"));
    std::size_t last = 0;
    for (const char* block :
         {"| host ", "| sequencer ", "| weight buffer ", "| multiplier array ", "| accumulators ", "| requantizer ", "| output buffer "}) {
        const std::size_t at = drawn.find(block);
        ASSERT_NE(at, std::string::npos) << block;
        EXPECT_GT(at, last) << block;
        last = at;
    }
    EXPECT_THAT(drawn, AllOf(HasSubstr("| DRAM "), HasSubstr("| DMA "), HasSubstr("| activation buffer "), HasSubstr("| zero-point adder "),
                             HasSubstr("| sparse outlier unit ")));
}

TEST(block_diagram, shows_the_sizes_of_this_platform) {
    platform_config c = shipped("dasq");
    c.array.trees = 12;
    c.array.lanes = 10;
    c.array.activation_bits = 6;
    c.activation_buffer.port_bits = 48;
    c.weight_buffer.bank_bytes = 3000;
    c.dram.bandwidth_bytes = 3;
    c.dram.bandwidth_cycles = 7;
    EXPECT_THAT(block_diagram(c), HasSubstr("12 x as many bits as the run needs"));
    c.auto_accumulators = false;
    c.accumulators.bits = 27;
    c.outlier_port_own = true;
    c.outlier_port_bits = 40;
    const std::string drawn = block_diagram(c);
    for (const char* text :
         {"12 trees x 10 lanes", "ports w4 x a6", "port 48 bits/cycle", "vectors of 10 x 6 bits, one in 2 cycles", "2 banks of 3000 bytes",
          "3 bytes in 7 cycles", "12 x 27 bits", "outlier port 40 bits/cycle", "16 lanes, pooled", "values of 4 bits", "index 4 + 4 bits"})
        EXPECT_THAT(drawn, HasSubstr(text));
}

TEST(block_diagram, shows_each_zero_point_variant) {
    EXPECT_THAT(block_diagram(shipped("symq")), AllOf(Not(HasSubstr("zero")), Not(HasSubstr("outlier"))));
    EXPECT_THAT(block_diagram(shipped("asymq_port_subtract")), AllOf(HasSubstr("at the weight port"), HasSubstr("multipliers w5 x a4")));
    EXPECT_THAT(block_diagram(shipped("asymq_pre_subtract")), AllOf(HasSubstr("pre_subtract"), HasSubstr("multipliers w5 x a4")));
    EXPECT_THAT(block_diagram(shipped("asymq_widened")), AllOf(HasSubstr("widened"), HasSubstr("in 5 bits")));
    EXPECT_THAT(block_diagram(shipped("asymq_row_sum_minimal")), AllOf(HasSubstr("row_sum"), HasSubstr("correction at_drain")));
    platform_config c = shipped("asymq_row_sum_minimal");
    c.correction = correction_form::every_cycle;
    EXPECT_THAT(block_diagram(c), HasSubstr("correction every_cycle"));
}

TEST(block_diagram, shows_shift_arrays_with_their_side_array) {
    EXPECT_THAT(block_diagram(shipped("pot_minimal")),
                AllOf(HasSubstr("shift array (PoT)"), HasSubstr("4 guard bits"), HasSubstr("side array"), HasSubstr("16 trees x 4 lanes")));
    EXPECT_THAT(block_diagram(shipped("post")), HasSubstr("shift-LUT array (POST)"));
}

TEST(block_diagram, names_the_streams_of_the_dma_that_the_platform_has) {
    for (const char* with_vector_unit : {"dasq", "post", "symq"}) {
        platform_config c = shipped(with_vector_unit);
        const std::string drawn = block_diagram(c);
        for (const dma_stream stream : enumerators<dma_stream>()) {
            if (stream == dma_stream::outliers && c.sparse.lanes == 0) continue;
            EXPECT_THAT(drawn, HasSubstr(to_string(stream))) << c.name;
        }
        c.vector_unit.lanes = 0;
        EXPECT_THAT(block_diagram(c), AllOf(Not(HasSubstr("operands")), Not(HasSubstr("results")), Not(HasSubstr("vector unit"))));
    }
}

TEST(block_diagram, has_a_box_below_every_arrow) {
    for (const std::string& name : shipped_platforms(shipped_directory)) {
        for (const int vector_lanes : {0, 16}) {
            platform_config c = shipped(name);
            c.vector_unit.lanes = vector_lanes;
            const std::vector<std::string> lines = lines_of(block_diagram(c));
            for (std::size_t i = 0; i < lines.size(); ++i) {
                if (lines[i].find_first_not_of(" v") != std::string::npos || lines[i].find('v') == std::string::npos) continue;
                ASSERT_LT(i + 1, lines.size()) << name << ": an arrow into nothing";
                EXPECT_EQ(lines[i + 1].rfind("  +--", 0), 0u) << name << ", line " << i + 1;
            }
        }
    }
}

TEST(block_diagram, leaves_no_trailing_spaces) {
    for (const std::string& name : shipped_platforms(shipped_directory))
        EXPECT_THAT(block_diagram(shipped(name)), Not(HasSubstr(" \n"))) << name;
}

}  // namespace
}  // namespace symmetree
