#pragma once

#include <string>

#include "workloads/network/workload.h"

namespace symmetree {

/// Loads an .onnx model; validates it wholly. Throws input_error.
workload load_workload_onnx(const std::string& path);

}  // namespace symmetree
