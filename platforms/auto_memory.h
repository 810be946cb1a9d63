#pragma once

#include <cstdint>

#include "platforms/platform_config.h"

namespace symmetree {

/// One channel of 16 bits, by its standard: transfers per second times 2 bytes, and from a request to its first byte, row activation
/// (tRCD) and read latency of the speed bin, and 44.5 ns for the controller and the way there and back.
struct dram_speed {
    std::uint64_t bytes_per_s = 0;
    double latency_ns = 0;
};
dram_speed speed_of(dram_kind kind);

/// Sets bandwidth and latency where they are auto to what the kind has at the platform's clock: bytes per cycle exactly, cycles rounded up.
/// Leaves the others alone, and all of them while the clock is not settled.
void settle_memory(platform_config& config);

}  // namespace symmetree
