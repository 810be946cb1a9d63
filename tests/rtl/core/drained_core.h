#pragma once

#include <memory>

#include "tests/rtl/core/array_core_model.h"

namespace symmetree {

/// An array core with the drain path behind it: its sums leave as codes, some cycles later. `core` is of the build that the drain path
/// was made for: `symq` or `row_sum_at_drain`.
std::unique_ptr<core_model> with_drain_path(const built_core& core);

}  // namespace symmetree
