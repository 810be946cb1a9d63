#include "workloads/quantize/symmetry.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/random.h"
#include "workloads/formats/sparsity.h"
#include "workloads/quantize/error_measures.h"
#include "workloads/quantize/largest_residuals.h"

namespace symmetree {
namespace {

constexpr std::int64_t least_noise_channels = 1024;

/// Fills in deviation, skewness and kurtosis; two passes, each sum in order.
void take_moments(const std::vector<float>& weights, weight_symmetry& s) {
    const auto count = static_cast<double>(weights.size());
    double sum = 0;
    for (const float w : weights) sum += static_cast<double>(w);
    const double mean = sum / count;
    double second = 0, third = 0, fourth = 0;
    for (const float w : weights) {
        const double d = static_cast<double>(w) - mean, square = d * d;
        second += square;
        third += square * d;
        fourth += square * square;
    }
    second /= count;
    s.deviation = std::sqrt(second);
    if (second == 0) return;
    s.skewness = third / count / (second * s.deviation);
    s.excess_kurtosis = fourth / count / (second * second) - 3;
}

std::vector<outlier> largest_weights(const std::vector<float>& weights, std::int64_t rows, std::int64_t columns, std::int64_t count,
                                     double largest) {
    std::vector<outlier> listed;
    if (count == 0) return listed;
    const std::vector<double> values(weights.begin(), weights.end());
    const magnitude_threshold threshold = nth_largest({values.data(), rows, columns, static_cast<std::size_t>(columns)}, count, largest, 1);
    for (std::int64_t i = 0; i < rows * columns; ++i)
        if (threshold.admits(std::fabs(values[static_cast<std::size_t>(i)]), i))
            listed.push_back({static_cast<std::uint32_t>(i / columns), static_cast<std::uint32_t>(i % columns), 0});
    return listed;
}

}  // namespace

weight_symmetry symmetry_of(const std::vector<float>& weights, std::int64_t rows, std::int64_t columns, const std::string& sparsity) {
    weight_symmetry s;
    if (weights.empty()) return s;
    take_moments(weights, s);
    if (s.deviation == 0) return s;
    double largest = 0;
    for (const float w : weights) largest = std::max(largest, std::fabs(static_cast<double>(w)));
    s.greatest = largest / s.deviation;
    s.removed = outlier_count(sparsity, rows * columns);
    s.midrange = mean_midrange(weights, rows, columns) / s.deviation;
    s.midrange_after = mean_midrange(weights, rows, columns, largest_weights(weights, rows, columns, s.removed, largest)) / s.deviation;
    return s;
}

noise_symmetry symmetry_of_noise(std::int64_t rows, std::int64_t columns, const std::string& sparsity, std::uint64_t seed,
                                 std::string_view name) {
    noise_symmetry mean;
    if (rows == 0 || columns == 0) return mean;
    const std::int64_t draws = (least_noise_channels + rows - 1) / rows;
    const random_stream stream(seed, fmt::format("symmetry {}", name));
    std::vector<float> noise(static_cast<std::size_t>(rows * columns));
    std::uint64_t next = 0;
    for (std::int64_t draw = 0; draw < draws; ++draw) {
        for (float& value : noise) value = static_cast<float>(stream.normal(next++));
        const weight_symmetry one = symmetry_of(noise, rows, columns, sparsity);
        mean.midrange += one.midrange / static_cast<double>(draws);
        mean.midrange_after += one.midrange_after / static_cast<double>(draws);
    }
    return mean;
}

}  // namespace symmetree
