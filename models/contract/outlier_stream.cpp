#include "models/contract/outlier_stream.h"

#include <algorithm>

#include "core/units.h"
#include "models/contract/outlier_steps.h"

namespace symmetree {
namespace {

using outliers_in_rounds = std::vector<std::vector<tile_outlier>>;

/// Every lane's list is filled in turn.
outliers_in_rounds by_lists(const std::vector<tile_outlier>& outliers, const sparse_config& sparse) {
    outliers_in_rounds rounds(1);
    std::vector<std::size_t> dealt(std::size_t(sparse.lanes), 0);
    for (std::size_t i = 0; i < outliers.size(); ++i) {
        const std::size_t round = dealt[sparse_lane_of(outliers[i], i, sparse)]++ / std::size_t(sparse.list_entries);
        if (round >= rounds.size()) rounds.resize(round + 1);
        rounds[round].push_back(outliers[i]);
    }
    return rounds;
}

/// A step takes an entry of every list, so a round has `list_entries` steps at most.
outliers_in_rounds by_steps(const std::vector<tile_outlier>& outliers, const sparse_config& sparse) {
    const outlier_steps steps = steps_of(outliers, sparse);
    std::vector<std::size_t> order(outliers.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return steps.of[a] < steps.of[b]; });
    outliers_in_rounds rounds(std::max<std::size_t>(1, ceil_div(steps.count, std::uint64_t(sparse.list_entries))));
    for (const std::size_t i : order) {
        tile_outlier o = outliers[i];
        o.step = static_cast<std::uint8_t>(steps.of[i] % std::size_t(sparse.list_entries));
        rounds[steps.of[i] / std::size_t(sparse.list_entries)].push_back(o);
    }
    return rounds;
}

}  // namespace

int group_index_bits(const sparse_config& sparse) { return index_bits(std::uint64_t(sparse.tiles_per_group())); }

int outlier_index_bits(const array_config& array, const sparse_config& sparse) {
    const int place = index_bits(array.trees) + index_bits(array.lanes);
    switch (sparse.engine) {
        case outlier_engine::lock_step: return place;
        case outlier_engine::decoupled: return place + group_index_bits(sparse) + 1;
    }
    return place;
}

int outlier_head_bits(const array_config& array, const sparse_config& sparse) {
    const auto places = std::uint64_t(array.trees) * std::uint64_t(array.lanes) * std::uint64_t(sparse.tiles_per_group()),
               held = std::uint64_t(sparse.lanes) * std::uint64_t(sparse.list_entries);
    return 1 + index_bits(std::min(places, held) + 1);
}

bool begins_group(std::int64_t k_block, const sparse_config& sparse) { return k_block % sparse.tiles_per_group() == 0; }

std::size_t sparse_lane_of(const tile_outlier& outlier, std::size_t index, const sparse_config& sparse) {
    const auto lanes = std::size_t(sparse.lanes);
    switch (sparse.assignment) {
        case outlier_assignment::row_banked: return outlier.tree % lanes;
        case outlier_assignment::pooled: return index % lanes;
    }
    return 0;
}

std::vector<std::vector<tile_outlier>> rounds_of(const std::vector<tile_outlier>& outliers, const sparse_config& sparse) {
    switch (sparse.engine) {
        case outlier_engine::lock_step: return by_lists(outliers, sparse);
        case outlier_engine::decoupled: return by_steps(outliers, sparse);
    }
    return {};
}

}  // namespace symmetree
