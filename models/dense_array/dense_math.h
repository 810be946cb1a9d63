#pragma once

#include <cstdint>
#include <vector>

namespace symmetree {

/// Weights of one tile as the arithmetic takes them: [lane pair][tree][2], zero where the tile has no code.
struct packed_tile {
    int lane_pairs = 0;
    int tree_stride = 0;  ///< multiple of 8
    std::vector<std::int16_t> values;

    /// For lanes x trees weights, all zero.
    void resize(int lanes, int trees);
    /// A tree's weights from lane 0 on.
    void set_tree(int tree, const std::int16_t* weights, int lanes);
    std::int16_t& at(int tree, int lane) {
        return values[(std::size_t(lane / 2) * std::size_t(tree_stride) + std::size_t(tree)) * 2 + std::size_t(lane % 2)];
    }
};

/// partial[v][t] = sum over lanes of weight[t][lane] * activations[v][lane], exact in 32 bits for operands of up to 9 bits
/// and 64 lanes. activations: [vectors][activation_stride], activation_stride even and >= 2 * lane_pairs.
void multiply_tile(const packed_tile& weights, const std::int16_t* activations, int activation_stride, int vectors, std::int32_t* partial);

/// The same in plain loops; what multiply_tile does on a CPU without AVX2.
void multiply_tile_portable(const packed_tile& weights, const std::int16_t* activations, int activation_stride, int vectors,
                            std::int32_t* partial);

}  // namespace symmetree
