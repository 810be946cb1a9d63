#pragma once

#include <cstdint>
#include <vector>

#include "compile/layer_plan.h"
#include "compile/network_formats.h"
#include "models/contract/descriptor.h"

namespace symmetree {

/// What a layer's unit, zero-point unit and requantizer hold for it.
struct product_integers {
    bool on_side_array = false;
    activation_format input;
    std::vector<channel_record> channels;  ///< folded bias, requantization, zero point, outlier shift; one per row of the weights
    std::vector<std::int32_t> own_biases;  ///< where the input's step depends on the image: the layer's own, which `channels` is without
};

/// A network in integers: its formats and what its layers need to run on a platform. What the vector unit holds for the other nodes follows
/// from the formats when the steps are laid out (network_program.h).
struct quantized_network : formatted_network {
    std::vector<product_integers> product_records;  ///< by layer
};

/// Chooses formats (format_network) and the integers that follow from them. Throws input_error with every layer that can't run on the
/// platform, does_not_fit where a folded bias takes more than 32 bits.
quantized_network quantize_network(workload network, const platform_config& platform, const scheme& format, const format_chooser& choose,
                                   const weight_cache& cache, std::uint64_t seed, int threads, const network_options& options = {});

}  // namespace symmetree
