#pragma once

#include <memory>

#include "tests/rtl/core/core_model.h"

namespace symmetree {

/// array_control alone, with the constants of any platform and without data.
std::unique_ptr<core_model> make_control_model();

}  // namespace symmetree
