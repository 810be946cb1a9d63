#pragma once

#include <cstdint>
#include <vector>

#include "models/contract/accelerator_config.h"
#include "models/contract/descriptor.h"
#include "models/contract/vector_descriptor.h"

namespace symmetree {

/// Bytes that a step moves between a place in memory and the chip.
struct memory_use {
    std::uint64_t address = 0;  ///< in the place
    std::uint64_t read_bytes = 0, written_bytes = 0;
    bool weight_stream = false;  ///< read by the streams of weights and outliers
};

/// Visits every address of a descriptor, each of another place, as something that may be changed. What the step does not use is not
/// visited.
template <class Visit>
void for_each_address(layer_descriptor& d, Visit visit) {
    for (std::uint64_t* const address : {&d.tables_address, &d.weights_address, &d.input_address, &d.output_address}) visit(*address);
    if (d.outlier_bits > 0) visit(d.outliers_address);
    if (d.scale_address != 0) visit(d.scale_address);
}
template <class Visit>
void for_each_address(vector_descriptor& d, Visit visit) {
    visit(d.a.address);
    visit(d.result.address);
    if (d.has_second != 0) visit(d.b.address);
    if (d.parameters_bytes > 0) visit(d.parameters_address);
    for (std::uint64_t& scale : d.scale_address)
        if (scale != 0) visit(scale);
}

/// Where the bytes stand that a step reads or writes: an address of each place.
std::vector<std::uint64_t> addresses_of(layer_descriptor d);
std::vector<std::uint64_t> addresses_of(vector_descriptor d);

/// What a layer moves, the descriptor itself left out: the fetches of docs/timing-model.md, as many as its order of tiles takes.
std::vector<memory_use> uses_of(const accelerator_config& config, const layer_descriptor& d, const std::vector<weight_fill>& fills);
/// The same of a step of the vector unit.
std::vector<memory_use> uses_of(const accelerator_config& config, const vector_descriptor& d);

/// Addresses of the operands that a step's result may begin at: no chunk writes over rows that a later chunk fetches.
std::vector<std::uint64_t> written_over_by(const accelerator_config& config, const vector_descriptor& d);

}  // namespace symmetree
