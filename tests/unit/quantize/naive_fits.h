#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <tuple>
#include <vector>

#include "workloads/formats/quantized_weights.h"

// The definitions of docs/numerics.md as plain loops: no vectors, no threads, no early ends, library rounding.
namespace symmetree::naive {

struct bounds {
    int least, greatest;
};

inline double coded(double t, bounds range, bool truncate) {
    const double rounded = truncate ? std::trunc(t) : std::nearbyint(t);
    return std::min<double>(std::max<double>(rounded, range.least), range.greatest);
}

/// Eight partial sums, added up in one fixed order.
class lane_sum {
public:
    void add(double square) { lane_[next_++ % 8] += square; }
    double total() const { return ((lane_[0] + lane_[4]) + (lane_[2] + lane_[6])) + ((lane_[1] + lane_[5]) + (lane_[3] + lane_[7])); }

private:
    double lane_[8] = {};
    std::size_t next_ = 0;
};

/// `least` becomes the error, where the step has a smaller one; else 0 is returned.
inline double search(const std::vector<double>& values, double largest, bounds range, bool truncate, double& least) {
    double best = 0;
    for (int j = 1; j <= 100; ++j) {
        const double step = largest * j / 100;
        lane_sum sum;
        for (double v : values) {
            const double t = truncate ? v / step : v * (1 / step);
            const double rest = t - coded(t, range, truncate);
            sum.add(rest * rest);
        }
        const double error = step * step * sum.total();
        if (error < least) {
            least = error;
            best = step;
        }
    }
    return best;
}

inline double search(const std::vector<double>& values, double largest, bounds range, bool truncate) {
    double least = std::numeric_limits<double>::infinity();
    return search(values, largest, range, truncate, least);
}

inline double largest_magnitude(const std::vector<double>& values) {
    double largest = 0;
    for (double v : values) largest = std::max(largest, std::fabs(v));
    return largest;
}

inline void fill_zero_steps(std::vector<double>& steps) {
    double smallest = 0;
    for (double s : steps)
        if (s > 0 && (smallest == 0 || s < smallest)) smallest = s;
    for (double& s : steps)
        if (s == 0) s = smallest == 0 ? 1 : smallest;
}

struct channel {
    double step = 0;
    int zero_point = 0;
};

inline channel fit_channel(const std::vector<double>& values, const scheme& s) {
    const int least = -(1 << (s.weight_bits - 1)), greatest = -least - 1;
    channel result;
    if (s.family == scheme_family::asymq) {
        const double low = std::min(0.0, *std::min_element(values.begin(), values.end()));
        const double high = std::max(0.0, *std::max_element(values.begin(), values.end()));
        result.step = (high - low) / ((1 << s.weight_bits) - 1);
        if (result.step > 0) result.zero_point = std::clamp(static_cast<int>(std::nearbyint(least - low / result.step)), least, greatest);
    } else {
        result.step = largest_magnitude(values) / greatest;
    }
    if (result.step == 0 || s.uniform.range != range_method::mse) return result;
    const bool truncate = s.uniform.round == rounding::truncate;
    if (s.family != scheme_family::asymq) return {search(values, result.step, {least, greatest}, truncate), 0};
    double least_error = std::numeric_limits<double>::infinity();
    channel best;
    for (const int distance : {0, -1, 1, -2, 2, -3, 3, -4}) {
        const int z = result.zero_point + distance;
        double unclipped = 0;
        for (const double v : values) {
            const int levels = v > 0 ? greatest - z : least - z;
            if (levels != 0) unclipped = std::max(unclipped, v / levels);
        }
        if (z < least || z > greatest || unclipped == 0) continue;
        const double step = search(values, unclipped, {least - z, greatest - z}, truncate, least_error);
        if (step > 0) best = {step, z};
    }
    return best;
}

inline quantized_weights fit_uniform(const std::vector<float>& weights, std::int64_t rows, std::int64_t columns, const scheme& s) {
    std::vector<double> steps;
    std::vector<int> zero_points;
    for (std::int64_t i = 0; i < rows; ++i) {
        const bool whole = s.uniform.grain == granularity::per_tensor;
        const channel fit = fit_channel(whole ? std::vector<double>(weights.begin(), weights.end())
                                              : std::vector<double>(weights.begin() + i * columns, weights.begin() + (i + 1) * columns),
                                        s);
        steps.push_back(fit.step);
        zero_points.push_back(fit.zero_point);
    }
    fill_zero_steps(steps);
    quantized_weights q;
    q.step = steps;
    q.zero_point.assign(zero_points.begin(), zero_points.end());
    const int least = -(1 << (s.weight_bits - 1)), greatest = -least - 1;
    for (std::size_t e = 0; e < weights.size(); ++e) {
        const std::size_t i = e / static_cast<std::size_t>(columns);
        const double t = static_cast<double>(weights[e]) / steps[i];
        const double code = (s.uniform.round == rounding::truncate ? std::trunc(t) : std::nearbyint(t)) + zero_points[i];
        q.codes.push_back(static_cast<std::int8_t>(std::clamp<double>(code, least, greatest)));
    }
    return q;
}

/// The most outliers of a cell, and which cell an element is in: group, block of channels, block of inputs.
inline std::int64_t most_of_cell(const outlier_bound& bound, std::int64_t columns) {
    return bound.is_share ? (columns + bound.most - 1) / bound.most : bound.most;
}

inline std::tuple<std::int64_t, std::int64_t, std::int64_t> cell_of(const outlier_bound& bound, std::int64_t row, std::int64_t column,
                                                                    std::int64_t group_rows) {
    return {row / group_rows, row % group_rows / bound.channels, bound.inputs == 0 ? 0 : column / bound.inputs};
}

/// DASQ with dense arrays for everything: values of the outliers, listed or not, and their codes.
class dasq {
public:
    dasq(const std::vector<float>& weights, std::int64_t rows, std::int64_t columns, const scheme& s, std::int64_t listed,
         std::int64_t group_rows)
        : w_(weights.begin(), weights.end()),
          rows_(static_cast<std::size_t>(rows)),
          columns_(static_cast<std::size_t>(columns)),
          listed_(listed),
          group_rows_(group_rows),
          bound_(s.dasq.bound),
          dense_(range_of(s.weight_bits)),
          sparse_(range_of(s.dasq.outlier_bits)) {}

