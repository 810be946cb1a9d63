#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compile/memory_use.h"
#include "models/contract/memory_space.h"
#include "workloads/network/liveness.h"

namespace symmetree {

/// Whose bytes a place holds.
enum class place_role : std::uint8_t {
    host,        ///< that the host writes or reads for every image: input and output of a network
    activation,  ///< that steps write
    weights,     ///< that the array's streams read: weights and outliers, the same for every image
    constant     ///< the same for every image: descriptors, tables, parameters, constant tensors
};

constexpr const char* to_string(place_role role) {
    switch (role) {
        case place_role::host: return "host";
        case place_role::activation: return "activation";
        case place_role::weights: return "weights";
        case place_role::constant: return "constant";
    }
    return "?";
}

/// True for what is the same for every image.
constexpr bool stays(place_role role) {
    switch (role) {
        case place_role::host:
        case place_role::activation: return false;
        case place_role::weights:
        case place_role::constant: return true;
    }
    return false;
}

/// Something that a program has in memory: a tensor, a table, a weight stream, its descriptors, the beta of an image.
struct memory_place {
    std::string name;  ///< the node that it serves and what it is: "conv1: weights"
    memory_space space = memory_space::dram;
    std::uint64_t address = 0, bytes = 0;
    lifetime alive;  ///< in steps of the program, by note_steps(); until then its first step alone
    place_role role = place_role::activation;
    std::uint64_t moved_bytes = 0;  ///< that a batch reads and writes there, by note_uses()
    std::vector<std::size_t> over;  ///< places that end in its first step and that it may begin at, by note_overwriting()
};

/// Where everything stands that a program has in memory, and from which step to which it is needed. Places follow each other in the order
/// in which they are asked for, each at a multiple of 64 bytes, and no two of them share a byte: what has ended is not written over.
/// keep_in_scratchpad() moves some of them, and there what has ended is.
class memory_map {
public:
    /// Takes the next `bytes` of a memory and returns their address. None are no place: their address is that of the next one.
    std::uint64_t reserve(memory_space space, std::string name, std::uint64_t bytes);

    /// Finds every lifetime. `addresses` holds by step, in their order, one address or more of every place that the step touches; what the
    /// host keeps there from image to image is touched by the first step and the last. model_fault: an address where nothing stands, or a
    /// place that no step touches.
    void note_steps(const std::vector<std::vector<std::uint64_t>>& addresses);
    /// Counts what steps move, and finds the roles that follow from it: a constant that the array's streams read is of the weights, one
    /// that a step writes is an activation. model_fault: an address where nothing stands.
    void note_uses(const std::vector<memory_use>& uses);

    /// The step writes its result while it reads operands that the result may be written over. Lifetimes are known.
    void note_overwriting(std::size_t step, std::uint64_t result, const std::vector<std::uint64_t>& operands);

    const std::vector<memory_place>& places() const { return places_; }
    std::vector<memory_place>& places() { return places_; }
    /// The place that holds an address. model_fault where nothing stands.
    std::size_t place_at(std::uint64_t address) const;
    /// Address behind the last byte that is taken of a memory.
    std::uint64_t end(memory_space space) const;
    /// Address of the next place, behind end().
    std::uint64_t next(memory_space space) const;

private:
    std::vector<memory_place> places_;
};

/// Places begin at multiples of it, in every memory.
inline constexpr std::uint64_t place_alignment = 64;

/// Where an address of `before` is in `after`, the same map with places moved.
std::uint64_t moved_address(const memory_map& before, const memory_map& after, std::uint64_t address);

}  // namespace symmetree
