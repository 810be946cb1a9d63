#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/contract/descriptor.h"
#include "models/contract/memory_space.h"
#include "models/contract/vector_descriptor.h"
#include "workloads/network/liveness.h"

namespace symmetree {

/// Something that a program has in memory: a tensor, a table, a weight stream, its descriptors, the beta of an image.
struct memory_place {
    std::string name;  ///< the node that it serves and what it is: "conv1: weights"
    memory_space space = memory_space::dram;
    std::uint64_t address = 0, bytes = 0;
    lifetime alive;  ///< in steps of the program, by note_steps(); until then its first step alone
};

/// Where everything stands that a program has in memory, and from which step to which it is needed. Places follow each other in the order
/// in which they are asked for, each at a multiple of 64 bytes, and no two of them share a byte: what has ended is not written over.
class memory_map {
public:
    /// Takes the next `bytes` of a memory and returns their address. None are no place: their address is that of the next one.
    std::uint64_t reserve(memory_space space, std::string name, std::uint64_t bytes);

    /// Finds every lifetime. `addresses` holds by step, in their order, one address or more of every place that the step touches; what the
    /// host keeps there from image to image is touched by the first step and the last. model_fault: an address where nothing stands, or a
    /// place that no step touches.
    void note_steps(const std::vector<std::vector<std::uint64_t>>& addresses);

    const std::vector<memory_place>& places() const { return places_; }
    /// Address behind the last byte that is taken of a memory.
    std::uint64_t end(memory_space space) const;
    /// Address of the next place, behind end().
    std::uint64_t next(memory_space space) const;

private:
    std::size_t place_at(std::uint64_t address) const;

    std::vector<memory_place> places_;
};

/// Where the bytes stand that a step reads or writes: an address of each place.
std::vector<std::uint64_t> addresses_of(const layer_descriptor& d);
std::vector<std::uint64_t> addresses_of(const vector_descriptor& d);

}  // namespace symmetree
