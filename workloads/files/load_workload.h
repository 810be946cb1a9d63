#pragma once

#include <string>
#include <vector>

#include "workloads/network/workload.h"

namespace YAML {
class Node;
}

namespace symmetree {

/// Loads a shipped workload by name, a `.yaml` workload or an `.onnx` model; validates it wholly.
/// `shipped_directory` holds the shipped `<name>.yaml` and `<name>.onnx` files. Throws input_error.
workload load_workload(const std::string& name_or_path, const std::string& shipped_directory);
/// Names of the shipped networks in alphabetical order.
std::vector<std::string> shipped_workloads(const std::string& shipped_directory);
/// The file that load_workload() would read. Throws input_error for a name that is not shipped.
std::string workload_file(const std::string& name_or_path, const std::string& shipped_directory);
workload load_workload_yaml(const std::string& path);
/// The same of a document in memory; `path` stands in messages, and its folder is where tensor files are looked for.
workload read_workload(const YAML::Node& document, const std::string& path);

}  // namespace symmetree