    struct round_result {
        std::vector<double> step, outlier_value;
        std::vector<int> shift, outlier_code, dense_code;
        double error = std::numeric_limits<double>::infinity();
    };

    round_result fit() const {
        round_result best = run(std::vector<double>(w_.size(), 0.0));
        std::vector<double> start(w_.size(), 0.0);
        for (std::size_t e : largest(w_)) start[e] = w_[e];
        const round_result other = run(start);
        return other.error < best.error ? other : best;
    }

    round_result run(std::vector<double> outliers) const {
        round_result best;
        for (int round = 0; round < 20; ++round) {
            const round_result result = one_round(outliers);
            outliers = result.outlier_value;
            if (result.error < best.error) best = result;
        }
        return best;
    }

private:
    static bounds range_of(int bits) { return {-(1 << (bits - 1)), (1 << (bits - 1)) - 1}; }

    std::vector<std::size_t> largest(const std::vector<double>& values) const {
        std::vector<std::size_t> order(values.size());
        for (std::size_t e = 0; e < order.size(); ++e) order[e] = e;
        std::stable_sort(order.begin(), order.end(),
                         [&](std::size_t a, std::size_t b) { return std::fabs(values[a]) > std::fabs(values[b]); });
        std::vector<std::size_t> list;
        std::map<std::tuple<std::int64_t, std::int64_t, std::int64_t>, std::int64_t> used;
        for (std::size_t e : order) {
            const auto columns = static_cast<std::int64_t>(columns_), element = static_cast<std::int64_t>(e);
            if (bound_ && ++used[cell_of(*bound_, element / columns, element % columns, group_rows_)] > most_of_cell(*bound_, columns))
                continue;
            if (static_cast<std::int64_t>(list.size()) < listed_) list.push_back(e);
        }
        return list;
    }

