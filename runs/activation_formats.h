#pragma once

#include <optional>
#include <string>

#include "compile/network_formats.h"
#include "compile/requantized_network.h"
#include "workloads/calibration/calibration.h"
#include "workloads/calibration/choose_format.h"

namespace symmetree {

/// How steps of activations follow from calibration: `wanted`, or as the scheme says.
range_choice range_of(const std::optional<range_choice>& wanted, const scheme& format);

/// Formats of a network with copies of tensors, by the node that each was made from: those that the network fixes, else from calibration.
/// All arguments but the range must outlive the chooser.
format_chooser copies_chooser(const workload& network, const requantized_network& copied, const calibration& seen,
                              const range_choice& range);

}  // namespace symmetree
