#pragma once

#include <cstdint>
#include <vector>

#include "compile/network_program.h"
#include "models/activity/layer_result.h"
#include "models/cost/cost_table.h"
#include "traces/report.h"

namespace symmetree {

/// The report of one batch, layer by layer and step by step.
report network_report(const quantized_network& q, const platform_config& platform, const scheme& format, std::uint64_t seed,
                      bool timing_only, const network_program& program, const std::vector<layer_result>& steps, const cost_table& prices);

}  // namespace symmetree
