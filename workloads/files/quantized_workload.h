#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "workloads/network/workload.h"

namespace YAML {
class Node;
}

namespace symmetree {

/// A tensor of floats for a safetensors file.
struct float_tensor {
    std::string name;
    std::vector<std::int64_t> dimensions;
    std::vector<float> values;
};

/// A network whose layers have formats of their own, with or without their codes: docs/quantize.md.
struct quantized_workload {
    const workload& network;                            ///< with its graph, where it has one
    std::string network_file;                           ///< the .onnx or .yaml that it was loaded from
    std::vector<scheme> schemes;                        ///< by layer
    std::vector<quantized_weights> weights;             ///< by layer; nothing in it for attention products
    std::vector<std::optional<tensor_format>> formats;  ///< by node of the graph; empty without a graph
    std::string pixels;                                 ///< normalization of its images, as `--normalization` writes it; empty: not known
    std::uint64_t seed = 1;                             ///< of synthetic weights
    std::string note;                                   ///< how it was made
    std::map<std::string, tensor_format> adapted =
        {};  ///< schemes with `:asq`: by a tensor's name, the format at beta = 1 of its codes behind the adapter
    std::vector<float_tensor> adapters = {};             ///< and the adapters, as `evaluate --adapters` reads them
    std::map<std::string, tensor_format> narrowed = {};  ///< by tensor: what layers read where additions read the tensor itself
};

/// Throws input_error naming `option` unless the path is empty or ends in .yaml.
void require_quantized_name(const std::string& option, const std::string& path);

/// Writes `path` (.yaml), and beside it the codes (.safetensors) and a copy of the network's file, all named after it. A .yaml network that
/// reads files itself stays where it is and is named by its path. Digests of both files stand in the document. Throws input_error.
void write_quantized_workload(const std::string& path, const quantized_workload& q);

/// True for documents that `write_quantized_workload` writes: they have the field `network`.
bool is_quantized_workload(const YAML::Node& document);
/// The network's own file: the one that such a document names, else `file` itself.
std::string network_file_of(const std::string& file);
/// The network with own schemes, codes and formats in place, and its float weights as they were. Throws input_error with every problem,
/// also where a file is not the one that the document was written for.
workload read_quantized_workload(const YAML::Node& document, const std::string& path);

}  // namespace symmetree
