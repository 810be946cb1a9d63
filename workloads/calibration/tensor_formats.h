#pragma once

#include <optional>
#include <string>

#include "workloads/calibration/calibration.h"
#include "workloads/calibration/choose_format.h"
#include "workloads/network/workload.h"

namespace symmetree {

/// The format of a node's tensor: that of the workload's file where it has one, a step from the file with the zero point that calibration
/// gives, or calibration alone. Throws input_error naming the tensor where the file's format does not fit what reads it, and where
/// calibration is wanted and `seen` has no statistics.
tensor_format format_for(const workload& network, const calibration& seen, const range_choice& range, std::size_t node, int bits,
                         activation_coding coding);

/// Why what reads a tensor at `bits` in that coding can't take the format, or nothing.
std::optional<std::string> why_unfit(const tensor_format& format, int bits, activation_coding coding);

}  // namespace symmetree
