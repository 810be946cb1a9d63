#pragma once

#include "compile/layer_plan.h"
#include "models/activity/layer_result.h"
#include "platforms/platform_config.h"
#include "traces/report.h"
#include "workloads/network/formatted_network.h"

namespace symmetree {

/// A report without rows, notes and prices: what was run, on which platform.
report report_header(const workload& network, const platform_config& platform, const scheme& format, std::uint64_t seed, bool timing_only,
                     int batch);

/// The layer's row of a report: all but its prices and its check. Shapes are those of an image, counts those of the batch.
layer_report layer_report_of(const platform_config& platform, const formatted_product& product, const layer_plan& plan,
                             const layer_result& result);

}  // namespace symmetree
