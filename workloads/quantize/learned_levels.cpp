#include "workloads/quantize/learned_levels.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/error.h"
#include "workloads/formats/rounding_math.h"

namespace symmetree {
namespace {

/// Values in rising order with the sums up to each, so that a cluster costs two accesses.
class sorted_values {
public:
    explicit sorted_values(std::vector<double> values) : values_(std::move(values)), sums_(values_.size() + 1, 0), squares_(sums_) {
        std::sort(values_.begin(), values_.end());
        for (std::size_t i = 0; i < values_.size(); ++i) {
            sums_[i + 1] = sums_[i] + values_[i];
            squares_[i + 1] = squares_[i] + values_[i] * values_[i];
        }
    }

    std::size_t size() const { return values_.size(); }
    double largest() const { return std::max(std::fabs(values_.front()), std::fabs(values_.back())); }
    double root_mean_square() const { return std::sqrt(squares_.back() / static_cast<double>(values_.size())); }
    /// Of the values from `begin` to before `end`, at least one.
    double mean(std::size_t begin, std::size_t end) const { return (sums_[end] - sums_[begin]) / static_cast<double>(end - begin); }
    /// Their squared distance from their mean.
    double scatter(std::size_t begin, std::size_t end) const {
        return squares_[end] - squares_[begin] - (sums_[end] - sums_[begin]) * mean(begin, end);
    }
    /// Where values may be parted: 0, then the ends of at most `count` bins of equal width that hold values.
    std::vector<std::size_t> bin_ends(int count) const {
        std::vector<std::size_t> ends{0};
        const double least = values_.front(), width = (values_.back() - least) / count;
        for (int i = 1; i <= count; ++i) {
            const std::size_t end = i == count ? values_.size() : first_above(least + i * width);
            if (end > ends.back()) ends.push_back(end);
        }
        return ends;
    }

    struct cluster {
        double count = 0, sum = 0;
    };
    /// Of the values that are nearest to each of some rising levels.
    std::vector<cluster> clusters(const std::vector<double>& levels) const {
        std::vector<cluster> found;
        std::size_t begin = 0;
        for (std::size_t i = 0; i < levels.size(); ++i) {
            const auto end = i + 1 == levels.size() ? values_.size() : first_above((levels[i] + levels[i + 1]) / 2);
            found.push_back({static_cast<double>(end - begin), sums_[end] - sums_[begin]});
            begin = end;
        }
        return found;
    }

private:
    std::size_t first_above(double bound) const {
        return static_cast<std::size_t>(std::upper_bound(values_.begin(), values_.end(), bound) - values_.begin());
    }

    std::vector<double> values_, sums_, squares_;
};

/// The partition of least scatter among those between bins: in one dimension clusters are ranges, and the best first cut of a longer range
/// never lies before that of a shorter one. Wang, Song, "Ckmeans.1d.dp: Optimal k-means Clustering in One Dimension", R Journal 3(2), 2011.
class best_partition {
public:
    best_partition(const sorted_values& values, std::size_t clusters) : values_(values), ends_(values.bin_ends(learning_bins)) {
        const std::size_t bins = ends_.size() - 1;
        for (std::size_t j = 0; j <= bins; ++j) scatter_.push_back(j == 0 ? 0 : values.scatter(0, ends_[j]));
        for (std::size_t c = 1; c < std::min(clusters, bins); ++c) {
            before_ = scatter_;
            cuts_.emplace_back(bins + 1, 0);
            find(c + 1, bins, c, bins - 1);
        }
    }

    /// Rising.
    std::vector<double> means() const {
        std::vector<double> means;
        std::size_t end = ends_.size() - 1;
        for (auto cuts = cuts_.rbegin(); cuts != cuts_.rend(); ++cuts) {
            means.push_back(values_.mean(ends_[(*cuts)[end]], ends_[end]));
            end = (*cuts)[end];
        }
        means.push_back(values_.mean(0, ends_[end]));
        return {means.rbegin(), means.rend()};
    }

private:
    /// The last cut of the bins up to each of `first` to `last`, known to lie between two.
    void find(std::size_t first, std::size_t last, std::size_t least_cut, std::size_t greatest_cut) {
        if (first > last) return;
        const std::size_t middle = first + (last - first) / 2;
        double best = std::numeric_limits<double>::infinity();
        std::size_t& cut = cuts_.back()[middle];
        for (std::size_t i = least_cut; i <= std::min(middle - 1, greatest_cut); ++i) {
            const double scatter = before_[i] + values_.scatter(ends_[i], ends_[middle]);
            if (scatter >= best) continue;
            best = scatter;
            cut = i;
        }
        scatter_[middle] = best;
        const std::size_t found = cut;
        find(first, middle - 1, least_cut, found);
        find(middle + 1, last, found, greatest_cut);
    }

