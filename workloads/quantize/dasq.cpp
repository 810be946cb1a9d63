#include "workloads/quantize/dasq.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "workloads/formats/outlier_bound.h"
#include "workloads/formats/rounding_math.h"
#include "workloads/formats/sparsity.h"
#include "workloads/quantize/outlier_choice.h"
#include "workloads/quantize/parallel_rows.h"
#include "workloads/quantize/step_search.h"
#include "workloads/quantize/uniform.h"

namespace symmetree {
namespace {

constexpr int greatest_shift = 7;

/// One listed position of a row. Its value in the starting point is a weight, in every later round step * (code << shift).
struct listed_element {
    std::int32_t column = 0;
    std::int32_t code = 0;
    double value = 0;

    friend bool operator==(const listed_element& a, const listed_element& b) { return a.column == b.column && a.value == b.value; }
};

/// One row of a fit.
struct fitted_row {
    double step = 0;
    bool searched = false;  // the step comes from a search, not from other rows
    int shift = 0;
    std::vector<listed_element> listed;  // by column
};

using fit_state = std::vector<fitted_row>;

bool same_outliers(const fit_state& a, const fit_state& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const fitted_row& x, const fitted_row& y) { return x.listed == y.listed; });
}

std::optional<outlier_cells> cells_of(const scheme& s, std::int64_t rows, std::int64_t columns, std::int64_t group_rows) {
    if (!s.dasq.bound) return std::nullopt;
    return outlier_cells(*s.dasq.bound, rows, columns, group_rows);
}

/// The alternation on one layer. All sums of a row are made by one thread in order of the columns (or in the kernels'
/// fixed lanes), and rows are added in order, so that nothing depends on the number of threads.
class dasq_fitter {
public:
    dasq_fitter(const std::vector<float>& weights, std::int64_t rows, std::int64_t columns, const scheme& s, std::int64_t listed,
                int threads, std::int64_t group_rows)
        : weights_(weights),
          rows_(rows),
          columns_(columns),
          listed_(listed),
          threads_(threads),
          cells_(cells_of(s, rows, columns, group_rows)),
          stride_(padded_count(static_cast<std::size_t>(columns))),
          dense_{static_cast<double>(least_code(s.weight_bits)), static_cast<double>(greatest_code(s.weight_bits))},
          sparse_{static_cast<double>(least_code(s.dasq.outlier_bits)), static_cast<double>(greatest_code(s.dasq.outlier_bits))},
          residual_(static_cast<std::size_t>(rows) * stride_),
          row_error_(static_cast<std::size_t>(rows)),
          row_largest_(static_cast<std::size_t>(rows)) {}

    /// The best round of both starts.
    fit_state fit() {
        run(fit_state(static_cast<std::size_t>(rows_)));
        run(largest_weights());
        return std::move(best_);
    }

    std::vector<std::int8_t> dense_codes(const fit_state& state) const {
        std::vector<std::int8_t> codes(weights_.size());
        for_row_pieces(rows_, threads_, rows_per_piece, [&](std::int64_t first, std::int64_t last) {
            for (std::int64_t i = first; i < last; ++i) {
                const fitted_row& row = state[static_cast<std::size_t>(i)];
                const auto code = [&](std::int64_t k, double taken) {
                    return static_cast<std::int8_t>(clamped_code((weight(i, k) - taken) / row.step, dense_.least, dense_.greatest, false));
                };
                std::int8_t* const out = codes.data() + i * columns_;
                for (std::int64_t k = 0; k < columns_; ++k) out[k] = code(k, 0);
                for (const listed_element& one : row.listed) out[one.column] = code(one.column, one.value);
            }
        });
        return codes;
    }

private:
    /// Rounds from one starting point; keeps the best in best_.
    void run(fit_state state) {
        fit_state before;
        for (int round = 0; round < dasq_rounds; ++round) {
            fit_state next = state;
            fit_dense_steps(state, before, next);
            take_dense_residuals(state, next);
            fit_sparse(state, largest_residuals(), next);
            keep_if_better(next);
            // A round is a function of its outliers alone: once they recur, all later rounds have been seen.
            if (same_outliers(next, state) || same_outliers(next, before)) return;
            before = std::move(state);
            state = std::move(next);
        }
    }

