#include "models/contract/outlier_stream.h"

#include <algorithm>

#include "core/units.h"

namespace symmetree {

int outlier_index_bits(const array_config& array) { return index_bits(array.trees) + index_bits(array.lanes); }

int outlier_head_bits(const array_config& array, const sparse_config& sparse) {
    const auto places = std::uint64_t(array.trees) * std::uint64_t(array.lanes),
               held = std::uint64_t(sparse.lanes) * std::uint64_t(sparse.list_entries);
    return 1 + index_bits(std::min(places, held) + 1);
}

std::size_t sparse_lane_of(const tile_outlier& outlier, std::size_t index, const sparse_config& sparse) {
    const auto lanes = std::size_t(sparse.lanes);
    switch (sparse.assignment) {
        case outlier_assignment::row_banked: return outlier.tree % lanes;
        case outlier_assignment::pooled: return index % lanes;
    }
    return 0;
}

std::vector<std::vector<tile_outlier>> rounds_of(const std::vector<tile_outlier>& outliers, const sparse_config& sparse) {
    std::vector<std::vector<tile_outlier>> rounds(1);
    std::vector<std::size_t> dealt(std::size_t(sparse.lanes), 0);
    for (std::size_t i = 0; i < outliers.size(); ++i) {
        const std::size_t round = dealt[sparse_lane_of(outliers[i], i, sparse)]++ / std::size_t(sparse.list_entries);
        if (round >= rounds.size()) rounds.resize(round + 1);
        rounds[round].push_back(outliers[i]);
    }
    return rounds;
}

}  // namespace symmetree
