#pragma once

#include "compile/layer_plan.h"
#include "models/activity/layer_result.h"
#include "platforms/platform_config.h"
#include "traces/report.h"
#include "workloads/formats/quantized_weights.h"
#include "workloads/network/workload.h"

namespace symmetree {

/// A layer as it was quantized and cut for a platform.
struct planned_layer {
    const layer& what;
    const scheme& used;
    bool on_side_array;
    const quantized_weights& weights;
    const layer_plan& plan;
};

/// A report without rows, notes and prices: what was run, on which platform.
report report_header(const workload& network, const platform_config& platform, const scheme& format, std::uint64_t seed, bool timing_only);

/// The layer's row of a report: all but its prices and its check.
layer_report layer_report_of(const platform_config& platform, const planned_layer& l, const layer_result& result);

}  // namespace symmetree