    /// (a) Dense steps on W - W^S by the search of SymQ. A row whose outliers are those of the round before keeps its step:
    /// the search would find it again.
    void fit_dense_steps(const fit_state& outliers, const fit_state& before, fit_state& next) const {
        for_row_pieces(rows_, threads_, rows_per_piece, [&](std::int64_t first, std::int64_t last) {
            std::vector<double> target;
            int hint = usual_candidate;
            for (std::int64_t i = first; i < last; ++i) {
                const auto row = static_cast<std::size_t>(i);
                if (next[row].searched && !before.empty() && before[row].listed == outliers[row].listed) continue;
                make_target(i, outliers[row], target);
                const double largest = symmetric_min_max(target.data(), target.size(), static_cast<int>(dense_.greatest)).step;
                if (outliers[row].step > 0 && largest > 0)
                    hint = static_cast<int>(round_half_even(std::min(outliers[row].step / largest, 1.0) * step_candidates));
                next[row].step = 0;
                next[row].searched = largest > 0;
                if (!next[row].searched) continue;
                const step_choice best = search_uniform_step(target.data(), target.size(), largest, dense_, rounding::half_even, hint);
                hint = best.candidate;
                next[row].step = best.step;
            }
        });
        std::vector<double> steps;
        for (const fitted_row& row : next) steps.push_back(row.step);
        fill_zero_steps(steps);
        for (std::size_t row = 0; row < steps.size(); ++row) next[row].step = steps[row];
    }

    /// (b) residual_ = W - W^D, where W^D quantizes W - W^S.
    void take_dense_residuals(const fit_state& outliers, const fit_state& next) {
        for_row_pieces(rows_, threads_, rows_per_piece, [&](std::int64_t first, std::int64_t last) {
            std::vector<double> target;
            for (std::int64_t i = first; i < last; ++i) {
                const auto row = static_cast<std::size_t>(i);
                make_target(i, outliers[row], target);
                best_kernel().residual(target.data(), stride_, next[row].step, dense_, residual_row(i));
                for (const listed_element& one : outliers[row].listed)
                    residual_row(i)[one.column] =
                        weight(i, one.column) - dense_value(next[row].step, target[static_cast<std::size_t>(one.column)]);
                note_largest(i);
            }
        });
    }

    /// (c) Outlier codes on the elements that are listed; then the dense codes of the elements whose outlier
    /// changed follow, and residual_ becomes the error.
    void fit_sparse(const fit_state& outliers, const outlier_choice& choice, fit_state& next) {
        for_row_pieces(rows_, threads_, rows_per_piece, [&](std::int64_t first, std::int64_t last) {
            for (std::int64_t i = first; i < last; ++i) {
                const auto row = static_cast<std::size_t>(i);
                double* const residual = residual_row(i);
                list_elements(i, choice, next[row]);
                choose_shift(residual, next[row]);
                for (const listed_element& one : outliers[row].listed) residual[one.column] = error_of(i, one.column, 0, next[row].step);
                for (const listed_element& one : next[row].listed)
                    residual[one.column] = error_of(i, one.column, one.value, next[row].step);
                row_error_[row] = best_kernel().sum_of_squares(residual, stride_);
            }
        });
    }

    void list_elements(std::int64_t i, const outlier_choice& choice, fitted_row& row) const {
        const double* const residual = residual_.data() + static_cast<std::size_t>(i) * stride_;
        row.listed.clear();
        for (std::int64_t k = 0; k < columns_; ++k)
            if (choice.admits(std::fabs(residual[k]), i, k)) row.listed.push_back({static_cast<std::int32_t>(k), 0, 0});
    }

    /// Tries every shift and keeps the first of least error, with its codes.
    void choose_shift(const double* residual, fitted_row& row) const {
        double least = std::numeric_limits<double>::infinity();
        row.shift = 0;
        for (int shift = 0; shift <= greatest_shift; ++shift) {
            const double step = row.step * (1 << shift);
            double error = 0;
            for (const listed_element& one : row.listed) {
                const double rest = residual[one.column] - step * sparse_code(residual[one.column], step);
                error += rest * rest;
            }
            if (error >= least) continue;
            least = error;
            row.shift = shift;
        }
        const double step = row.step * (1 << row.shift);
        for (listed_element& one : row.listed) {
            one.code = static_cast<int>(sparse_code(residual[one.column], step));
            one.value = step * one.code;
        }
    }

    void keep_if_better(const fit_state& state) {
        double error = 0;
        for (double row : row_error_) error += row;
        if (error >= least_error_) return;
        least_error_ = error;
        best_ = state;
    }

