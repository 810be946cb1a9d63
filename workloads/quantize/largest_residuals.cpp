#include "workloads/quantize/largest_residuals.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <mutex>

#include "workloads/quantize/parallel_rows.h"

namespace symmetree {
namespace {

constexpr std::size_t bins = 4096;
using histogram = std::array<std::int64_t, bins>;

/// Bins of equal width; a larger magnitude never falls into a lower bin, and that is all the selection needs.
class magnitude_bins {
public:
    explicit magnitude_bins(double largest) : scale_(largest > 0 ? static_cast<double>(bins - 1) / largest : 0) {}
    std::size_t of(double value) const {
        return std::min(static_cast<std::size_t>(static_cast<std::uint32_t>(std::fabs(value) * scale_)), bins - 1);
    }

private:
    double scale_;
};

histogram count_bins(const strided_rows& matrix, const magnitude_bins& bin, int threads) {
    histogram total{};
    std::mutex guard;
    for_row_pieces(matrix.rows, threads, 8 * rows_per_piece, [&](std::int64_t first, std::int64_t last) {
        histogram own{};
        for (std::int64_t i = first; i < last; ++i) {
            const double* const row = matrix.row(i);
            for (std::int64_t k = 0; k < matrix.columns; ++k) ++own[bin.of(row[k])];
        }
        const std::lock_guard<std::mutex> lock(guard);
        for (std::size_t b = 0; b < bins; ++b) total[b] += own[b];
    });
    return total;
}

std::vector<sized_element> elements_of(const strided_rows& matrix, const magnitude_bins& bin, std::size_t wanted, int threads) {
    std::vector<sized_element> found;
    std::mutex guard;
    for_row_pieces(matrix.rows, threads, 8 * rows_per_piece, [&](std::int64_t first, std::int64_t last) {
        std::vector<sized_element> own;
        for (std::int64_t i = first; i < last; ++i) {
            const double* const row = matrix.row(i);
            for (std::int64_t k = 0; k < matrix.columns; ++k)
                if (bin.of(row[k]) == wanted) own.push_back({std::fabs(row[k]), i * matrix.columns + k});
        }
        const std::lock_guard<std::mutex> lock(guard);
        found.insert(found.end(), own.begin(), own.end());
    });
    return found;
}

}  // namespace

magnitude_threshold nth_largest(std::vector<sized_element>& elements, std::int64_t count) {
    const auto nth = elements.begin() + static_cast<std::ptrdiff_t>(count - 1);
    std::nth_element(elements.begin(), nth, elements.end());
    return {nth->magnitude, nth->index};
}

magnitude_threshold nth_largest(const strided_rows& matrix, std::int64_t count, double largest, int threads) {
    const magnitude_bins bin(largest);
    const histogram sizes = count_bins(matrix, bin, threads);
    std::size_t cut = bins - 1;
    std::int64_t left = count;
    while (sizes[cut] < left) left -= sizes[cut--];
    // Threads deliver the cut bin in any order; the n-th of a total order does not depend on it.
    std::vector<sized_element> candidates = elements_of(matrix, bin, cut, threads);
    return nth_largest(candidates, left);
}

}  // namespace symmetree
