#include <gtest/gtest.h>

#include <cmath>

#include "core/random.h"
#include "tests/unit/onnx/model_builder.h"
#include "workloads/import/onnx_import.h"

// A damaged model is either still readable or refused with an input_error; nothing else may leave the importer.

namespace symmetree {
namespace {

using testing_files::model_builder;
using testing_files::temporary_directory;

/// One of everything that the importer looks into.
model_builder varied_model() {
    model_builder m;
    m.input("x", {1, 2, 8, 8}).output("y", {1, 2, 3, 3});
    m.weights("w", {4, 2, 3, 3});
    m.weights("v", {4});
    auto& conv = m.node("Conv", {"x", "w"}, "a", "conv");
    m.set_all(conv, "strides", {1, 1});
    m.set_all(conv, "pads", {1, 1, 1, 1});
    m.set_all(conv, "kernel_shape", {3, 3});
    m.node("BatchNormalization", {"a", "v", "v", "v", "v"}, "b");
    m.node("Relu", {"b"}, "c");
    auto& pool = m.node("MaxPool", {"c"}, "d");
    m.set_all(pool, "kernel_shape", {2, 2});
    m.set_all(pool, "strides", {2, 2});
    m.node("Shape", {"d"}, "s");
    m.integers("i0", {0}).integers("i2", {2}).integers("rest", {-1}).integers("split", {2, 2});
    m.node("Slice", {"s", "i0", "i2"}, "t");
    m.set(m.node("Concat", {"t", "rest"}, "shape"), "axis", 0);
    m.node("Reshape", {"d", "shape"}, "r");  // [1, 4, 16]
    m.set_all(m.node("Transpose", {"r"}, "q"), "perm", {0, 2, 1});
    m.node("MatMul", {"q", "r"}, "attention");
    m.weights("g", {16, 9});
    m.node("MatMul", {"r", "g"}, "p");
    m.node("Sigmoid", {"p"}, "u");
    m.node("Mul", {"p", "u"}, "z");
    auto& split = m.node("Split", {"z", "split"}, "z1");
    split.add_output("z2");
    m.set(split, "axis", 1);
    m.integers("last", {1, 2, 3, 3});
    m.node("Reshape", {"z1", "last"}, "y");
    return m;
}

/// True when the model was read.
bool try_model(const temporary_directory& directory, const std::string& bytes) {
    try {
        const workload w = load_workload_onnx(directory.write("m.onnx", bytes));
        for (const layer& l : w.layers) {
            EXPECT_GT(product_of(l).macs(), 0);
            if (is_attention_product(l)) continue;
            for (const float v : materialize_weights(l, 1)) EXPECT_TRUE(std::isfinite(v));
        }
        return true;
    } catch (const input_error& e) {
        EXPECT_FALSE(e.problems().empty());
    } catch (const std::exception& e) {
        ADD_FAILURE() << e.what();
    }
    return false;
}

TEST(onnx_mutation, of_bytes_yields_a_workload_or_an_input_error) {
    const temporary_directory directory;
    const std::string valid = varied_model().bytes();
    const random_stream random(20, "damage");
    EXPECT_TRUE(try_model(directory, valid));
    testing::internal::CaptureStderr();
    for (std::size_t length = 0; length < valid.size(); length += 7) try_model(directory, valid.substr(0, length));
    std::uint64_t draw = 0;
    for (int round = 0; round < 1000; ++round) {
        std::string changed = valid;
        for (std::uint64_t n = random.word(draw++) % 3 + 1; n > 0; --n) {
            const std::size_t at = random.word(draw++) % changed.size();
            changed[at] = static_cast<char>(random.word(draw++));
        }
        try_model(directory, changed);
    }
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(onnx_mutation, of_fields_yields_a_workload_or_an_input_error) {
    const temporary_directory directory;
    const random_stream random(21, "damage");
    constexpr std::int64_t odd[] = {0,
                                    1,
                                    -1,
                                    2,
                                    3,
                                    7,
                                    1 << 20,
                                    std::int64_t{1} << 31,
                                    std::int64_t{1} << 32,
                                    std::int64_t{1} << 62,
                                    std::numeric_limits<std::int64_t>::max(),
                                    std::numeric_limits<std::int64_t>::min()};
    std::uint64_t draw = 0;
    const auto any = [&](int count) { return static_cast<int>(random.word(draw++) % static_cast<std::uint64_t>(count)); };
    for (int round = 0; round < 1000; ++round) {
        model_builder m = varied_model();
        auto& graph = m.graph();
        for (int n = any(2); n >= 0; --n) {
            const std::int64_t value = odd[any(12)];
            auto& node = *graph.mutable_node(any(graph.node_size()));
            auto& tensor = *graph.mutable_initializer(any(graph.initializer_size()));
            switch (any(6)) {
                case 0:
                    for (auto& attribute : *node.mutable_attribute())
                        if (attribute.ints_size() > 0) attribute.set_ints(any(attribute.ints_size()), value);
                    break;
                case 1:
                    if (tensor.dims_size() > 0) tensor.set_dims(any(tensor.dims_size()), value);
                    break;
                case 2:
                    if (tensor.int64_data_size() > 0) tensor.set_int64_data(any(tensor.int64_data_size()), value);
                    break;
                case 3:
                    if (node.input_size() > 0) node.set_input(any(node.input_size()), graph.node(any(graph.node_size())).output(0));
                    break;
                case 4:
                    graph.mutable_input(0)->mutable_type()->mutable_tensor_type()->mutable_shape()->mutable_dim(any(4))->set_dim_value(
                        value);
                    break;
                case 5: node.set_op_type(graph.node(any(graph.node_size())).op_type()); break;
            }
        }
        try_model(directory, m.bytes());
    }
}

}  // namespace
}  // namespace symmetree
