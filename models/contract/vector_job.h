#pragma once

#include <cstdint>
#include <vector>

#include "models/contract/image_scale.h"
#include "models/contract/vector_descriptor.h"

namespace symmetree {

/// A decoded step: what the sequencer hands to the vector unit. Immutable while it works.
struct vector_job {
    vector_descriptor descriptor;
    std::vector<std::uint8_t> parameters;
    std::vector<image_scale> scales[2];  ///< what stands at the descriptor's scale addresses, by image
    bool compute = true;                 ///< false: timing only
};

}  // namespace symmetree
