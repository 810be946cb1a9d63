#pragma once

#include <memory>

#include "tests/rtl/core/core_model.h"

namespace symmetree {

/// The parameters that an array core was built with; models/dense_array/rtl/array_core.sv.
struct core_build {
    const char* name;
    int variant, trees, lanes, k, a, guard, pipeline, shadow, weight_port, outlier_port, input_port, sparse, pooled, value, list, w, depth,
        interval, drain, stationary;
};

/// A core and what it was built as. Each build is a library of its own; the builds are listed in CMakeLists.txt.
struct built_core {
    core_build build;
    std::unique_ptr<core_model> (*make)();
};

/// The platform that a build is; buffers, memory and mapping are left at their defaults.
platform_config platform_of(const core_build& build);

}  // namespace symmetree
