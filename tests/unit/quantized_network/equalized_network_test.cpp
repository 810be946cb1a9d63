// What dividing channels before quantization wins where they are badly scaled.
#include <gmock/gmock.h>

#include "core/random.h"
#include "tests/unit/quantized_network/small_network.h"
#include "workloads/calibration/equalize.h"
#include "workloads/import/onnx_import.h"

namespace symmetree {
namespace {

/// The same network with every fourth channel of its scalable tensors so many times as large.
workload badly_scaled(const workload& network, double times) {
    channel_factors factors;
    for (const scalable_tensor& t : scalable_tensors(network))
        for (std::size_t c = 0; c < t.channels; ++c) factors[network.graph->nodes[t.node].name].push_back(c % 4 == 0 ? 1 / times : 1);
    workload scaled = with_scaled_channels(network, factors, 1);
    scaled.channel_factors.clear();  // its weights pass for those that it came with
    return scaled;
}

/// Of the scores in 4 bits, steps chosen by the error of each tensor.
double error_of(const workload& network, const image_source& image) {
    const float_executor executor(network, float_weights_of(network, 1));
    const calibration seen = calibrate(network, executor, image, 8, 2);
    const auto choose = [&](std::size_t node, int bits, activation_coding coding) {
        return format_for(network, seen, {}, node, bits, coding);
    };
    return scores_error(quantize_network(network, platform_named("symq"), parse_scheme("symq:w4a4"), choose, weight_cache(""), 1, 1),
                        executor, image);
}

TEST(equalization, brings_badly_scaled_channels_of_convolutions_back_to_the_error_of_good_ones) {
    const small_network small;
    const workload bad = badly_scaled(small.network, 50);
    const workload equal = equalized(bad, equalization::layers, smoothing::none, 1, small_image, 0, 1);
    EXPECT_GT(error_of(bad, small_image), 3 * error_of(small.network, small_image));
    EXPECT_LT(error_of(equal, small_image), 1.5 * error_of(small.network, small_image));
}

TEST(smoothing, brings_outliers_of_layer_norms_back_to_the_error_of_norms_without) {
    const workload network = load_workload_onnx(SYMMETREE_ROOT "/tests/data/networks/small_deit.onnx");
    const image_source image = [&](std::int64_t index) {
        const random_stream stream(static_cast<std::uint64_t>(index) + 1, "image");
        std::vector<float> pixels(static_cast<std::size_t>(elements_of(network.graph->nodes[network.graph->input].shape)));
        for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<float>(stream.normal(i));
        return pixels;
    };
    const workload bad = badly_scaled(network, 50);
    const workload smooth = equalized(bad, equalization::none, smoothing::norms, 1, image, 8, 2);
    EXPECT_GT(error_of(bad, image), 3 * error_of(network, image));
    EXPECT_LT(error_of(smooth, image), 1.5 * error_of(network, image));
}

}  // namespace
}  // namespace symmetree