    round_result one_round(const std::vector<double>& outliers) const {
        round_result r;
        for (std::size_t i = 0; i < rows_; ++i) {
            std::vector<double> target;
            for (std::size_t e = i * columns_; e < (i + 1) * columns_; ++e) target.push_back(w_[e] - outliers[e]);
            const double top = largest_magnitude(target) / dense_.greatest;
            r.step.push_back(top == 0 ? 0 : search(target, top, dense_, false));
        }
        fill_zero_steps(r.step);
        std::vector<double> residual;
        for (std::size_t e = 0; e < w_.size(); ++e)
            residual.push_back(w_[e] - step_of(r, e) * coded((w_[e] - outliers[e]) / step_of(r, e), dense_, false));
        const std::vector<std::size_t> list = largest(residual);
        r.shift.assign(rows_, 0);
        r.outlier_code.assign(w_.size(), 0);
        r.outlier_value.assign(w_.size(), 0);
        for (std::size_t i = 0; i < rows_; ++i) fit_outliers(i, residual, list, r);
        measure(r);
        return r;
    }

    void fit_outliers(std::size_t i, const std::vector<double>& residual, std::vector<std::size_t> list, round_result& r) const {
        std::sort(list.begin(), list.end());
        double least = std::numeric_limits<double>::infinity();
        for (int u = 0; u < 8; ++u) {
            const double step = r.step[i] * std::pow(2.0, u);
            double error = 0;
            for (std::size_t e : list) {
                if (e / columns_ != i) continue;
                const double rest = residual[e] - step * coded(residual[e] / step, sparse_, false);
                error += rest * rest;
            }
            if (error >= least) continue;
            least = error;
            r.shift[i] = u;
            for (std::size_t e : list) {
                if (e / columns_ != i) continue;
                r.outlier_code[e] = static_cast<int>(coded(residual[e] / step, sparse_, false));
                r.outlier_value[e] = step * r.outlier_code[e];
            }
        }
    }

    void measure(round_result& r) const {
        r.error = 0;
        for (std::size_t i = 0; i < rows_; ++i) {
            lane_sum sum;
            for (std::size_t e = i * columns_; e < (i + 1) * columns_; ++e) {
                const double target = w_[e] - r.outlier_value[e];
                r.dense_code.push_back(static_cast<int>(coded(target / r.step[i], dense_, false)));
                const double rest = target - r.step[i] * r.dense_code.back();
                sum.add(rest * rest);
            }
            r.error += sum.total();
        }
    }

    double step_of(const round_result& r, std::size_t e) const { return r.step[e / columns_]; }

    std::vector<double> w_;
    std::size_t rows_, columns_;
    std::int64_t listed_, group_rows_;
    std::optional<outlier_bound> bound_;
    bounds dense_, sparse_;
};

/// Nearest level by looking at all of them; of equally near ones the even code.
inline int nearest_shift_code(double t, scheme_family family, int bits) {
    const int zero = (1 << (bits - 1)) - 1;
    int best = zero;
    double least = std::fabs(t);
    for (int e = 0; e < zero; ++e) {
        const double level =
            family == scheme_family::pot ? std::pow(2.0, -e) : std::pow(2.0, -(e / 2)) * (e % 2 ? 1 / std::sqrt(2.0) : 1.0);
        const double distance = std::fabs(std::fabs(t) - level);
        if (distance < least || (distance == least && e % 2 == 0)) {
            least = distance;
            best = e;
        }
    }
    return best == zero ? zero : best + (t < 0 ? zero + 1 : 0);
}

inline double shift_value(int code, scheme_family family, int bits) {
    const int zero = (1 << (bits - 1)) - 1, e = code & zero;
    if (e == zero) return 0;
    const double magnitude =
        family == scheme_family::pot ? std::pow(2.0, -e) : std::pow(2.0, -(e / 2)) * (e % 2 ? 1 / std::sqrt(2.0) : 1.0);
    return code > zero ? -magnitude : magnitude;
}

inline double search_shift(const std::vector<double>& values, scheme_family family, int bits) {
    double best = 0, least = std::numeric_limits<double>::infinity();
    const double largest = largest_magnitude(values);
    for (int j = 1; j <= 100 && largest > 0; ++j) {
        const double step = largest * j / 100;
        double sum = 0;
        for (double v : values) {
            const double t = std::fabs(v) / step;
            const double rest = t - shift_value(nearest_shift_code(t, family, bits), family, bits);
            sum += rest * rest;
        }
        if (step * step * sum < least) {
            least = step * step * sum;
            best = step;
        }
    }
    return best;
}

}  // namespace symmetree::naive
