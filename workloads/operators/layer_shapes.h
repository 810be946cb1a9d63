#pragma once

#include <cstdint>
#include <variant>

namespace symmetree {

/// Convolution, NCHW in the ONNX sense. All sizes in elements.
struct conv_shape {
    int in_channels = 0, in_height = 0, in_width = 0;
    int out_channels = 0;
    int kernel_height = 1, kernel_width = 1;
    int stride_height = 1, stride_width = 1;
    int pad_top = 0, pad_left = 0, pad_bottom = 0, pad_right = 0;
    int dilation_height = 1, dilation_width = 1;
    int groups = 1;

    int out_height() const { return (in_height + pad_top + pad_bottom - dilation_height * (kernel_height - 1) - 1) / stride_height + 1; }
    int out_width() const { return (in_width + pad_left + pad_right - dilation_width * (kernel_width - 1) - 1) / stride_width + 1; }
};

/// x[tokens][in] times W[out][in] transposed.
struct linear_shape {
    int tokens = 0, in = 0, out = 0;
};

/// Activation by activation: `count` independent products x[rows][inner] times y[inner][columns] (attention).
/// y takes the place of the weights: signed codes, zero point 0, at the layer's activation width.
struct matmul_shape {
    int rows = 0, inner = 0, columns = 0, count = 1;
};

using layer_shape = std::variant<conv_shape, linear_shape, matmul_shape>;

/// A layer as a matrix product: M vectors of K inputs against N channels, `repeat` times (groups, heads).
struct product_shape {
    std::int64_t m = 0, n = 0, k = 0, repeat = 1;
    std::int64_t macs() const { return m * n * k * repeat; }
    std::int64_t weights() const { return n * k * repeat; }
};

}  // namespace symmetree
