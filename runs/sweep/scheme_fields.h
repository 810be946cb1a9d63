#pragma once

#include <optional>
#include <string>

#include "workloads/formats/scheme.h"

namespace symmetree {

/// Sets one part of a scheme by its name: weight_bits, activation_bits, outlier_bits, sparsity, guard_bits, granularity (channel,
/// tensor), range and activation_range (mse, minmax), rounding (half_even, truncate). Returns why the family has no such part, or nothing.
/// Throws input_error for an unknown name or a value outside its range.
std::optional<std::string> set_scheme_field(scheme& s, const std::string& field, const std::string& value);

}  // namespace symmetree
