#pragma once

#include <map>
#include <optional>
#include <string>

#include "compile/network_formats.h"
#include "compile/requantized_network.h"
#include "workloads/calibration/calibration.h"
#include "workloads/calibration/choose_format.h"

namespace symmetree {

/// How steps of activations follow from calibration: `wanted`, or as the scheme says.
range_choice range_of(const std::optional<range_choice>& wanted, const scheme& format);

/// Formats of a network with adaptive tensors, by the node that each was made from: from calibration, or from a file. All arguments but the
/// range must outlive the chooser.
format_chooser copies_chooser(const workload& network, const requantized_network& copied, const calibration& seen,
                              const range_choice& range, const std::map<std::string, tensor_format>& adapted);

}  // namespace symmetree
