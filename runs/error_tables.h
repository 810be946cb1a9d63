#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/output_file.h"
#include "runs/tensor_errors.h"
#include "traces/plots.h"
#include "traces/study.h"
#include "workloads/quantize/error_report.h"

namespace symmetree {

// Error reports of all layers as rows and figures: docs/quantize.md has every column.

study layer_rows(const std::vector<weight_error_report>& layers);
study channel_rows(const std::vector<weight_error_report>& layers);
study level_rows(const std::vector<weight_error_report>& layers);

// The same of the tensors between operators: errors, values before and codes after quantization.
study tensor_rows(const std::vector<tensor_error_report>& tensors);
study tensor_value_rows(const std::vector<tensor_error_report>& tensors);
study tensor_code_rows(const std::vector<tensor_error_report>& tensors);

/// SQNR along the network, alone and accumulated; values before and codes after, each tensor a row. None without tensors.
std::vector<figure> tensor_figures(const std::vector<tensor_error_report>& tensors);

/// SQNR by layer, SQNR by layer and channel, shares of the codes by layer, level sets.
std::vector<figure> error_figures(const std::vector<weight_error_report>& layers);

/// Tables by the name of their file.
using named_tables = std::vector<std::pair<std::string, study>>;
/// Everything that is told about errors.
struct error_report {
    named_tables tables;
    std::vector<figure> figures;
};
/// Layers, channels and levels; tensors where there are some; `further` tables behind them.
error_report error_report_of(const std::vector<weight_error_report>& layers, const std::vector<tensor_error_report>& tensors,
                             const named_tables& further = {});
/// Each table as .csv, and all of them as report.json.
std::vector<named_content> table_files(const error_report& report);

}  // namespace symmetree
