// The timeline of a run tells the same story as its report, slot by slot and byte by byte.
#include <gmock/gmock.h>

#include "tests/support/traced_run.h"
#include "traces/report.h"

namespace symmetree {
namespace {

using testing::ElementsAre;
using slice = timeline_content::slice;

const std::string issuer = "system.accelerator.core/vector_issuer";

/// Cycles of a thread's slices that begin in [from, to), by name; `work` gathers all work, less what is lost inside it.
std::map<std::string, std::uint64_t> spent(const traced_run& run, const std::string& thread, std::uint64_t from, std::uint64_t to) {
    std::map<std::string, std::uint64_t> cycles;
    for (const slice& s : run.timeline.slices.at(thread)) {
        if (s.begin < from || s.begin >= to) continue;
        const std::uint64_t length = (s.end - s.begin) / run.period_ps;
        EXPECT_EQ((s.end - s.begin) % run.period_ps, 0u);
        cycles[s.category == "work" ? "work" : s.name] += length;
        if (s.depth > 0) cycles["work"] -= length;
    }
    return cycles;
}

void expect_split(std::map<std::string, std::uint64_t> cycles, const slot_split& split, const std::string& where) {
    EXPECT_EQ(cycles["work"], split.issued()) << where;
    EXPECT_EQ(cycles["outlier"], split.outlier) << where;
    EXPECT_EQ(cycles["input"], split.input) << where;
    EXPECT_EQ(cycles["memory"], split.memory) << where;
    EXPECT_EQ(cycles["weight_port"], split.weight_port) << where;
    EXPECT_EQ(cycles["hazard"], split.hazard) << where;
    EXPECT_EQ(cycles["drain"], split.drain) << where;
    EXPECT_EQ(cycles["barrier"], split.barrier) << where;
}

/// Layer by layer, the slots of the timeline are those of the report.
void expect_same_slots(const traced_run& run) {
    std::uint64_t at = 0;
    for (const layer_report& l : run.result.layers) {
        const std::uint64_t end = at + l.cycles * run.period_ps;
        expect_split(spent(run, issuer, at, end), l.split, run.result.platform + " " + l.name);
        at = end;
    }
}

workload several_layers() {
    return network_of({conv_layer(12, 12, 40, 3, 1, 1), conv_layer(16, 9, 16, 3, 1, 1, 16), linear_layer(60, 90, 50),
                       attention_layer(20, 24, 20, 3), linear_layer(40, 300, 20)});
}

class timeline_of_preset : public testing::TestWithParam<const char*> {};

TEST_P(timeline_of_preset, spends_what_the_split_says) {
    const traced_run run(timing_of(request_of(preset(GetParam()), several_layers())));
    expect_same_slots(run);
    EXPECT_EQ(run.timeline.other.at("cycles"), run.result.total().cycles);
}

INSTANTIATE_TEST_SUITE_P(shipped, timeline_of_preset,
                         testing::Values("symq", "asymq_port_subtract", "asymq_pre_subtract", "asymq_row_sum", "asymq_widened", "dasq",
                                         "dasq_fpga", "dasq_row_sum", "pot", "post"));

TEST(timeline_of_a_run, spends_what_the_split_says_under_every_stall) {
    for (const char* name : {"symq", "dasq"}) {
        run_request request = timing_of(request_of(slow_platform(name), several_layers()));
        if (request.asked_scheme.family == scheme_family::dasq) request.asked_scheme = parse_scheme("dasq:w4a4:sw4:p90");
        request.platform.activation_buffer.port_bits = 128;  // several cycles per vector
        request.platform.accumulators.write_interval = 30;   // longer than a tile of few vectors
        request.platform.dram.bandwidth_cycles *= 2;         // slower than tiles with rounds of outliers
        const traced_run run(request);
        expect_same_slots(run);
        const slot_split split = run.result.total().split;
        EXPECT_GT(split.input, 0u);
        EXPECT_GT(split.memory, 0u);
        EXPECT_GT(split.weight_port, 0u);
        EXPECT_GT(split.hazard, 0u);
        EXPECT_GT(split.drain, 0u);
        EXPECT_EQ(split.outlier > 0, run.result.platform == "dasq");
    }
}

TEST(timeline_of_a_run, has_a_thread_per_unit_module_by_module_in_the_order_of_the_data) {
    const traced_run run(timing_of(request_of(preset("dasq"), three_layers())));
    EXPECT_THAT(run.timeline.threads, ElementsAre("system/layer", "system.accelerator/dma", "system.accelerator/vector_unit",
                                                  "system.accelerator.core/weight_loader", issuer, "system.accelerator.core/requantizer",
                                                  "system.accelerator.core/requantizer.no_output_bank"));
    EXPECT_EQ(run.timeline.other.at("platform"), "dasq");
    EXPECT_EQ(run.timeline.other.at("workload"), "test");
    EXPECT_EQ(run.timeline.other.at("scheme"), run.result.scheme);
    EXPECT_EQ(run.timeline.other.at("clock_hz"), run.result.clock_hz);
}

TEST(timeline_of_a_run, names_layers_and_tiles) {
    const traced_run run(timing_of(request_of(preset("symq"), three_layers())));
    std::vector<std::string> layers;
    std::uint64_t at = 0;
    for (const slice& s : run.timeline.slices.at("system/layer")) {
        layers.push_back(s.name);
        EXPECT_EQ(s.begin, at);
        at = s.end;
    }
    EXPECT_THAT(layers, ElementsAre("layer0", "layer1", "layer2"));
    EXPECT_EQ(at, run.result.total().cycles * run.period_ps);
    std::map<std::string, std::vector<std::string>> names;
    for (const char* unit : {"vector_issuer", "weight_loader", "requantizer"})
        for (const slice& s : run.timeline.slices.at(std::string("system.accelerator.core/") + unit))
            if (s.category == "work") names[unit].push_back(s.name);
    ASSERT_FALSE(names["vector_issuer"].empty());
    EXPECT_EQ(names["vector_issuer"].front(), "layer0 n0 k0 m0");
    EXPECT_EQ(names["weight_loader"], names["vector_issuer"]);  // each tile is loaded once
    EXPECT_EQ(names["requantizer"].front(), "layer0 n0 m0");
}

TEST(timeline_of_a_run, keeps_loader_and_requantizer_as_busy_as_their_counters) {
    platform_config platform = slow_platform("symq");
    const traced_run run(timing_of(request_of(platform, three_layers())));
    const std::uint64_t all = run.result.total().cycles * run.period_ps;
    const layer_report total = run.result.total();
    EXPECT_EQ(spent(run, "system.accelerator.core/weight_loader", 0, all)["work"],
              total.memories.at(memory_kind::weight_buffer).read_accesses);
    std::uint64_t outputs = 0, waited = 0;
    for (const layer_report& l : run.result.layers)
        for (const auto& [key, unit] : l.units) {
            if (key.unit != unit_kind::requantizer) continue;
            outputs += unit.vectors;
            waited += unit.stalled / unit.instances;
        }
    EXPECT_EQ(outputs % std::uint64_t(platform.drain_width), 0u);
    EXPECT_EQ(spent(run, "system.accelerator.core/requantizer", 0, all)["work"], outputs / std::uint64_t(platform.drain_width));
    EXPECT_GT(waited, 0u);
    EXPECT_EQ(spent(run, "system.accelerator.core/requantizer.no_output_bank", 0, all)["no_output_bank"], waited);
}

TEST(timeline_of_a_run, moves_the_bytes_of_the_report) {
    const traced_run run(timing_of(request_of(slow_platform("dasq"), three_layers())));
    const auto& windows = run.timeline.counters.at("system.accelerator/dma.bytes_moved");
    const std::uint64_t window = run.timeline.other.at("window_cycles").get<std::uint64_t>();
    const std::uint64_t end = run.result.total().cycles * run.period_ps;
    std::uint64_t moved = 0;
    for (std::size_t i = 0; i < windows.size(); ++i) {
        // A value holds from window to window until the next.
        const std::uint64_t until = i + 1 < windows.size() ? windows[i + 1].first : end;
        moved += windows[i].second * ((until - windows[i].first + window * run.period_ps - 1) / (window * run.period_ps));
        EXPECT_LE(windows[i].second, 2 * window + 256);  // two bytes a cycle, and a burst that began before
    }
    const memory_counters dram = run.result.total().memories.at(memory_kind::dram);
    EXPECT_EQ(moved, dram.read_bytes + dram.written_bytes);
    EXPECT_GT(windows.size(), 20u);
    for (const char* level :
         {"/dma.bursts_in_flight", ".core/weight_buffer.bank0_bytes", ".core/weight_buffer.bank1_bytes",
          ".core/activation_buffer.bank0_bytes", ".core/activation_buffer.bank1_bytes", ".core/requantizer.accumulator_banks_full"})
        EXPECT_FALSE(run.timeline.counters.at(std::string("system.accelerator") + level).empty()) << level;
}

TEST(timeline_of_a_run, shows_whose_bursts_the_memory_serves) {
    const traced_run run(timing_of(request_of(slow_platform("dasq"), three_layers())));
    std::map<std::string, std::uint64_t> cycles;
    for (const slice& s : run.timeline.slices.at("system.accelerator/dma")) cycles[s.name] += (s.end - s.begin) / run.period_ps;
    std::uint64_t served = 0;
    for (const char* stream : {"weights", "outliers", "activations", "outputs", "control"}) {
        EXPECT_GT(cycles[stream], 0u) << stream;
        served += cycles[stream];
    }
    const memory_counters dram = run.result.total().memories.at(memory_kind::dram);
    EXPECT_GE(served, (dram.read_bytes + dram.written_bytes) / 2);  // two bytes a cycle
    EXPECT_LE(served, run.result.total().cycles);
}

}  // namespace
}  // namespace symmetree
