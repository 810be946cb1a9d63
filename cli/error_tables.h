#pragma once

#include <string>
#include <vector>

#include "traces/plots.h"
#include "traces/study.h"
#include "workloads/quantize/error_report.h"

namespace symmetree {

// Error reports of all layers as rows and figures: docs/quantize.md has every column.

study layer_rows(const std::vector<weight_error_report>& layers);
study channel_rows(const std::vector<weight_error_report>& layers);
study level_rows(const std::vector<weight_error_report>& layers);

/// SQNR by layer, SQNR by layer and channel, shares of the codes by layer.
std::vector<figure> error_figures(const std::vector<weight_error_report>& layers);

}  // namespace symmetree
