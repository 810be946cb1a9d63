#pragma once

#include "models/accelerator/layer_result.h"
#include "models/host/layer_image.h"
#include "platforms/platform_config.h"
#include "traces/report.h"
#include "workloads/quantize/quantized_weights.h"
#include "workloads/workload.h"

namespace symmetree {

/// A layer as it was quantized and cut for a platform.
struct planned_layer {
    const layer& what;
    const scheme& used;
    bool on_side_array;
    const quantized_weights& weights;
    const layer_plan& plan;
};

/// The layer's row of a report: all but its prices and its check.
layer_report layer_report_of(const platform_config& platform, const planned_layer& l, const layer_result& result);

}  // namespace symmetree
