#include "workloads/quantize/uniform.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "workloads/formats/number_format.h"
#include "workloads/formats/rounding_math.h"
#include "workloads/quantize/parallel_rows.h"
#include "workloads/quantize/step_search.h"

namespace symmetree {
namespace {

/// Zero points that are tried: the one of min/max and its neighbours, the lower one first.
constexpr int zero_point_candidates = 8;

/// Fits one channel (or the whole tensor) at a time.
class channel_fitter {
public:
    channel_fitter(const scheme& s, zero_points zero)
        : scheme_(s),
          zero_(zero),
          has_zero_points_(traits_of(s.family).has_zero_points),
          least_(least_code(s.weight_bits)),
          greatest_(greatest_code(s.weight_bits)) {}

    min_max_fit fit(const float* weights, std::size_t count) {
        pad_row(weights, count, padded_);
        min_max_fit result = has_zero_points_ ? asymmetric_min_max(padded_.data(), count, least_, greatest_)
                                              : symmetric_min_max(padded_.data(), count, greatest_);
        if (result.step == 0 || scheme_.uniform.range == range_method::min_max) return result;
        if (has_zero_points_ && zero_ == zero_points::searched) return search_zero_points(result.zero_point);
        return {search(result.step, result.zero_point, std::numeric_limits<double>::infinity()).step, result.zero_point};
    }

    void encode(const float* weights, std::size_t count, double step, int zero_point, std::int8_t* codes) const {
        const code_bounds range = bounds(zero_point);
        const bool truncate = scheme_.uniform.round == rounding::truncate;
        for (std::size_t i = 0; i < count; ++i) {
            const double code = clamped_code(static_cast<double>(weights[i]) / step, range.least, range.greatest, truncate);
            codes[i] = static_cast<std::int8_t>(static_cast<int>(code) + zero_point);
        }
    }

private:
    step_choice search(double largest, int zero_point, double bound) {
        const step_choice best =
            search_uniform_step(padded_.data(), padded_.size(), largest, bounds(zero_point), scheme_.uniform.round, hint_, bound);
        if (best.candidate > 0) hint_ = best.candidate;
        return best;
    }

    /// The zero point and step of least error: of equal ones the zero point that is looked at first.
    min_max_fit search_zero_points(int usual) {
        const auto [low, high] = std::minmax_element(padded_.begin(), padded_.end());
        min_max_fit best;
        double least = std::numeric_limits<double>::infinity();
        for (int i = 0; i < zero_point_candidates; ++i) {
            const int zero_point = usual + (i % 2 == 0 ? i / 2 : -(i + 1) / 2);
            if (zero_point < least_ || zero_point > greatest_) continue;
            const code_bounds levels = bounds(zero_point);
            const double largest = std::max(levels.greatest > 0 ? *high / levels.greatest : 0, levels.least < 0 ? *low / levels.least : 0);
            if (largest == 0) continue;  // no codes on the side of the weights
            const step_choice choice = search(largest, zero_point, least);
            if (choice.candidate == 0) continue;
            least = choice.error;
            best = {choice.step, zero_point};
        }
        return best;
    }

    code_bounds bounds(int zero_point) const {
        return {static_cast<double>(least_ - zero_point), static_cast<double>(greatest_ - zero_point)};
    }

    const scheme& scheme_;
    const zero_points zero_;
    const bool has_zero_points_;
    const int least_, greatest_;
    int hint_ = usual_candidate;
    std::vector<double> padded_;
};

}  // namespace

min_max_fit symmetric_min_max(const double* values, std::size_t count, int greatest) {
    double largest = 0;
    for (std::size_t i = 0; i < count; ++i) largest = std::max(largest, std::fabs(values[i]));
    return {largest / greatest, 0};
}

min_max_fit asymmetric_min_max(const double* values, std::size_t count, int least, int greatest) {
    double low = 0, high = 0;
    for (std::size_t i = 0; i < count; ++i) {
        low = std::min(low, values[i]);
        high = std::max(high, values[i]);
    }
    const double step = (high - low) / (greatest - least);
    if (step == 0) return {};
    return {step, std::clamp(static_cast<int>(round_half_even(least - low / step)), least, greatest)};
}

quantized_weights fit_uniform(const std::vector<float>& weights, std::int64_t rows, std::int64_t columns, const scheme& s, int threads,
                              zero_points zero) {
    const bool whole = s.uniform.grain == granularity::per_tensor;
    const std::int64_t channels = whole ? std::min<std::int64_t>(rows, 1) : rows;
    const auto length = static_cast<std::size_t>(whole ? rows * columns : columns);
    std::vector<double> steps(static_cast<std::size_t>(channels));
    std::vector<std::int16_t> zero_points(steps.size());
    for_row_pieces(channels, threads, rows_per_piece, [&](std::int64_t first, std::int64_t last) {
        channel_fitter fitter(s, zero);
        for (auto i = static_cast<std::size_t>(first); i < static_cast<std::size_t>(last); ++i) {
            const min_max_fit fit = fitter.fit(weights.data() + i * length, length);
            steps[i] = fit.step;
            zero_points[i] = static_cast<std::int16_t>(fit.zero_point);
        }
    });
    fill_zero_steps(steps);
    if (whole) {
        steps.assign(static_cast<std::size_t>(rows), steps.empty() ? 1.0 : steps[0]);
        zero_points.assign(steps.size(), zero_points.empty() ? std::int16_t{0} : zero_points[0]);
    }

    quantized_weights q;
    q.family = s.family;
    q.bits = s.weight_bits;
    q.rows = rows;
    q.columns = columns;
    q.codes.resize(weights.size());
    for_row_pieces(rows, threads, rows_per_piece, [&](std::int64_t first, std::int64_t last) {
        const channel_fitter fitter(s, zero);
        for (auto i = static_cast<std::size_t>(first); i < static_cast<std::size_t>(last); ++i) {
            const std::size_t begin = i * static_cast<std::size_t>(columns);
            fitter.encode(weights.data() + begin, static_cast<std::size_t>(columns), steps[i], zero_points[i], q.codes.data() + begin);
        }
    });
    q.step = std::move(steps);
    if (std::any_of(zero_points.begin(), zero_points.end(), [](int z) { return z != 0; })) q.zero_point = std::move(zero_points);
    return q;
}

}  // namespace symmetree
