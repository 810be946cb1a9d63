#include "models/contract/memory_space.h"

#include "core/error.h"

namespace symmetree {

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

memory_kind kind_of(memory_space space) {
    switch (space) {
        case memory_space::dram: return memory_kind::dram;
    }
    throw model_fault("a memory without counters");
}

}  // namespace symmetree
