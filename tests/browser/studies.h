#pragma once

#include <cstddef>

#include "traces/study.h"

namespace symmetree {

/// Names that would be markup, code or keys of JavaScript's own objects if anything took them for more than names.
study hostile_study();
/// A sweep without details: points of so many workloads with every metric, numeric axes, and an accuracy that some lack.
study sweep_study(std::size_t points, std::size_t workloads);

}  // namespace symmetree
