#include "workloads/calibration/tensor_statistics.h"

#include <algorithm>
#include <cmath>

namespace symmetree {
namespace {

constexpr int side_exponent = 11;
static_assert(value_histogram::bins_per_side == 1 << side_exponent);

/// The least exponent at which bins_per_side bins of its width reach beyond `magnitude` > 0.
int exponent_for(double magnitude) {
    int exponent = 0;
    std::frexp(magnitude, &exponent);  // magnitude < 2^exponent
    return exponent - side_exponent;
}

}  // namespace

double value_histogram::bin_width() const { return std::ldexp(1.0, exponent_); }

double value_histogram::lower_edge(std::size_t bin) const { return (static_cast<double>(bin) - bins_per_side) * bin_width(); }

double value_histogram::centre(std::size_t bin) const { return (static_cast<double>(bin) - bins_per_side + 0.5) * bin_width(); }

void value_histogram::widen_to(int exponent) {
    const int steps = exponent - exponent_;
    if (steps <= 0) return;
    std::vector<std::uint64_t> wider(counts_.size());
    for (std::size_t i = 0; i < counts_.size(); ++i) {
        const int place = static_cast<int>(i) - bins_per_side;
        const int merged = steps > side_exponent ? (place < 0 ? -1 : 0) : place >> steps;  // rounds down
        wider[static_cast<std::size_t>(std::ptrdiff_t{merged} + bins_per_side)] += counts_[i];
    }
    counts_ = std::move(wider);
    exponent_ = exponent;
}

void value_histogram::add(const float* values, std::size_t count) {
    float largest = 0;
    for (std::size_t i = 0; i < count; ++i) largest = std::max(largest, std::fabs(values[i]));
    if (largest == 0) {
        zeros_ += count;
        return;
    }
    const int needed = exponent_for(static_cast<double>(largest));
    if (counts_.empty()) {
        counts_.resize(2 * bins_per_side);
        exponent_ = needed;
    }
    widen_to(needed);
    const double scale = std::ldexp(1.0, -exponent_);
    for (std::size_t i = 0; i < count; ++i) {
        if (values[i] == 0) {
            ++zeros_;
            continue;
        }
        const double place = std::floor(static_cast<double>(values[i]) * scale);
        ++counts_[static_cast<std::size_t>(static_cast<std::ptrdiff_t>(place) + bins_per_side)];
    }
}

value_histogram& value_histogram::operator+=(const value_histogram& other) {
    zeros_ += other.zeros_;
    if (other.counts_.empty()) return *this;
    if (counts_.empty()) {
        counts_ = other.counts_;
        exponent_ = other.exponent_;
        return *this;
    }
    value_histogram aligned = other;
    aligned.widen_to(exponent_);
    widen_to(aligned.exponent_);
    for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += aligned.counts_[i];
    return *this;
}

void tensor_statistics::add(const float* values, std::size_t size) {
    if (size == 0) return;
    const auto [low, high] = std::minmax_element(values, values + size);
    least = count == 0 ? static_cast<double>(*low) : std::min(least, static_cast<double>(*low));
    greatest = count == 0 ? static_cast<double>(*high) : std::max(greatest, static_cast<double>(*high));
    double values_sum = 0, squares_sum = 0;
    for (std::size_t i = 0; i < size; ++i) {
        const double v = static_cast<double>(values[i]);
        values_sum += v;
        squares_sum += v * v;
    }
    sum += values_sum;
    sum_of_squares += squares_sum;
    count += static_cast<std::int64_t>(size);
    histogram.add(values, size);
}

tensor_statistics& tensor_statistics::operator+=(const tensor_statistics& later) {
    if (later.count == 0) return *this;
    least = count == 0 ? later.least : std::min(least, later.least);
    greatest = count == 0 ? later.greatest : std::max(greatest, later.greatest);
    sum += later.sum;
    sum_of_squares += later.sum_of_squares;
    count += later.count;
    histogram += later.histogram;
    return *this;
}

}  // namespace symmetree
