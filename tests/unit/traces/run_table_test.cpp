#include <gmock/gmock.h>

#include "tests/unit/traces/lines.h"
#include "tests/unit/traces/sample.h"
#include "traces/text_table.h"
#include "traces/writers.h"

namespace symmetree {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(run_table, opens_with_what_was_run_and_how_it_was_priced) {
    const std::vector<std::string> lines = lines_of(to_table(sample_report()));
    EXPECT_THAT(std::vector<std::string>(lines.begin(), lines.begin() + 14),
                ElementsAre("workload        three_layers (nets/three_layers.yaml)", "platform        dasq",
                            "scheme          dasq:w3a4:sw4:p98", "array ports     3 x 4 bits (weight x activation)",
                            "clock           500.00 MHz", "accumulators    19 bits", "seed            7", "mode            values computed",
                            "cost table      published_45nm (published, scaled)", "not modelled    clock tree",
                            "                interconnect", "not simulated   Softmax (1)", "notes           attention runs as symq", ""));
}

TEST(run_table, tells_what_is_of_a_batch_and_what_of_an_image) {
    report r = sample_report();
    r.batch = 5;
    const std::vector<std::string> lines = lines_of(to_table(r));
    EXPECT_THAT(lines, Contains("batch           5 images; what is not said to be per image is of the batch"));
    const auto totals = section_of(to_table(r), "Totals");
    EXPECT_THAT(totals, Contains("latency         0.070000 ms per batch of 5 images"));
    EXPECT_THAT(totals, Contains("                0.014000 ms per image"));
    EXPECT_THAT(totals, Contains(testing::MatchesRegex("energy +[0-9.]+ uJ per batch of 5 images")));
    EXPECT_THAT(totals, Contains(testing::MatchesRegex(" +[0-9.]+ uJ per image")));
}

TEST(run_table, lists_every_layer_with_its_shape_and_verdict) {
    EXPECT_THAT(
        section_of(to_table(sample_report()), "Layers"),
        ElementsAre(
            "layer            scheme             unit                  M         N       K  repeat       MACs  cycles  utilization  "
            "exactness",
            "                                                    vectors  channels  inputs                                       %",
            "---------------  -----------------  --------------  -------  --------  ------  ------  ---------  ------  -----------  "
            "---------",
            "block.0.conv     dasq:w3a4:sw4:p98  mac_tree 16x16      196        64     576       1  7,225,344  30,000         94.1  exact",
            "block.0.attn.qk  symq:w4a4          mac_tree 16x16       64        64      32       3    393,216   2,000         76.8  exact",
            "head             dasq:w3a4:sw4:p98  mac_tree 16x16        1     1,000      64       1     64,000   3,000          8.3  exact",
            "---------------  -----------------  --------------  -------  --------  ------  ------  ---------  ------  -----------  "
            "---------",
            "total            mixed              -                     -         -       -       -  7,682,560  35,000         85.7  "
            "exact"));
}

TEST(run_table, accounts_for_every_cycle) {
    const auto lines = section_of(to_table(sample_report()), "Where the cycles go");
    EXPECT_THAT(lines, Contains("head                250        2        0       0   2,500      48     100       0      100   3,000"));
    EXPECT_THAT(lines, Contains("total            30,010       66    1,000      76   2,700     548     150     150      300  35,000"));
    EXPECT_THAT(lines, Contains("share, %           85.7      0.2      2.9     0.2     7.7     1.6     0.4     0.4      0.9   100.0"));
}

TEST(run_table, shows_a_memory_that_a_layer_did_not_touch_as_a_dash) {
    EXPECT_THAT(section_of(to_table(sample_report()), "Bytes moved"),
                ElementsAre("                                  weight   weight", "                   dram     dram  buffer   buffer",
                            "layer              read  written    read  written", "                  bytes    bytes   bytes    bytes",
                            "---------------  ------  -------  ------  -------", "block.0.conv     40,000   12,544  14,930   14,930",
                            "block.0.attn.qk   3,072    6,144       -        -", "head             24,032      500       -        -",
                            "---------------  ------  -------  ------  -------", "total            67,104   19,188  14,930   14,930"));
}

TEST(run_table, says_what_stands_where_where_something_is_kept_on_the_chip) {
    report r = sample_report();
    EXPECT_THAT(to_table(r), Not(HasSubstr("What stands where")));
    r.places = {{"conv: weights", "weights", 1000, 3000, "conv", "head", 64},
                {"conv: tensor", "activation", 200, 400, "conv", "head", {}},
                {"conv: tables", "constant", 12, 12, "conv", "head", 2048},
                {"head: tables", "constant", 24, 24, "conv", "head", 2112}};
    EXPECT_THAT(section_of(to_table(r), "What stands where"),
                ElementsAre("                                                                      first  last   scratchpad",
                            "tensor                                      role         size  moved  layer  layer        from",
                            "                                                        bytes  bytes                      byte",
                            "------------------------------------------  ----------  -----  -----  -----  -----  ----------",
                            "conv: weights                               weights     1,000  3,000  conv   head           64",
                            "conv: tensor                                activation    200    400  conv   head         DRAM",
                            "descriptors, tables, parameters, constants  constant       36     36                   several"));
}

TEST(run_table, gives_energy_in_one_unit_and_per_mac) {
    EXPECT_THAT(section_of(to_table(sample_report()), "Energy by unit"),
                ElementsAre("                    mac  sparse                                 per",
                            "layer              tree    lane     dram   leakage    total     MAC",
                            "                     nJ      nJ       nJ        nJ       nJ      pJ",
                            "---------------  ------  ------  -------  --------  -------  ------",
                            "block.0.conv     500.00  1.2345  3,362.8  0.000125  3,864.1   0.535",
                            "block.0.attn.qk   30.00       -    589.8  0.000250    619.8   1.576",
                            "head               5.00       -  1,570.0  0.000500  1,575.0  24.610",
                            "---------------  ------  ------  -------  --------  -------  ------",
                            "total            535.00  1.2345  5,522.7  0.000875  6,058.9   0.789",
                            "share, %            8.8    <0.1     91.1      <0.1    100.0"));
}

TEST(run_table, lists_outliers_only_where_there_are_some) {
    const auto lines = section_of(to_table(sample_report()), "Outliers");
    EXPECT_THAT(lines, Contains("block.0.conv  row_banked     737     737       1.999      8   9,000         3"));
    EXPECT_THAT(lines, Not(Contains(HasSubstr("head"))));
    report without = sample_report();
    without.layers[0].outliers = {};
    EXPECT_THAT(lines_of(to_table(without)), Not(Contains("Outliers")));
}

TEST(run_table, adds_up_groups_where_layers_names_tell_some) {
    report r = sample_report();
    EXPECT_THAT(lines_of(to_table(r)), Not(Contains("Groups of layers")));
    r.layers.push_back(r.layers.front());
    r.layers.back().name = "block.1.conv";
    const std::vector<std::string> lines = section_of(to_table(r), "Groups of layers");
    EXPECT_THAT(lines, Contains(testing::MatchesRegex("block +14,450,688 .* 160[.0]* .*")));
    EXPECT_THAT(lines, Contains(testing::MatchesRegex("block, activations +393,216 .*")));
}

TEST(run_table, closes_with_totals_in_named_units) {
    const std::vector<std::string> lines = lines_of(to_table(sample_report()));
    for (const char* line :
         {"latency         0.070000 ms", "average power   86.556 mW", "energy          6.0589 uJ per inference",
          "BOPs (DASQ)     0.087059 G", "BOPs (UNIQ)     0.097900 G", "QOPS            0.001921 G", "parameters      100,864",
          "weights stored  311,440 bits, indices and counts included", "mac_tree       12,000   60.0", "total          20,000  100.0"}) {
        EXPECT_THAT(lines, Contains(line));
    }
}

TEST(run_table, writes_absent_prices_as_dashes_not_as_zero) {
    report r = sample_report();
    r.area_um2.clear();
    for (layer_report& layer : r.layers) layer.energy_pj.clear();
    const std::vector<std::string> lines = lines_of(to_table(r));
    EXPECT_THAT(lines, Contains("energy          -"));
    EXPECT_THAT(lines, Contains("average power   -"));
    EXPECT_THAT(lines, Contains("area            -"));
    EXPECT_THAT(lines, Not(Contains("Energy by unit")));
}

TEST(run_table, says_how_prices_came_about_and_what_an_fpga_needs) {
    report r = sample_report();
    r.price_origins = {{"mac_tree", "composed"}, {"weight_buffer", "published"}};
    for (const char* unit : {"mac_tree", "weight_buffer"})
        for (const fpga_resource kind : enumerators<fpga_resource>()) r.fpga[unit][kind] = kind == fpga_resource::block_rams ? 1.5 : 1200;
    r.fpga["weight_buffer"][fpga_resource::dsps].reset();
    const std::vector<std::string> lines = lines_of(to_table(r));
    for (const char* line :
         {"area by unit     area  share  price", "mac_tree       12,000   60.0  composed", "sparse_lane       500    2.5  -",
          "weight_buffer   7,500   37.5  published", "resources        LUT     FF  CARRY4  DSP48  BRAM36",
          "mac_tree       1,200  1,200   1,200  1,200     1.5", "total          2,400  2,400   2,400      -       3",
          "array at most   256.00 GOP/s", "reached         219.50 GOP/s"})
        EXPECT_THAT(lines, Contains(line));
}

TEST(run_table, shows_the_parts_that_have_a_price_beside_those_that_have_none) {
    report r = sample_report();
    r.cost_mix = "logic alone";
    r.area_um2["weight_buffer"].reset();
    for (layer_report& layer : r.layers) layer.energy_pj["dram"].reset();
    const std::vector<std::string> lines = lines_of(to_table(r));
    for (const char* line : {"costs           logic alone", "energy          -", "average power   -", "mac_tree       12,000      -",
                             "weight_buffer       -      -", "total               -      -"})
        EXPECT_THAT(lines, Contains(line));
    EXPECT_THAT(lines, Contains("Energy by unit"));
}

TEST(run_table, tells_where_values_differ_and_when_none_were_computed) {
    report r = sample_report();
    r.layers[2].check = {exactness::verdict::differs, "repeat 0 channel 3 vector 0: 41, reference 40 (accumulator)"};
    EXPECT_THAT(lines_of(to_table(r)), Contains("differs: head: repeat 0 channel 3 vector 0: 41, reference 40 (accumulator)"));
    r.timing_only = true;
    EXPECT_THAT(lines_of(to_table(r)), Contains("mode            timing only: values not computed, nothing checked"));
}

TEST(run_table, never_cuts_a_name_and_keeps_columns_aligned_beside_it) {
    report r = sample_report();
    r.layers[0].name = "/model/encoder/layers.0/self_attention/output_projection/MatMul_quantized_and_then_some";
    r.layers[1].name = "caf\xc3\xa9\nau lait";
    const auto lines = section_of(to_table(r), "Where the cycles go");
    EXPECT_THAT(lines, Contains(HasSubstr(r.layers[0].name)));
    const auto cafe = std::find_if(lines.begin(), lines.end(), [](const std::string& l) { return l.find("caf\xc3\xa9\\nau lait") == 0; });
    ASSERT_NE(cafe, lines.end());
    EXPECT_EQ(cafe->size(), lines.back().size() + 1) << "one letter of two bytes, no newline";
}

TEST(text_table, refuses_no_cell_and_cuts_none) {
    text_table table({{"a_long_title of words", "unit"}, {"x", "", true}});
    table.add_row({"1", "left"});
    table.add_rule();
    table.add_row({"12,345"});
    EXPECT_EQ(table.text(),
              "a long\n"
              " title\n"
              "    of\n"
              " words  x\n"
              "  unit\n"
              "------  ----\n"
              "     1  left\n"
              "------  ----\n"
              "12,345\n");
}

}  // namespace
}  // namespace symmetree
