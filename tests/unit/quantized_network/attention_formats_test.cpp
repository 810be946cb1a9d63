// Codes of what the products of attention read: no zero points, probabilities without a sign.
#include <gmock/gmock.h>

#include "tests/unit/quantized_network/small_network.h"
#include "workloads/import/onnx_import.h"

namespace symmetree {
namespace {

std::vector<float> image_of(std::int64_t index, std::size_t size) {
    std::vector<float> image(size);
    for (std::size_t i = 0; i < size; ++i)
        image[i] = static_cast<float>(std::sin(0.37 * static_cast<double>(i) + static_cast<double>(index)));
    return image;
}

TEST(operands_of_attention, have_the_codes_that_both_arrays_read) {
    const workload network = load_workload_onnx(SYMMETREE_ROOT "/tests/data/networks/small_deit.onnx");
    const float_executor executor(network, float_weights_of(network, 1));
    const auto size = static_cast<std::size_t>(elements_of(network.graph->nodes[network.graph->input].shape));
    const calibration seen = calibrate(
        network, executor, [&](std::int64_t i) { return image_of(i, size); }, 4, 1);
    const auto choose = [&](std::size_t node, int bits, activation_coding coding) {
        return format_for(network, seen, {}, node, bits, coding);
    };
    for (const char* name : {"symq", "pot"}) {
        const auto formats = formats_of(network, platform_named(name), parse_scheme(std::string(name) + ":w3a3"), choose, {});
        int products = 0;
        for (std::size_t i = 0; i < formats.size(); ++i) {
            if (!std::holds_alternative<softmax_op>(network.graph->nodes[i].op)) continue;
            ASSERT_TRUE(formats[i]);
            EXPECT_EQ(formats[i]->bits, 3) << name;
            EXPECT_EQ(formats[i]->zero_point, 0) << name;
            EXPECT_EQ(formats[i]->least, 0) << name;
            EXPECT_EQ(formats[i]->greatest, 7) << name;
            ++products;
        }
        EXPECT_EQ(products, 2);
    }
}

}  // namespace
}  // namespace symmetree
