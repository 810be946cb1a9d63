// Weights rounded by the error of the layers' outputs: a whole network, what is kept, what is left as it is.
#include "runs/compensate.h"

#include <gmock/gmock.h>

#include "tests/unit/quantized_network/small_network.h"
#include "workloads/formats/number_format.h"
#include "workloads/quantize/uniform.h"

namespace symmetree {
namespace {

struct compensate : testing::Test {
    small_network small;
    platform_config platform = platform_named("symq");
    const scheme run = parse_scheme("symq:w3a4");
    const compensation images{small_image, 8};
    weight_cache kept_in{small.directory.file("kept")};

    workload rounded(int threads, const weight_cache& cache) const {
        return network_rounding(cache, small.network, 1, images).rounded(small.quantized(small.network, platform, run), threads);
    }
    double error_of(const workload& network) const {
        return scores_error(small.quantized(network, platform, run), small.executor, small_image);
    }
};

TEST_F(compensate, brings_the_scores_nearer_to_those_of_the_float_network) {
    const workload network = rounded(1, weight_cache(""));
    EXPECT_LT(error_of(network), 0.8 * error_of(small.network));
    for (const layer& l : network.layers) {
        ASSERT_TRUE(l.codes) << l.name;
        ASSERT_TRUE(l.own_scheme) << l.name;
    }
}

TEST_F(compensate, does_not_depend_on_threads_or_on_what_is_kept) {
    const workload one = rounded(1, weight_cache("")), first = rounded(3, kept_in), again = rounded(1, kept_in);
    std::size_t layers = 0;
    const network_rounding rounding(kept_in, small.network, 1, images);
    rounding.rounded(small.quantized(small.network, platform, run), 1, [&](std::size_t, std::size_t) { ++layers; });
    EXPECT_EQ(layers, 0u) << "what is kept is rounded again";
    for (std::size_t i = 0; i < one.layers.size(); ++i) {
        EXPECT_EQ(one.layers[i].codes->codes, first.layers[i].codes->codes);
        EXPECT_EQ(one.layers[i].codes->codes, again.layers[i].codes->codes);
        EXPECT_EQ(one.layers[i].codes->step, again.layers[i].codes->step);
    }
}

TEST_F(compensate, rounds_anew_for_other_images_and_other_formats) {
    const workload before = rounded(1, kept_in);
    const image_source others = [](std::int64_t i) { return small_image(i + 50); };
    std::size_t layers = 0;
    const auto count = [&](std::size_t, std::size_t) { ++layers; };
    network_rounding(kept_in, small.network, 1, {others, 8}).rounded(small.quantized(small.network, platform, run), 1, count);
    EXPECT_EQ(layers, before.layers.size());
    network_rounding(kept_in, small.network, 1, images)
        .rounded(small.quantized(small.network, platform, parse_scheme("symq:w3a3")), 1, count);
    EXPECT_EQ(layers, 2 * before.layers.size());
}

TEST_F(compensate, leaves_codes_that_a_file_fixes) {
    workload fixed = small.network;
    fixed.layers[0].own_scheme = parse_scheme("symq:w2a4");
    fixed.layers[0].codes = std::make_shared<const quantized_weights>(small.cache.get(fixed.layers[0], 1, *fixed.layers[0].own_scheme, 1));
    const workload after = network_rounding(weight_cache(""), fixed, 1, images).rounded(small.quantized(fixed, platform, run), 1);
    EXPECT_EQ(after.layers[0].codes, fixed.layers[0].codes);
    EXPECT_TRUE(after.layers[1].codes);
}

TEST_F(compensate, begins_with_the_zero_points_of_the_range) {
    const platform_config with_zero_points = platform_named("asymq_row_sum");
    const scheme s = parse_scheme("asymq:w3a4");
    const workload after =
        network_rounding(weight_cache(""), small.network, 1, images).rounded(small.quantized(small.network, with_zero_points, s), 1);
    std::size_t searched_elsewhere = 0;
    for (const layer& l : after.layers) {
        if (!traits_of(l.own_scheme->family).has_zero_points) continue;
        const product_shape shape = product_of(l);
        const auto fitted = [&](zero_points zero) {
            return fit_uniform(materialize_weights(l, 1), shape.n * shape.repeat, shape.k, *l.own_scheme, 1, zero);
        };
        EXPECT_EQ(l.codes->zero_point, fitted(zero_points::of_range).zero_point) << l.name;
        searched_elsewhere += fitted(zero_points::searched).zero_point != l.codes->zero_point ? 1 : 0;
    }
    EXPECT_GT(searched_elsewhere, 0u);
}

TEST(images_within_seconds, are_fewer_of_large_networks) {
    const auto of = [](const char* name, std::int64_t count) {
        return images_within_seconds(load_workload(name, SYMMETREE_ROOT "/workloads/nets"), count);
    };
    EXPECT_EQ(of("resnet20", 256), 256);
    EXPECT_EQ(of("deit_small", 256), 29);  // 2^37 / 4.6e9 multiply-accumulates
    EXPECT_EQ(of("deit_small", 16), 16);
    EXPECT_EQ(of("deit_base", 256), 8);  // the fewest
}

}  // namespace
}  // namespace symmetree
