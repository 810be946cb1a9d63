#include "workloads/calibration/calibration.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <limits>

#include "core/random.h"
#include "workloads/import/onnx_import.h"

namespace symmetree {
namespace {

using testing::HasSubstr;

/// A shipped-like network whose images are drawn by index.
struct calibrated_network : testing::Test {
    workload network = load_workload_onnx(SYMMETREE_ROOT "/tests/data/networks/small_mobilenet_v2.onnx");
    float_executor executor{network, float_weights_of(network, 1)};
    std::size_t size = static_cast<std::size_t>(elements_of(network.graph->nodes[network.graph->input].shape));

    std::vector<float> image(std::int64_t index) const {
        const random_stream stream(static_cast<std::uint64_t>(index) + 1, "image");
        std::vector<float> pixels(size);
        for (std::size_t i = 0; i < size; ++i) pixels[i] = static_cast<float>(stream.normal(i));
        return pixels;
    }
    calibration over(std::int64_t count, int threads) const {
        return calibrate(
            network, executor, [&](std::int64_t i) { return image(i); }, count, threads);
    }
    std::string problem(const image_source& source, int threads) const {
        try {
            calibrate(network, executor, source, 40, threads);
        } catch (const input_error& e) {
            return e.what();
        }
        return "no error";
    }
};

TEST_F(calibrated_network, has_the_same_statistics_to_the_last_bit_whatever_the_threads) {
    const calibration alone = over(37, 1);
    EXPECT_EQ(alone.images, 37);
    for (const int threads : {2, 3, 16}) {
        const calibration together = over(37, threads);
        ASSERT_EQ(together.nodes.size(), alone.nodes.size());
        for (std::size_t n = 0; n < alone.nodes.size(); ++n) {
            const tensor_statistics &a = alone.nodes[n], &b = together.nodes[n];
            EXPECT_EQ(a.least, b.least);
            EXPECT_EQ(a.greatest, b.greatest);
            EXPECT_EQ(a.sum, b.sum) << n;
            EXPECT_EQ(a.sum_of_squares, b.sum_of_squares) << n;
            EXPECT_EQ(a.count, b.count);
            EXPECT_EQ(a.histogram.counts(), b.histogram.counts());
            EXPECT_EQ(a.histogram.zeros(), b.histogram.zeros());
        }
    }
}

TEST_F(calibrated_network, saw_every_value_of_every_image) {
    const calibration seen = over(9, 2);
    const tensor_statistics& input = seen.nodes[network.graph->input];
    EXPECT_EQ(input.count, static_cast<std::int64_t>(9 * size));
    float least = 0;
    for (std::int64_t i = 0; i < 9; ++i)
        for (const float v : image(i)) least = std::min(least, v);
    EXPECT_EQ(input.least, static_cast<double>(least));
    EXPECT_EQ(seen.nodes[network.graph->output].count, 9 * elements_of(network.graph->nodes[network.graph->output].shape));
}

TEST_F(calibrated_network, refuses_no_images_and_images_of_another_size) {
    EXPECT_THROW(over(0, 2), input_error);
    EXPECT_THAT(problem([&](std::int64_t i) { return i == 3 ? std::vector<float>(5) : image(i); }, 2),
                HasSubstr("image 3: 3072 values are wanted by small_mobilenet_v2, it has 5"));
}

TEST_F(calibrated_network, names_the_first_image_and_node_with_a_value_that_is_not_finite) {
    const std::string input = network.graph->nodes[network.graph->input].name;
    for (const int threads : {1, 4}) {
        const auto source = [&](std::int64_t i) {
            std::vector<float> pixels = image(i);
            if (i == 11) pixels[7] = std::numeric_limits<float>::quiet_NaN();
            if (i >= 30) pixels[0] = std::numeric_limits<float>::infinity();
            return pixels;
        };
        EXPECT_THAT(problem(source, threads), HasSubstr("image 11: the float network has the value nan at element 7 of '" + input + "'"));
    }
    const std::string overflow = problem([&](std::int64_t) { return std::vector<float>(size, 3e38f); }, 2);
    EXPECT_THAT(overflow, HasSubstr("image 0: the float network has the value"));
    EXPECT_THAT(overflow, testing::Not(HasSubstr("'" + input + "'")));
}

TEST_F(calibrated_network, tells_how_far_it_is_in_order) {
    std::vector<std::int64_t> told;
    calibrate(
        network, executor, [&](std::int64_t i) { return image(i); }, 20, 3, [&](std::int64_t images) { told.push_back(images); });
    EXPECT_EQ(told, (std::vector<std::int64_t>{8, 16, 20}));
}

/// Shifted windows add -100 to scores of positions that were no neighbours.
TEST(masked_scores, do_not_set_the_range_of_the_others) {
    const workload swin = load_workload_onnx(SYMMETREE_ROOT "/tests/data/networks/small_swin.onnx");
    const network_graph& graph = *swin.graph;
    const float_executor executor(swin, float_weights_of(swin, 1));
    const auto image = [&](std::int64_t index) {
        const random_stream stream(static_cast<std::uint64_t>(index) + 1, "image");
        std::vector<float> pixels(static_cast<std::size_t>(elements_of(graph.nodes[graph.input].shape)));
        for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<float>(stream.normal(i));
        return pixels;
    };
    const calibration seen = calibrate(swin, executor, image, 8, 1);
    const std::vector<std::size_t> rows = masked_score_rows(graph);
    std::size_t masked = 0;
    for (std::size_t n = 0; n < rows.size(); ++n) {
        if (rows[n] == 0) continue;
        ++masked;
        EXPECT_EQ(rows[n], static_cast<std::size_t>(graph.nodes[n].shape.back())) << graph.nodes[n].name;
        EXPECT_GT(seen.nodes[n].least, -40) << graph.nodes[n].name;
    }
    EXPECT_EQ(masked, 1u);
}

TEST(masked_scores, are_raised_row_by_row) {
    std::vector<float> scores{1, -100, -10.5f, -11.5f, -90, -100, -95, -103};
    raise_deep_scores(scores, 4);
    EXPECT_EQ(scores, (std::vector<float>{1, -11, -10.5f, -11, -90, -100, -95, -102}));
}

}  // namespace
}  // namespace symmetree
