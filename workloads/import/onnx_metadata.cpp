#include "workloads/import/onnx_metadata.h"

#include "workloads/import/onnx_model.h"

namespace symmetree {

std::map<std::string, std::string> onnx_metadata(const std::string& path) {
    const onnx::ModelProto model = onnx_import::read_model(path);
    std::map<std::string, std::string> pairs;
    for (const auto& pair : model.metadata_props()) pairs[pair.key()] = pair.value();
    return pairs;
}

}  // namespace symmetree
