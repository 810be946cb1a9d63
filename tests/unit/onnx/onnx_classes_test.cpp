#include <gtest/gtest.h>

#include "tests/unit/onnx/model_builder.h"

// The input class of a last MatMul, reached from x [1, 4, 6] through a few nodes that end in "h".

namespace symmetree {
namespace {

using testing_files::model_builder;

template <class Before>
activation_class class_after(const Before& before) {
    model_builder m;
    m.input("x", {1, 4, 6}).output("y", {-1, -1, -1});
    m.weights("w", {6, 2});
    for (const auto& [name, value] : {std::pair("half", 0.5f), std::pair("one", 1.f), std::pair("root", 1.41421356f),
                                      std::pair("three", 3.f), std::pair("c", 0.044715f), std::pair("zero", 0.f)})
        m.weights(name, {}, {value});
    before(m);
    m.node("MatMul", {"h", "w"}, "y");
    const workload w = m.load();
    return w.layers.back().input;
}

TEST(onnx_class, is_relu_behind_relu_and_what_only_moves_or_pools) {
    EXPECT_EQ(class_after([](auto& m) { m.node("Relu", {"x"}, "h"); }), activation_class::relu);
    EXPECT_EQ(class_after([](auto& m) {
                  m.node("Relu", {"x"}, "a");
                  m.integers("turned", {1, 6, 4});
                  m.node("Reshape", {"a", "turned"}, "b");
                  m.set_all(m.node("MaxPool", {"b"}, "c1"), "kernel_shape", {1});
                  m.set_all(m.node("Transpose", {"c1"}, "h"), "perm", {0, 2, 1});
              }),
              activation_class::relu);
    EXPECT_EQ(class_after([](auto& m) { m.node("Clip", {"x", "zero", "three"}, "h"); }), activation_class::relu);
    EXPECT_EQ(class_after([](auto& m) {
                  m.node("Relu", {"x"}, "a");
                  m.node("Relu", {"x"}, "b");
                  m.set(m.node("Concat", {"a", "b"}, "h"), "axis", 1);
              }),
              activation_class::relu);
}

TEST(onnx_class, of_probabilities_is_that_of_values_that_are_never_negative) {
    EXPECT_EQ(class_after([](auto& m) { m.set(m.node("Softmax", {"x"}, "h"), "axis", -1); }), activation_class::relu);
}

TEST(onnx_class, is_dense_otherwise) {
    EXPECT_EQ(class_after([](auto& m) { m.node("Identity", {"x"}, "h"); }), activation_class::dense);
    EXPECT_EQ(class_after([](auto& m) { m.node("Clip", {"x", "half", "three"}, "h"); }), activation_class::dense);
    EXPECT_EQ(class_after([](auto& m) {
                  m.node("Relu", {"x"}, "a");
                  m.node("Add", {"a", "x"}, "h");
              }),
              activation_class::dense);
    EXPECT_EQ(class_after([](auto& m) {
                  m.node("Relu", {"x"}, "a");
                  m.set(m.node("Concat", {"a", "x"}, "h"), "axis", 1);
              }),
              activation_class::dense);
}

TEST(onnx_class, is_gelu_behind_the_exact_form) {
    EXPECT_EQ(class_after([](auto& m) {
                  m.node("Div", {"x", "root"}, "a");
                  m.node("Erf", {"a"}, "b");
                  m.node("Add", {"b", "one"}, "d");
                  m.node("Mul", {"x", "d"}, "e");
                  m.node("Mul", {"e", "half"}, "h");
              }),
              activation_class::gelu);
}

TEST(onnx_class, is_gelu_behind_a_biased_product) {
    EXPECT_EQ(class_after([](auto& m) {
                  m.weights("w6", {6, 6});
                  m.weights("bias", {6});
                  m.node("MatMul", {"x", "w6"}, "p");
                  m.node("Add", {"p", "bias"}, "z");
                  m.node("Div", {"z", "root"}, "a");
                  m.node("Erf", {"a"}, "b");
                  m.node("Add", {"b", "one"}, "d");
                  m.node("Mul", {"z", "half"}, "e");
                  m.node("Mul", {"e", "d"}, "h");
              }),
              activation_class::gelu);
}

TEST(onnx_class, is_gelu_behind_the_tanh_form) {
    EXPECT_EQ(class_after([](auto& m) {
                  m.node("Pow", {"x", "three"}, "a");
                  m.node("Mul", {"a", "c"}, "b");
                  m.node("Add", {"x", "b"}, "d");
                  m.node("Mul", {"d", "root"}, "e");
                  m.node("Tanh", {"e"}, "f");
                  m.node("Add", {"f", "one"}, "g");
                  m.node("Mul", {"x", "g"}, "i");
                  m.node("Mul", {"i", "half"}, "h");
              }),
              activation_class::gelu);
}

TEST(onnx_class, is_gelu_behind_x_times_sigmoid) {
    EXPECT_EQ(class_after([](auto& m) {
                  m.node("Sigmoid", {"x"}, "a");
                  m.node("Mul", {"x", "a"}, "h");
              }),
              activation_class::gelu);
}

TEST(onnx_class, a_gate_made_of_something_else_is_no_gelu) {
    EXPECT_EQ(class_after([](auto& m) {
                  m.weights("w6", {6, 6});
                  m.node("MatMul", {"x", "w6"}, "p");
                  m.node("Sigmoid", {"p"}, "a");
                  m.node("Mul", {"x", "a"}, "h");
              }),
              activation_class::dense);
    EXPECT_EQ(class_after([](auto& m) {
                  m.node("Tanh", {"x"}, "a");
                  m.node("Mul", {"a", "half"}, "h");
              }),
              activation_class::dense);
}

}  // namespace
}  // namespace symmetree
