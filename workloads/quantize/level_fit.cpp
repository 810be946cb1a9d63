#include "workloads/quantize/level_fit.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>

#include "core/error.h"
#include "workloads/formats/listed_levels.h"
#include "workloads/formats/rounding_math.h"
#include "workloads/quantize/learned_levels.h"
#include "workloads/quantize/parallel_rows.h"
#include "workloads/quantize/step_search.h"

namespace symmetree {
namespace {

/// Rounds in which a layer's list and its rows' steps are fitted in turn.
constexpr int list_rounds = 3;

/// Quantiles of the normal distribution, one more above zero than below, the largest 1: Dettmers et al., "QLoRA: Efficient Finetuning of
/// Quantized LLMs", NeurIPS 2023, section 3, as their published code builds them for 4 bits.
std::vector<double> normal_quantiles(int bits) {
    const boost::math::normal normal;
    const int half = 1 << (bits - 1);
    const double outermost = 1 - (0.5 / (2 * half - 1) + 0.5 / (2 * half)) / 2;
    const auto quantile = [&](int i, int count) { return boost::math::quantile(normal, outermost + (0.5 - outermost) * i / count); };
    std::vector<double> levels{0};
    for (int i = 0; i < half; ++i) levels.push_back(quantile(i, half));
    for (int i = 0; i + 1 < half; ++i) levels.push_back(-quantile(i, half - 1));
    std::sort(levels.begin(), levels.end());
    for (double& level : levels) level /= quantile(0, half);
    return levels;
}

/// One layer on its way to codes.
class level_fitter {
public:
    level_fitter(const std::vector<float>& weights, std::int64_t rows, std::int64_t columns, const scheme& s, int threads)
        : weights_(weights), length_(static_cast<std::size_t>(columns)), scheme_(s), threads_(threads) {
        q_.family = s.family;
        q_.bits = s.weight_bits;
        q_.level_bits = s.levels.level_bits;
        q_.rows = rows;
        q_.columns = columns;
        q_.codes.resize(weights.size());
        q_.step.resize(static_cast<std::size_t>(rows));
    }

    quantized_weights fit() {
        const level_options& options = scheme_.levels;
        switch (options.source) {
            case level_source::nf:
            case level_source::e2m1:
                set_tables({given_levels(options.source, q_.bits, q_.level_bits)});
                search_steps();
                break;
            case level_source::kmeans:
            case level_source::lq: options.grain == granularity::per_channel ? learn_rows() : learn_layer(); break;
        }
        fill_zero_steps(q_.step);
        write_codes();
        return std::move(q_);
    }

private:
    const float* row(std::size_t i) const { return weights_.data() + i * length_; }

    /// Shorter lists repeat their last level.
    void set_tables(const std::vector<std::vector<std::int8_t>>& lists) {
        q_.levels.clear();
        for (const std::vector<std::int8_t>& list : lists) {
            q_.levels.insert(q_.levels.end(), list.begin(), list.end());
            q_.levels.insert(q_.levels.end(), (std::size_t{1} << q_.bits) - list.size(), list.back());
        }
    }

    listed_levels levels_of(std::size_t i) const { return {q_.levels_of(static_cast<std::int64_t>(i)), std::size_t{1} << q_.bits}; }

    template <class Use>
    void for_rows(Use use) {
        for_row_pieces(q_.rows, threads_, rows_per_piece, [&](std::int64_t first, std::int64_t last) {
            for (auto i = static_cast<std::size_t>(first); i < static_cast<std::size_t>(last); ++i) use(i);
        });
    }

    void learn_rows() {
        std::vector<std::vector<std::int8_t>> lists(q_.step.size());
        for_rows([&](std::size_t i) {
            learned_list found = learn_levels(scheme_.levels.source, {row(i), row(i) + length_}, q_.bits, q_.level_bits);
            q_.step[i] = found.step;
            lists[i] = std::move(found.levels);
        });
        set_tables(lists);
    }

    /// One list for rows of one size: at first of equal power, then as the steps for the list before say.
    void learn_layer() {
        std::vector<double> unit(q_.step.size(), 0);
        for_rows([&](std::size_t i) {
            for (std::size_t k = 0; k < length_; ++k) unit[i] += static_cast<double>(row(i)[k]) * static_cast<double>(row(i)[k]);
            unit[i] = std::sqrt(unit[i] / static_cast<double>(length_));
        });
        for (int round = 0; round < list_rounds; ++round) {
            set_tables({learn_levels(scheme_.levels.source, in_units(unit), q_.bits, q_.level_bits).levels});
            search_steps();
            unit = q_.step;
        }
    }

    std::vector<double> in_units(const std::vector<double>& unit) const {
        std::vector<double> values;
        values.reserve(weights_.size());
        for (std::size_t i = 0; i < weights_.size(); ++i)
            if (unit[i / length_] > 0) values.push_back(static_cast<double>(weights_[i]) / unit[i / length_]);
        return values;
    }

    void search_steps() {
        for_rows([&](std::size_t i) {
            const listed_levels levels = levels_of(i);
            double largest = 0;
            for (std::size_t k = 0; k < length_; ++k) largest = std::max(largest, std::fabs(static_cast<double>(row(i)[k])));
            q_.step[i] =
                largest == 0 || levels.largest() == 0
                    ? 0
                    : search_step(largest / levels.largest(), usual_candidate, [&](double step, double bound) {
                          return squared_error(row(i), length_, step, bound, [&](double t) { return levels.value(levels.code(t)); });
                      }).step;
        });
    }

    void write_codes() {
        for_rows([&](std::size_t i) {
            const listed_levels levels = levels_of(i);
            for (std::size_t k = 0; k < length_; ++k)
                q_.codes[i * length_ + k] = static_cast<std::int8_t>(levels.code(static_cast<double>(row(i)[k]) / q_.step[i]));
        });
    }

    const std::vector<float>& weights_;
    const std::size_t length_;
    const scheme& scheme_;
    const int threads_;
    quantized_weights q_;
};

}  // namespace

std::vector<std::int8_t> given_levels(level_source source, int bits, int level_bits) {
    std::vector<std::int8_t> levels;
    switch (source) {
        case level_source::nf:
            for (const double level : normal_quantiles(bits))
                levels.push_back(static_cast<std::int8_t>(round_half_even(level * ((1 << (level_bits - 1)) - 1))));
            break;
        case level_source::e2m1:  // in halves: Open Compute Project, "OCP Microscaling Formats (MX) Specification", version 1.0, table 2
            levels = {-12, -8, -6, -4, -3, -2, -1, 0, 1, 2, 3, 4, 6, 8, 12};
            break;
        case level_source::kmeans:
        case level_source::lq: throw model_fault("levels that are learned and not given");
    }
    levels.erase(std::unique(levels.begin(), levels.end()), levels.end());
    return levels;
}

quantized_weights fit_levels(const std::vector<float>& weights, std::int64_t rows, std::int64_t columns, const scheme& s, int threads) {
    return level_fitter(weights, rows, columns, s, threads).fit();
}

}  // namespace symmetree
