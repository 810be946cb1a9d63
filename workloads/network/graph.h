#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "core/activation_class.h"

namespace symmetree {

/// Logical shape of a tensor as in ONNX, a batch of 1 included; values lie in row-major order. A scalar has none.
using extents = std::vector<std::int64_t>;

/// The image, given to every run.
struct input_op {};

/// Values that are part of the network: class token, position embedding, relative position bias, attention mask.
struct constant_op {
    std::shared_ptr<const std::vector<float>> values;
};

/// A layer of the workload, bias included. conv [1][C][H][W] -> [1][O][H'][W'] and linear [..][in] -> [..][out] have one
/// input; matmul has two, [..][rows][inner] and [..][inner][columns]: `count` products each over their own matrices, or,
/// where the second input is a single matrix, one product over all rows of the first.
struct product_op {
    std::size_t layer = 0;  ///< index in workload.layers
};

/// min(max(x, least), greatest): Relu, ReLU6, Clip.
struct clip_op {
    float least = 0;
    float greatest = std::numeric_limits<float>::infinity();
};

/// x * Phi(x), Phi being the standard normal distribution function.
struct gelu_op {
    bool by_tanh = false;  ///< x/2 * (1 + tanh(sqrt(2/pi) * (x + 0.044715 x^3))) instead, which differs by less than 5e-4
};

/// exp(x) over its sum, along the last axis.
struct softmax_op {};

/// (x - mean) / sqrt(variance + epsilon) * gain + bias along the last axis; variance over n, not n - 1.
struct layer_norm_op {
    std::shared_ptr<const std::vector<float>> gain, bias;  ///< as long as the last axis
    double epsilon = 1e-5;
};

/// Sum of two inputs, broadcast to each other as in numpy: residual, position embedding, attention mask and bias.
struct add_op {};

/// Times one constant: attention scaling.
struct scale_op {
    float factor = 1;
};

/// Maximum or mean over windows of the last two axes of [1][C][H][W]; global pooling has a window as large as the input.
struct pool_op {
    bool maximum = true;
    int kernel_height = 1, kernel_width = 1;
    int stride_height = 1, stride_width = 1;
    int pad_top = 0, pad_left = 0, pad_bottom = 0, pad_right = 0;
    bool count_padding = false;  ///< mean: padded positions count as zeros; otherwise they are left out of the mean
};

/// Mean over `axes` adjacent axes, whose extents are 1 in the result or left out of it: the token mean of Swin and ViT.
struct mean_op {
    int first_axis = 0;
    int axes = 1;
    bool keep_axes = false;
};

/// The same values in another shape, the node's.
struct reshape_op {};

/// Axis d of the result is axis permutation[d] of the input.
struct transpose_op {
    std::vector<int> permutation;
};

/// Along axis d every steps[d]-th element from starts[d], as many as the node's shape says.
struct slice_op {
    std::vector<std::int64_t> starts;  ///< from 0
    std::vector<std::int64_t> steps;   ///< from 1
};

/// Inputs one after the other along an axis.
struct concat_op {
    int axis = 0;
};

/// Zeros around the input: before[d] of them, then the input, then as many as the node's shape leaves.
struct pad_op {
    std::vector<std::int64_t> before;
};

using graph_op = std::variant<input_op, constant_op, product_op, clip_op, gelu_op, softmax_op, layer_norm_op, add_op, scale_op, pool_op,
                              mean_op, reshape_op, transpose_op, slice_op, concat_op, pad_op>;

/// One operator and the one tensor it makes.
struct graph_node {
    std::string name;  ///< unique in the graph
    graph_op op;
    std::vector<std::size_t> inputs;  ///< earlier nodes
    extents shape;
    activation_class kind = activation_class::dense;
};

/// A whole network, image in, class scores out; nodes stand in an order of execution and all of them serve the output.
struct network_graph {
    std::vector<graph_node> nodes;
    std::size_t input = 0, output = 0;
};

/// Number of elements of a tensor of that shape.
inline std::int64_t elements_of(const extents& shape) {
    std::int64_t count = 1;
    for (const std::int64_t extent : shape) count *= extent;
    return count;
}

}  // namespace symmetree