    const sorted_values& values_;
    const std::vector<std::size_t> ends_;
    std::vector<double> scatter_, before_;        ///< by bins, with as many clusters as there are so far, and one fewer
    std::vector<std::vector<std::size_t>> cuts_;  ///< by clusters from two on and by bins: where the last cluster begins
};

std::vector<double> means_of_clusters(const sorted_values& values, int bits) {
    const std::size_t count = std::size_t{1} << bits;
    std::vector<double> means = best_partition(values, count).means();
    for (int round = 0; round < learning_rounds; ++round) {
        const std::vector<sorted_values::cluster> clusters = values.clusters(means);
        std::vector<double> next = means;
        for (std::size_t i = 0; i < means.size(); ++i)
            if (clusters[i].count > 0) next[i] = clusters[i].sum / clusters[i].count;
        if (next == means) break;
        means = std::move(next);
    }
    return means;
}

/// The sums of a basis with either sign, rising, and the signs of each: bit i set where value i is added.
struct signed_sums {
    explicit signed_sums(const std::vector<double>& basis) {
        const std::size_t count = std::size_t{1} << basis.size();
        std::vector<double> all(count, 0);
        for (std::size_t pattern = 0; pattern < count; ++pattern)
            for (std::size_t i = 0; i < basis.size(); ++i) all[pattern] += sign(pattern, i) * basis[i];
        patterns.resize(count);
        std::iota(patterns.begin(), patterns.end(), std::size_t{0});
        std::stable_sort(patterns.begin(), patterns.end(), [&](std::size_t a, std::size_t b) { return all[a] < all[b]; });
        for (const std::size_t pattern : patterns) sums.push_back(all[pattern]);
    }
    static int sign(std::size_t pattern, std::size_t i) { return (pattern >> i & 1) != 0 ? 1 : -1; }

    std::vector<double> sums;
    std::vector<std::size_t> patterns;
};

/// Solves a * x = b in place by elimination with pivots; false where a is singular.
bool solve(std::vector<std::vector<double>>& a, std::vector<double>& b) {
    const std::size_t size = b.size();
    for (std::size_t k = 0; k < size; ++k) {
        std::size_t pivot = k;
        for (std::size_t row = k + 1; row < size; ++row)
            if (std::fabs(a[row][k]) > std::fabs(a[pivot][k])) pivot = row;
        if (a[pivot][k] == 0) return false;
        std::swap(a[pivot], a[k]);
        std::swap(b[pivot], b[k]);
        for (std::size_t row = 0; row < size; ++row) {
            if (row == k) continue;
            const double share = a[row][k] / a[k][k];
            for (std::size_t column = k; column < size; ++column) a[row][column] -= share * a[k][column];
            b[row] -= share * b[k];
        }
    }
    for (std::size_t k = 0; k < size; ++k) b[k] /= a[k][k];
    return true;
}

/// The basis of least squared error for the values as they are assigned to its sums: LQ-Nets, eq. 8. Nothing where it is not unique.
std::vector<double> fitted_basis(const sorted_values& values, const std::vector<double>& basis) {
    const signed_sums levels(basis);
    const std::vector<sorted_values::cluster> clusters = values.clusters(levels.sums);
    std::vector<std::vector<double>> products(basis.size(), std::vector<double>(basis.size(), 0));
    std::vector<double> right(basis.size(), 0);
    for (std::size_t n = 0; n < clusters.size(); ++n)
        for (std::size_t i = 0; i < basis.size(); ++i) {
            const int sign = signed_sums::sign(levels.patterns[n], i);
            right[i] += sign * clusters[n].sum;
            for (std::size_t j = 0; j < basis.size(); ++j)
                products[i][j] += sign * signed_sums::sign(levels.patterns[n], j) * clusters[n].count;
        }
    return solve(products, right) ? right : std::vector<double>{};
}

std::vector<double> learned_basis(const sorted_values& values, int bits) {
    const double unit =
        values.root_mean_square() / std::sqrt(((std::int64_t{1} << 2 * bits) - 1) / 3);  // sums of powers of two have as much
    std::vector<double> basis;
    for (int i = 0; i < bits; ++i) basis.push_back(unit * (1 << i));
    for (int round = 0; round < learning_rounds; ++round) {
        const std::vector<double> next = fitted_basis(values, basis);
        if (next.empty() || next == basis) break;
        basis = next;
    }
    return basis;
}

std::vector<std::int8_t> rounded(const std::vector<double>& levels, double step, int limit) {
    std::vector<std::int8_t> integers;
    for (const double level : levels)
        integers.push_back(static_cast<std::int8_t>(std::clamp<double>(round_half_even(level / step), -limit, limit)));
    std::sort(integers.begin(), integers.end());
    integers.erase(std::unique(integers.begin(), integers.end()), integers.end());
    return integers;
}

}  // namespace

learned_list learn_levels(level_source source, std::vector<double> values, int bits, int level_bits) {
    const sorted_values sorted(std::move(values));
    const double largest = sorted.size() == 0 ? 0 : sorted.largest();
    if (largest == 0) return {{0}, 0};
    const int limit = (1 << (level_bits - 1)) - 1;
    const auto list_of = [&](const std::vector<double>& levels) {
        const double step = std::max(std::fabs(levels.front()), std::fabs(levels.back())) / limit;
        return step > 0 ? learned_list{rounded(levels, step, limit), step} : learned_list{{0}, largest};
    };
    switch (source) {
        case level_source::kmeans: return list_of(means_of_clusters(sorted, bits));
        case level_source::lq: return list_of(signed_sums(learned_basis(sorted, bits)).sums);
        case level_source::nf:
        case level_source::e2m1: break;
    }
    throw model_fault("levels that are given and not learned");
}

}  // namespace symmetree
