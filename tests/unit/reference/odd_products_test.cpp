// What the two roundings of POST's odd products lose, by guard bits. The rows stand in docs/numerics.md.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "random_operands.h"
#include "reference/reference_product.h"
#include "workloads/formats/number_format.h"
#include "workloads/network/weight_cache.h"
#include "workloads/network/workload.h"
#include "workloads/quantize/quantize.h"

namespace symmetree {
namespace {

/// A seeded layer of 576 inputs as the project's own quantizers have it, and what its sums lose.
class post_layer {
public:
    explicit post_layer(int bits) : layer_(linear_layer(197, 576, 64)) {
        layer_.input = activation_class::relu;
        const scheme s = parse_scheme(fmt::format("post:w{0}a{0}", bits));
        weights_ = weight_cache("").get(layer_, 1, s, 1);
        activations_ =
            quantize_activations(materialize_input(layer_, 1), bits, s.activation_range, layer_.input, traits_of(s.family).activations());
    }

    double sqnr_db(odd_products odd, int guard_bits) const {
        quantized_weights w = weights_;
        w.odd = odd;
        w.guard_bits = guard_bits;
        return post_arithmetic_sqnr_db(layer_, w, activations_, reference_product(layer_, w, activations_).accumulators);
    }

private:
    layer layer_;
    quantized_weights weights_;
    quantized_activations activations_;
};

std::string page() {
    std::ifstream in(SYMMETREE_ROOT "/docs/numerics.md");
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
}

TEST(odd_products, lose_what_the_page_says) {
    const std::string text = page();
    const post_layer three(3), four(4);
    for (int g = 0; g <= 7; ++g) {
        const std::string row = fmt::format("| {} | {:.1f} | {:.1f} | {:.1f} | {:.1f} |", g, three.sqnr_db(odd_products::each_rounded, g),
                                            three.sqnr_db(odd_products::shared_word, g), four.sqnr_db(odd_products::each_rounded, g),
                                            four.sqnr_db(odd_products::shared_word, g));
        EXPECT_NE(text.find(row + "\n"), std::string::npos) << "docs/numerics.md lacks the row\n" << row;
    }
}

// At 3 bits the odd exponent is 1, which nothing is shifted out of.
TEST(odd_products, are_the_same_where_no_odd_exponent_has_a_shift) {
    const post_layer three(3), four(4);
    EXPECT_EQ(three.sqnr_db(odd_products::each_rounded, 4), three.sqnr_db(odd_products::shared_word, 4));
    EXPECT_GT(four.sqnr_db(odd_products::each_rounded, 4), four.sqnr_db(odd_products::shared_word, 4));
}

}  // namespace
}  // namespace symmetree
