#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace symmetree {

/// Counts of values in bins of equal width 2^exponent on both sides of zero, with exact zeros apart. The width is the
/// smallest at which the largest magnitude has a bin, and a wider bin is exactly two narrower ones: the counts are those of all
/// values together, whatever the order and the pieces in which they came.
class value_histogram {
public:
    static constexpr int bins_per_side = 2048;

    void add(const float* values, std::size_t count);
    value_histogram& operator+=(const value_histogram& other);

    bool only_zeros() const { return counts_.empty(); }
    std::uint64_t zeros() const { return zeros_; }
    double bin_width() const;
    /// Bin i of 2 * bins_per_side holds values from lower_edge(i) to that of the next; empty when there were zeros only.
    const std::vector<std::uint64_t>& counts() const { return counts_; }
    double lower_edge(std::size_t bin) const;
    double centre(std::size_t bin) const;

private:
    void widen_to(int exponent);

    int exponent_ = 0;
    std::uint64_t zeros_ = 0;
    std::vector<std::uint64_t> counts_;
};

/// What calibration remembers of one tensor. `mean` and `mean_square` are sums of images in order, the rest depends on no order at all.
struct tensor_statistics {
    double least = 0, greatest = 0;  ///< 0 where there is no value
    double sum = 0, sum_of_squares = 0;
    std::int64_t count = 0;
    value_histogram histogram;

    double mean() const { return count == 0 ? 0 : sum / static_cast<double>(count); }
    double mean_square() const { return count == 0 ? 0 : sum_of_squares / static_cast<double>(count); }

    /// One image's values, all finite; sums in order.
    void add(const float* values, std::size_t size);
    tensor_statistics& operator+=(const tensor_statistics& later);
};

}  // namespace symmetree
