// The waveform of a run tells the same story as its slot split.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <unistd.h>

#include "tests/support/forked.h"
#include "tests/support/layers.h"
#include "tests/unit/traces/vcd_reader.h"

namespace symmetree {
namespace {

namespace fs = std::filesystem;

/// A run with a trace, both read back.
class traced {
public:
    explicit traced(run_request request) : folder_(fs::temp_directory_path() / ("symmetree_waveform_" + std::to_string(getpid()))) {
        fs::create_directories(folder_);
        path = (folder_ / "run.vcd").string();
        request.vcd_path = path;
        result = forked_run(request);
        std::ifstream file(path, std::ios::binary);
        std::stringstream text;
        text << file.rdbuf();
        waves = read_vcd(text.str());
        period_ps = static_cast<std::uint64_t>(1e12 / request.platform.clock_hz + 0.5);
    }
    ~traced() { fs::remove_all(folder_); }

    /// Cycles that a signal spends in each of its values.
    std::map<std::string, std::uint64_t> cycles_in(const std::string& signal) const {
        std::map<std::string, std::uint64_t> spent;
        const auto& changes = waves.signals.at(signal).changes;
        const std::uint64_t end = result.total().cycles * period_ps;
        for (std::size_t i = 0; i < changes.size(); ++i) spent[changes[i].second] += ((i + 1 < changes.size() ? changes[i + 1].first : end) - changes[i].first) / period_ps;
        return spent;
    }
    fs::path beside(const char* name) const { return folder_ / name; }

    std::string path;
    report result;
    vcd_content waves;
    std::uint64_t period_ps = 0;

private:
    fs::path folder_;
};

workload three_layers() { return network_of({conv_layer(12, 12, 40, 3, 1, 1), linear_layer(60, 90, 50), linear_layer(40, 300, 20)}); }

/// Little memory bandwidth and narrow ports: every kind of stall between tiles.
platform_config slow_platform(const char* name) {
    platform_config p = preset(name);
    p.weight_buffer.port_bits = 32;
    p.weight_buffer.bank_bytes = 2048;
    p.accumulators.depth = 24;
    p.drain_width = 2;
    p.dram.bandwidth_bytes = 2;
    p.dram.bandwidth_cycles = 1;
    return p;
}

TEST(waveform, has_the_hierarchy_of_the_modules) {
    const traced run(request_of(preset("dasq"), three_layers()));
    for (const char* name : {"system.layer", "system.accelerator.sequencer.layer", "system.accelerator.vector_issuer.state", "system.accelerator.vector_issuer.tile",
                             "system.accelerator.weight_loader.busy", "system.accelerator.requantizer.busy", "system.accelerator.requantizer.accumulator_banks_full",
                             "system.accelerator.dma.bursts_in_flight", "system.accelerator.weight_buffer.bank0_bytes", "system.accelerator.weight_buffer.bank1_bytes",
                             "system.accelerator.activation_buffer.bank0_bytes", "system.accelerator.activation_buffer.bank1_bytes"}) {
        ASSERT_EQ(run.waves.signals.count(name), 1u) << name;
        EXPECT_FALSE(run.waves.signals.at(name).changes.empty()) << name;
    }
}

TEST(waveform, names_the_layers_where_they_begin) {
    const traced run(request_of(preset("symq"), three_layers()));
    std::vector<std::pair<std::uint64_t, std::string>> begins;
    std::uint64_t cycle = 0;
    for (const layer_report& l : run.result.layers) {
        begins.emplace_back(cycle * run.period_ps, l.name);
        cycle += l.cycles;
    }
    EXPECT_EQ(run.waves.signals.at("system.layer").changes, begins);
}

TEST(waveform, spends_in_each_state_what_the_split_says) {
    const traced run(request_of(slow_platform("symq"), three_layers()));
    const slot_split split = run.result.total().split;
    std::map<std::string, std::uint64_t> spent = run.cycles_in("system.accelerator.vector_issuer.state");
    EXPECT_EQ(spent["issuing"], split.issued());  // one vector per cycle: nothing is lost between the vectors of a tile
    EXPECT_EQ(spent["outlier"], split.outlier);
    EXPECT_EQ(spent["input"], split.input);
    EXPECT_EQ(spent["memory"], split.memory);
    EXPECT_EQ(spent["weight_port"], split.weight_port);
    EXPECT_EQ(spent["hazard"], split.hazard);
    EXPECT_EQ(spent["drain"], split.drain);
    EXPECT_EQ(run.result.total().cycles - split.issued() - split.stalled(), split.barrier);
    EXPECT_GT(split.memory, 0u);
    EXPECT_GT(split.weight_port, 0u);
    EXPECT_GT(split.drain, 0u);
}

TEST(waveform, shows_slots_between_the_vectors_of_a_tile_as_its_pace) {
    run_request request = request_of(slow_platform("dasq"), three_layers());
    request.format = parse_scheme("dasq:w4a4:sw4:p90");
    const traced run(request);
    const slot_split split = run.result.total().split;
    std::map<std::string, std::uint64_t> spent = run.cycles_in("system.accelerator.vector_issuer.state");
    EXPECT_GT(split.outlier, 0u);
    EXPECT_EQ(spent["issuing"] + spent["outlier"] + spent["input"] + spent["hazard"], split.issued() + split.outlier + split.input + split.hazard);
    EXPECT_EQ(spent["memory"], split.memory);
    EXPECT_EQ(spent["weight_port"], split.weight_port);
    EXPECT_EQ(spent["drain"], split.drain);
}

TEST(waveform, does_not_change_the_run) {
    const run_request request = request_of(slow_platform("dasq"), three_layers());
    const report plain = forked_run(request);
    EXPECT_EQ(traced(request).result.total().cycles, plain.total().cycles);
}

TEST(waveform, is_accepted_by_gtkwave) {
    if (!fs::exists("/usr/bin/vcd2fst")) GTEST_SKIP() << "GTKWave's vcd2fst is not installed";
    const traced run(request_of(preset("dasq"), three_layers()));
    const std::string fst = run.beside("run.fst").string(), log = run.beside("log").string();
    EXPECT_EQ(std::system(("/usr/bin/vcd2fst '" + run.path + "' '" + fst + "' > '" + log + "' 2>&1").c_str()), 0);
    EXPECT_GT(fs::file_size(fst), 0u);
}

}  // namespace
}  // namespace symmetree