    /// The second start: the largest weights are outliers, exactly.
    fit_state largest_weights() {
        for (std::int64_t i = 0; i < rows_; ++i) {
            for (std::int64_t k = 0; k < columns_; ++k) residual_row(i)[k] = weight(i, k);
            note_largest(i);
        }
        const outlier_choice choice = largest_residuals();
        fit_state start(static_cast<std::size_t>(rows_));
        for (std::int64_t i = 0; i < rows_; ++i) {
            fitted_row& row = start[static_cast<std::size_t>(i)];
            list_elements(i, choice, row);
            for (listed_element& one : row.listed) one.value = weight(i, one.column);
        }
        return start;
    }

    void make_target(std::int64_t i, const fitted_row& outliers, std::vector<double>& target) const {
        pad_row(weights_.data() + i * columns_, static_cast<std::size_t>(columns_), target);
        for (const listed_element& one : outliers.listed) target[static_cast<std::size_t>(one.column)] -= one.value;
    }

    double dense_value(double step, double target) const {
        return step * clamped_code(target / step, dense_.least, dense_.greatest, false);
    }
    double sparse_code(double residual, double step) const { return clamped_code(residual / step, sparse_.least, sparse_.greatest, false); }
    /// What remains of a weight once its outlier and the dense code of the rest are taken off.
    double error_of(std::int64_t i, std::int64_t k, double outlier_value, double step) const {
        const double target = weight(i, k) - outlier_value;
        return target - dense_value(step, target);
    }

    double weight(std::int64_t i, std::int64_t k) const {
        return static_cast<double>(weights_[static_cast<std::size_t>(i * columns_ + k)]);
    }
    double* residual_row(std::int64_t i) { return residual_.data() + static_cast<std::size_t>(i) * stride_; }
    void note_largest(std::int64_t i) {
        double largest = 0;
        for (std::size_t k = 0; k < stride_; ++k) largest = std::max(largest, std::fabs(residual_row(i)[k]));
        row_largest_[static_cast<std::size_t>(i)] = largest;
    }
    outlier_choice largest_residuals() const {
        const double largest = *std::max_element(row_largest_.begin(), row_largest_.end());
        return {{residual_.data(), rows_, columns_, stride_}, listed_, largest, cells_, threads_};
    }

    const std::vector<float>& weights_;
    const std::int64_t rows_, columns_, listed_;
    const int threads_;
    const std::optional<outlier_cells> cells_;
    const std::size_t stride_;
    const code_bounds dense_, sparse_;
    std::vector<double> residual_;  // rows of stride_, padded with zeros
    std::vector<double> row_error_;
    std::vector<double> row_largest_;
    fit_state best_;
    double least_error_ = std::numeric_limits<double>::infinity();
};

/// Moves a fit into the stored form: zero codes are dropped, and without any code there is no outlier stream.
void store_outliers(const fit_state& state, int outlier_bits, quantized_weights& q) {
    for (std::size_t i = 0; i < state.size(); ++i) {
        q.outlier_shift.push_back(static_cast<std::uint8_t>(state[i].shift));
        for (const listed_element& one : state[i].listed)
            if (one.code != 0)
                q.outliers.push_back(
                    {static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(one.column), static_cast<std::int8_t>(one.code)});
    }
    q.outlier_bits = q.outliers.empty() ? 0 : outlier_bits;
    if (q.outliers.empty()) q.outlier_shift.clear();
}

}  // namespace

quantized_weights fit_dasq(const std::vector<float>& weights, std::int64_t rows, std::int64_t columns, const scheme& s, int threads,
                           std::int64_t group_rows) {
    const std::int64_t listed = outlier_count(s.dasq.sparsity, rows * columns);
    if (listed == 0) {
        scheme dense = s;
        dense.family = scheme_family::symq;
        dense.uniform = {};
        quantized_weights q = fit_uniform(weights, rows, columns, dense, threads);
        q.family = scheme_family::dasq;
        return q;
    }
    dasq_fitter fitter(weights, rows, columns, s, listed, threads, group_rows);
    const fit_state state = fitter.fit();
    quantized_weights q;
    q.family = scheme_family::dasq;
    q.bits = s.weight_bits;
    q.rows = rows;
    q.columns = columns;
    q.codes = fitter.dense_codes(state);
    for (const fitted_row& row : state) {
        q.step.push_back(row.step);
        q.outliers_listed += static_cast<std::int64_t>(row.listed.size());
    }
    store_outliers(state, s.dasq.outlier_bits, q);
    return q;
}

}  // namespace symmetree
