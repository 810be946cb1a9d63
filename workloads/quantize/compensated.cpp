#include "workloads/quantize/compensated.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "core/error.h"
#include "workloads/formats/listed_levels.h"
#include "workloads/formats/number_format.h"
#include "workloads/formats/rounding_math.h"
#include "workloads/formats/shift_levels.h"
#include "workloads/quantize/error_feedback.h"
#include "workloads/quantize/error_measures.h"
#include "workloads/quantize/parallel_rows.h"
#include "workloads/quantize/scaled_rows.h"

namespace symmetree {
namespace {

/// Added to all moments, as a share of their mean: keeps errors out of directions in which the inputs that were seen have nothing. The
/// value of Frantar et al., section 3.
constexpr double damping = 0.01;
constexpr std::int64_t block_columns = 64;
constexpr std::int64_t tile_columns = 512;
/// Candidates of a step by the output's error, in units of the fitted step / usual_step.
constexpr int usual_step = 25, least_step = 15, greatest_step = 40;

/// A code and what it stands for, in steps; with an outlier's part where there is one.
struct chosen_code {
    int code = 0;
    int outlier = 0;
    double level = 0;
};

/// The nearest code of a layer's format.
class nearest_code {
public:
    nearest_code(const quantized_weights& q, rounding round)
        : storage_(traits_of(q.family).storage),
          least_(number_format(q).least_code()),
          greatest_(number_format(q).greatest_code()),
          truncates_(round == rounding::truncate) {
        if (storage_ == code_storage::sign_and_exponent) shifts_.emplace(q.family, q.bits);
        for (std::int64_t table = 0; table < q.level_tables(); ++table) lists_.emplace_back(q.levels_of(table), std::size_t{1} << q.bits);
    }

    chosen_code operator()(std::int64_t row, double t, int zero_point) const {
        switch (storage_) {
            case code_storage::twos_complement: {
                const double level = clamped_code(t, least_ - zero_point, greatest_ - zero_point, truncates_);
                return {static_cast<int>(level) + zero_point, 0, level};
            }
            case code_storage::sign_and_exponent: return in(*shifts_, t);
            case code_storage::listed: return in(lists_[lists_.size() == 1 ? 0 : static_cast<std::size_t>(row)], t);
        }
        return {};
    }

    /// Dense code and outlier together. Of equally near ones that of the smaller outlier, then the negative one.
    chosen_code with_outlier(std::int64_t row, double t, int zero_point, int outlier_bits, int shift) const {
        const int least = -(1 << (outlier_bits - 1)), greatest = -least - 1;
        const double unit = std::ldexp(1.0, shift);
        const int nearest = static_cast<int>(clamped_code(t / unit, least, greatest, false));
        chosen_code best;
        double least_error = 0;
        for (int outlier = std::max(least, nearest - 1); outlier <= std::min(greatest, nearest + 1); ++outlier) {
            chosen_code one = (*this)(row, t - unit * outlier, zero_point);
            one.outlier = outlier;
            one.level += unit * outlier;
            const double error = std::fabs(t - one.level);
            const bool first = outlier == std::max(least, nearest - 1);
            if (first || error < least_error || (error == least_error && std::abs(outlier) < std::abs(best.outlier))) {
                best = one;
                least_error = error;
            }
        }
        return best;
    }

private:
    template <class Levels>
    static chosen_code in(const Levels& levels, double t) {
        const int code = levels.code(t);
        return {code, 0, levels.value(code)};
    }

    code_storage storage_;
    int least_, greatest_;
    bool truncates_;
    std::optional<shift_levels> shifts_;
    std::vector<listed_levels> lists_;  ///< of the layer, or of each row
};

/// The rows of one block that share their inputs.
class row_rounder {
public:
    row_rounder(const std::vector<float>& weights, const error_feedback& feedback, const nearest_code& nearest, quantized_weights& q,
                const std::vector<std::uint32_t>& first_outlier)
        : weights_(weights), feedback_(feedback), nearest_(nearest), q_(q), first_outlier_(first_outlier) {}

    /// Gives rows `first` to `last` the step of least error, of equal ones the smallest. An error is the squared distance of the weights to
    /// their levels, each by what it adds to the output's error: the errors carried in are as often on either side.
    void choose_steps(std::int64_t first, std::int64_t last) const {
        for (std::int64_t row = first; row < last; ++row) {
            const double fitted = q_.step[static_cast<std::size_t>(row)];
            double best = fitted, least = std::numeric_limits<double>::infinity();
            for (int j = least_step; j <= greatest_step; ++j) {
                const double step = fitted * j / usual_step, error = error_with(row, step, least);
                if (error >= least) continue;
                best = step;
                least = error;
            }
            q_.step[static_cast<std::size_t>(row)] = best;
        }
    }

