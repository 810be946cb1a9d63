#pragma once

#include <cstdint>
#include <vector>

namespace symmetree {

/// Bytes that stand in memory before the program is run.
struct placed_bytes {
    std::uint64_t address = 0;
    std::vector<std::uint8_t> bytes;
};

/// What one ring of the doorbell runs: descriptors one after the other, what they read, and where the result is left. A
/// layer by itself is a program of one descriptor.
struct program {
    std::vector<placed_bytes> contents;
    std::uint64_t descriptor_address = 0;
    std::uint32_t descriptors = 0;
    int batch = 1;  ///< images that it runs at a time; their inputs follow each other, and their results
    std::uint64_t input_address = 0;
    std::uint64_t result_address = 0, result_bytes = 0;
};

}  // namespace symmetree
