#include "traces/vcd.h"

#include <gmock/gmock.h>

#include <cstdlib>

#include "core/error.h"
#include "core/random.h"
#include "tests/support/vcd_reader.h"
#include "tests/unit/traces/scratch_directory.h"

namespace symmetree {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

std::string text_of(recording& run) {
    std::string out;
    write_vcd(run, [&](std::string_view piece) { out += piece; });
    return out;
}

TEST(vcd, builds_scopes_from_dotted_names) {
    recording probe(500e6);
    probe.declare("top.dma.busy", 1);
    probe.declare("top.array.level", 8);
    probe.declare("top.dma.outstanding", 64);
    probe.declare("alone", 1);
    probe.declare_enumeration("top.array.stall", {"none", "memory"});
    EXPECT_EQ(text_of(probe),
              "$version symmetree $end\n$timescale 1 ps $end\n"
              "$scope module top $end\n"
              "$var wire 1 $ alone $end\n"
              "$scope module dma $end\n$var wire 1 ! busy $end\n$var wire 64 # outstanding [63:0] $end\n$upscope $end\n"
              "$scope module array $end\n$var wire 8 \" level [7:0] $end\n$var string 1 % stall $end\n$upscope $end\n"
              "$upscope $end\n"
              "$enddefinitions $end\n#0\n$dumpvars\nx!\nbx \"\nbx #\nx$\ns %\n$end\n");
}

TEST(vcd, orders_late_reports_by_time) {
    recording probe(500e6);
    const auto busy = probe.declare("top.busy", 1);
    const auto level = probe.declare("top.level", 8);
    probe.change(level, 30, 255);
    probe.change(busy, 20, 0);
    probe.change(busy, 10, 1);
    probe.change(level, 10, 5);
    const vcd_content content = read_vcd(text_of(probe));
    EXPECT_EQ(content.timescale, "1ps");
    EXPECT_THAT(content.signals.at("top.busy").changes, ElementsAre(Pair(0, "x"), Pair(20000, "1"), Pair(40000, "0")));
    EXPECT_THAT(content.signals.at("top.level").changes, ElementsAre(Pair(0, "x"), Pair(20000, "101"), Pair(60000, "11111111")));
}

TEST(vcd, the_last_report_at_a_cycle_holds) {
    recording probe(1e9);
    const auto state = probe.declare_enumeration("top.state", {"idle", "load", "issue"});
    probe.change(state, 0, 1);
    probe.change(state, 0, 0);
    probe.change(state, 5, 1);
    probe.change(state, 5, 2);
    EXPECT_THAT(read_vcd(text_of(probe)).signals.at("top.state").changes, ElementsAre(Pair(0, "idle"), Pair(5000, "issue")));
}

TEST(vcd, says_a_value_only_when_it_changes) {
    recording probe(1e9);
    const auto busy = probe.declare("top.busy", 1);
    for (std::uint64_t cycle : {1, 2, 3}) probe.change(busy, cycle, 1);
    EXPECT_THAT(read_vcd(text_of(probe)).signals.at("top.busy").changes, ElementsAre(Pair(0, "x"), Pair(1000, "1")));
    // A report that comes after the first writing still finds what the repetition said.
    probe.change(busy, 2, 0);
    EXPECT_THAT(read_vcd(text_of(probe)).signals.at("top.busy").changes,
                ElementsAre(Pair(0, "x"), Pair(1000, "1"), Pair(2000, "0"), Pair(3000, "1")));
}

TEST(vcd, keeps_any_text_in_one_token) {
    recording probe(1e9);
    const auto layer = probe.declare_text("top.layer");
    const std::string odd = "a b\tc\\d\n\xc3\xa9 $end #5";
    probe.change_text(layer, 1, "conv1");
    probe.change_text(layer, 2, odd);
    probe.change_text(layer, 3, "conv1");
    EXPECT_THAT(read_vcd(text_of(probe)).signals.at("top.layer").changes,
                ElementsAre(Pair(0, ""), Pair(1000, "conv1"), Pair(2000, odd), Pair(3000, "conv1")));
}

TEST(vcd, rounds_a_period_that_is_no_whole_picosecond_without_drift) {
    recording probe(300e6);
    const auto busy = probe.declare("top.busy", 1);
    probe.change(busy, 1, 1);
    probe.change(busy, 3000000, 0);
    EXPECT_THAT(read_vcd(text_of(probe)).signals.at("top.busy").changes,
                ElementsAre(Pair(0, "x"), Pair(3333, "1"), Pair(10000000000u, "0")));
}

TEST(vcd, holds_64_bits) {
    recording probe(1e9);
    const auto wide = probe.declare("top.wide", 64);
    probe.change(wide, 1, ~std::uint64_t{0});
    EXPECT_THAT(read_vcd(text_of(probe)).signals.at("top.wide").changes, ElementsAre(Pair(0, "x"), Pair(1000, std::string(64, '1'))));
}

TEST(vcd, gives_every_signal_a_code_of_its_own) {
    recording probe(1e9);
    for (int i = 0; i < 9500; ++i) probe.change(probe.declare("top.s" + std::to_string(i), 16), 1, static_cast<std::uint64_t>(i));
    const vcd_content content = read_vcd(text_of(probe));
    ASSERT_EQ(content.signals.size(), 9500u);
    EXPECT_EQ(content.signals.at("top.s9499").changes.back().second, "10010100011011");
}

TEST(vcd, ends_with_the_run) {
    recording probe(500e6);
    const auto busy = probe.declare("top.busy", 1);
    probe.change(busy, 10, 1);
    probe.end_at(25);
    EXPECT_THAT(text_of(probe), testing::EndsWith("$end\n#20000\n1!\n#50000\n"));
    // A change at the very end is no second time stamp.
    probe.change(busy, 25, 0);
    EXPECT_THAT(text_of(probe), testing::EndsWith("#20000\n1!\n#50000\n0!\n"));
}

TEST(vcd, names_are_single_tokens) {
    recording probe(1e9);
    probe.declare("top.my lane[3]..x", 1);
    EXPECT_EQ(read_vcd(text_of(probe)).signals.count("top.my_lane[3]._.x"), 1u);
}

TEST(vcd, leaves_nothing_behind_where_it_cannot_be_written) {
    const scratch_directory scratch;
    recording probe(1e9);
    probe.declare("top.busy", 1);
    const auto write_to = [&](const char* name) {
        write_output(scratch.file(name), [&](const text_sink& sink) { write_vcd(probe, sink); });
    };
    EXPECT_THROW(write_to("none/run.vcd"), input_error);
    EXPECT_EQ(scratch.entries(), 0u);
    write_to("run.vcd");
    EXPECT_EQ(content_of(scratch.file("run.vcd")), text_of(probe));
    EXPECT_EQ(scratch.entries(), 1u);
}

/// Random reports on signals of every kind, enough to be written in several pieces.
void report_at_random(recording& probe) {
    const random_stream stream(3, "vcd_test");
    const auto busy = probe.declare("top.dma.busy", 1);
    const auto level = probe.declare("top.buffer.level", 13);
    const auto state = probe.declare_enumeration("top.sequencer.state", {"idle", "weight port", "back\\slash"});
    const auto layer = probe.declare_text("top.sequencer.layer");
    const std::vector<std::string> names{"conv 1", "caf\xc3\xa9", "block.0.attn"};
    for (std::uint64_t i = 0; i < 20000; ++i) {
        const std::uint64_t word = stream.word(i);
        const std::uint64_t cycle = (word >> 20) % 10000;
        switch (word % 4) {
            case 0: probe.change(busy, cycle, (word >> 8) % 2); break;
            case 1: probe.change(level, cycle, (word >> 8) % 8192); break;
            case 2: probe.change(state, cycle, (word >> 8) % 3); break;
            case 3: probe.change_text(layer, cycle, names[(word >> 8) % 3]); break;
        }
    }
}

TEST(vcd, survives_the_way_through_gtkwaves_converters) {
#if defined(VCD2FST) && defined(FST2VCD)
    const scratch_directory scratch;
    recording probe(500e6);
    report_at_random(probe);
    write_output(scratch.file("in.vcd"), [&](const text_sink& sink) { write_vcd(probe, sink); });
    const auto quoted = [&](const char* name) { return "'" + scratch.file(name) + "'"; };
    ASSERT_EQ(std::system((std::string(VCD2FST) + " " + quoted("in.vcd") + " " + quoted("out.fst")).c_str()), 0);
    ASSERT_EQ(std::system((std::string(FST2VCD) + " -f " + quoted("out.fst") + " -o " + quoted("back.vcd")).c_str()), 0);
    const vcd_content sent = read_vcd(text_of(probe));
    const vcd_content back = read_vcd(content_of(scratch.file("back.vcd")));
    ASSERT_EQ(back.signals.size(), 4u);
    for (const auto& [name, signal] : sent.signals) {
        ASSERT_EQ(back.signals.count(name), 1u) << name;
        EXPECT_GT(signal.changes.size(), 1000u);
        EXPECT_EQ(back.signals.at(name).changes, signal.changes) << name;
    }
#else
    GTEST_SKIP() << "vcd2fst and fst2vcd are not installed";
#endif
}

}  // namespace
}  // namespace symmetree
