#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/activation_class.h"
#include "workloads/formats/outlier_bound.h"
#include "workloads/formats/product_circuit.h"
#include "workloads/formats/scheme.h"

namespace symmetree {

/// How far codes are from the floats they stand for.
struct quantization_error {
    double mse = 0;      ///< mean squared error, in squared units of the weights
    double sqnr_db = 0;  ///< 10 log10(mean W^2 / mse); 300 when the error is 0
    double max_abs = 0;
    double cosine = 1;
};

/// One additive outlier of DASQ: the value (k_S-bit two's complement) is shifted left by its row's
/// outlier_shift and added to the dense code at (row, column).
struct outlier {
    std::uint32_t row = 0;
    std::uint32_t column = 0;
    std::int8_t value = 0;
};

/// Quantized weights of one layer; rows = N * repeat (row = repeat_index * N + channel), columns = K.
/// Value of an element: step[row] * (level of its code - zero_point[row] + (outlier << outlier_shift[row])); levels: number_format.h.
struct quantized_weights {
    scheme_family family = scheme_family::symq;
    int bits = 4;          ///< dense code width
    int outlier_bits = 0;  ///< 0: the layer has no outlier stream
    int guard_bits = 0;    ///< fraction bits of products, where the family keeps them
    int level_bits = 0;    ///< of a listed level, two's complement; 0: the family lists none
    /// How the array that runs them rounds products by POST's odd exponents. The codes don't depend on it.
    odd_products odd = odd_products::each_rounded;
    std::int64_t rows = 0, columns = 0;
    std::vector<std::int8_t> codes;   ///< rows * columns; of sign and exponent, and of listed levels: the raw b-bit code, 0 <= code < 2^b
    std::vector<std::int8_t> levels;  ///< listed ones, rising, 2^bits for all rows or for each; a list that is shorter repeats its last
    std::vector<double> step;         ///< rows
    std::vector<std::int16_t> zero_point;     ///< rows; empty when all are 0
    std::vector<std::uint8_t> outlier_shift;  ///< rows; empty without outliers
    std::vector<outlier> outliers;            ///< ordered by row, then column; no zero values
    std::int64_t outliers_listed = 0;         ///< positions listed before codes that round to 0 were dropped
    quantization_error error;

    std::int64_t level_tables() const { return static_cast<std::int64_t>(levels.size()) >> bits; }
    /// The table of a row's levels, 2^bits long. Of families that list levels.
    const std::int8_t* levels_of(std::int64_t row) const { return levels.data() + (level_tables() == 1 ? 0 : row << bits); }
    int zero_point_of(std::int64_t row) const { return zero_point.empty() ? 0 : zero_point[static_cast<std::size_t>(row)]; }
};

/// Where the outliers of each row begin in the list; one past the last row, too.
std::vector<std::uint32_t> first_outliers(const quantized_weights& w);
/// The most outliers that one cell has.
std::int64_t most_outliers(const quantized_weights& w, const outlier_cells& cells);

/// Uniform activations of one layer: code = clamp(round(x / step) + zero_point).
struct quantized_activations {
    int bits = 4;
    double step = 1;
    int zero_point = 0;           ///< -2^(a-1) for ReLU outputs; 0 for signed and for sign-magnitude
    bool sign_magnitude = false;  ///< pot, post layers with signed input: codes in [-(2^(a-1)-1), 2^(a-1)-1]
    bool is_unsigned = false;     ///< pot, post layers with ReLU input: codes in [0, 2^a - 1]
    std::vector<std::int16_t> codes;
    quantization_error error;

    int least() const { return is_unsigned ? 0 : sign_magnitude ? 1 - (1 << (bits - 1)) : -(1 << (bits - 1)); }
    int greatest() const { return is_unsigned ? (1 << bits) - 1 : (1 << (bits - 1)) - 1; }
};

/// Which codes a layer's activations use: the hardware of pot and post takes magnitudes.
enum class activation_coding { signed_zero_point, unsigned_or_sign_magnitude, signed_symmetric };

}  // namespace symmetree
