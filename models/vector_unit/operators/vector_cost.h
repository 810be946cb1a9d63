#pragma once

#include <cstdint>

namespace symmetree {

/// What work takes on a unit of some number of lanes. Equations: docs/timing-model.md, "Vector unit".
struct vector_cost {
    std::uint64_t cycles = 0;  ///< from the first issue until the last result is complete
    std::uint64_t issues = 0;  ///< cycles in which the lanes take elements; the rest waits for reductions, divisions and the pipeline
    std::uint64_t reads = 0;   ///< elements read, over all passes and operands
    std::uint64_t writes = 0;  ///< elements written
    std::uint64_t lane_operations =
        0;  ///< elements through unit_kind::vector_lane: arithmetic on one or two codes, comparison, sum of a window
    std::uint64_t polynomials = 0;     ///< elements through unit_kind::vector_polynomial
    std::uint64_t scaled = 0;          ///< elements through unit_kind::vector_scale: the end of GELU, softmax and averages
    std::uint64_t normalised = 0;      ///< elements through unit_kind::vector_norm, both passes together
    std::uint64_t row_operations = 0;  ///< rows through unit_kind::vector_row
};

/// Work as the lanes see it: `rows` rows of `columns` elements, which begin at the first lane each.
struct lane_work {
    std::uint64_t rows, elements;
    std::uint64_t slots;  ///< issues of one pass over all of them
    std::uint64_t tree;   ///< cycles of the reduction over the lanes
};
/// Throws model_fault on sizes below 1.
lane_work lane_work_of(std::int64_t rows, std::int64_t columns, int lanes);

// Stages of the pipelines that several operators have.
inline constexpr std::uint64_t elementwise_stages = 4;  // subtract zero points, multiply (and add), round, clamp
inline constexpr std::uint64_t polynomial_stages = 7;   // subtract, scale, round, complement, square, coefficient, shift
inline constexpr std::uint64_t pool_stages = 5;         // elementwise, and the accumulator before the multiplier

// Circuits that the lanes share.
inline constexpr std::uint64_t quotient_cycles = 17;  // a bit of the quotient per cycle, up to 2^16
inline constexpr std::uint64_t align_cycles = 1;      // count leading zeros and shift
inline constexpr std::uint64_t scale_cycles = 1;      // reciprocal times the output's factor

/// One pass over `elements`, each of `operands` codes.
vector_cost elementwise_cost(std::int64_t elements, int operands, int lanes);

/// What the circuits do with the result of a window.
enum class window_end { compared, scaled };
/// `positions` results of `channels` elements, each of `window` elements: pooling, means.
vector_cost window_cost(std::int64_t positions, std::int64_t channels, std::int64_t window, window_end end, int lanes);

}  // namespace symmetree
