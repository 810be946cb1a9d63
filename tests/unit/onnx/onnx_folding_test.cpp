#include "workloads/import/onnx_folding.h"

#include <gmock/gmock.h>

#include <limits>

#include "tests/unit/onnx/model_builder.h"

namespace symmetree {
namespace {

using onnx_import::constant;
using onnx_import::make_constant;
using testing::ElementsAre;
using testing::IsEmpty;
using testing_files::dims_t;
using testing_files::model_builder;

constant integers(const dims_t& dims, const dims_t& values) { return make_constant(dims, values); }
constant integers(const dims_t& values) { return make_constant({static_cast<std::int64_t>(values.size())}, values); }
constant reals(const dims_t& dims, const std::vector<float>& values) { return make_constant(onnx::TensorProto::FLOAT, dims, values); }

/// A node by itself, applied to constants.
class operation {
public:
    explicit operation(const std::string& op) { node_.set_op_type(op); }
    operation& with(const std::string& name, std::int64_t value) {
        model_builder::set(node_, name, value);
        return *this;
    }
    operation& with_list(const std::string& name, const dims_t& values) {
        model_builder::set_all(node_, name, values);
        return *this;
    }
    std::optional<constant> operator()(const std::vector<constant>& inputs) const {
        std::vector<const constant*> pointers;
        for (const constant& c : inputs) pointers.push_back(&c);
        return onnx_import::fold(node_, pointers);
    }

private:
    onnx::NodeProto node_;
};

TEST(onnx_folding, slices_as_the_operator_is_defined) {
    const constant x = integers({10, 11, 12, 13, 14});
    const auto slice = [&](std::int64_t start, std::int64_t end, std::int64_t step) {
        return operation("Slice")({x, integers({start}), integers({end}), integers({0}), integers({step})}).value().integers();
    };
    constexpr std::int64_t far = std::numeric_limits<std::int64_t>::max(), least = std::numeric_limits<std::int64_t>::min();
    EXPECT_THAT(slice(1, 3, 1), ElementsAre(11, 12));
    EXPECT_THAT(slice(-2, far, 1), ElementsAre(13, 14));
    EXPECT_THAT(slice(0, far, 2), ElementsAre(10, 12, 14));
    EXPECT_THAT(slice(-1, least, -1), ElementsAre(14, 13, 12, 11, 10));
    EXPECT_THAT(slice(far, least + 1, -2), ElementsAre(14, 12, 10));
    EXPECT_THAT(slice(3, 1, 1), IsEmpty());
    EXPECT_THAT(slice(3, 0, -1), ElementsAre(13, 12, 11));
    EXPECT_FALSE(operation("Slice")({x, integers({0}), integers({1}), integers({1}), integers({1})}));  // no such axis
    EXPECT_FALSE(operation("Slice")({x, integers({0}), integers({1}), integers({0}), integers({0})}));  // no step
}

TEST(onnx_folding, reorders) {
    const constant x = integers({2, 3}, {1, 2, 3, 4, 5, 6});
    EXPECT_THAT(operation("Transpose")({x})->integers(), ElementsAre(1, 4, 2, 5, 3, 6));
    EXPECT_THAT(operation("Transpose").with_list("perm", dims_t{0, 1})({x})->integers(), ElementsAre(1, 2, 3, 4, 5, 6));
    EXPECT_FALSE(operation("Transpose").with_list("perm", dims_t{0, 0})({x}));
    EXPECT_THAT(operation("Gather").with("axis", 1)({x, integers({2}, {-1, 0})})->integers(), ElementsAre(3, 1, 6, 4));
    EXPECT_THAT(operation("Gather")({x, integers({}, {1})})->dims, ElementsAre(3));
    EXPECT_FALSE(operation("Gather")({x, integers({2})}));
    EXPECT_THAT(operation("Concat").with("axis", 1)({x, x})->integers(), ElementsAre(1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6));
    EXPECT_THAT(operation("Concat").with("axis", -2)({x, x})->dims, ElementsAre(4, 3));
}

TEST(onnx_folding, changes_dimensions) {
    const constant x = integers({2, 3}, {1, 2, 3, 4, 5, 6});
    EXPECT_THAT(operation("Reshape")({x, integers({-1})})->dims, ElementsAre(6));
    EXPECT_THAT(operation("Reshape")({x, integers({0, 1, -1})})->dims, ElementsAre(2, 1, 3));
    EXPECT_FALSE(operation("Reshape")({x, integers({4})}));
    EXPECT_FALSE(operation("Reshape")({x, integers({-1, -1})}));
    EXPECT_THAT(operation("Unsqueeze")({x, integers({0, -1})})->dims, ElementsAre(1, 2, 3, 1));
    EXPECT_THAT(operation("Squeeze")({integers({1, 2, 1}, {1, 2}), integers({0})})->dims, ElementsAre(2, 1));
    EXPECT_THAT(operation("Squeeze")({integers({1, 2, 1}, {1, 2})})->dims, ElementsAre(2));
    EXPECT_FALSE(operation("Squeeze")({x, integers({0})}));
    EXPECT_THAT(operation("Flatten")({integers({1, 2, 1}, {1, 2})})->dims, ElementsAre(1, 2));
    EXPECT_THAT(operation("Expand")({integers({2, 1}, {1, 2}), integers({1, 3})})->integers(), ElementsAre(1, 1, 1, 2, 2, 2));
    EXPECT_FALSE(operation("Expand")({integers({2, 1}, {1, 2}), integers({1 << 20, 1 << 20})}));
}

TEST(onnx_folding, computes) {
    EXPECT_THAT(operation("Add")({integers({2, 1}, {1, 2}), integers({2}, {10, 20})})->integers(), ElementsAre(11, 21, 12, 22));
    EXPECT_THAT(operation("Mul")({reals({1}, {2}), reals({2}, {3, 4})})->floats(), ElementsAre(6, 8));
    EXPECT_THAT(operation("Div")({integers({-7}), integers({2})})->integers(), ElementsAre(-3));
    EXPECT_FALSE(operation("Div")({integers({7}), integers({0})}));
    constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
    EXPECT_FALSE(operation("Div")({integers({least}), integers({-1})}));
    EXPECT_FALSE(operation("Mul")({integers({least}), integers({2})}));
    EXPECT_THAT(operation("Equal")({integers({3, 4}), integers({3})})->integers(), ElementsAre(1, 0));
    EXPECT_THAT(operation("Where")({integers({1, 0}), integers({5}), integers({6})})->integers(), ElementsAre(5, 6));
    EXPECT_THAT(operation("Range")({integers({}, {5}), integers({}, {0}), integers({}, {-2})})->integers(), ElementsAre(5, 3, 1));
    EXPECT_FALSE(operation("Range")({integers({}, {0}), integers({}, {least + 1}), integers({}, {-1})}));
    EXPECT_THAT(operation("ConstantOfShape")({integers({2, 2})})->floats(), ElementsAre(0, 0, 0, 0));
    EXPECT_FALSE(operation("ConstantOfShape")({integers({-1})}));
    EXPECT_THAT(operation("ReduceProd")({integers({3, 4})})->integers(), ElementsAre(12));
    EXPECT_THAT(operation("Cast").with("to", onnx::TensorProto::INT64)({reals({2}, {2.9f, -2.9f})})->integers(), ElementsAre(2, -2));
    EXPECT_FALSE(operation("Cast").with("to", onnx::TensorProto::INT64)({reals({1}, {1e30f})}));
    EXPECT_THAT(operation("Sqrt")({reals({1}, {9})})->floats(), ElementsAre(3));
    EXPECT_FALSE(operation("Softmax")({reals({1}, {9})}));
}

TEST(onnx_folding, resolves_a_dynamic_reshape) {
    // What exporters write for x.view(x.size(0), -1, heads, x.size(2) / heads).
    model_builder m;
    m.input("x", {-1, 5, 8}).output("y", {-1, 2, 5, 5});
    m.integers("i0", {0}, true)
        .integers("i2", {2}, true)
        .integers("a0", {0})
        .integers("heads", {2})
        .integers("rest", {-1})
        .integers("two", {2}, true);
    m.node("Shape", {"x"}, "s");
    m.node("Gather", {"s", "i0"}, "n");
    m.node("Gather", {"s", "i2"}, "c");
    m.node("Div", {"c", "two"}, "d");
    m.node("Unsqueeze", {"n", "a0"}, "n1");
    m.node("Unsqueeze", {"d", "a0"}, "d1");
    m.set(m.node("Concat", {"n1", "rest", "heads", "d1"}, "shape"), "axis", 0);
    m.node("Reshape", {"x", "shape"}, "r");
    m.set_all(m.node("Transpose", {"r"}, "q"), "perm", {0, 2, 1, 3});
    m.set_all(m.node("Transpose", {"r"}, "k"), "perm", {0, 2, 3, 1});
    m.node("MatMul", {"q", "k"}, "y");
    const workload w = m.load();
    const product_shape p = product_of(w.layers.at(0));
    EXPECT_EQ(p.m, 5);
    EXPECT_EQ(p.k, 4);
    EXPECT_EQ(p.n, 5);
    EXPECT_EQ(p.repeat, 2);
    EXPECT_THAT(w.not_simulated, ElementsAre("Transpose x2"));
}

}  // namespace
}  // namespace symmetree
