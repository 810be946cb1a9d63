#include "models/sparse/sparse_math.h"

#include <algorithm>
#include <set>
#include <utility>

#include "core/bit_stream.h"
#include "core/units.h"
#include "models/contract/outlier_stream.h"

namespace symmetree {

std::vector<tile_outlier> decode_outliers(const std::uint8_t* stream, std::uint64_t bytes, const array_config& array,
                                          const sparse_config& sparse, int value_bits) {
    bit_reader reader(stream, bytes);
    reader.get(1);  // whether another round follows
    std::vector<tile_outlier> out(reader.get(outlier_head_bits(array, sparse) - 1));
    std::uint8_t step = 0;
    for (tile_outlier& entry : out) {
        entry.value = static_cast<std::int8_t>(reader.get_signed(value_bits));
        switch (sparse.engine) {
            case outlier_engine::lock_step: break;
            case outlier_engine::decoupled:
                entry.step = step;
                if (reader.get(1) != 0) ++step;
                entry.k_block = static_cast<std::uint8_t>(reader.get(group_index_bits(sparse)));
                break;
        }
        entry.tree = static_cast<std::uint16_t>(reader.get(index_bits(std::uint64_t(array.trees))));
        entry.lane = static_cast<std::uint16_t>(reader.get(index_bits(std::uint64_t(array.lanes))));
    }
    return out;
}

sparse_load sparse_load_of(const std::vector<tile_outlier>& outliers, const sparse_config& config) {
    std::vector<std::uint64_t> per_lane(std::size_t(config.lanes), 0);
    std::set<std::pair<std::uint64_t, int>> additions;  // cycle of the vector, tree
    for (std::size_t i = 0; i < outliers.size(); ++i)
        additions.insert({per_lane[sparse_lane_of(outliers[i], i, config)]++, outliers[i].tree});
    const std::uint64_t fullest = per_lane.empty() ? 0 : *std::max_element(per_lane.begin(), per_lane.end());
    return {std::max<std::uint64_t>(1, fullest), fullest, additions.size()};
}

round_load round_load_of(const std::vector<tile_outlier>& outliers) {
    std::set<std::pair<int, int>> additions;  // step, tree
    std::set<int> trees;
    for (const tile_outlier& o : outliers) {
        additions.insert({o.step, o.tree});
        trees.insert(o.tree);
    }
    return {outliers.empty() ? 0 : outliers.back().step + std::uint64_t{1}, additions.size(), trees.size()};
}

std::vector<tile_outlier> of_k_block(const std::vector<tile_outlier>& outliers, int k_block) {
    std::vector<tile_outlier> found;
    for (const tile_outlier& o : outliers)
        if (o.k_block == k_block) found.push_back(o);
    return found;
}

void add_outliers(const std::vector<tile_outlier>& outliers, const std::uint8_t* shift_of_tree, const std::int16_t* activations,
                  int activation_stride, int vectors, std::int32_t* partial, int partial_stride) {
    for (const tile_outlier& entry : outliers) {
        const std::int32_t weight = entry.value * (1 << shift_of_tree[entry.tree]);
        const std::int16_t* x = activations + entry.lane;
        std::int32_t* sum = partial + entry.tree;
        for (int v = 0; v < vectors; ++v, x += activation_stride, sum += partial_stride) *sum += weight * *x;
    }
}

}  // namespace symmetree
