#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "workloads/network/workload.h"

namespace symmetree {
namespace {

layer linear(const std::string& name, int tokens, int in, int out, weight_source weights = seeded_weights{}) {
    layer l;
    l.name = name;
    l.shape = linear_shape{tokens, in, out};
    l.weights = std::move(weights);
    return l;
}

seeded_weights student(int degrees_of_freedom) {
    seeded_weights w;
    w.distribution = seeded_weights::kind::student_t;
    w.degrees_of_freedom = degrees_of_freedom;
    return w;
}

double variance(const std::vector<float>& values) {
    double sum = 0, squares = 0;
    for (const float v : values) {
        sum += v;
        squares += double(v) * v;
    }
    const double n = static_cast<double>(values.size());
    return squares / n - sum / n * (sum / n);
}

TEST(seeded_weights_of, depend_on_seed_and_layer_name_only) {
    const layer a = linear("a", 3, 64, 32);
    layer same_elsewhere = linear("a", 9, 64, 32);
    same_elsewhere.place.line = 7;
    EXPECT_EQ(materialize_weights(a, 1), materialize_weights(same_elsewhere, 1));
    EXPECT_NE(materialize_weights(a, 1), materialize_weights(a, 2));
    EXPECT_NE(materialize_weights(a, 1), materialize_weights(linear("b", 3, 64, 32), 1));
}

TEST(seeded_weights_of, are_the_same_whatever_the_number_of_threads) {
    // More than enough elements for several threads; the head of a longer tensor with the same fan-in is the shorter one.
    const std::vector<float> small = materialize_weights(linear("a", 1, 256, 64), 5),
                             large = materialize_weights(linear("a", 1, 256, 2048), 5);
    EXPECT_TRUE(std::equal(small.begin(), small.end(), large.begin()));
}

TEST(seeded_weights_of, do_not_change_between_versions) {
    const std::vector<float> gaussian = materialize_weights(linear("pinned", 1, 2, 2), 1);
    const std::vector<float> heavy = materialize_weights(linear("pinned", 1, 2, 2, student(5)), 1);
    EXPECT_THAT(gaussian, testing::ElementsAre(0x1.754eaep-2f, -0x1.1432d8p+0f, -0x1.609472p+0f, -0x1.0cbceep+0f));
    EXPECT_THAT(heavy, testing::ElementsAre(-0x1.7e4d2ap-1f, 0x1.96edbcp-1f, -0x1.055d18p+0f, -0x1.bd0456p-2f));
}

TEST(seeded_weights_of, gaussian_has_the_fan_in_scaled_spread) {
    const std::vector<float> values = materialize_weights(linear("a", 1, 512, 512), 1);
    EXPECT_NEAR(variance(values) * 512 / 2, 1, 0.02);
}

TEST(seeded_weights_of, student_t_has_unit_scale_and_its_quantiles) {
    // Two-sided 5 % points of Student's t, from printed tables.
    for (const auto& [nu, point] :
         {std::pair(3, 3.1824), std::pair(4, 2.7764), std::pair(5, 2.5706), std::pair(10, 2.2281), std::pair(30, 2.0423)}) {
        const std::vector<float> values = materialize_weights(linear("a", 1, 512, 1024, student(nu)), 3);
        const double unit = std::sqrt(2.0 / 512) * std::sqrt((nu - 2.0) / nu);
        const auto outside =
            std::count_if(values.begin(), values.end(), [&, limit = point](float v) { return std::fabs(v) > limit * unit; });
        EXPECT_NEAR(static_cast<double>(outside) / static_cast<double>(values.size()), 0.05, 0.0015) << nu;
        if (nu >= 5) {
            EXPECT_NEAR(variance(values) * 256, 1, 0.03) << nu;
        }
    }
}

TEST(seeded_weights_of, skewed_outliers_stand_where_they_were_asked_for) {
    seeded_weights w;
    w.distribution = seeded_weights::kind::skewed_outliers;
    w.outlier_share = 0.02;
    w.outlier_scale = 9;
    w.outlier_skew = 0.75;
    const std::vector<float> values = materialize_weights(linear("a", 1, 512, 512, w), 1);
    const auto far = static_cast<float>(9 * std::sqrt(2.0 / 512));
    const auto up = std::count(values.begin(), values.end(), far), down = std::count(values.begin(), values.end(), -far);
    EXPECT_NEAR(static_cast<double>(up + down) / static_cast<double>(values.size()), 0.02, 0.001);
    EXPECT_NEAR(static_cast<double>(up) / static_cast<double>(up + down), 0.75, 0.03);
}

TEST(seeded_inputs, have_the_sizes_of_their_tensors) {
    layer conv;
    conv.name = "c";
    conv.shape = conv_shape{6, 5, 7, 4, 3, 3, 1, 1, 0, 0, 0, 0, 1, 1, 2};
    EXPECT_EQ(materialize_input(conv, 1).size(), 6u * 5 * 7);
    EXPECT_EQ(materialize_weights(conv, 1).size(), 4u * 3 * 9);
    EXPECT_EQ(materialize_input(linear("l", 5, 7, 3), 1).size(), 35u);
    layer attention;
    attention.name = "a";
    attention.shape = matmul_shape{4, 8, 6, 3};
    EXPECT_EQ(materialize_input(attention, 1).size(), 4u * 8 * 3);
    EXPECT_EQ(materialize_second_operand(attention, 1).size(), 8u * 6 * 3);
    EXPECT_NE(materialize_input(attention, 1), materialize_second_operand(attention, 1));
}

TEST(seeded_inputs, have_the_shape_of_their_class) {
    layer l = linear("a", 512, 512, 1);
    const auto share = [](const std::vector<float>& v, auto condition) {
        return double(std::count_if(v.begin(), v.end(), condition)) / double(v.size());
    };
    l.input = activation_class::relu;
    const std::vector<float> relu = materialize_input(l, 1);
    EXPECT_NEAR(share(relu, [](float x) { return x == 0; }), 0.5, 0.005);
    EXPECT_EQ(share(relu, [](float x) { return x < 0; }), 0);
    l.input = activation_class::gelu;
    const std::vector<float> gelu = materialize_input(l, 1);
    EXPECT_NEAR(share(gelu, [](float x) { return x < 0; }), 0.5, 0.005);
    EXPECT_GT(*std::min_element(gelu.begin(), gelu.end()), -0.17005f);  // GELU's least value
    EXPECT_LT(*std::min_element(gelu.begin(), gelu.end()), -0.1699f);
    l.input = activation_class::dense;
    EXPECT_NEAR(variance(materialize_input(l, 1)), 1, 0.01);
}

TEST(seeded_tensors, attention_products_have_no_stored_weights) {
    layer attention;
    attention.name = "a";
    attention.shape = matmul_shape{4, 8, 6, 3};
    EXPECT_THROW(materialize_weights(attention, 1), model_fault);
    EXPECT_THROW(weights_identity(attention, 1), model_fault);
    EXPECT_THROW(materialize_second_operand(linear("l", 1, 1, 1), 1), model_fault);
}

TEST(weights_identity_of, tells_different_weights_apart) {
    const auto loaded = [](std::vector<float> values) {
        return loaded_weights{std::make_shared<const std::vector<float>>(std::move(values))};
    };
    const std::set<std::string> identities = {weights_identity(linear("a", 1, 2, 2), 1),
                                              weights_identity(linear("a", 1, 2, 2), 2),
                                              weights_identity(linear("b", 1, 2, 2), 1),
                                              weights_identity(linear("a", 1, 4, 1), 1),
                                              weights_identity(linear("a", 1, 2, 2, student(5)), 1),
                                              weights_identity(linear("a", 1, 2, 2, student(6)), 1),
                                              weights_identity(linear("a", 1, 2, 2, loaded({1, 2, 3, 4})), 1),
                                              weights_identity(linear("a", 1, 2, 2, loaded({1, 2, 4, 3})), 1),
                                              weights_identity(linear("a", 1, 2, 2, loaded({1, 2, 3, 5})), 1)};
    EXPECT_EQ(identities.size(), 9u);
    EXPECT_EQ(weights_identity(linear("a", 1, 2, 2, loaded({1, 2, 3, 4})), 1),
              weights_identity(linear("b", 7, 2, 2, loaded({1, 2, 3, 4})), 2));
}

}  // namespace
}  // namespace symmetree
