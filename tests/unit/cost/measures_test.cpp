#include "workloads/network/measures.h"

#include <gtest/gtest.h>

#include "core/error.h"

namespace symmetree {
namespace {

scheme made(scheme_family family, int weight_bits, int activation_bits) {
    scheme s;
    s.family = family;
    s.weight_bits = weight_bits;
    s.activation_bits = activation_bits;
    return s;
}

/// ViT-B: 12 blocks of qkv, projection and two MLP layers over 197 tokens of width 768.
operation_counts vit_b_blocks(const scheme& s) {
    operation_counts sum;
    for (const product_shape& shape : {product_shape{197, 2304, 768, 1}, product_shape{197, 768, 768, 1}, product_shape{197, 3072, 768, 1},
                                       product_shape{197, 768, 3072, 1}}) {
        for (int block = 0; block < 12; ++block) sum += operations_of(shape, s, false);
    }
    return sum;
}

TEST(measures, bit_operations_of_vit_b_blocks_as_published) {
    const double f = 16732127232.0;
    EXPECT_DOUBLE_EQ(vit_b_blocks(made(scheme_family::asymq, 3, 4)).bops_dasq, f * 4 * 4);
    EXPECT_NEAR(vit_b_blocks(made(scheme_family::asymq, 3, 4)).bops_dasq / 1e9, 267.71, 0.005);
    EXPECT_NEAR(vit_b_blocks(made(scheme_family::dasq, 3, 4)).bops_dasq / 1e9, 206.14, 0.005);
    EXPECT_DOUBLE_EQ(vit_b_blocks(made(scheme_family::symq, 3, 4)).bops_dasq, f * 3 * 4);
}

TEST(measures, the_share_of_outliers_is_the_decimal_that_was_written) {
    scheme s = made(scheme_family::dasq, 4, 4);
    for (const auto& [text, share] : {std::pair("98", 0.02), std::pair("99.5", 0.005), std::pair("100", 0.0), std::pair("0", 1.0)}) {
        s.dasq.sparsity = text;
        EXPECT_DOUBLE_EQ(outlier_share(s), share) << text;
    }
    EXPECT_EQ(outlier_share(made(scheme_family::symq, 4, 4)), 0);
    for (const char* bad : {"", "101", "-1", "x", "98%"}) {
        s.dasq.sparsity = bad;
        EXPECT_THROW(outlier_share(s), model_fault) << bad;
    }
}

TEST(measures, uniq_bit_operations_by_hand) {
    const product_shape shape{10, 3, 64, 2};  // f = 3840, log2 64 = 6
    EXPECT_NEAR(operations_of(shape, made(scheme_family::symq, 4, 8), false).bops_uniq, 3840.0 * (32 + 8 + 4 + 6), 1e-6);
    EXPECT_NEAR(operations_of(shape, made(scheme_family::asymq, 4, 8), false).bops_uniq, 3840.0 * (32 + 8 + 4 + 6), 1e-6);
    scheme dasq = made(scheme_family::dasq, 4, 8);
    dasq.dasq.outlier_bits = 5;
    dasq.dasq.sparsity = "90";
    EXPECT_NEAR(operations_of(shape, dasq, false).bops_uniq, 3840.0 * (32 + 8 + 4 + 6) + 384.0 * (40 + 8 + 5 + 6), 1e-6);
}

TEST(measures, quantized_operations_take_the_wider_side) {
    const product_shape shape{10, 3, 64, 2};
    EXPECT_DOUBLE_EQ(operations_of(shape, made(scheme_family::symq, 8, 8), false).qops, 3840.0 * 8 / 32);
    EXPECT_DOUBLE_EQ(operations_of(shape, made(scheme_family::post, 3, 8), false).qops, 3840.0 * 8 / 32);
    EXPECT_DOUBLE_EQ(operations_of(shape, made(scheme_family::dasq, 6, 2), false).qops, 3840.0 * 6 / 32);
}

TEST(measures, attention_products_have_activations_on_both_sides) {
    const product_shape shape{197, 197, 64, 12};
    const double f = 197.0 * 197 * 64 * 12;
    for (const auto family : {scheme_family::symq, scheme_family::asymq, scheme_family::dasq, scheme_family::pot, scheme_family::post}) {
        const operation_counts n = operations_of(shape, made(family, 3, 6), true);
        EXPECT_DOUBLE_EQ(n.bops_dasq, f * 36) << to_string(family);
        EXPECT_NEAR(n.bops_uniq, f * (36 + 6 + 6 + 6), 1e-3);
        EXPECT_DOUBLE_EQ(n.qops, f * 6 / 32);
        const weight_storage stored = storage_of(shape, made(family, 3, 6), true, 5, 8);
        EXPECT_EQ(stored.parameters + stored.stream_bits() + stored.channel_bits, 0u);
    }
}

TEST(measures, storage_counts_codes_outliers_and_their_indices) {
    const product_shape shape{1, 5, 9, 4};  // 20 channels of 9 weights
    const weight_storage symmetric = storage_of(shape, made(scheme_family::symq, 3, 4), false, 0, 8);
    EXPECT_EQ(symmetric.parameters, 180u);
    EXPECT_EQ(symmetric.stream_bits(), 540u);
    EXPECT_EQ(symmetric.channel_bits, 0u);

    const weight_storage dasq = storage_of(shape, made(scheme_family::dasq, 3, 4), false, 4, 8);
    EXPECT_EQ(dasq.code_bits, 540u);
    EXPECT_EQ(dasq.outlier_bits, 4u * (4 + 8));
    EXPECT_EQ(dasq.stream_bits(), 588u);
    EXPECT_EQ(dasq.channel_bits, 60u);

    scheme asymmetric = made(scheme_family::asymq, 3, 4);
    EXPECT_EQ(storage_of(shape, asymmetric, false, 0, 0).channel_bits, 60u);
    EXPECT_EQ(storage_of(shape, asymmetric, false, 0, 0, 4).code_bits, 720u);  // W - z, one bit wider
    asymmetric.uniform.grain = granularity::per_tensor;
    EXPECT_EQ(storage_of(shape, asymmetric, false, 0, 0).channel_bits, 3u);

    weight_storage sum = symmetric;
    sum += dasq;
    EXPECT_EQ(sum.parameters, 360u);
    EXPECT_EQ(sum.stream_bits(), 1128u);
}

}  // namespace
}  // namespace symmetree
