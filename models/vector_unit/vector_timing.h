#pragma once

#include <cstdint>

namespace symmetree {

enum class vector_operator { requantize, add, gelu, softmax, layer_norm, maximum_pool, average_pool, mean };

/// One operator on one tensor, as far as its time and its energy go.
struct vector_work {
    vector_operator op = vector_operator::requantize;
    std::int64_t rows = 1;     ///< rows of softmax and layer norm, output positions of pooling, groups of means; elementwise: 1
    std::int64_t columns = 1;  ///< elements of a row, channels; elementwise: all elements
    std::int64_t window = 1;   ///< elements of a pooling kernel, rows that a mean averages; else 1
};

/// What the work takes on a unit of `lanes` lanes. Equations: docs/timing-model.md, "Vector unit".
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

/// Throws model_fault on sizes below 1.
vector_cost cost_of(const vector_work& work, int lanes);

/// An adapter of ASQ: from the first code of an image of `rows` positions until beta and its reciprocal are known. Where the image comes in
/// pieces, adapter_sum_cost for each but the last, adapter_cost for the last.
vector_cost adapter_sum_cost(std::int64_t rows, std::int64_t channels, int lanes);
vector_cost adapter_cost(std::int64_t rows, std::int64_t channels, std::int64_t hidden, int lanes);

}  // namespace symmetree
