// The second executor on networks so small that their codes are counted by hand.
#include "reference/reference_network.h"

#include <gtest/gtest.h>

#include "workloads/formats/adapter_weights.h"

namespace symmetree {
namespace {

using all_codes = std::vector<std::vector<std::int16_t>>;

/// A network without layers whose nodes have formats of 8 bits.
struct hand_made {
    hand_made() { f.network.graph.emplace(); }
    std::size_t add(graph_op op, std::vector<std::size_t> inputs, extents shape, double step, int zero_point = 0) {
        network_graph& graph = *f.network.graph;
        graph.nodes.push_back(
            {std::to_string(graph.nodes.size()), std::move(op), std::move(inputs), std::move(shape), activation_class::dense});
        graph.output = graph.nodes.size() - 1;
        formatted_node node;
        node.format = {8, zero_point, -128, 127, step};
        node.value_of = graph.output;
        f.nodes.push_back(node);
        return graph.output;
    }
    all_codes run(const std::vector<std::int16_t>& image, vector_arithmetic arithmetic) const {
        return reference_network(f, image, arithmetic);
    }
    formatted_network f;
};

constexpr vector_arithmetic both[] = {vector_arithmetic::integer, vector_arithmetic::float32};

TEST(reference_network, requantizes_from_format_to_format) {
    hand_made n;
    const std::size_t x = n.add(input_op{}, {}, {1, 4}, 0.5);
    n.add(scale_op{3}, {x}, {1, 4}, 1, 10);
    for (const vector_arithmetic arithmetic : both)
        EXPECT_EQ(n.run({1, 2, -3, 100}, arithmetic).back(), (std::vector<std::int16_t>{12, 13, 6, 127}));  // 1.5 and -4.5 are ties
}

TEST(reference_walk, goes_node_by_node_and_frees_what_is_forgotten) {
    hand_made n;
    const std::size_t x = n.add(input_op{}, {}, {1, 4}, 1);
    const std::size_t twice = n.add(add_op{}, {x, x}, {1, 4}, 1);
    reference_walk walk(n.f, {1, 2, 3, 4});
    walk.step(x);
    walk.step(twice);
    EXPECT_EQ(walk.codes_of(twice), (std::vector<std::int16_t>{2, 4, 6, 8}));
    walk.forget(x);
    EXPECT_EQ(walk.codes_of(x).capacity(), 0u);
}

TEST(reference_network, does_a_clip_in_the_rounding_of_what_it_is_fused_into) {
    hand_made n;
    const std::size_t x = n.add(input_op{}, {}, {1, 4}, 1);
    const std::size_t sum = n.add(add_op{}, {x, x}, {1, 4}, 1, -128);
    const std::size_t relu = n.add(clip_op{}, {sum}, {1, 4}, 1, -128);
    n.f.nodes[sum].value_of = relu;
    n.f.nodes[sum].clip = n.f.nodes[relu].clip = {0};
    for (const vector_arithmetic arithmetic : both) {
        const all_codes codes = n.run({-3, 0, 5, 127}, arithmetic);
        EXPECT_EQ(codes[sum], (std::vector<std::int16_t>{-128, -128, -118, 126}));
        EXPECT_EQ(codes[relu], codes[sum]);
    }
}

TEST(reference_network, multiplies_a_layer_by_its_own_factors) {
    hand_made n;
    const std::size_t x = n.add(input_op{}, {}, {1, 2}, 0.5, 1);
    layer l;
    l.name = "linear";
    l.shape = linear_shape{1, 2, 2};
    l.bias = std::make_shared<std::vector<float>>(std::vector<float>{0.75f, -2});
    n.f.network.layers.push_back(l);
    n.add(product_op{0}, {x}, {1, 2}, 0.25, -3);
    formatted_product p;
    p.layer = &n.f.network.layers.front();
    p.weights.rows = p.weights.columns = 2;
    p.weights.codes = {1, 2, -3, 4};
    p.weights.step = {0.5, 0.125};
    n.f.products.push_back(p);
    // (5 - 1, -1 - 1): sums 0 and -20, biases 3 and -32 in their units of 1/4 and 1/16: 0.75 and -3.25 in steps of 1/4.
    for (const vector_arithmetic arithmetic : both) EXPECT_EQ(n.run({5, -1}, arithmetic).back(), (std::vector<std::int16_t>{0, -16}));
}

/// An adaptive tensor, beta = 2 whatever the image, and the maximum of each of its pixels alone.
struct adapted {
    adapted() {
        const std::size_t x = n.add(input_op{}, {}, {1, 1, 1, 3}, 1);
        scaled = n.add(scale_op{1}, {x}, {1, 1, 1, 3}, 1);
        n.f.nodes[scaled].adapter = adapter_weights{{0}, {0}, {0}, 2};
        n.f.nodes[scaled].adapted_by = scaled;
        pool_op op;
        op.maximum = true;
        pooled = n.add(op, {scaled}, {1, 1, 1, 3}, 1);
        n.f.nodes[pooled].adapted_by = scaled;
    }
    hand_made n;
    std::size_t scaled = 0, pooled = 0;
};

TEST(reference_network, divides_by_the_beta_of_the_image) {
    const adapted a;
    for (const vector_arithmetic arithmetic : both)
        EXPECT_EQ(a.n.run({10, -40, 100}, arithmetic)[a.scaled], (std::vector<std::int16_t>{5, -20, 50}));
}

TEST(reference_network, a_maximum_of_adaptive_codes_keeps_them) {
    const adapted a;
    for (const vector_arithmetic arithmetic : both) {
        const all_codes codes = a.n.run({10, -40, 100}, arithmetic);
        EXPECT_EQ(codes[a.pooled], codes[a.scaled]);
    }
}

}  // namespace
}  // namespace symmetree
