#pragma once

#include <onnx/onnx_pb.h>

#include <numeric>
#include <string>
#include <vector>

#include "tests/unit/workloads/files.h"
#include "workloads/import/onnx_import.h"
#include "workloads/network/workload.h"

namespace symmetree::testing_files {

using dims_t = std::vector<std::int64_t>;

/// Puts small ONNX models together: every call adds one thing to the graph.
class model_builder {
public:
    model_builder() {
        model_.set_ir_version(7);
        model_.set_producer_name("test");
        auto* opset = model_.add_opset_import();
        opset->set_domain("");
        opset->set_version(13);
        graph().set_name("g");
    }

    onnx::ModelProto& model() { return model_; }
    onnx::GraphProto& graph() { return *model_.mutable_graph(); }

    /// A float input; a negative extent is left open under the name "open".
    model_builder& input(const std::string& name, const dims_t& dims) {
        describe(*graph().add_input(), name, dims);
        return *this;
    }
    model_builder& output(const std::string& name, const dims_t& dims) {
        describe(*graph().add_output(), name, dims);
        return *this;
    }
    /// A float initializer holding 1, 2, 3, ... or the given values.
    onnx::TensorProto& weights(const std::string& name, const dims_t& dims, std::vector<float> values = {}) {
        auto* tensor = graph().add_initializer();
        tensor->set_name(name);
        tensor->set_data_type(onnx::TensorProto::FLOAT);
        std::int64_t count = 1;
        for (const std::int64_t d : dims) {
            tensor->add_dims(d);
            count *= d;
        }
        if (values.empty()) {
            values.resize(static_cast<std::size_t>(count));
            std::iota(values.begin(), values.end(), 1.f);
        }
        for (const float v : values) tensor->add_float_data(v);
        return *tensor;
    }
    model_builder& integers(const std::string& name, const std::vector<std::int64_t>& values, bool scalar = false) {
        auto* tensor = graph().add_initializer();
        tensor->set_name(name);
        tensor->set_data_type(onnx::TensorProto::INT64);
        if (!scalar) tensor->add_dims(static_cast<std::int64_t>(values.size()));
        for (const std::int64_t v : values) tensor->add_int64_data(v);
        return *this;
    }
    onnx::NodeProto& node(const std::string& op, const std::vector<std::string>& inputs, const std::string& out,
                          const std::string& name = "") {
        auto* n = graph().add_node();
        n->set_op_type(op);
        n->set_name(name);
        for (const std::string& i : inputs) n->add_input(i);
        n->add_output(out);
        return *n;
    }

    std::string bytes() const { return model_.SerializeAsString(); }
    workload load(const temporary_directory& directory) const { return load_workload_onnx(directory.write("m.onnx", bytes())); }
    workload load() const {
        const temporary_directory directory;
        return load(directory);
    }

    static void set(onnx::NodeProto& node, const std::string& name, std::int64_t value) {
        auto* a = attribute(node, name, onnx::AttributeProto::INT);
        a->set_i(value);
    }
    static void set_all(onnx::NodeProto& node, const std::string& name, const dims_t& values) {
        auto* a = attribute(node, name, onnx::AttributeProto::INTS);
        for (const std::int64_t v : values) a->add_ints(v);
    }
    static void set_real(onnx::NodeProto& node, const std::string& name, float value) {
        attribute(node, name, onnx::AttributeProto::FLOAT)->set_f(value);
    }
    static void set_text(onnx::NodeProto& node, const std::string& name, const std::string& value) {
        attribute(node, name, onnx::AttributeProto::STRING)->set_s(value);
    }

private:
    static onnx::AttributeProto* attribute(onnx::NodeProto& node, const std::string& name, onnx::AttributeProto::AttributeType type) {
        auto* a = node.add_attribute();
        a->set_name(name);
        a->set_type(type);
        return a;
    }
    static void describe(onnx::ValueInfoProto& value, const std::string& name, const dims_t& dims) {
        value.set_name(name);
        auto* type = value.mutable_type()->mutable_tensor_type();
        type->set_elem_type(onnx::TensorProto::FLOAT);
        auto* shape = type->mutable_shape();
        for (const std::int64_t d : dims) {
            if (d < 0)
                shape->add_dim()->set_dim_param("open");
            else
                shape->add_dim()->set_dim_value(d);
        }
    }

    onnx::ModelProto model_;
};

}  // namespace symmetree::testing_files
