#include "workloads/quantize/error_feedback.h"

#include <algorithm>
#include <numeric>

#include "workloads/quantize/parallel_rows.h"

namespace symmetree {
namespace {

constexpr std::int64_t panel_columns = 64;
constexpr std::int64_t tile_columns = 512;

}  // namespace

error_feedback::error_feedback(const input_moments& moments, double damping, int threads)
    : columns_(moments.columns()), order_(static_cast<std::size_t>(columns_)), upper_(static_cast<std::size_t>(columns_ * columns_)) {
    std::iota(order_.begin(), order_.end(), std::int64_t{0});
    std::stable_sort(order_.begin(), order_.end(), [&](std::int64_t a, std::int64_t b) { return moments.at(a, a) > moments.at(b, b); });
    double trace = 0;
    for (std::int64_t k = 0; k < columns_; ++k) trace += static_cast<double>(moments.at(k, k));
    const double added = trace > 0 ? damping * trace / static_cast<double>(columns_) : 1;
    for (std::int64_t i = 0; i < columns_; ++i) {
        double* const to = upper_.data() + i * columns_;
        for (std::int64_t j = i; j < columns_; ++j)
            to[j] = static_cast<double>(moments.at(std::min(column_at(i), column_at(j)), std::max(column_at(i), column_at(j))));
        to[i] += added;
    }
    factor(threads);
}

/// Column by column from the last: U_ik = H_ik / H_kk, then H_ij -= U_ik H_jk for i <= j < k. Every element takes its subtractions in this
/// order, however many columns are taken together and whoever takes them.
void error_feedback::factor(int threads) {
    std::vector<double> moments_of_panel;  // H_jk as [k][j]: what the factor has been divided out of
    for (std::int64_t end = columns_; end > 0; end -= std::min(end, panel_columns)) {
        const std::int64_t begin = std::max<std::int64_t>(end - panel_columns, 0);
        moments_of_panel.assign(static_cast<std::size_t>(panel_columns * end), 0);
        for (std::int64_t k = end - 1; k >= begin; --k) {
            double* const column = moments_of_panel.data() + (k - begin) * end;
            const double pivot = upper_[static_cast<std::size_t>(k * columns_ + k)];
            for (std::int64_t i = 0; i < k; ++i) {
                double& element = upper_[static_cast<std::size_t>(i * columns_ + k)];
                column[i] = element;
                element /= pivot;
            }
            for (std::int64_t i = 0; i < k; ++i) {
                double* const row = upper_.data() + i * columns_;
                const double share = row[k];
                for (std::int64_t j = std::max(begin, i); j < k; ++j) row[j] -= share * column[j];
            }
        }
        for_row_pieces(begin, threads, rows_per_piece, [&](std::int64_t first, std::int64_t last) {
            for (std::int64_t left = first; left < begin; left += tile_columns)
                for (std::int64_t i = first; i < last; ++i) {
                    double* const row = upper_.data() + i * columns_;
                    const std::int64_t from = std::max(left, i), to = std::min(left + tile_columns, begin);
                    for (std::int64_t k = end - 1; k >= begin; --k) {
                        const double* const column = moments_of_panel.data() + (k - begin) * end;
                        const double share = row[k];
                        for (std::int64_t j = from; j < to; ++j) row[j] -= share * column[j];
                    }
                }
        });
    }
}

}  // namespace symmetree
