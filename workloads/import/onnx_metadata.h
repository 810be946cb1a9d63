#pragma once

#include <map>
#include <string>

namespace symmetree {

/// The key-value pairs that a model carries beside its graph (`metadata_props`). Throws input_error.
std::map<std::string, std::string> onnx_metadata(const std::string& path);

}  // namespace symmetree
