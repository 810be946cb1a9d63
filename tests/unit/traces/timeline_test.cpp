#include "traces/timeline.h"

#include <gmock/gmock.h>

#include "core/random.h"
#include "tests/support/timeline_reader.h"

namespace symmetree {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;
using json = nlohmann::json;

std::string text_of(recording& run) {
    std::string out;
    write_timeline(run, {"p", "w", "s"}, [&](std::string_view piece) { out += piece; });
    return out;
}

timeline_content content_of(recording& run) { return read_timeline(text_of(run)); }

/// "name begin-end" with times in ns, "  " before it for each slice around it.
std::vector<std::string> lines_of(const std::vector<timeline_content::slice>& slices) {
    std::vector<std::string> lines;
    for (const auto& s : slices)
        lines.push_back(std::string(2 * std::size_t(s.depth), ' ') + s.name + " " + std::to_string(s.begin / 1000) + "-" +
                        std::to_string(s.end / 1000));
    return lines;
}

TEST(timeline, is_this_file_for_a_small_recording) {
    recording run(500e6);
    const auto layer = run.declare_text("system.layer");
    const auto busy = run.declare("system.chip.loader.busy", 1);
    const auto tile = run.declare_text("system.chip.loader.tile_name");
    const auto level = run.declare("system.chip.buffer.level", 8);
    run.change_text(layer, 0, "conv");
    run.change(busy, 3, 1);
    run.change_text(tile, 3, "n0");
    run.change(busy, 8, 0);
    run.change(level, 4, 7);
    run.end_at(500000);
    EXPECT_EQ(text_of(run),
              "{\"displayTimeUnit\":\"ns\",\n"
              "\"otherData\":{\"clock_hz\":500000000.0,\"cycles\":500000,\"window_cycles\":64,\"platform\":\"p\",\"workload\":\"w\","
              "\"scheme\":\"s\"},\n"
              "\"traceEvents\":[\n"
              "{\"ph\":\"M\",\"name\":\"process_name\",\"pid\":1,\"tid\":1,\"args\":{\"name\":\"system\"}},\n"
              "{\"ph\":\"M\",\"name\":\"process_sort_index\",\"pid\":1,\"tid\":1,\"args\":{\"sort_index\":1}},\n"
              "{\"ph\":\"M\",\"name\":\"process_name\",\"pid\":2,\"tid\":2,\"args\":{\"name\":\"system.chip\"}},\n"
              "{\"ph\":\"M\",\"name\":\"process_sort_index\",\"pid\":2,\"tid\":2,\"args\":{\"sort_index\":2}},\n"
              "{\"ph\":\"M\",\"name\":\"thread_name\",\"pid\":1,\"tid\":3,\"args\":{\"name\":\"layer\"}},\n"
              "{\"ph\":\"M\",\"name\":\"thread_sort_index\",\"pid\":1,\"tid\":3,\"args\":{\"sort_index\":3}},\n"
              "{\"ph\":\"M\",\"name\":\"thread_name\",\"pid\":2,\"tid\":4,\"args\":{\"name\":\"loader\"}},\n"
              "{\"ph\":\"M\",\"name\":\"thread_sort_index\",\"pid\":2,\"tid\":4,\"args\":{\"sort_index\":4}},\n"
              "{\"ph\":\"C\",\"pid\":2,\"tid\":2,\"ts\":0.008,\"name\":\"buffer.level\",\"args\":{\"value\":7}},\n"
              "{\"ph\":\"X\",\"pid\":2,\"tid\":4,\"ts\":0.006,\"dur\":0.01,\"name\":\"conv n0\",\"cat\":\"work\"},\n"
              "{\"ph\":\"X\",\"pid\":1,\"tid\":3,\"ts\":0,\"dur\":1000,\"name\":\"conv\"}\n"
              "]}\n");
    EXPECT_NO_THROW(content_of(run));
}

TEST(timeline, of_nothing_is_still_one) {
    recording run(1e9);
    EXPECT_THAT(content_of(run).slices, IsEmpty());
    run.declare("top.busy", 1);
    run.declare("alone", 1);
    EXPECT_THAT(content_of(run).threads, ElementsAre("top/busy", "top/alone"));
}

TEST(timeline, parts_work_where_its_name_is_said_anew) {
    recording run(1e9);
    const auto busy = run.declare("a.b.loader.busy", 1);
    const auto tile = run.declare_text("a.b.loader.tile_name");
    for (const std::uint64_t begin : {10, 15, 30}) {
        run.change(busy, begin, 1);
        run.change(busy, begin + 5, 0);
        run.change_text(tile, begin, begin == 30 ? "n1" : "n0");
    }
    EXPECT_THAT(lines_of(content_of(run).slices.at("a.b/loader")), ElementsAre("n0 10-15", "n0 15-20", "n1 30-35"));
}

/// A unit with a state, its work and what it loses inside of it.
struct issuer {
    explicit issuer(recording& run)
        : state(run.declare_enumeration("a.b.issuer.state", {"issuing", "memory", "barrier"})),
          name(run.declare_text("a.b.issuer.tile_name")),
          tile(run.declare("a.b.issuer.tile", 32)),
          lost_to_outlier(run.declare("a.b.issuer.lost_to_outlier", 32)),
          lost_to_hazard(run.declare("a.b.issuer.lost_to_hazard", 32)) {}
    probe::signal state, name, tile, lost_to_outlier, lost_to_hazard;
};

TEST(timeline, names_stalls_by_cause_and_work_by_layer_and_tile) {
    recording run(1e9);
    const auto layer = run.declare_text("a.layer");
    const issuer i(run);
    run.change_text(layer, 0, "conv 1");
    run.change(i.state, 0, 2);
    run.change(i.state, 10, 0);
    run.change_text(i.name, 10, "n0 k0 m0");
    run.change(i.tile, 10, 5);
    run.change(i.state, 14, 1);
    run.change(i.state, 20, 0);
    run.change_text(i.name, 20, "n0 k1 m0");
    run.change(i.state, 25, 2);
    run.end_at(30);
    const timeline_content content = content_of(run);
    const auto& slices = content.slices.at("a.b/issuer");
    EXPECT_THAT(lines_of(slices),
                ElementsAre("barrier 0-10", "conv 1 n0 k0 m0 10-14", "memory 14-20", "conv 1 n0 k1 m0 20-25", "barrier 25-30"));
    EXPECT_EQ(slices[1].args, json({{"tile", 5}}));
    EXPECT_EQ(slices[1].category, "work");
    EXPECT_EQ(slices[2].args, json({{"layer", "conv 1"}}));
    EXPECT_EQ(slices[2].category, "stall");
}

TEST(timeline, gathers_what_is_lost_between_vectors_inside_the_tile) {
    recording run(1e9);
    const issuer i(run);
    run.change(i.state, 10, 0);
    run.change_text(i.name, 10, "n0");
    run.change(i.lost_to_outlier, 10, 6);
    run.change(i.lost_to_hazard, 10, 2);
    run.change(i.state, 20, 1);
    run.change(i.state, 25, 0);
    run.change_text(i.name, 25, "n1");
    run.change(i.lost_to_outlier, 25, 0);
    run.change(i.lost_to_hazard, 25, 0);
    run.end_at(27);
    const timeline_content content = content_of(run);
    const auto& slices = content.slices.at("a.b/issuer");
    EXPECT_THAT(lines_of(slices), ElementsAre("n0 10-20", "  outlier 11-17", "  hazard 17-19", "memory 20-25", "n1 25-27"));
    EXPECT_EQ(slices[1].args, json({{"gathered", true}}));
    EXPECT_EQ(slices[1].category, "stall");
}

TEST(timeline, lets_no_slice_reach_into_the_next_layer) {
    recording run(1e9);
    const issuer i(run);
    const auto layer = run.declare_text("a.layer");  // declared last: its change still comes first
    run.change_text(layer, 0, "one");
    run.change(i.state, 0, 2);
    run.change_text(layer, 10, "two");
    run.end_at(15);
    const timeline_content content = content_of(run);
    EXPECT_THAT(lines_of(content.slices.at("a.b/issuer")), ElementsAre("barrier 0-10", "barrier 10-15"));
    EXPECT_EQ(content.slices.at("a.b/issuer")[1].args, json({{"layer", "two"}}));
    EXPECT_THAT(lines_of(content.slices.at("a/layer")), ElementsAre("one 0-10", "two 10-15"));
}

TEST(timeline, gives_each_signal_of_slices_a_thread_and_orders_them_as_declared) {
    recording run(1e9);
    for (const char* name : {"s.chip.z.busy", "s.chip.z.no_bank", "s.chip.a.busy", "s.layer"}) run.declare(name, 1);
    run.declare_enumeration("s.chip.dma.stream", {"none", "weights"});
    EXPECT_THAT(content_of(run).threads, ElementsAre("s.chip/z", "s.chip/z.no_bank", "s.chip/a", "s.chip/dma"));
}

TEST(timeline, shows_no_slice_where_nothing_is_done) {
    recording run(1e9);
    const auto stream = run.declare_enumeration("s.chip.dma.stream", {"none", "weights", "inputs"});
    const auto bit = run.declare("s.chip.dma.no_bank", 1);
    run.change(stream, 5, 1);
    run.change(stream, 8, 2);
    run.change(stream, 9, 0);
    run.change(bit, 5, 0);
    run.change(bit, 6, 1);
    run.change(bit, 7, 1);
    run.end_at(20);
    const timeline_content content = content_of(run);
    EXPECT_THAT(lines_of(content.slices.at("s.chip/dma")), ElementsAre("weights 5-8", "inputs 8-9"));
    EXPECT_THAT(lines_of(content.slices.at("s.chip/dma.no_bank")), ElementsAre("no_bank 6-20"));
}

TEST(timeline, closes_what_is_open_where_the_run_ends) {
    recording run(1e9);
    const auto early = run.declare("s.chip.a.busy", 1), late = run.declare("s.chip.b.busy", 1);
    run.change(early, 5, 1);
    run.change(late, 20, 1);
    run.end_at(20);
    const timeline_content content = content_of(run);
    EXPECT_THAT(lines_of(content.slices.at("s.chip/a")), ElementsAre("busy 5-20"));
    EXPECT_EQ(content.slices.count("s.chip/b"), 0u);
}

TEST(timeline, shows_levels_where_they_change) {
    recording run(1e9);
    const auto level = run.declare("s.chip.buffer.bank0_bytes", 32);
    run.change(level, 3, 64);
    run.change(level, 4, 64);
    run.change(level, 6, 0);
    EXPECT_THAT(content_of(run).counters.at("s.chip/buffer.bank0_bytes"), ElementsAre(Pair(3000, 64), Pair(6000, 0)));
}

TEST(timeline, shows_a_running_total_as_growth_by_window) {
    recording run(1e9);
    const auto moved = run.declare("s.chip.dma.bytes_moved", 64);
    run.change(moved, 64, 10);  // has come before the edge 64: the first window
    run.change(moved, 65, 14);
    run.change(moved, 128, 24);
    run.change(moved, 1000, 30);
    run.end_at(2000);
    const timeline_content content = content_of(run);
    EXPECT_EQ(content.other.at("window_cycles"), 64);
    EXPECT_THAT(content.counters.at("s.chip/dma.bytes_moved"),
                ElementsAre(Pair(0, 10), Pair(64000, 14), Pair(128000, 0), Pair(960000, 6), Pair(1024000, 0)));
}

TEST(timeline, of_a_long_run_has_wider_windows) {
    recording run(1e9);
    const auto moved = run.declare("s.chip.dma.bytes_moved", 64);
    for (std::uint64_t i = 1; i <= 100000; ++i) run.change(moved, i * 100, i * (i + 1) / 2);
    const timeline_content content = content_of(run);
    EXPECT_EQ(content.other.at("window_cycles"), 2048);
    EXPECT_LE(content.counters.at("s.chip/dma.bytes_moved").size(), 8192u);
    std::uint64_t sum = 0;
    for (const auto& [at, growth] : content.counters.at("s.chip/dma.bytes_moved")) sum += growth;
    EXPECT_EQ(sum, std::uint64_t{100000} * 100001 / 2);
}

TEST(timeline, keeps_picoseconds) {
    recording run(300e6);
    const auto busy = run.declare("s.busy", 1);
    run.change(busy, 1, 1);
    run.change(busy, 2, 0);
    run.change(busy, 300000001, 1);
    run.end_at(300000002);
    const auto slices = content_of(run).slices.at("s/busy");
    ASSERT_EQ(slices.size(), 2u);
    EXPECT_EQ(slices[0].begin, 3333u);
    EXPECT_EQ(slices[0].end, 6667u);
    EXPECT_EQ(slices[1].begin, 1000000003333u);
    EXPECT_EQ(slices[1].end, 1000000006667u);
    EXPECT_THAT(text_of(run), HasSubstr("\"ts\":1000000.003333,\"dur\":0.003334,"));
}

TEST(timeline, keeps_any_name_inert) {
    recording run(1e9);
    const auto layer = run.declare_text("a.layer");
    const issuer i(run);
    const std::string odd = "a\"b\\c\n\t\x01</script><b>&amp;\xc3\xa9\xf0\x9f\x8c\xb3";
    run.change_text(layer, 0, odd);
    run.change(i.state, 0, 2);
    run.change_text(layer, 1, "bad \xff byte");
    run.end_at(2);
    std::string text;
    write_timeline(run, {odd, odd, odd}, [&](std::string_view piece) { text += piece; });
    for (const char* mark : {"<", ">", "&", "\x01"}) EXPECT_THAT(text, Not(HasSubstr(mark)));
    const timeline_content content = read_timeline(text);
    EXPECT_EQ(content.slices.at("a/layer")[0].name, odd);
    EXPECT_EQ(content.slices.at("a/layer")[1].name, "bad \xef\xbf\xbd byte");
    EXPECT_EQ(content.slices.at("a.b/issuer")[0].args, json({{"layer", odd}}));
    for (const char* key : {"platform", "workload", "scheme"}) EXPECT_EQ(content.other.at(key), odd);
}

TEST(timeline, of_random_reports_keeps_every_rule) {
    const random_stream stream(7, "timeline_test");
    recording run(700e6);
    const auto layer = run.declare_text("a.layer");
    const issuer i(run);
    const auto moved = run.declare("a.b.dma.bytes_moved", 64);
    const auto busy = run.declare("a.b.dma.busy", 1);
    for (std::uint64_t n = 0; n < 20000; ++n) {
        const std::uint64_t word = stream.word(n), cycle = (word >> 20) % 100000;
        switch (word % 6) {
            case 0: run.change(i.state, cycle, (word >> 8) % 3); break;
            case 1: run.change_text(i.name, cycle, "n" + std::to_string((word >> 8) % 50)); break;
            case 2: run.change(busy, cycle, (word >> 8) % 2); break;
            case 3: run.change(moved, n * 5, n * 64); break;
            case 4: run.change(i.tile, cycle, (word >> 8) % 100); break;
            case 5:
                if (n % 100 == 5) run.change_text(layer, cycle, "layer");
                break;
        }
    }
    run.end_at(100000);
    EXPECT_GT(content_of(run).slices.at("a.b/issuer").size(), 1000u);
}

}  // namespace
}  // namespace symmetree
