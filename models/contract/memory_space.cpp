#include "models/contract/memory_space.h"

#include <fmt/format.h>

#include "core/enumerators.h"
#include "core/error.h"

namespace symmetree {

std::uint64_t first_address(memory_space space) {
    switch (space) {
        case memory_space::dram: return 0;
        case memory_space::scratchpad: return std::uint64_t{1} << 40;  // beyond every DRAM
    }
    throw model_fault("a memory without an address");
}

address_range range_of(memory_space space, const accelerator_config& config) {
    switch (space) {
        case memory_space::dram: return {first_address(space), config.dram.capacity_bytes};
        case memory_space::scratchpad: return {first_address(space), config.scratchpad.bytes};
    }
    throw model_fault("a memory without a size");
}

std::vector<memory_space> memories_of(const accelerator_config& config) {
    std::vector<memory_space> present;
    for (const memory_space space : enumerators<memory_space>())
        if (range_of(space, config).bytes > 0) present.push_back(space);
    return present;
}

std::vector<address_range> address_ranges(const accelerator_config& config) {
    std::vector<address_range> ranges;
    for (const memory_space space : memories_of(config)) ranges.push_back(range_of(space, config));
    return ranges;
}

std::size_t range_with(const std::vector<address_range>& ranges, std::uint64_t address) {
    for (std::size_t i = 0; i < ranges.size(); ++i)
        if (ranges[i].holds(address, 1)) return i;
    throw model_fault(fmt::format("no memory has address {}", address));
}

memory_kind kind_of(memory_space space) {
    switch (space) {
        case memory_space::dram: return memory_kind::dram;
        case memory_space::scratchpad: return memory_kind::scratchpad;
    }
    throw model_fault("a memory without counters");
}

}  // namespace symmetree
