#include "workloads/import/onnx_import.h"

#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <map>

#include "core/text.h"
#include "workloads/import/onnx_classes.h"
#include "workloads/import/onnx_folding.h"
#include "workloads/import/onnx_graph.h"
#include "workloads/import/onnx_inference.h"
#include "workloads/import/onnx_initializers.h"
#include "workloads/import/onnx_layers.h"
#include "workloads/import/onnx_model.h"
#include "workloads/network/workload.h"
#include "workloads/operators/layer_checks.h"

namespace symmetree {
namespace {

using namespace onnx_import;

bool has_subgraph(const onnx::NodeProto& node) {
    for (const auto& attribute : node.attribute())
        if (attribute.has_g() || attribute.graphs_size() > 0) return true;
    return false;
}

std::vector<std::string> listed(const std::map<std::string, int>& counts) {
    std::vector<std::string> out;
    for (const auto& [name, count] : counts) out.push_back(fmt::format("{} x{}", name, count));
    return out;
}

workload import_model(const std::string& path) {
    const onnx::ModelProto model = read_model(path);
    check_model(model, path);
    diagnostics problems;
    value_table values(model, path);
    class_table classes(model.graph(), values);
    layer_builder builder(model.graph(), path, values, classes, problems);
    graph_builder network(model.graph(), values, builder);
    std::map<std::string, int> not_simulated;
    for (int i = 0; i < model.graph().node_size(); ++i) {
        const onnx::NodeProto& node = model.graph().node(i);
        if (values.fold_node(node)) continue;
        if (!has_subgraph(node)) values.infer_node(node);
        const bool taken = builder.take(node);
        if (!taken) ++not_simulated[printable(node.op_type())];
        network.take(node, taken);
        classes.visit(i);
    }
    problems.throw_if_any();

    workload w;
    w.name = printable(std::filesystem::path(path).stem().string());
    w.source = printable(std::filesystem::path(path).filename().string());
    network.finish(w);
    w.layers = builder.take_layers();
    w.not_simulated = listed(not_simulated);
    if (w.layers.empty()) throw input_error(diagnostic{path, 0, 0, "", "has no Conv, Gemm or MatMul to simulate"});
    return w;
}

}  // namespace

struct onnx_initializers::model {
    onnx::ModelProto proto;
};

onnx_initializers::onnx_initializers(std::string path)
    : path_(std::move(path)), model_(std::make_shared<const model>(model{onnx_import::read_model(path_)})) {}

std::shared_ptr<const std::vector<float>> onnx_initializers::read(const std::string& initializer,
                                                                  const std::vector<std::int64_t>& dimensions, bool is_transposed) const {
    const auto refuse = [&](const std::string& message) {
        return input_error(diagnostic{path_, 0, 0, fmt::format("initializer '{}'", printable(initializer)), message});
    };
    const onnx::TensorProto* tensor = nullptr;
    for (const auto& candidate : model_->proto.graph().initializer())
        if (candidate.name() == initializer) tensor = &candidate;
    if (!tensor) throw refuse("is not in the model");
    if (tensor->data_type() != onnx::TensorProto::FLOAT)
        throw refuse(fmt::format("FLOAT is wanted, the model has {}", type_name(tensor->data_type())));
    const constant stored = read_tensor(*tensor, path_).value();
    const std::vector<std::int64_t> wanted = is_transposed ? std::vector<std::int64_t>(dimensions.rbegin(), dimensions.rend()) : dimensions;
    if (stored.dims != wanted)
        throw refuse(fmt::format("the layer wants {}, the model has {}", dimensions_text(wanted), dimensions_text(stored.dims)));
    for (std::size_t i = 0; i < stored.size(); ++i)
        if (!std::isfinite(stored.floats()[i])) throw refuse(fmt::format("element {} is not finite", i));
    if (!is_transposed) return std::get<0>(stored.values);
    return std::make_shared<const std::vector<float>>(
        transposed(stored.floats(), static_cast<std::size_t>(wanted[0]), static_cast<std::size_t>(wanted[1])));
}

/// Whatever the ONNX library throws at a model is a fault of the model.
workload load_workload_onnx(const std::string& path) {
    try {
        return import_model(path);
    } catch (const input_error&) {
        throw;
    } catch (const std::exception& e) {
        throw input_error(diagnostic{path, 0, 0, "", fmt::format("can't be imported: {}", e.what())});
    }
}

}  // namespace symmetree
