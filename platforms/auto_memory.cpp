#include "platforms/auto_memory.h"

#include <cmath>
#include <numeric>

namespace symmetree {

dram_speed speed_of(dram_kind kind) {
    switch (kind) {
        case dram_kind::ddr3_1600: return {3'200'000'000, 13.75 + 13.75 + 44.5};  // JESD79-3, DDR3-1600K: 11-11-11 at 800 MHz
        case dram_kind::lpddr4: return {6'400'000'000, 18 + 17.5 + 44.5};         // JESD209-4, 3200 MT/s: tRCD 18 ns, RL 28 at 1600 MHz
        case dram_kind::lpddr5: return {12'800'000'000, 18 + 21.25 + 44.5};       // JESD209-5, 6400 MT/s: tRCD 18 ns, RL 17 at 800 MHz
    }
    return {};
}

void settle_memory(platform_config& config) {
    if (config.clock_hz <= 0) return;
    const dram_speed speed = speed_of(config.dram.kind);
    if (config.auto_bandwidth) {
        const auto clock = static_cast<std::uint64_t>(std::llround(config.clock_hz));
        const std::uint64_t common = std::gcd(speed.bytes_per_s, clock);
        config.dram.bandwidth_bytes = speed.bytes_per_s / common;
        config.dram.bandwidth_cycles = clock / common;
    }
    if (config.auto_latency) {
        constexpr double rounding = 1e-6;  // of the product of two doubles
        config.dram.latency_cycles = static_cast<std::uint64_t>(std::ceil(speed.latency_ns * config.clock_hz / 1e9 - rounding));
    }
}

}  // namespace symmetree
