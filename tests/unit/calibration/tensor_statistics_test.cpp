#include "workloads/calibration/tensor_statistics.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <numeric>

#include "core/random.h"

namespace symmetree {
namespace {

std::vector<float> random_values(std::size_t count, std::uint64_t seed, double scale) {
    const random_stream stream(seed, "statistics");
    std::vector<float> values;
    for (std::size_t i = 0; i < count; ++i) values.push_back(i % 7 == 3 ? 0.0f : static_cast<float>(scale * stream.normal(i)));
    return values;
}

tensor_statistics statistics_of(const std::vector<float>& values) {
    tensor_statistics s;
    s.add(values.data(), values.size());
    return s;
}

void expect_equal_histograms(const value_histogram& a, const value_histogram& b) {
    EXPECT_EQ(a.zeros(), b.zeros());
    EXPECT_EQ(a.counts(), b.counts());
    EXPECT_EQ(a.bin_width(), b.bin_width());
}

TEST(tensor_statistics, follow_their_definitions) {
    const tensor_statistics s = statistics_of({1, -3, 0, 0.5f});
    EXPECT_EQ(s.least, -3);
    EXPECT_EQ(s.greatest, 1);
    EXPECT_DOUBLE_EQ(s.mean(), -1.5 / 4);
    EXPECT_DOUBLE_EQ(s.mean_square(), 10.25 / 4);
    EXPECT_EQ(s.count, 4);
    EXPECT_EQ(s.histogram.zeros(), 1u);
    EXPECT_EQ(s.histogram.bin_width(), 4.0 / 2048);  // 4 is the power of two above 3
    const auto& counts = s.histogram.counts();
    for (const double value : {1.0, -3.0, 0.5})
        EXPECT_EQ(counts[static_cast<std::size_t>(value / s.histogram.bin_width() + 2048)], 1u) << value;
    EXPECT_EQ(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}), 3u);
}

TEST(value_histogram, a_value_lies_between_the_edges_of_its_bin) {
    for (const float value : {1.0f, 2.0f, -1.0f, -2.0f, 0.999f, 3e-39f, -3e38f, 3e38f}) {
        const tensor_statistics s = statistics_of({value});
        const auto& counts = s.histogram.counts();
        const auto bin = static_cast<std::size_t>(std::max_element(counts.begin(), counts.end()) - counts.begin());
        EXPECT_LE(s.histogram.lower_edge(bin), static_cast<double>(value));
        EXPECT_LT(static_cast<double>(value), s.histogram.lower_edge(bin) + s.histogram.bin_width());
        EXPECT_EQ(counts[bin], 1u);
    }
}

TEST(value_histogram, of_pieces_in_any_order_is_that_of_all_values_together) {
    // Scales 10^-6 to 10^4 apart, so that bins have to be merged by few and by many steps.
    std::vector<float> all;
    std::vector<value_histogram> pieces;
    for (const double scale : {1e-6, 30.0, 1.0, 1e4, 0.0, 0.02}) {
        const std::vector<float> values = random_values(501, static_cast<std::uint64_t>(scale * 10), scale);
        all.insert(all.end(), values.begin(), values.end());
        pieces.emplace_back().add(values.data(), values.size());
    }
    const value_histogram expected = statistics_of(all).histogram;
    value_histogram forwards, backwards, grown;
    for (const value_histogram& piece : pieces) forwards += piece;
    for (auto piece = pieces.rbegin(); piece != pieces.rend(); ++piece) backwards += *piece;
    for (const float value : all) grown.add(&value, 1);
    expect_equal_histograms(forwards, expected);
    expect_equal_histograms(backwards, expected);
    expect_equal_histograms(grown, expected);
}

TEST(tensor_statistics, of_no_values_or_zeros_have_no_range) {
    tensor_statistics s;
    EXPECT_EQ(s.mean(), 0);
    EXPECT_EQ(s.mean_square(), 0);
    const std::vector<float> zeros(5, 0.0f);
    s.add(zeros.data(), zeros.size());
    s += tensor_statistics{};
    EXPECT_TRUE(s.histogram.only_zeros());
    EXPECT_EQ(s.histogram.zeros(), 5u);
    EXPECT_EQ(s.count, 5);
}

TEST(tensor_statistics, keep_the_range_of_the_first_piece) {
    tensor_statistics s = statistics_of({2, 3});
    s += statistics_of({4, 5});
    EXPECT_EQ(s.least, 2);
    EXPECT_EQ(s.greatest, 5);
    tensor_statistics empty;
    empty += s;
    EXPECT_EQ(empty.least, 2);
}

}  // namespace
}  // namespace symmetree
