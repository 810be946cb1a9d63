#include "workloads/quantize/error_feedback.h"

#include <algorithm>
#include <numeric>

#include "workloads/quantize/parallel_rows.h"
#include "workloads/quantize/scaled_rows.h"

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
/// order, however many columns are taken together and whoever takes them: first the rows of a panel of columns, then the rest of the panel,
/// whose rows need those alone, then what is left of it.
void error_feedback::factor(int threads) {
    std::vector<double> moments_of_panel;  // H_jk as [k][j]: what the factor has been divided out of
    for (std::int64_t end = columns_; end > 0; end -= std::min(end, panel_columns)) {
        const std::int64_t begin = std::max<std::int64_t>(end - panel_columns, 0), panel = end - begin;
        moments_of_panel.assign(static_cast<std::size_t>(panel_columns * end), 0);
        const auto moments = [&](std::int64_t k) { return moments_of_panel.data() + (k - begin) * end; };
        for (std::int64_t k = end - 1; k >= begin; --k) {
            for (std::int64_t i = begin; i < k; ++i) divide(i, k, moments(k));
            for (std::int64_t i = begin; i < k; ++i) subtract(i, k, i, moments(k));
        }
        for_row_pieces(begin, threads, rows_per_piece, [&](std::int64_t first, std::int64_t last) {
            for (std::int64_t i = first; i < last; ++i)
                for (std::int64_t k = end - 1; k >= begin; --k) {
                    divide(i, k, moments(k));
                    subtract(i, k, begin, moments(k));
                }
        });
        for_row_pieces(begin, threads, rows_per_piece, [&](std::int64_t first, std::int64_t last) {
            double shares[panel_columns];
            for (std::int64_t left = first; left < begin; left += tile_columns)
                for (std::int64_t i = first; i < last; ++i) {
                    double* const row = upper_.data() + i * columns_;
                    const std::int64_t from = std::max(left, i), to = std::min(left + tile_columns, begin);
                    for (std::int64_t k = 0; k < panel; ++k) shares[k] = -row[end - 1 - k];
                    add_scaled_rows(shares, moments(end - 1) + from, -end, panel, to - from, row + from);
                }
        });
    }
}

/// U_ik; H_ik is kept.
void error_feedback::divide(std::int64_t i, std::int64_t k, double* moments) {
    double& element = upper_[static_cast<std::size_t>(i * columns_ + k)];
    moments[i] = element;
    element /= upper_[static_cast<std::size_t>(k * columns_ + k)];
}

/// H_ij -= U_ik H_jk for `from` <= j < k.
void error_feedback::subtract(std::int64_t i, std::int64_t k, std::int64_t from, const double* moments) {
    double* const row = upper_.data() + i * columns_;
    const double share = row[k];
    for (std::int64_t j = from; j < k; ++j) row[j] -= share * moments[j];
}

}  // namespace symmetree
