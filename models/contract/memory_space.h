#pragma once

#include <cstdint>
#include <vector>

#include "core/counters.h"
#include "models/contract/accelerator_config.h"

namespace symmetree {

/// The memories on the far side of the DMA. They share one range of addresses, so that an address says which memory is meant.
/// A further one answers every switch below, `accelerator::bind_memory`, and the compiler says what stands in it.
enum class memory_space : std::uint8_t { dram, scratchpad };

/// As messages name it.
constexpr const char* to_string(memory_space space) {
    switch (space) {
        case memory_space::dram: return "DRAM";
        case memory_space::scratchpad: return "the scratchpad";
    }
    return "?";
}

/// Bytes begin .. begin + bytes - 1.
struct address_range {
    std::uint64_t begin = 0, bytes = 0;

    bool holds(std::uint64_t address, std::uint64_t count) const {
        return address >= begin && address - begin <= bytes && count <= bytes - (address - begin);
    }
};

/// Address of the first byte of a memory, the same on every platform.
std::uint64_t first_address(memory_space space);
/// The addresses that a platform's memory answers to; none where it is without.
address_range range_of(memory_space space, const accelerator_config& config);
/// The memories that a platform has, in the order of the enumerators.
std::vector<memory_space> memories_of(const accelerator_config& config);
/// Their addresses, in the same order.
std::vector<address_range> address_ranges(const accelerator_config& config);
/// Which of the ranges holds an address. Throws model_fault where none does.
std::size_t range_with(const std::vector<address_range>& ranges, std::uint64_t address);
/// What the traffic of a memory is counted and priced as.
memory_kind kind_of(memory_space space);

}  // namespace symmetree
