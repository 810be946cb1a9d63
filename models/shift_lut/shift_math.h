#pragma once

#include <cstdint>
#include <vector>

#include "models/contract/accelerator_config.h"

namespace symmetree {

/// The unit's table: products of every code with every activation value in [least, greatest].
class product_table {
public:
    product_table() = default;
    /// Of the array's circuit, codes of `code_bits`.
    product_table(const array_config& array, int code_bits, int least, int greatest);
    std::int32_t product(std::uint32_t code, std::int32_t activation) const {
        return values_[std::size_t(code) * span_ + std::size_t(activation - least_)];
    }
    const std::int32_t* row(std::uint32_t code) const { return values_.data() + std::size_t(code) * span_; }
    int least() const { return least_; }
    std::size_t span() const { return span_; }

private:
    int least_ = 0;
    std::size_t span_ = 0;
    std::vector<std::int32_t> values_;
};

/// Codes of one tile, [lane][tree]; the code of zero (all-ones exponent) where the tile has none.
struct shift_tile {
    int lanes = 0, tree_stride = 0;
    std::vector<std::uint8_t> codes;
};

/// partial[v][t] = sum over lanes of product(code[lane][t], activations[v][lane]).
void shift_multiply_tile(const shift_tile& weights, const product_table& table, const std::int16_t* activations, int activation_stride,
                         int vectors, std::int32_t* partial);

}  // namespace symmetree
