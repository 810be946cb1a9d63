#include <gmock/gmock.h>

#include "runs/sweep/sweep_spec.h"
#include "tests/unit/sweep/support.h"

// Which values the axes take at each point, in which order.

namespace symmetree {
namespace {

using testing::ElementsAre;

sweep_spec spec_of(const std::string& axes) { return parse_sweep("name: s\nworkload: w\nplatform: p\naxes:\n" + axes, "s.yaml"); }

/// Every point as its axes' values, joined by spaces.
std::vector<std::string> points_of(const sweep_spec& spec) {
    std::vector<std::string> points;
    for (std::uint64_t i = 0; i < spec.combinations.size; ++i) {
        std::vector<std::size_t> choice(spec.axes.size(), 99);
        choose(spec.combinations, i, choice);
        std::string text;
        for (std::size_t a = 0; a < choice.size(); ++a) text += (a ? " " : "") + spec.axes[a].values.at(choice[a]).text;
        points.push_back(text);
    }
    return points;
}

TEST(product, turns_its_last_axis_fastest) {
    EXPECT_THAT(points_of(spec_of("  - {axis: a, values: [x, y]}\n  - {axis: b, range: 1..3}\n")),
                ElementsAre("x 1", "x 2", "x 3", "y 1", "y 2", "y 3"));
}

TEST(zip, takes_its_axes_in_step) {
    EXPECT_THAT(points_of(spec_of("  - zip:\n      - {axis: a, values: [x, y]}\n      - {axis: b, range: 1..2}\n")),
                ElementsAre("x 1", "y 2"));
}

TEST(zip, stands_beside_other_axes) {
    EXPECT_THAT(
        points_of(spec_of("  - {axis: c, values: [p, q]}\n  - zip:\n      - {axis: a, values: [x, y]}\n      - {axis: b, range: 1..2}\n")),
        ElementsAre("p x 1", "p y 2", "q x 1", "q y 2"));
}

TEST(product, nests_in_a_zip) {
    EXPECT_THAT(points_of(spec_of("  - zip:\n      - {axis: a, values: [k, l, m, n]}\n      - product:\n          - {axis: b, values: [x, "
                                  "y]}\n          - {axis: c, range: 1..2}\n")),
                ElementsAre("k x 1", "l x 2", "m y 1", "n y 2"));
}

TEST(zip, nests_in_a_product_of_a_zip) {
    EXPECT_THAT(
        points_of(spec_of(
            "  - zip:\n      - {axis: a, range: 1..4}\n      - product:\n          - zip:\n              - {axis: b, values: [x, y]}\n"
            "              - {axis: c, values: [u, v]}\n          - {axis: d, range: 7..8}\n")),
        ElementsAre("1 x u 7", "2 x u 8", "3 y v 7", "4 y v 8"));
}

TEST(product, agrees_with_nested_loops) {
    const std::vector<std::string> points = points_of(
        spec_of("  - {axis: a, range: 0..2}\n  - {axis: b, range: 0..4}\n  - {axis: c, range: 0..0}\n  - {axis: d, range: 0..6}\n"));
    std::size_t i = 0;
    for (int a = 0; a <= 2; ++a)
        for (int b = 0; b <= 4; ++b)
            for (int d = 0; d <= 6; ++d) {
                const std::string wanted = std::to_string(a) + " " + std::to_string(b) + " 0 " + std::to_string(d);
                ASSERT_LT(i, points.size());
                EXPECT_EQ(points[i++], wanted);
            }
    EXPECT_EQ(i, points.size());
}

TEST(product, counts_up_to_the_limit) {
    EXPECT_EQ(spec_of("  - {axis: a, range: 1..1000}\n  - {axis: b, range: 1..1000}\n  - {axis: c, range: 1..100}\n").combinations.size,
              100'000'000u);
}

}  // namespace
}  // namespace symmetree
