#pragma once

#include <cstdint>

#include "core/counters.h"
#include "models/contract/accelerator_config.h"

namespace symmetree {

/// The memories on the far side of the DMA. They share one range of addresses, so that an address says which memory is meant.
/// A further one answers every switch below, `accelerator::port_of`, and the compiler says what stands in it.
enum class memory_space : std::uint8_t { dram };

/// As messages name it.
constexpr const char* to_string(memory_space space) {
    switch (space) {
        case memory_space::dram: return "DRAM";
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
/// The addresses that a platform's memory answers to.
address_range range_of(memory_space space, const accelerator_config& config);
/// What the traffic of a memory is counted and priced as.
memory_kind kind_of(memory_space space);

}  // namespace symmetree
