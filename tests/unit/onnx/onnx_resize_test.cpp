#include <gmock/gmock.h>

#include <cmath>

#include "tests/unit/onnx/model_builder.h"
#include "workloads/graph/float_executor.h"

namespace symmetree {
namespace {

using testing::ElementsAre;
using testing_files::model_builder;

struct resize_case {
    std::string mode = "nearest", transformation = "asymmetric", rounding = "floor";
    std::vector<float> scales = {1, 1, 3, 2};
    std::vector<std::int64_t> sizes;  ///< in place of scales
    std::vector<std::int64_t> out = {1, 1, 6, 4};
    int opset = 13;
};

/// A convolution by 1 of a 2x2 image, then the Resize.
workload network(const resize_case& c) {
    model_builder m;
    m.model().mutable_opset_import(0)->set_version(c.opset);
    m.input("x", {1, 1, 2, 2}).output("y", c.out);
    m.weights("w", {1, 1, 1, 1});
    m.node("Conv", {"x", "w"}, "c", "first");
    if (c.sizes.empty())
        m.weights("scales", {4}, c.scales);
    else
        m.integers("sizes", c.sizes);
    const std::vector<std::string> inputs = c.opset < 11      ? std::vector<std::string>{"c", "scales"}
                                            : c.sizes.empty() ? std::vector<std::string>{"c", "", "scales"}
                                                              : std::vector<std::string>{"c", "", "", "sizes"};
    auto& node = m.node("Resize", inputs, "y", "wider");
    m.set_text(node, "mode", c.mode);
    if (c.opset >= 11) {
        m.set_text(node, "coordinate_transformation_mode", c.transformation);
        m.set_text(node, "nearest_mode", c.rounding);
    }
    return m.load();
}

std::vector<float> values_of(const workload& w) {
    const float image[] = {1, 2, 3, 4};
    return float_executor(w, float_weights_of(w, 0)).run(image);
}

/// Source of output `o` at `scale` by ONNX's definition of the operator: coordinate, rounding, clamp.
int neighbour(const resize_case& c, int o, int scale) {
    const double x = c.transformation == "asymmetric" ? double(o) / scale : (o + 0.5) / scale - 0.5;
    const double nearest = c.rounding == "floor"                ? std::floor(x)
                           : c.rounding == "round_prefer_floor" ? std::ceil(x - 0.5)
                                                                : std::floor(x + 0.5);
    return std::clamp(static_cast<int>(nearest), 0, 1);
}

TEST(onnx_resize, copies_the_neighbours_that_onnx_defines) {
    for (const auto& [transformation, rounding] :
         {std::pair("asymmetric", "floor"), std::pair("half_pixel", "round_prefer_floor"), std::pair("half_pixel", "round_prefer_ceil")}) {
        resize_case c;
        c.transformation = transformation;
        c.rounding = rounding;
        const workload w = network(c);
        ASSERT_TRUE(w.graph) << w.why_no_graph;
        std::vector<float> expected;
        for (int y = 0; y < 6; ++y)
            for (int x = 0; x < 4; ++x) expected.push_back(static_cast<float>(1 + 2 * neighbour(c, y, 3) + neighbour(c, x, 2)));
        EXPECT_EQ(values_of(w), expected) << transformation << ", " << rounding;
    }
}

TEST(onnx_resize, takes_sizes_and_the_form_before_opset_11) {
    resize_case c;
    c.scales = {1, 1, 1, 2};
    c.out = {1, 1, 2, 4};
    c.opset = 10;
    EXPECT_THAT(values_of(network(c)), ElementsAre(1, 1, 2, 2, 3, 3, 4, 4));
    c.opset = 13;
    c.sizes = c.out;
    EXPECT_THAT(values_of(network(c)), ElementsAre(1, 1, 2, 2, 3, 3, 4, 4));
}

TEST(onnx_resize, is_refused_by_name_where_it_is_no_copy) {
    const auto why = [](void (*change)(resize_case&)) {
        resize_case c;
        change(c);
        const workload w = network(c);
        EXPECT_FALSE(w.graph);
        return w.why_no_graph;
    };
    EXPECT_EQ(why([](resize_case& c) { c.mode = "linear"; }), "Resize between neighbours x1");
    EXPECT_EQ(why([](resize_case& c) { c.transformation = "half_pixel"; }), "Resize between neighbours x1");
    EXPECT_EQ(why([](resize_case& c) { c.rounding = "ceil"; }), "Resize between neighbours x1");
    EXPECT_EQ(why([](resize_case& c) { c.transformation = "align_corners"; }), "Resize between neighbours x1");
    EXPECT_EQ(why([](resize_case& c) {
                  c.scales = {1, 1, 2.5f, 2};
                  c.out = {1, 1, 5, 4};
              }),
              "Resize by scales that are not whole x1");
    EXPECT_EQ(why([](resize_case& c) {
                  c.scales = {1, 1, 0.5f, 1};
                  c.out = {1, 1, 1, 2};
              }),
              "Resize by scales that are not whole x1");
    EXPECT_EQ(why([](resize_case& c) { c.scales = {1, 1, 3.1f, 2}; }), "Resize by scales that are not whole x1");
}

TEST(onnx_pool, pools_windows_along_the_first_axis_each_for_itself) {
    model_builder m;
    m.input("x", {1, 1, 2, 4}).output("y", {2, 1, 1, 2});
    m.weights("w", {1, 1, 1, 1});
    m.node("Conv", {"x", "w"}, "c", "first");
    m.integers("shape", {2, 1, 2, 2});
    m.node("Reshape", {"c", "shape"}, "r");
    m.set_all(m.node("MaxPool", {"r"}, "y", "pooled"), "kernel_shape", {2, 1});
    const workload w = m.load();
    ASSERT_TRUE(w.graph) << w.why_no_graph;
    const float image[] = {1, 8, 3, 6, 5, 2, 4, 7};
    EXPECT_THAT(float_executor(w, float_weights_of(w, 0)).run(image), ElementsAre(3, 8, 5, 7));
}

}  // namespace
}  // namespace symmetree
