#include "models/contract/memory_space.h"

#include "core/enumerators.h"
#include "core/error.h"

namespace symmetree {

const char* to_string(memory_space space) {
    switch (space) {
        case memory_space::dram: return "DRAM";
    }
    return "?";
}

std::uint64_t first_address(memory_space space) {
    switch (space) {
        case memory_space::dram: return 0;
    }
    throw model_fault("a memory without an address");
}

address_range range_of(memory_space space, const accelerator_config& config) {
    switch (space) {
        case memory_space::dram: return {first_address(space), config.dram.capacity_bytes};
    }
    throw model_fault("a memory without a size");
}

std::vector<address_range> address_ranges(const accelerator_config& config) {
    std::vector<address_range> ranges;
    for (const memory_space space : enumerators<memory_space>()) ranges.push_back(range_of(space, config));
    return ranges;
}

memory_kind kind_of(memory_space space) {
    switch (space) {
        case memory_space::dram: return memory_kind::dram;
    }
    throw model_fault("a memory without counters");
}

}  // namespace symmetree
