#include <gtest/gtest.h>

#include <filesystem>

#include "tests/unit/onnx/model_builder.h"
#include "workloads/import/onnx_import.h"

// Wrong models, with the whole message. Where ONNX's own checker speaks, only its subject is asserted.

namespace symmetree {
namespace {

using testing_files::error_of;
using testing_files::model_builder;
using testing_files::temporary_directory;

/// x [1, 2, 8, 8] through a Conv of weights w [4, 2, 3, 3] to y.
model_builder conv_model() {
    model_builder m;
    m.input("x", {1, 2, 8, 8}).output("y", {1, 4, 6, 6});
    m.weights("w", {4, 2, 3, 3});
    m.node("Conv", {"x", "w"}, "y", "stem");
    return m;
}

std::string refusal(const model_builder& m) {
    const temporary_directory directory;
    return error_of(directory, [&] { m.load(directory); });
}

bool begins(const std::string& text, const std::string& start) { return text.compare(0, start.size(), start) == 0; }

TEST(onnx_error, not_a_model) {
    const temporary_directory directory;
    const auto of_bytes = [&](const std::string& bytes) {
        return error_of(directory, [&] { load_workload_onnx(directory.write("m.onnx", bytes)); });
    };
    testing::internal::CaptureStderr();
    EXPECT_EQ(of_bytes("\xff\xff\xff\xff"), "m.onnx: is not an ONNX model (its protobuf is damaged)");
    EXPECT_EQ(of_bytes(conv_model().bytes().substr(0, 100)), "m.onnx: is not an ONNX model (its protobuf is damaged)");
    EXPECT_TRUE(begins(of_bytes(""), "m.onnx: is not a valid ONNX model: "));
    EXPECT_EQ(error_of(directory, [&] { load_workload_onnx(directory.file("")); }), ": can't be read");
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(onnx_error, versions) {
    model_builder m = conv_model();
    m.model().mutable_opset_import(0)->set_version(18);
    EXPECT_EQ(refusal(m), "m.onnx: opset: 7 to 17 is allowed, given 18");
    m.model().mutable_opset_import(0)->set_version(6);
    EXPECT_EQ(refusal(m), "m.onnx: opset: 7 to 17 is allowed, given 6");
    m.model().mutable_opset_import(0)->set_version(13);
    m.model().set_ir_version(99);
    EXPECT_EQ(refusal(m), "m.onnx: ir_version: 1 to 8 is allowed, given 99");
}

TEST(onnx_error, nothing_to_simulate) {
    model_builder m;
    m.input("x", {1, 2}).output("y", {1, 2});
    m.node("Relu", {"x"}, "y");
    EXPECT_EQ(refusal(m), "m.onnx: has no Conv, Gemm or MatMul to simulate");
}

TEST(onnx_error, missing_initializer_and_cycle) {
    model_builder m = conv_model();
    m.graph().clear_initializer();
    EXPECT_TRUE(begins(refusal(m), "m.onnx: is not a valid ONNX model: Nodes in a graph must be topologically sorted, however input 'w'"))
        << refusal(m);
    model_builder cycle;
    cycle.input("x", {1, 2}).output("a", {1, 2});
    cycle.node("Add", {"x", "b"}, "a");
    cycle.node("Relu", {"a"}, "b");
    EXPECT_TRUE(begins(refusal(cycle), "m.onnx: is not a valid ONNX model: Nodes in a graph must be topologically sorted"))
        << refusal(cycle);
}

TEST(onnx_error, computed_weights) {
    model_builder m;
    m.input("x", {1, 2, 8, 8}).input("w", {4, 2, 3, 3}).output("y", {1, 4, 6, 6});
    m.node("Conv", {"x", "w"}, "y", "stem");
    EXPECT_EQ(refusal(m), "m.onnx: Conv 'stem': its weights 'w' are not constant");
}

TEST(onnx_error, element_types) {
    model_builder m = conv_model();
    m.graph().mutable_initializer(0)->set_data_type(onnx::TensorProto::FLOAT16);
    m.graph().mutable_initializer(0)->clear_float_data();
    m.graph().mutable_initializer(0)->set_raw_data(std::string(144, '\0'));
    EXPECT_EQ(refusal(m), "m.onnx: Conv 'stem': its weights 'w' are FLOAT16; FLOAT is wanted");
    model_builder half = conv_model();
    half.graph().mutable_input(0)->mutable_type()->mutable_tensor_type()->set_elem_type(onnx::TensorProto::FLOAT16);
    EXPECT_EQ(refusal(half), "m.onnx: input 'x': FLOAT16 is not supported: export the model as float32");
}

TEST(onnx_error, data_that_does_not_fit) {
    model_builder m = conv_model();
    m.graph().mutable_initializer(0)->mutable_float_data()->Truncate(5);
    EXPECT_EQ(refusal(m), "m.onnx: tensor 'w': 72 elements are wanted, the file has 5");
    m.graph().mutable_initializer(0)->clear_float_data();
    m.graph().mutable_initializer(0)->set_raw_data("12345678");
    EXPECT_EQ(refusal(m), "m.onnx: tensor 'w': 72 elements need 288 bytes, the file has 8");
    model_builder odd = conv_model();
    odd.graph().mutable_initializer(0)->set_float_data(3, std::numeric_limits<float>::quiet_NaN());
    EXPECT_EQ(refusal(odd), "m.onnx: Conv 'stem': element 3 of 'w' is not finite");
}

TEST(onnx_error, factors_that_overflow) {
    model_builder m;
    m.input("x", {1, 3}).output("y", {1, 2});
    m.weights("w", {3, 2}, {1, 1, 1, 1, 1, 1e30f});
    m.set_real(m.node("Gemm", {"x", "w"}, "y", "fc"), "alpha", 1e30f);
    EXPECT_EQ(refusal(m), "m.onnx: Gemm 'fc': makes weight 5 of its layer not finite");
    model_builder norm = conv_model();
    norm.graph().mutable_output(0)->set_name("z");
    norm.weights("v", {4});
    norm.weights("negative", {4}, {1, 1, -1, 1});
    norm.node("BatchNormalization", {"y", "v", "v", "v", "negative"}, "z", "bn");
    EXPECT_EQ(refusal(norm), "m.onnx: BatchNormalization 'bn': makes weight 36 of its layer not finite");
}

TEST(onnx_error, dimensions) {
    const auto with = [](const testing_files::dims_t& input) {
        model_builder m;
        m.input("x", input).output("y", {-1, 4, -1, -1});
        m.weights("w", {4, 2, 3, 3});
        m.node("Conv", {"x", "w"}, "y", "stem");
        return refusal(m);
    };
    EXPECT_EQ(with({1, 2, 0, 8}), "m.onnx: input 'x': dimension 2: 1 to 1048576 is allowed, given 0");
    EXPECT_EQ(with({1, 2, 8, 1 << 21}), "m.onnx: input 'x': dimension 3: 1 to 1048576 is allowed, given 2097152");
    EXPECT_EQ(with({1, 2, -1, 8}),
              "m.onnx: input 'x': dimension 2 is 'open'; only the first (the batch, taken as 1) may be left open: export with a fixed "
              "input size");
    EXPECT_EQ(with({8, 2, 8, 8}), "m.onnx: Conv 'stem': a batch of 8: export with a batch of 1");
    EXPECT_EQ(with({1, 2, 8}), "m.onnx: Conv 'stem': input and weights of 3 and 4 dimensions");
    EXPECT_EQ(with({1, 3, 8, 8}), "m.onnx: Conv 'stem': weights [4, 2, 3, 3] in 1 groups do not fit 3 channels");
    EXPECT_EQ(with({1, 2, 2, 8}), "m.onnx: Conv 'stem': an output of 0 elements along dimension 2");
    model_builder tensor = conv_model();
    tensor.graph().mutable_initializer(0)->set_dims(0, -4);
    EXPECT_EQ(refusal(tensor), "m.onnx: tensor 'w': 0 to 2147483648 elements are allowed, given [-4, 2, 3, 3]");
}

TEST(onnx_error, convolutions_of_other_ranks) {
    model_builder line;
    line.input("x", {1, 2, 8}).output("y", {1, 4, 6});
    line.weights("w", {4, 2, 3});
    line.node("Conv", {"x", "w"}, "y", "line");
    EXPECT_EQ(refusal(line), "m.onnx: Conv 'line': only two-dimensional convolutions are simulated; its weights are [4, 2, 3]");
    model_builder cube;
    cube.input("x", {1, 2, 8, 8, 8}).output("y", {1, 4, 6, 6, 6});
    cube.weights("w", {4, 2, 3, 3, 3});
    cube.node("Conv", {"x", "w"}, "y", "cube");
    EXPECT_EQ(refusal(cube), "m.onnx: Conv 'cube': only two-dimensional convolutions are simulated; its weights are [4, 2, 3, 3, 3]");
}

TEST(onnx_error, attributes) {
    const auto with = [](const std::string& name, const testing_files::dims_t& values) {
        model_builder m = conv_model();
        m.set_all(*m.graph().mutable_node(0), name, values);
        return refusal(m);
    };
    EXPECT_EQ(with("strides", {0, 1}), "m.onnx: Conv 'stem': strides: 1 to 1048576 is allowed, given 0");
    EXPECT_EQ(with("dilations", {-1, 1}), "m.onnx: Conv 'stem': dilations: 1 to 1048576 is allowed, given -1");
    EXPECT_EQ(with("pads", {3, 0, 0, 0}), "m.onnx: Conv 'stem': the model declares another shape for 'y' than its inputs give");
    EXPECT_EQ(with("pads", {0, 0, 0, 1 << 21}), "m.onnx: Conv 'stem': pads: -1048576 to 1048576 is allowed, given 2097152");
    model_builder groups = conv_model();
    groups.set(*groups.graph().mutable_node(0), "group", std::int64_t{0});
    EXPECT_EQ(refusal(groups), "m.onnx: Conv 'stem': group: 1 to 1048576 is allowed, given 0");
}

TEST(onnx_error, padding_beyond_the_kernel) {
    model_builder m;
    m.input("x", {1, 2, 8, 8}).output("y", {1, 4, 12, 6});
    m.weights("w", {4, 2, 3, 3});
    m.set_all(m.node("Conv", {"x", "w"}, "y", "stem"), "pads", {3, 0, 3, 0});
    EXPECT_EQ(refusal(m), "m.onnx: Conv 'stem': padding: less than what the kernel covers (3 along the height) is allowed, given 3");
}

TEST(onnx_error, shapes_that_contradict) {
    model_builder declared = conv_model();
    declared.graph().mutable_output(0)->mutable_type()->mutable_tensor_type()->mutable_shape()->mutable_dim(1)->set_dim_value(5);
    EXPECT_EQ(refusal(declared), "m.onnx: Conv 'stem': the model declares another shape for 'y' than its inputs give");
    model_builder product;
    product.input("x", {1, 3}).output("y", {1, 2});
    product.weights("w", {4, 2});
    product.node("MatMul", {"x", "w"}, "y", "fc");
    EXPECT_TRUE(begins(refusal(product), "m.onnx: MatMul 'fc': shape inference: ")) << refusal(product);
    model_builder stack;
    stack.input("x", {2, 1, 3}).output("y", {2, 1, 2});
    stack.weights("w", {2, 3, 2});
    stack.node("MatMul", {"x", "w"}, "y", "fc");
    EXPECT_EQ(refusal(stack), "m.onnx: MatMul 'fc': a stack of constant matrices [2, 3, 2] is not simulated");
    model_builder reshape;
    reshape.input("x", {1, 4}).output("y", {-1, -1});
    reshape.weights("w", {4, 4}).set_name("w");
    reshape.integers("shape", {std::int64_t{1} << 40, 1});
    reshape.node("Reshape", {"x", "shape"}, "r", "view");
    reshape.node("MatMul", {"r", "w"}, "y", "fc");
    EXPECT_EQ(refusal(reshape), "m.onnx: Reshape 'view': 0 to 2147483648 elements are allowed, given [1099511627776, 1]");
}

TEST(onnx_error, unknown_shape) {
    model_builder m;
    m.input("x", {1, 2}).output("y", {1, 2});
    auto* opset = m.model().add_opset_import();
    opset->set_domain("com.example");
    opset->set_version(1);
    m.weights("w", {2, 2});
    m.node("Novelty", {"x"}, "a").set_domain("com.example");
    m.node("MatMul", {"a", "w"}, "y", "fc");
    EXPECT_EQ(refusal(m),
              "m.onnx: MatMul 'fc': the shape of its input 'a' is not known: export with fixed sizes, and operators of ONNX's own domain "
              "before it");
}

TEST(onnx_error, external_data) {
    const temporary_directory directory;
    directory.write("inside/short.bin", "1234");
    directory.write("outside.bin", std::string(288, '\0'));
    std::filesystem::create_symlink(directory.file("outside.bin"), directory.file("inside/link.bin"));
    const auto with = [&](const std::string& location, const std::string& offset) {
        model_builder m = conv_model();
        auto& tensor = *m.graph().mutable_initializer(0);
        tensor.clear_float_data();
        tensor.set_data_location(onnx::TensorProto::EXTERNAL);
        for (const auto& [key, value] : {std::pair(std::string("location"), location), std::pair(std::string("offset"), offset)}) {
            auto* entry = tensor.add_external_data();
            entry->set_key(key);
            entry->set_value(value);
        }
        return error_of(directory, [&] { load_workload_onnx(directory.write("inside/m.onnx", m.bytes())); });
    };
    EXPECT_EQ(with("none.bin", "0"), "inside/m.onnx: tensor 'w': external data 'none.bin' can't be read");
    EXPECT_EQ(with("", "0"), "inside/m.onnx: tensor 'w': external data without a location");
    EXPECT_EQ(with("../outside.bin", "0"), "inside/m.onnx: tensor 'w': external data '../outside.bin' lies outside the model's folder");
    EXPECT_EQ(with("/etc/hostname", "0"), "inside/m.onnx: tensor 'w': external data '/etc/hostname' lies outside the model's folder");
    EXPECT_EQ(with("link.bin", "0"), "inside/m.onnx: tensor 'w': external data 'link.bin' lies outside the model's folder");
    EXPECT_EQ(with("short.bin", "5"), "inside/m.onnx: tensor 'w': its bytes lie outside 'short.bin'");
    EXPECT_EQ(with("short.bin", "-1"), "inside/m.onnx: tensor 'w': external data: offset is no whole number");
    EXPECT_EQ(with("short.bin", "0"), "inside/m.onnx: tensor 'w': 72 elements need 288 bytes, the file has 4");
}

}  // namespace
}  // namespace symmetree
