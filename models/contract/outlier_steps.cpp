#include "models/contract/outlier_steps.h"

#include <algorithm>
#include <numeric>

#include "core/units.h"
#include "models/contract/outlier_stream.h"

namespace symmetree {
namespace {

constexpr std::size_t none = static_cast<std::size_t>(-1);

/// Edges between sparse lanes and sub-banks, coloured one after the other; a colour that is free on one side only is made free on the
/// other by swapping two colours along the path that begins there. In a bipartite graph the path never comes back to the edge.
class edge_colouring {
public:
    edge_colouring(std::size_t left, std::size_t right, std::size_t colours)
        : colours_(colours), left_(left), at_((left + right) * colours, none) {}

    void add(std::size_t left, std::size_t right) {
        right += left_;
        const std::size_t a = free_colour(left), b = free_colour(right);
        if (edge_at(right, a) != none) swap_along(right, a, b);
        ends_.push_back({left, right});
        colour_.push_back(a);
        put(ends_.size() - 1, a);
    }
    const std::vector<std::size_t>& colours() const { return colour_; }

private:
    std::size_t& edge_at(std::size_t vertex, std::size_t colour) { return at_[vertex * colours_ + colour]; }
    std::size_t free_colour(std::size_t vertex) {
        std::size_t colour = 0;
        while (edge_at(vertex, colour) != none) ++colour;
        return colour;
    }
    void put(std::size_t edge, std::size_t colour) {
        edge_at(ends_[edge].first, colour) = edge;
        edge_at(ends_[edge].second, colour) = edge;
    }
    /// From `vertex` along edges of colour a, b, a, ..: each gets the other colour. Then a is free at the vertex.
    void swap_along(std::size_t vertex, std::size_t a, std::size_t b) {
        std::vector<std::size_t> path;
        std::size_t colour = a;
        for (std::size_t edge = edge_at(vertex, colour); edge != none; edge = edge_at(vertex, colour)) {
            path.push_back(edge);
            vertex = ends_[edge].first == vertex ? ends_[edge].second : ends_[edge].first;
            colour = colour == a ? b : a;
        }
        for (const std::size_t edge : path) edge_at(ends_[edge].first, colour_[edge]) = edge_at(ends_[edge].second, colour_[edge]) = none;
        for (const std::size_t edge : path) put(edge, colour_[edge] = colour_[edge] == a ? b : a);
    }

    const std::size_t colours_, left_;
    std::vector<std::size_t> at_;  ///< the edge of each vertex and colour
    std::vector<std::pair<std::size_t, std::size_t>> ends_;
    std::vector<std::size_t> colour_;
};

std::size_t most_of(const std::vector<std::size_t>& counts) { return counts.empty() ? 0 : *std::max_element(counts.begin(), counts.end()); }

std::vector<std::size_t> outliers_by_sub_bank(const std::vector<tile_outlier>& outliers) {
    std::vector<std::size_t> counts(most_lanes, 0);
    for (const tile_outlier& o : outliers) ++counts[o.lane];
    return counts;
}

outlier_steps row_banked_steps(const std::vector<tile_outlier>& outliers, const sparse_config& sparse) {
    std::vector<std::size_t> by_lane(std::size_t(sparse.lanes), 0);
    for (const tile_outlier& o : outliers) ++by_lane[sparse_lane_of(o, 0, sparse)];
    const std::size_t steps = std::max(most_of(by_lane), most_of(outliers_by_sub_bank(outliers)));
    edge_colouring colouring(by_lane.size(), most_lanes, steps);
    for (const tile_outlier& o : outliers) colouring.add(sparse_lane_of(o, 0, sparse), o.lane);
    return {steps, colouring.colours()};
}

/// Dealt out in turn, sub-bank after sub-bank: those of one meet different steps, and every step gets its share.
outlier_steps pooled_steps(const std::vector<tile_outlier>& outliers, const sparse_config& sparse) {
    outlier_steps steps;
    steps.count = std::max<std::size_t>(ceil_div(outliers.size(), std::uint64_t(sparse.lanes)), most_of(outliers_by_sub_bank(outliers)));
    steps.of.resize(outliers.size());
    std::vector<std::size_t> order(outliers.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return outliers[a].lane < outliers[b].lane; });
    for (std::size_t i = 0; i < order.size(); ++i) steps.of[order[i]] = i % steps.count;
    return steps;
}

}  // namespace

outlier_steps steps_of(const std::vector<tile_outlier>& outliers, const sparse_config& sparse) {
    if (outliers.empty()) return {};
    switch (sparse.assignment) {
        case outlier_assignment::row_banked: return row_banked_steps(outliers, sparse);
        case outlier_assignment::pooled: return pooled_steps(outliers, sparse);
    }
    return {};
}

}  // namespace symmetree
