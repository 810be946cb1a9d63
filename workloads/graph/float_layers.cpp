#include "workloads/graph/float_layers.h"

#include <algorithm>
#include <cstring>

#include "workloads/graph/float_product.h"

// Convolutions, linear layers and attention products as panel products.

namespace symmetree {
namespace {

constexpr std::size_t packed_floats = std::size_t{1} << 16;  ///< right-hand sides packed at a time: they stay in the cache

/// A right-hand side [inner][columns] that lies in memory at the sum of an offset per row and an offset per column.
struct scattered_matrix {
    const float* base = nullptr;
    std::vector<std::size_t> rows, columns;
};

/// Packs the panel that begins at `first`.
void pack_panel(const scattered_matrix& m, std::size_t first, float* panel) {
    const std::size_t count = std::min(panel_columns, m.columns.size() - first);
    const std::size_t* const at = m.columns.data() + first;
    const bool side_by_side = count == panel_columns && at[count - 1] - at[0] == count - 1;  // offsets of a panel only grow
    for (const std::size_t row : m.rows) {
        const float* const from = m.base + row;
        if (side_by_side)
            std::memcpy(panel, from + at[0], panel_columns * sizeof(float));
        else
            for (std::size_t c = 0; c < panel_columns; ++c) panel[c] = c < count ? from[at[c]] : 0;
        panel += panel_columns;
    }
}

/// out [rows][columns] += left [rows][inner] times `right`, packed a few panels at a time.
void multiply(const float* left, std::size_t rows, const scattered_matrix& right, float* out) {
    const panel_kernel kernel = best_multiply();
    const std::size_t inner = right.rows.size(), columns = right.columns.size();
    const std::size_t at_once = std::max<std::size_t>(1, packed_floats / (inner * panel_columns)) * panel_columns;
    std::vector<float> panels(panel_floats(std::min(at_once, columns), inner));
    for (std::size_t first = 0; first < columns; first += at_once) {
        const std::size_t count = std::min(at_once, columns - first);
        for (std::size_t c = 0; c < count; c += panel_columns) pack_panel(right, first + c, panels.data() + c * inner);
        kernel({left, inner, panels.data(), rows, inner, count, out + first, columns});
    }
}

void fill_rows(float* out, const float* bias, std::size_t rows, std::size_t columns) {
    for (std::size_t r = 0; r < rows; ++r) std::fill(out + r * columns, out + (r + 1) * columns, bias ? bias[r] : 0.f);
}

/// The input of a convolution with its zeros around it.
class padded_image {
public:
    padded_image(const conv_shape& s, const float* x)
        : width_(static_cast<std::size_t>(s.in_width + s.pad_left + s.pad_right)),
          plane_(width_ * static_cast<std::size_t>(s.in_height + s.pad_top + s.pad_bottom)),
          values_(x) {
        if (s.pad_top == 0 && s.pad_left == 0 && s.pad_bottom == 0 && s.pad_right == 0) return;
        copy_.assign(plane_ * static_cast<std::size_t>(s.in_channels), 0.f);
        for (int c = 0; c < s.in_channels; ++c)
            for (int y = 0; y < s.in_height; ++y, x += s.in_width)
                std::copy(x, x + s.in_width,
                          copy_.data() + static_cast<std::size_t>(c) * plane_ + static_cast<std::size_t>(y + s.pad_top) * width_ +
                              static_cast<std::size_t>(s.pad_left));
        values_ = copy_.data();
    }

