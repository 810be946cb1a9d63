// The waveform of a run tells the same story as its slot split.
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/support/traced_run.h"

namespace symmetree {
namespace {

namespace fs = std::filesystem;

TEST(waveform, has_the_hierarchy_of_the_modules) {
    const traced_run run(request_of(preset("dasq"), three_layers()));
    for (const char* name :
         {"system.layer", "system.accelerator.sequencer.layer", "system.accelerator.core.vector_issuer.state",
          "system.accelerator.core.vector_issuer.tile", "system.accelerator.core.weight_loader.busy",
          "system.accelerator.core.requantizer.busy", "system.accelerator.core.requantizer.accumulator_banks_full",
          "system.accelerator.dma.bursts_in_flight", "system.accelerator.dma.stream", "system.accelerator.dma.bytes_moved",
          "system.accelerator.core.vector_issuer.tile_name", "system.accelerator.core.vector_issuer.lost_to_outlier",
          "system.accelerator.core.weight_loader.tile_name", "system.accelerator.core.requantizer.block_name",
          "system.accelerator.core.requantizer.no_output_bank", "system.accelerator.core.weight_buffer.bank0_bytes",
          "system.accelerator.core.weight_buffer.bank1_bytes", "system.accelerator.core.activation_buffer.bank0_bytes",
          "system.accelerator.core.activation_buffer.bank1_bytes"}) {
        ASSERT_EQ(run.waves.signals.count(name), 1u) << name;
        EXPECT_FALSE(run.waves.signals.at(name).changes.empty()) << name;
    }
}

TEST(waveform, names_the_layers_where_they_begin) {
    const traced_run run(request_of(preset("symq"), three_layers()));
    std::vector<std::pair<std::uint64_t, std::string>> begins;
    std::uint64_t cycle = 0;
    for (const layer_report& l : run.result.layers) {
        begins.emplace_back(cycle * run.period_ps, l.name);
        cycle += l.cycles;
    }
    EXPECT_EQ(run.waves.signals.at("system.layer").changes, begins);
}

TEST(waveform, spends_in_each_state_what_the_split_says) {
    const traced_run run(request_of(slow_platform("symq"), three_layers()));
    const slot_split split = run.result.total().split;
    std::map<std::string, std::uint64_t> spent = run.cycles_in("system.accelerator.core.vector_issuer.state");
    EXPECT_EQ(spent["issuing"], split.issued());  // one vector per cycle: nothing is lost between the vectors of a tile
    EXPECT_EQ(spent["outlier"], split.outlier);
    EXPECT_EQ(spent["input"], split.input);
    EXPECT_EQ(spent["memory"], split.memory);
    EXPECT_EQ(spent["weight_port"], split.weight_port);
    EXPECT_EQ(spent["hazard"], split.hazard);
    EXPECT_EQ(spent["drain"], split.drain);
    EXPECT_EQ(spent["barrier"], split.barrier);
    EXPECT_GT(split.memory, 0u);
    EXPECT_GT(split.weight_port, 0u);
    EXPECT_GT(split.drain, 0u);
}

TEST(waveform, shows_slots_between_the_vectors_of_a_tile_as_its_pace) {
    run_request request = request_of(slow_platform("dasq"), three_layers());
    request.asked_scheme = parse_scheme("dasq:w4a4:sw4:p90");
    const traced_run run(request);
    const slot_split split = run.result.total().split;
    std::map<std::string, std::uint64_t> spent = run.cycles_in("system.accelerator.core.vector_issuer.state");
    EXPECT_GT(split.outlier, 0u);
    EXPECT_EQ(spent["issuing"] + spent["outlier"] + spent["input"] + spent["hazard"],
              split.issued() + split.outlier + split.input + split.hazard);
    EXPECT_EQ(spent["memory"], split.memory);
    EXPECT_EQ(spent["weight_port"], split.weight_port);
    EXPECT_EQ(spent["drain"], split.drain);
}

TEST(waveform, lasts_as_long_as_the_run) {
    const traced_run run(request_of(preset("symq"), three_layers()));
    EXPECT_EQ(run.waves.end, run.result.total().cycles * run.period_ps);
}

TEST(waveform, does_not_change_the_run) {
    const run_request request = request_of(slow_platform("dasq"), three_layers());
    const report plain = forked_run(request);
    EXPECT_EQ(traced_run(request).result.total().cycles, plain.total().cycles);
}

TEST(waveform, is_accepted_by_gtkwave) {
    if (!fs::exists("/usr/bin/vcd2fst")) GTEST_SKIP() << "GTKWave's vcd2fst is not installed";
    const traced_run run(request_of(preset("dasq"), three_layers()));
    const std::string fst = run.beside("run.fst").string(), log = run.beside("log").string();
    EXPECT_EQ(std::system(("/usr/bin/vcd2fst '" + run.path + "' '" + fst + "' > '" + log + "' 2>&1").c_str()), 0);
    EXPECT_GT(fs::file_size(fst), 0u);
}

}  // namespace
}  // namespace symmetree