    /// Rows `first` to `last` of the matrix.
    void round(std::int64_t first, std::int64_t last) const {
        const std::int64_t columns = q_.columns, rows = last - first;
        std::vector<double> carried(static_cast<std::size_t>(rows * columns), 0), errors(static_cast<std::size_t>(rows * block_columns));
        for (std::int64_t begin = 0; begin < columns; begin += block_columns) {
            const std::int64_t end = std::min(begin + block_columns, columns);
            for (std::int64_t r = 0; r < rows; ++r)
                round_block(first + r, begin, end, carried.data() + r * columns, errors.data() + r * block_columns);
            for (std::int64_t left = end; left < columns; left += tile_columns)
                for (std::int64_t r = 0; r < rows; ++r)
                    carry(begin, end, left, std::min(left + tile_columns, columns), errors.data() + r * block_columns,
                          carried.data() + r * columns);
        }
    }

private:
    /// Given up above `bound`.
    double error_with(std::int64_t row, double step, double bound) const {
        double sum = 0;
        for (std::int64_t place = 0; place < q_.columns && step * step * sum <= bound; ++place) {
            const std::int64_t column = feedback_.column_at(place);
            const double t = static_cast<double>(weights_[static_cast<std::size_t>(row * q_.columns + column)]) / step;
            const double rest = t - code_of(row, outlier_at(row, column), t).level;
            sum += feedback_.weight(place) * rest * rest;
        }
        return step * step * sum;
    }

    chosen_code code_of(std::int64_t row, const outlier* listed, double t) const {
        const int zero_point = q_.zero_point_of(row);
        if (!listed) return nearest_(row, t, zero_point);
        return nearest_.with_outlier(row, t, zero_point, q_.outlier_bits, q_.outlier_shift[static_cast<std::size_t>(row)]);
    }

    void round_block(std::int64_t row, std::int64_t begin, std::int64_t end, double* carried, double* errors) const {
        const double step = q_.step[static_cast<std::size_t>(row)];
        for (std::int64_t place = begin; place < end; ++place) {
            const std::int64_t column = feedback_.column_at(place);
            const double weight = static_cast<double>(weights_[static_cast<std::size_t>(row * q_.columns + column)]) / step;
            errors[place - begin] = weight - keep_code(row, column, weight + carried[place]);
            carry(place, place + 1, place + 1, end, errors + (place - begin), carried);
        }
    }

    /// The level of the code that is kept.
    double keep_code(std::int64_t row, std::int64_t column, double t) const {
        outlier* const listed = outlier_at(row, column);
        const chosen_code chosen = code_of(row, listed, t);
        if (listed) listed->value = static_cast<std::int8_t>(chosen.outlier);
        q_.codes[static_cast<std::size_t>(row * q_.columns + column)] = static_cast<std::int8_t>(chosen.code);
        return chosen.level;
    }

    outlier* outlier_at(std::int64_t row, std::int64_t column) const {
        const auto first = q_.outliers.begin() + static_cast<std::ptrdiff_t>(first_outlier_[static_cast<std::size_t>(row)]),
                   last = q_.outliers.begin() + static_cast<std::ptrdiff_t>(first_outlier_[static_cast<std::size_t>(row) + 1]);
        const auto found = std::lower_bound(first, last, column, [](const outlier& o, std::int64_t c) { return o.column < c; });
        return found != last && found->column == column ? &*found : nullptr;
    }

    /// carried[left..right) += errors of the places begin..end, in their order.
    void carry(std::int64_t begin, std::int64_t end, std::int64_t left, std::int64_t right, const double* errors, double* carried) const {
        add_scaled_rows(errors, feedback_.row(begin) + left, feedback_.columns(), end - begin, right - left, carried + left);
    }

    const std::vector<float>& weights_;
    const error_feedback& feedback_;
    const nearest_code& nearest_;
    quantized_weights& q_;
    const std::vector<std::uint32_t>& first_outlier_;
};

void drop_zero_outliers(quantized_weights& q) {
    const auto is_zero = [](const outlier& o) { return o.value == 0; };
    q.outliers.erase(std::remove_if(q.outliers.begin(), q.outliers.end(), is_zero), q.outliers.end());
    if (!q.outliers.empty()) return;
    q.outlier_bits = 0;
    q.outlier_shift.clear();
}

}  // namespace

quantized_weights round_compensated(const std::vector<float>& weights, quantized_weights fitted, const std::vector<input_moments>& moments,
                                    rounding round, step_criterion steps, int threads) {
    if (moments.empty() || fitted.rows % static_cast<std::int64_t>(moments.size()) != 0 || moments.front().columns() != fitted.columns)
        throw model_fault("moments that are not those of the weights' inputs");
    const nearest_code nearest(fitted, round);
    const std::vector<std::uint32_t> first_outlier = first_outliers(fitted);
    const std::int64_t rows = fitted.rows / static_cast<std::int64_t>(moments.size());
    for (std::size_t block = 0; block < moments.size(); ++block) {
        const error_feedback feedback(moments[block], damping, threads);
        const row_rounder rounder(weights, feedback, nearest, fitted, first_outlier);
        const std::int64_t begin = static_cast<std::int64_t>(block) * rows;
        for_row_pieces(rows, threads, rows_per_piece, [&](std::int64_t first, std::int64_t last) {
            if (steps == step_criterion::outputs) rounder.choose_steps(begin + first, begin + last);
            rounder.round(begin + first, begin + last);
        });
    }
    drop_zero_outliers(fitted);
    fitted.error = total_error(weights, fitted, threads);
    return fitted;
}

}  // namespace symmetree
