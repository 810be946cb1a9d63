#pragma once

#include <cstddef>
#include <vector>

#include "models/contract/accelerator_config.h"
#include "models/contract/tile_outlier.h"

namespace symmetree {

/// The steps in which a decoupled engine takes a group's outliers.
struct outlier_steps {
    std::size_t count = 0;
    std::vector<std::size_t> of;  ///< the step of every outlier
};

/// As few steps as possible, so that in each a sparse lane has one outlier at most and so has a sub-bank, which is a lane of the array.
///   row_banked: outliers join a sparse lane to a sub-bank, steps colour them. A bipartite graph needs as many colours as its fullest
///   vertex has edges (Koenig): the most outliers of one sparse lane or of one sub-bank.
///   pooled: any sparse lane will do, so the most outliers of one sub-bank, or all of them over the lanes.
outlier_steps steps_of(const std::vector<tile_outlier>& outliers, const sparse_config& sparse);

}  // namespace symmetree