    std::size_t width() const { return width_; }
    std::size_t plane() const { return plane_; }
    const float* values() const { return values_; }

private:
    std::size_t width_, plane_;
    std::vector<float> copy_;
    const float* values_;
};

/// One channel by one kernel: no product is large enough to be worth packing.
void depthwise(const conv_shape& s, const padded_image& image, const float* weights, const float* bias, float* y) {
    const auto out_width = static_cast<std::size_t>(s.out_width()), stride = static_cast<std::size_t>(s.stride_width);
    std::vector<float> sums(out_width);
    for (int c = 0; c < s.out_channels; ++c)
        for (int oy = 0; oy < s.out_height(); ++oy, y += out_width) {
            std::fill(sums.begin(), sums.end(), 0.f);
            const float* w = weights + std::ptrdiff_t{c} * s.kernel_height * s.kernel_width;
            for (int ky = 0; ky < s.kernel_height; ++ky)
                for (int kx = 0; kx < s.kernel_width; ++kx, ++w) {
                    const float* const x = image.values() + static_cast<std::size_t>(c) * image.plane() +
                                           static_cast<std::size_t>(oy * s.stride_height + ky * s.dilation_height) * image.width() +
                                           static_cast<std::size_t>(kx * s.dilation_width);
                    if (stride == 1)
                        for (std::size_t i = 0; i < out_width; ++i) sums[i] += *w * x[i];
                    else
                        for (std::size_t i = 0; i < out_width; ++i) sums[i] += *w * x[i * stride];
                }
            for (std::size_t i = 0; i < out_width; ++i) y[i] = sums[i] + (bias ? bias[c] : 0.f);
        }
}

/// The windows of a convolution as a matrix [K in (c, kh, kw) order][pixels].
scattered_matrix windows_of(const conv_shape& s, const padded_image& image) {
    scattered_matrix m;
    for (int c = 0; c < s.in_channels / s.groups; ++c)
        for (int ky = 0; ky < s.kernel_height; ++ky)
            for (int kx = 0; kx < s.kernel_width; ++kx)
                m.rows.push_back(static_cast<std::size_t>(c) * image.plane() +
                                 static_cast<std::size_t>(ky * s.dilation_height) * image.width() +
                                 static_cast<std::size_t>(kx * s.dilation_width));
    for (int oy = 0; oy < s.out_height(); ++oy)
        for (int ox = 0; ox < s.out_width(); ++ox)
            m.columns.push_back(static_cast<std::size_t>(oy * s.stride_height) * image.width() +
                                static_cast<std::size_t>(ox * s.stride_width));
    return m;
}

}  // namespace

float_weights packed_weights(const layer_shape& shape, std::vector<float> weights) {
    const auto* s = std::get_if<linear_shape>(&shape);
    if (!s) return {std::move(weights), {}};
    const auto in = static_cast<std::size_t>(s->in), out = static_cast<std::size_t>(s->out);
    float_weights packed;
    packed.panels.assign(panel_floats(out, in), 0.f);
    for (std::size_t o = 0; o < out; ++o)
        for (std::size_t i = 0; i < in; ++i)
            packed.panels[o / panel_columns * panel_columns * in + i * panel_columns + o % panel_columns] = weights[o * in + i];
    return packed;
}

void convolution(const conv_shape& s, const float_weights& weights, const float* bias, const float* x, float* y) {
    const padded_image image(s, x);
    if (s.groups == s.in_channels && s.groups == s.out_channels) return depthwise(s, image, weights.rows.data(), bias, y);
    scattered_matrix windows = windows_of(s, image);
    const auto rows = static_cast<std::size_t>(s.out_channels / s.groups), inputs = static_cast<std::size_t>(s.in_channels / s.groups);
    fill_rows(y, bias, static_cast<std::size_t>(s.out_channels), windows.columns.size());
    for (std::size_t g = 0; g < static_cast<std::size_t>(s.groups); ++g) {
        windows.base = image.values() + g * inputs * image.plane();
        multiply(weights.rows.data() + g * rows * windows.rows.size(), rows, windows, y + g * rows * windows.columns.size());
    }
}

void linear(const linear_shape& s, const float_weights& weights, const float* bias, const float* x, float* y) {
    const auto tokens = static_cast<std::size_t>(s.tokens), in = static_cast<std::size_t>(s.in), out = static_cast<std::size_t>(s.out);
    for (std::size_t t = 0; t < tokens; ++t) {
        if (bias)
            std::copy(bias, bias + out, y + t * out);
        else
            std::fill(y + t * out, y + (t + 1) * out, 0.f);
    }
    best_multiply()({x, in, weights.panels.data(), tokens, in, out, y, out});
}

void matrix_products(const matmul_shape& s, const float* a, const float* b, float* y) {
    const auto rows = static_cast<std::size_t>(s.rows), inner = static_cast<std::size_t>(s.inner),
               columns = static_cast<std::size_t>(s.columns);
    scattered_matrix right;
    for (std::size_t k = 0; k < inner; ++k) right.rows.push_back(k * columns);
    for (std::size_t c = 0; c < columns; ++c) right.columns.push_back(c);
    fill_rows(y, nullptr, rows * static_cast<std::size_t>(s.count), columns);
    for (int n = 0; n < s.count; ++n, a += rows * inner, b += inner * columns, y += rows * columns) {
        right.base = b;
        multiply(a, rows, right, y);
    }
}

}  // namespace symmetree
