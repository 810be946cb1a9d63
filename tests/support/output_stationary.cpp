#include "tests/support/output_stationary.h"

#include <stdexcept>

namespace symmetree {

stationary_order output_stationary(const tile_program& by_weights) {
    stationary_order order;
    order.program = by_weights;
    order.program.tiles.clear();
    const std::vector<tile>& tiles = by_weights.tiles;
    for (std::size_t begin = 0, end; begin < tiles.size(); begin = end) {
        end = begin;
        bool frees_weights = false, frees_input = false;
        do {
            if (tiles[end].weights != tiles[begin].weights || tiles[end].input != tiles[begin].input)
                throw std::invalid_argument("an n-block that several weight banks share");
            frees_weights |= tiles[end].frees_weights;
            frees_input |= tiles[end].frees_input;
        } while (!tiles[end++].last_slice);
        for (std::int32_t v = 0; v < tiles[begin].vectors; ++v)
            for (std::size_t i = begin; i < end; ++i) {
                const bool last = i + 1 == end && v + 1 == tiles[begin].vectors;
                tile slice = tiles[i];
                slice.first_vector = v;
                slice.vectors = 1;
                slice.first_of_fill = tiles[i].first_of_fill && v == 0;
                slice.frees_weights = last && frees_weights;
                slice.frees_input = last && frees_input;
                order.program.tiles.push_back(slice);
                order.source.push_back(i);
            }
    }
    return order;
}

}  // namespace symmetree
