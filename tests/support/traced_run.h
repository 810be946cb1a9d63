#pragma once

#include <unistd.h>

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include "tests/support/forked.h"
#include "tests/support/layers.h"
#include "tests/support/timeline_reader.h"
#include "tests/support/vcd_reader.h"

namespace symmetree {

/// A run with both traces, read back.
class traced_run {
public:
    explicit traced_run(run_request request)
        : folder_(std::filesystem::temp_directory_path() / ("symmetree_traced_" + std::to_string(getpid()))) {
        std::filesystem::create_directories(folder_);
        path = beside("run.vcd").string();
        request.vcd_path = path;
        request.timeline_path = beside("run.json").string();
        result = forked_run(request);
        waves = read_vcd(content_of(request.vcd_path));
        timeline = read_timeline(content_of(request.timeline_path));
        period_ps = static_cast<std::uint64_t>(std::llround(1e12 / request.platform.clock_hz));
    }
    ~traced_run() { std::filesystem::remove_all(folder_); }
    traced_run(const traced_run&) = delete;
    traced_run& operator=(const traced_run&) = delete;

    /// Cycles that a signal spends in each of its values.
    std::map<std::string, std::uint64_t> cycles_in(const std::string& signal) const {
        std::map<std::string, std::uint64_t> spent;
        const auto& changes = waves.signals.at(signal).changes;
        const std::uint64_t end = result.total().cycles * period_ps;
        for (std::size_t i = 0; i < changes.size(); ++i)
            spent[changes[i].second] += ((i + 1 < changes.size() ? changes[i + 1].first : end) - changes[i].first) / period_ps;
        return spent;
    }
    std::filesystem::path beside(const char* name) const { return folder_ / name; }

    std::string path;  ///< of the waveform
    report result;
    vcd_content waves;
    timeline_content timeline;
    std::uint64_t period_ps = 0;

private:
    static std::string content_of(const std::string& path) {
        std::stringstream text;
        text << std::ifstream(path, std::ios::binary).rdbuf();
        return text.str();
    }

    std::filesystem::path folder_;
};

inline workload three_layers() {
    return network_of({conv_layer(12, 12, 40, 3, 1, 1), linear_layer(60, 90, 50), linear_layer(40, 300, 20)});
}

/// Little memory bandwidth and narrow ports: every kind of stall between tiles.
inline platform_config slow_platform(const char* name) {
    platform_config p = preset(name);
    p.weight_buffer.port_bits = 32;
    p.weight_buffer.bank_bytes = 2048;
    p.accumulators.depth = 24;
    p.drain_width = 2;
    p.dram.bandwidth_bytes = 2;
    p.dram.bandwidth_cycles = 1;
    return p;
}

}  // namespace symmetree
