#pragma once

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

namespace symmetree {

/// How many classes of an image are kept: top 1 and top 5 are counted.
inline constexpr std::size_t ranked_classes = 5;

/// Indices of the highest scores, best first; equal scores rank by index.
template <class Score>
std::vector<int> best_classes(const std::vector<Score>& scores) {
    std::vector<int> order(scores.size());
    std::iota(order.begin(), order.end(), 0);
    const auto count = std::ptrdiff_t(std::min(ranked_classes, order.size()));
    std::partial_sort(order.begin(), order.begin() + count, order.end(), [&](int a, int b) {
        const Score x = scores[std::size_t(a)], y = scores[std::size_t(b)];
        return x > y || (x == y && a < b);
    });
    order.resize(std::size_t(count));
    return order;
}

}  // namespace symmetree
