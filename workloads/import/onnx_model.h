#pragma once

#include <onnx/onnx_pb.h>

#include <string>

namespace symmetree::onnx_import {

/// Reads a model file and brings in external data, which must lie in the model's folder. Throws input_error.
onnx::ModelProto read_model(const std::string& path);

/// Runs ONNX's own checker, and what it leaves open: versions that this build of ONNX does not know. Throws input_error.
void check_model(const onnx::ModelProto& model, const std::string& path);

}  // namespace symmetree::onnx_import
