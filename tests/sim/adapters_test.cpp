// Adapters of ASQ: which are fitted, which a file gives, which tensors get one.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <numeric>

#include "core/error.h"
#include "core/temporary_folder.h"
#include "runs/fit_adapters.h"
#include "tests/support/layers.h"

namespace symmetree {
namespace {

double beta_of(const adapter_weights& w, const std::vector<double>& means) {
    double beta = w.second_bias;
    for (std::size_t j = 0; j < w.second.size(); ++j) {
        double h = w.first_bias[j];
        for (std::size_t c = 0; c < means.size(); ++c) h += double(w.first[j * means.size() + c]) * means[c];
        beta += double(w.second[j]) * std::max(h, 0.0);
    }
    return beta;
}

/// A number in -1..1 that looks like no other.
double noise(std::size_t i) { return std::sin(12.9898 * double(i + 1) * double(i % 97 + 3)); }

std::vector<std::vector<double>> any_means(std::size_t images, std::size_t channels) {
    std::vector<std::vector<double>> means(images);
    for (std::size_t i = 0; i < images; ++i)
        for (std::size_t c = 0; c < channels; ++c) means[i].push_back(2 + noise(i * channels + c));
    return means;
}

TEST(fitted_adapter, finds_a_ratio_that_follows_the_means) {
    for (const std::size_t channels : {std::size_t{4}, std::size_t{32}}) {  // one and two hidden elements
        const auto means = any_means(200, channels);
        std::vector<double> ratios;
        for (const auto& m : means) ratios.push_back(1 + 0.2 * (m[0] - 2) - 0.1 * (m[3] - 2));
        const adapter_weights w = fit_adapter(means, ratios, {1, std::int64_t(channels)});
        for (std::size_t i = 0; i < means.size(); ++i) ASSERT_NEAR(beta_of(w, means[i]), ratios[i], 0.02) << "image " << i;
    }
}

TEST(fitted_adapter, says_the_mean_of_ratios_that_follow_nothing) {
    const auto means = any_means(200, 8);
    std::vector<double> ratios;
    for (std::size_t i = 0; i < means.size(); ++i) ratios.push_back(1.1 + 0.1 * noise(i + 77777));
    const adapter_weights w = fit_adapter(means, ratios, {1, 8});
    const double mean = std::accumulate(ratios.begin(), ratios.end(), 0.0) / 200;
    for (const auto& m : means) ASSERT_NEAR(beta_of(w, m), mean, 0.03);
}

TEST(fitted_adapter, does_not_leave_what_was_seen) {
    const auto means = any_means(100, 32);
    std::vector<double> ratios;
    for (const auto& m : means) ratios.push_back(1 + 0.3 * (m[5] - 2));
    const adapter_weights w = fit_adapter(means, ratios, {1, 32});
    std::vector<double> far(32, 2);
    for (const double at : {-50.0, 50.0}) {
        far[5] = at;
        EXPECT_GE(beta_of(w, far), 0.69);
        EXPECT_LE(beta_of(w, far), 1.31);
    }
}

TEST(fitted_adapter, is_the_identity_without_enough_images) {
    const adapter_weights w = fit_adapter(any_means(7, 4), std::vector<double>(7, 1.5), {1, 4});
    EXPECT_EQ(beta_of(w, {9, 9, 9, 9}), 1);
}

TEST(best_ratio, is_that_of_the_tensors_own_step) {
    const tensor_format format{4, -8, -8, 7, 0.25};
    for (const int j : {-12, -5, 0, 7, 16}) {
        std::vector<float> values;
        for (int i = 0; i < 4000; ++i) values.push_back(static_cast<float>(0.25 * std::exp2(j / 16.0) * (i % 16)));
        tensor_statistics seen;
        seen.add(values.data(), values.size());
        EXPECT_NEAR(std::log2(best_ratio(seen, format)) * 16, j, 0.01);
    }
}

/// image -> conv a -> relu -> conv b, whose sum with the relu and its maximum goes to a head.
workload branched() {
    workload w = network_of({conv_layer(3, 4, 16, 3, 1, 1), conv_layer(16, 4, 16, 3, 1, 1), conv_layer(16, 4, 8, 4)});
    w.graph.emplace();
    auto& n = w.graph->nodes;
    n.push_back({"image", input_op{}, {}, {1, 3, 4, 4}});
    n.push_back({"a", product_op{0}, {0}, {1, 16, 4, 4}});
    n.push_back({"relu", clip_op{}, {1}, {1, 16, 4, 4}});
    n.push_back({"b", product_op{1}, {2}, {1, 16, 4, 4}});
    n.push_back({"sum", add_op{}, {2, 3}, {1, 16, 4, 4}});
    n.push_back({"pool", pool_op{true, 1, 1, 1, 1}, {2}, {1, 16, 4, 4}});
    n.push_back({"both", add_op{}, {4, 5}, {1, 16, 4, 4}});
    n.push_back({"head", product_op{2}, {6}, {1, 8, 1, 1}});
    w.graph->output = 7;
    return w;
}

std::vector<scheme> with_middle(const char* middle) { return {parse_scheme("symq:w8a8"), parse_scheme(middle), parse_scheme("symq:w8a8")}; }

/// By reader of branched(), the tensor that it takes in the relu's place.
std::vector<std::string> read_in_place_of_relu(const requantized_network& r) {
    std::vector<std::string> names;
    for (const graph_node& n : r.network.graph->nodes)
        if (n.name == "b" || n.name == "sum" || n.name == "pool") names.push_back(r.network.graph->nodes[n.inputs.front()].name);
    return names;
}

TEST(requantized_network, requantizes_what_adaptive_layers_read) {
    const workload w = branched();
    const requantized_network a = with_requantized_tensors(w, with_middle("symq:w4a4:asq"), residual_width::narrow);
    const auto& n = a.network.graph->nodes;
    ASSERT_EQ(a.adaptive, std::vector<std::size_t>{3});
    EXPECT_EQ(n[3].name, "relu.asq");
    EXPECT_EQ(n[3].inputs, std::vector<std::size_t>{2});
    for (const std::size_t reader : {std::size_t{4}, std::size_t{5}, std::size_t{6}})
        EXPECT_EQ(n[reader].inputs.front(), 3u) << n[reader].name;
    EXPECT_EQ(a.origin, (std::vector<std::size_t>{0, 1, 2, 2, 3, 4, 5, 6, 7}));
    EXPECT_EQ(a.network.graph->output, 8u);
    const requantized_network wide = with_requantized_tensors(w, with_middle("symq:w4a4:asq"), residual_width::wide);
    EXPECT_EQ(read_in_place_of_relu(wide), (std::vector<std::string>{"relu.asq", "relu", "relu"}));
    EXPECT_TRUE(wide.narrowed.empty());
}

TEST(requantized_network, narrows_what_layers_read_beside_additions) {
    const workload w = branched();
    const requantized_network wide = with_requantized_tensors(w, with_middle("symq:w4a4"), residual_width::wide);
    EXPECT_EQ(read_in_place_of_relu(wide), (std::vector<std::string>{"relu.narrow", "relu", "relu"}));
    ASSERT_EQ(wide.narrowed, std::vector<std::size_t>{3});
    EXPECT_TRUE(wide.adaptive.empty());
    EXPECT_EQ(copied_tensor(wide, 3), "relu");
    EXPECT_EQ(wide.origin, (std::vector<std::size_t>{0, 1, 2, 2, 3, 4, 5, 6, 7}));
    for (const auto& [middle, residuals] : {std::pair("symq:w4a8", residual_width::wide), std::pair("symq:w4a4", residual_width::narrow)}) {
        const requantized_network same = with_requantized_tensors(w, with_middle(middle), residuals);
        EXPECT_TRUE(same.narrowed.empty()) << middle;
        EXPECT_EQ(same.network.graph->nodes.size(), w.graph->nodes.size()) << middle;
    }
}

TEST(requantized_network, narrows_nothing_that_no_addition_reads) {
    workload w = branched();
    w.graph->nodes[4].op = concat_op{1};
    w.graph->nodes[4].shape = {1, 32, 4, 4};
    w.graph->nodes.resize(5);
    w.graph->output = 4;
    EXPECT_TRUE(with_requantized_tensors(w, with_middle("symq:w4a4"), residual_width::wide).narrowed.empty());
}

TEST(requantized_network, takes_a_fixed_format_for_both_unless_the_copy_has_one) {
    workload w = branched();
    w.formats.resize(w.graph->nodes.size());
    w.formats[2] = tensor_format{4, -8, -8, 7, 0.25};
    EXPECT_TRUE(with_requantized_tensors(w, with_middle("symq:w4a4"), residual_width::wide).narrowed.empty());
    w.narrowed["relu"] = tensor_format{4, -8, -8, 7, 0.25};
    EXPECT_EQ(with_requantized_tensors(w, with_middle("symq:w4a4"), residual_width::wide).narrowed, std::vector<std::size_t>{3});
}

TEST(requantized_network, refuses_formats_of_copies_that_nothing_reads) {
    workload w = branched();
    w.narrowed["relu"] = tensor_format{4, -8, -8, 7, 0.25};
    EXPECT_THROW(with_requantized_tensors(w, with_middle("symq:w4a4"), residual_width::narrow), input_error);
    w.narrowed["pool"] = w.narrowed["relu"];  // an addition reads it, a layer does not: the copy of another scheme, perhaps
    EXPECT_NO_THROW(with_requantized_tensors(w, with_middle("symq:w4a4"), residual_width::wide));
    w.narrowed["both"] = w.narrowed["relu"];
    EXPECT_THROW(with_requantized_tensors(w, with_middle("symq:w4a4"), residual_width::wide), input_error);
}

TEST(requantized_network, leaves_a_tensor_whose_reordered_form_others_read) {
    workload w = branched();
    auto& n = w.graph->nodes;
    n.resize(3);
    n.push_back({"moved", reshape_op{}, {2}, {1, 16, 4, 4}});
    n.push_back({"b", product_op{1}, {3}, {1, 16, 4, 4}});
    n.push_back({"gelu", gelu_op{}, {3}, {1, 16, 4, 4}});
    n.push_back({"sum", add_op{}, {4, 5}, {1, 16, 4, 4}});
    n.push_back({"head", product_op{2}, {6}, {1, 8, 1, 1}});
    EXPECT_TRUE(with_requantized_tensors(w, with_middle("symq:w4a4:asq"), residual_width::narrow).adaptive.empty());
}

/// A safetensors file of float32 tensors.
std::string written(const std::string& path, const std::vector<std::pair<std::string, std::vector<int>>>& tensors) {
    std::string header = "{", data;
    for (const auto& [name, shape] : tensors) {
        int count = 1;
        std::string dimensions;
        for (const int d : shape) {
            count *= d;
            dimensions += (dimensions.empty() ? "" : ",") + std::to_string(d);
        }
        header += (header.size() > 1 ? "," : "") +
                  ("\"" + name + "\":{\"dtype\":\"F32\",\"shape\":[" + dimensions + "],\"data_offsets\":[") + std::to_string(data.size()) +
                  "," + std::to_string(data.size() + std::size_t(count) * 4) + "]}";
        for (int i = 0; i < count; ++i) {
            const float value = 0.5f + float(i);
            data.append(reinterpret_cast<const char*>(&value), 4);
        }
    }
    header += "}";
    const std::uint64_t size = header.size();
    std::ofstream file(path, std::ios::binary);
    file.write(reinterpret_cast<const char*>(&size), 8);
    file << header << data;
    return path;
}

TEST(adapters_of_a_file, are_read_by_the_name_of_their_tensor) {
    const temporary_folder folder;
    const requantized_network a = with_requantized_tensors(branched(), with_middle("symq:w4a4:asq"), residual_width::wide);
    quantized_network q;
    q.network = a.network;
    const std::string whole =
        written(folder.path() + "/whole",
                {{"relu.first.weight", {1, 16}}, {"relu.first.bias", {1}}, {"relu.second.weight", {1, 1}}, {"relu.second.bias", {1}}});
    const adapter_set read = read_adapters(whole, q, a);
    ASSERT_EQ(read.size(), 1u);
    EXPECT_EQ(read.at("relu").first[3], 3.5f);
    EXPECT_EQ(read.at("relu").second_bias, 0.5f);
    const std::string wrong =
        written(folder.path() + "/wrong",
                {{"relu.first.weight", {2, 16}}, {"relu.first.bias", {2}}, {"relu.second.weight", {1, 2}}, {"relu.second.bias", {1}}});
    EXPECT_THROW(read_adapters(wrong, q, a), input_error);
    EXPECT_THROW(read_adapters(written(folder.path() + "/part", {{"relu.first.weight", {1, 16}}}), q, a), input_error);
}

}  // namespace
}  // namespace symmetree
