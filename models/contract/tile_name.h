#pragma once

#include <string>

#include "workloads/tiling/tiling.h"

namespace symmetree {

/// How traces call a tile: "n3 k2 m0", led by "r1 " for later repeats and followed by " v5" for later vectors of an m-block that are
/// held one by one, and by " w0 a1" for later passes.
std::string name_of(const tile& t);
/// The block of outputs that a tile completes: its name without the k-block and the pass.
std::string block_name_of(const tile& t);

}  // namespace symmetree
