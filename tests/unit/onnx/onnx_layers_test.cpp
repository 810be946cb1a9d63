#include <gmock/gmock.h>

#include "tests/unit/onnx/model_builder.h"
#include "workloads/files/load_workload.h"

namespace symmetree {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing_files::model_builder;
using testing_files::temporary_directory;

const std::vector<float>& floats(const layer& l) { return *std::get<loaded_weights>(l.weights).values; }

TEST(onnx_conv, takes_every_attribute) {
    model_builder m;
    m.input("x", {1, 4, 9, 8}).output("y", {1, 6, 5, 7});
    m.weights("w", {6, 2, 3, 2});
    auto& node = m.node("Conv", {"x", "w"}, "y", "stem");
    m.set_all(node, "strides", {2, 1});
    m.set_all(node, "pads", {1, 0, 2, 1});
    m.set_all(node, "dilations", {1, 2});
    m.set(node, "group", 2);
    const workload w = m.load();
    ASSERT_EQ(w.layers.size(), 1u);
    EXPECT_EQ(w.name, "m");
    EXPECT_EQ(w.layers[0].name, "stem");
    const product_shape p = product_of(w.layers[0]);
    EXPECT_EQ(p.m, 35);
    EXPECT_EQ(p.n, 3);
    EXPECT_EQ(p.k, 12);
    EXPECT_EQ(p.repeat, 2);
    EXPECT_EQ(materialize_weights(w.layers[0], 1).size(), 72u);
    EXPECT_EQ(floats(w.layers[0])[13], 14.f);  // rows of (c, kh, kw), channel after channel, as stored
    EXPECT_THAT(w.not_simulated, IsEmpty());
    EXPECT_THAT(w.layers[0].instead_of_dasq, IsEmpty());
}

TEST(onnx_conv, pads_as_auto_pad_says) {
    for (const auto& [mode, top, bottom, out] :
         {std::tuple("SAME_UPPER", 0, 1, 4), std::tuple("SAME_LOWER", 1, 0, 4), std::tuple("VALID", 0, 0, 3)}) {
        model_builder m;
        m.input("x", {1, 1, 8, 8}).output("y", {1, 1, out, out});
        m.weights("w", {1, 1, 3, 3});
        auto& node = m.node("Conv", {"x", "w"}, "y");
        m.set_all(node, "strides", {2, 2});
        m.set_text(node, "auto_pad", std::string(mode));
        const workload w = m.load();
        const auto& s = std::get<conv_shape>(w.layers.at(0).shape);
        EXPECT_EQ(s.pad_top, top) << mode;
        EXPECT_EQ(s.pad_bottom, bottom) << mode;
        EXPECT_EQ(s.out_height(), out) << mode;
    }
}

TEST(onnx_conv, depthwise_leaves_dasq) {
    model_builder m;
    m.input("x", {1, 4, 8, 8}).output("y", {1, 4, 6, 6});
    m.weights("w", {4, 1, 3, 3});
    m.set(m.node("Conv", {"x", "w"}, "y"), "group", 4);
    EXPECT_THAT(m.load().layers[0].instead_of_dasq, ElementsAre(scheme_family::asymq, scheme_family::symq));
}

TEST(onnx_conv, batch_norm_is_multiplied_in) {
    model_builder m;
    m.input("x", {1, 1, 2, 2}).output("y", {1, 2, 2, 2});
    m.weights("w", {2, 1, 1, 1}, {3, 5});
    m.weights("gain", {2}, {2, 4});
    m.weights("shift", {2}, {1, 1});
    m.weights("mean", {2}, {7, 7});
    m.weights("variance", {2}, {4, 16});
    m.node("Conv", {"x", "w"}, "c");
    m.set_real(m.node("BatchNormalization", {"c", "gain", "shift", "mean", "variance"}, "y"), "epsilon", 0.f);
    const workload w = m.load();
    EXPECT_THAT(floats(w.layers[0]), ElementsAre(3, 5));
    EXPECT_THAT(w.not_simulated, IsEmpty());

    // Read by something else as well, the convolution's own output is needed: no folding.
    m.node("Relu", {"c"}, "z");
    const workload kept = m.load();
    EXPECT_THAT(floats(kept.layers[0]), ElementsAre(3, 5));
    EXPECT_THAT(kept.not_simulated, ElementsAre("BatchNormalization x1", "Relu x1"));
}

TEST(onnx_conv, batch_norm_scales_each_channel_by_its_own_factor) {
    model_builder m;
    m.input("x", {1, 1, 2, 2}).output("y", {1, 2, 1, 1});
    m.weights("w", {2, 1, 2, 2});
    m.weights("gain", {2}, {2, 3});
    m.weights("zero", {2}, {0, 0});
    m.weights("variance", {2}, {16, 0.25f});
    m.node("Conv", {"x", "w"}, "c");
    m.set_real(m.node("BatchNormalization", {"c", "gain", "zero", "zero", "variance"}, "y"), "epsilon", 0.f);
    EXPECT_THAT(floats(m.load().layers[0]), ElementsAre(0.5f, 1, 1.5f, 2, 30, 36, 42, 48));
}

TEST(onnx_product, weights_become_rows_of_inputs_however_they_are_stored) {
    struct form {
        const char* what;
        bool gemm, trans_a, trans_b, weights_left;
        testing_files::dims_t x, w, y;
    };
    // W is always [[1, 2, 3], [4, 5, 6]] when stored as [2][3]; what is wanted is [out][in].
    for (const form& f : {form{"matmul", false, false, false, false, {5, 2}, {2, 3}, {5, 3}},
                          form{"gemm", true, false, false, false, {5, 2}, {2, 3}, {5, 3}},
                          form{"gemm transB", true, false, true, false, {5, 3}, {2, 3}, {5, 2}},
                          form{"gemm transA", true, true, false, false, {2, 5}, {2, 3}, {5, 3}},
                          form{"matmul left", false, false, false, true, {3, 5}, {2, 3}, {2, 5}},
                          form{"gemm left transA", true, true, false, true, {2, 5}, {2, 3}, {3, 5}}}) {
        SCOPED_TRACE(f.what);
        model_builder m;
        m.input("x", f.x).output("y", f.y);
        m.weights("w", f.w);
        auto& node = m.node(f.gemm ? "Gemm" : "MatMul",
                            f.weights_left ? std::vector<std::string>{"w", "x"} : std::vector<std::string>{"x", "w"}, "y");
        if (f.trans_a) m.set(node, "transA", 1);
        if (f.trans_b) m.set(node, "transB", 1);
        const workload w = m.load();
        const auto& s = std::get<linear_shape>(w.layers.at(0).shape);
        EXPECT_EQ(s.tokens, 5);
        const bool as_stored = s.out == 2;
        EXPECT_EQ(s.in, as_stored ? 3 : 2);
        if (as_stored)
            EXPECT_THAT(floats(w.layers[0]), ElementsAre(1, 2, 3, 4, 5, 6));
        else
            EXPECT_THAT(floats(w.layers[0]), ElementsAre(1, 4, 2, 5, 3, 6));
    }
}

TEST(onnx_product, transposed_initializer_and_alpha) {
    model_builder m;
    m.input("x", {1, 4, 5, 3}).output("y", {1, 4, 5, 2});
    m.weights("w", {2, 3});
    m.weights("b", {2});
    m.node("Transpose", {"w"}, "t");
    m.node("MatMul", {"x", "t"}, "p");
    m.node("Add", {"b", "p"}, "y");
    const workload w = m.load();
    EXPECT_EQ(std::get<linear_shape>(w.layers.at(0).shape).tokens, 20);
    EXPECT_THAT(floats(w.layers[0]), ElementsAre(1, 2, 3, 4, 5, 6));
    EXPECT_THAT(w.not_simulated, IsEmpty());  // the Add is the layer's bias

    model_builder g;
    g.input("x", {1, 3}).output("y", {1, 2});
    g.weights("w", {2, 3});
    auto& node = g.node("Gemm", {"x", "w"}, "y");
    g.set(node, "transB", 1);
    g.set_real(node, "alpha", 0.5f);
    EXPECT_THAT(floats(g.load().layers[0]), ElementsAre(0.5f, 1, 1.5f, 2, 2.5f, 3));
}

TEST(onnx_product, two_activations_are_an_attention_product) {
    model_builder m;
    m.input("q", {1, 3, 7, 4}).input("k", {1, 3, 4, 5}).input("v", {4, 6}).output("s", {1, 3, 7, 5}).output("t", {1, 3, 7, 6});
    m.node("MatMul", {"q", "k"}, "s", "scores");
    m.node("MatMul", {"q", "v"}, "t", "shared");
    const workload w = m.load();
    const product_shape scores = product_of(w.layers[0]), shared = product_of(w.layers[1]);
    EXPECT_TRUE(is_attention_product(w.layers[0]));
    EXPECT_EQ(scores.m, 7);
    EXPECT_EQ(scores.k, 4);
    EXPECT_EQ(scores.n, 5);
    EXPECT_EQ(scores.repeat, 3);
    EXPECT_EQ(shared.m, 21);  // one right-hand side for all
    EXPECT_EQ(shared.repeat, 1);
}

TEST(onnx_layers, names_are_made_unique) {
    model_builder m;
    m.input("x", {1, 2}).output("d", {1, 2});
    m.weights("w", {2, 2});
    m.node("MatMul", {"x", "w"}, "a", "fc");
    m.node("MatMul", {"a", "w"}, "b", "fc");
    m.node("MatMul", {"b", "w"}, "c");
    m.node("MatMul", {"c", "w"}, "d", "fc\n");
    const workload w = m.load();
    std::vector<std::string> names;
    for (const layer& l : w.layers) names.push_back(l.name);
    EXPECT_THAT(names, ElementsAre("fc", "fc_2", "c", "fc_"));
}

TEST(onnx_layers, what_is_not_simulated_is_counted) {
    model_builder m;
    m.input("x", {1, 2, 4, 4}).output("y", {1, 2, 5, 5});
    m.weights("w", {2, 2, 1, 1});
    m.weights("t", {2, 2, 2, 2});
    m.node("Conv", {"x", "w"}, "a");
    m.node("Relu", {"a"}, "b");
    m.node("Relu", {"b"}, "c");
    m.node("Identity", {"c"}, "d");
    m.node("ConvTranspose", {"d", "t"}, "y");
    EXPECT_THAT(m.load().not_simulated, ElementsAre("ConvTranspose x1", "Relu x2"));
}

TEST(onnx_layers, an_unknown_operator_elsewhere_does_no_harm) {
    model_builder m;
    m.input("x", {1, 2}).output("y", {1, 2});
    auto* opset = m.model().add_opset_import();
    opset->set_domain("com.example");
    opset->set_version(1);
    m.weights("w", {2, 2});
    m.node("MatMul", {"x", "w"}, "a");
    m.node("Novelty", {"a"}, "y").set_domain("com.example");
    EXPECT_THAT(m.load().not_simulated, ElementsAre("Novelty x1"));
}

TEST(onnx_layers, a_declared_shape_helps_behind_an_unknown_operator) {
    model_builder m;
    m.input("x", {1, 2}).output("y", {1, 2});
    auto* opset = m.model().add_opset_import();
    opset->set_domain("com.example");
    opset->set_version(1);
    m.weights("w", {2, 2});
    m.node("Novelty", {"x"}, "a").set_domain("com.example");
    m.node("MatMul", {"a", "w"}, "y");
    auto* value = m.graph().add_value_info();
    *value = m.graph().output(0);
    value->set_name("a");
    EXPECT_EQ(std::get<linear_shape>(m.load().layers.at(0).shape).tokens, 1);
}

TEST(onnx_external_data, is_read_from_the_folder_of_the_model) {
    const temporary_directory directory;
    const std::vector<float> values = {0, 0, 1, 2, 3, 4};
    directory.write("data/w.bin", std::string(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)));
    model_builder m;
    m.input("x", {1, 2}).output("y", {1, 2});
    auto& tensor = m.weights("w", {2, 2});
    tensor.clear_float_data();
    tensor.set_data_location(onnx::TensorProto::EXTERNAL);
    for (const auto& [key, value] : {std::pair("location", "data/w.bin"), std::pair("offset", "8"), std::pair("length", "16")}) {
        auto* entry = tensor.add_external_data();
        entry->set_key(key);
        entry->set_value(value);
    }
    m.node("MatMul", {"x", "w"}, "y");
    EXPECT_THAT(floats(m.load(directory).layers[0]), ElementsAre(1, 3, 2, 4));
}

TEST(onnx_initializer, is_a_source_of_weights_for_a_workload_file) {
    const temporary_directory directory;
    model_builder m;
    m.weights("w", {2, 3});
    directory.write("m.onnx", m.bytes());
    const auto load = [&](const std::string& shape, const std::string& rest) {
        const workload w =
            load_workload_yaml(directory.write("net.yaml", "name: t\nlayers:\n  - {name: a, linear: {" + shape +
                                                               "}, input: dense, weights: {onnx: m.onnx, initializer: w" + rest + "}}\n"));
        return materialize_weights(w.layers[0], 1);
    };
    EXPECT_THAT(load("tokens: 1, in: 3, out: 2", ""), ElementsAre(1, 2, 3, 4, 5, 6));
    EXPECT_THAT(load("tokens: 1, in: 2, out: 3", ", transposed: true"), ElementsAre(1, 4, 2, 5, 3, 6));
    EXPECT_EQ(testing_files::error_of(directory, [&] { load("tokens: 1, in: 2, out: 3", ""); }),
              "net.yaml:3:81: layers[0].weights.onnx: m.onnx: initializer 'w': the layer wants [3, 2], the model has [2, 3]");
}

}  // namespace
}  // namespace symmetree
