#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/activation_class.h"

namespace symmetree {

// An operator of a network is a struct in a file of its own in this folder, a member of the variant graph_op (workloads/network/graph.h).
// Beside its fields it declares what others ask; who asks visits the variant, so that an operator that lacks an answer does not compile:
//
//   operator_facts facts() const
//   made_shape shape(const std::vector<extents>& inputs, const extents& stated) const    product: of its layer
//   void compute(const float_call&) const      in float32; not of input, constant, reshape and product, which the executor does itself
//   template <class Archive> void pack_fields(Archive&, X_op&)                           its fields, core/packing.h
//   static constexpr const char* word          in workload files, where it has no fields; else graph_yaml.cpp reads them
//
// How it becomes steps of the hardware is said in compile/.

/// Logical shape of a tensor as in ONNX, a batch of 1 included; values lie in row-major order. A scalar has none.
using extents = std::vector<std::int64_t>;

/// Number of elements of a tensor of that shape.
inline std::int64_t elements_of(const extents& shape) {
    std::int64_t count = 1;
    for (const std::int64_t extent : shape) count *= extent;
    return count;
}

enum class input_count { none, one, two, some, by_layer };
/// How the values made are distributed; `of_inputs`: as the inputs are, where they agree.
enum class result_class { dense, relu, gelu, of_inputs };
/// Where the values come from: from outside, from arithmetic, out of the inputs unchanged (`selected`: reordered, left out, filled up with
/// zeros), or the input as it lies there in another shape.
enum class result_values { given, computed, selected, viewed };
/// `rescaled`: ends in a requantization of its own. A clip behind it can be part of that, and its factors can be written per image.
enum class result_rounding { plain, rescaled };
/// Part in an attention's scores: adds a mask to them, or takes exponentials, to which scores far below the greatest of a row are nothing.
enum class score_part { none, sum, exponential };

/// What the rest of the program wants to know of an operator without knowing which it is.
struct operator_facts {
    const char* name;  ///< in messages, ONNX's where it has one: "Softmax"
    input_count inputs;
    result_class kind;
    result_values values;
    result_rounding rounding;
    score_part scores;

    /// Codes are those of the input, in its format.
    bool keeps_codes() const { return values == result_values::selected || values == result_values::viewed; }
};

/// A node's shape, or what is wrong with the node.
struct made_shape {
    extents shape;
    std::string problem;  ///< empty: none
};
made_shape shape_problem_of(std::string text);
/// The shape, unless it has too many axes, elements or an extent out of range.
made_shape checked_shape(extents shape);
/// That of the only input, which must have at least `least_axes`.
made_shape same_shape(const std::vector<extents>& inputs, std::size_t least_axes = 0);
bool has_axis(const extents& shape, std::int64_t axis);

/// One operator in float32: row-major inputs to a row-major output of its own. Every value is made by IEEE basic operations in one fixed
/// order: the same bits on every CPU. Shapes are those that shape() accepted; nothing is checked again.
struct float_call {
    struct operand {
        const float* values;
        const extents& shape;
    };
    std::vector<operand> inputs;
    const extents& shape;
    float* y;

    const float* x() const { return inputs[0].values; }
    const extents& x_shape() const { return inputs[0].shape; }
    std::size_t count() const { return static_cast<std::size_t>(elements_of(shape)); }
    /// Of the rows along the last axis.
    std::size_t length() const { return static_cast<std::size_t>(shape.back()); }
};

}  // namespace symmetree
