#pragma once

#include "platforms/platform_fields.h"

namespace symmetree {

// The fields of the platform file that have a form of their own.

/// A word that may be part of a file name.
special_value name_value();
/// Read by read_scheme(), behind the arrays.
special_value scheme_value();
/// A number, `auto`, or the details of `auto`.
special_value clock_value();
/// Bytes per cycle, or an exact fraction of both, or `auto`.
special_value bandwidth_value();

/// Most bytes, and most cycles, of the fraction.
constexpr int most_bandwidth = 65536;

}  // namespace symmetree
