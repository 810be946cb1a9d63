#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "workloads/network/formatted_network.h"

namespace symmetree {

/// What the operators of the vector unit are computed in, from codes to codes; products and their requantization are integers in any case.
enum class vector_arithmetic {
    integer,  ///< as the unit does
    float32,  ///< on real numbers, by reference/vector_float.h: what the integer forms lose
};

/// The network once more, one node at a time, for whoever decides on the way what comes behind: the weights of a product may change until
/// its step. `network` must outlive the walk.
class reference_walk {
public:
    reference_walk(const formatted_network& network, std::vector<std::int16_t> image,
                   vector_arithmetic arithmetic = vector_arithmetic::integer);
    reference_walk(reference_walk&&) noexcept;
    ~reference_walk();

    /// Computes a node whose inputs have been computed.
    void step(std::size_t node);
    /// The codes of a node that has been computed, in the order of its axes; those of a node with a clip fused into it are the clip's.
    const std::vector<std::int16_t>& codes_of(std::size_t node) const;
    /// Frees the codes of a node that no further step reads.
    void forget(std::size_t node);

private:
    class executor;
    std::unique_ptr<executor> executor_;
};

/// The network once more, node by node in the order of its axes: no tiles, no buffers, no layouts, no kernel, and every integer derived
/// here from the formats. Returns the codes of every node, in the order of its axes; those of a node with a clip fused into it are the
/// clip's.
std::vector<std::vector<std::int16_t>> reference_network(const formatted_network& network, const std::vector<std::int16_t>& image,
                                                         vector_arithmetic arithmetic = vector_arithmetic::integer);

}  // namespace symmetree
