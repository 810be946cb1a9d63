#pragma once

#include <cstdint>
#include <vector>

#include "models/contract/accelerator_config.h"
#include "models/contract/descriptor.h"
#include "workloads/formats/quantized_weights.h"

namespace symmetree {

/// How a layer runs on a platform, before its tensors are packed.
struct layer_plan {
    layer_descriptor descriptor;           ///< all but the addresses and the input's zero point, which whoever places the layer fills in
    std::uint64_t descriptor_address = 0;  ///< of a layer by itself
    std::vector<weight_fill> fills;
    pass_split passes;
    outlier_layout outliers;
    std::vector<std::uint32_t> outlier_begin;  ///< per row of the weights: its first outlier; one more at the end
    int accumulator_bits = 0;                  ///< fewest that hold all its sums; plan_product() finds out
};

/// What the activations of a layer look like to the hardware.
struct activation_format {
    int bits = 4;
    bool is_unsigned = false;
    int least = 0, greatest = 0;
};

/// Plans a layer whose shape says how wide its output codes are: descriptor, tiles, outlier tables. Throws does_not_fit.
layer_plan plan_layer(const accelerator_config& config, const layer_geometry& shape, const quantized_weights& w, const activation_format& x,
                      bool on_side_array);

/// The streams of a layer's stored operand, packed tile by tile as the fills say.
std::vector<std::uint8_t> pack_dense_codes(const accelerator_config& config, const layer_plan& plan, const quantized_weights& w);
std::vector<std::uint8_t> pack_outlier_stream(const accelerator_config& config, const layer_plan& plan, const quantized_weights& w);
std::uint64_t dense_bytes(const layer_plan& plan);
std::uint64_t outlier_bytes(const layer_plan& plan);

}  // namespace symmetree
