#include "reference/layer_geometry.h"

#include <algorithm>

namespace symmetree {
namespace {

layer_geometry geometry(const conv_shape& s) {
    const std::int64_t per_group = s.in_channels / s.groups;
    return {std::int64_t{s.out_height()} * s.out_width(), s.out_channels / s.groups, per_group * s.kernel_height * s.kernel_width, s.groups,
            std::int64_t{s.in_channels} * s.in_height * s.in_width};
}

layer_geometry geometry(const linear_shape& s) { return {s.tokens, s.out, s.in, 1, std::int64_t{s.tokens} * s.in}; }

layer_geometry geometry(const matmul_shape& s) { return {s.rows, s.columns, s.inner, s.count, std::int64_t{s.count} * s.rows * s.inner}; }

// The window of output (out_y, out_x), channel after channel.
void gather_window(const conv_shape& s, const std::int16_t* image, int out_y, int out_x, std::int16_t padding, std::int16_t* to) {
    const int channels = s.in_channels / s.groups;
    const int window = s.kernel_height * s.kernel_width;
    for (int kh = 0; kh < s.kernel_height; ++kh) {
        const int y = out_y * s.stride_height - s.pad_top + kh * s.dilation_height;
        for (int kw = 0; kw < s.kernel_width; ++kw) {
            const int x = out_x * s.stride_width - s.pad_left + kw * s.dilation_width;
            std::int16_t* place = to + kh * s.kernel_width + kw;
            const bool inside = y >= 0 && y < s.in_height && x >= 0 && x < s.in_width;
            const std::int16_t* pixel = inside ? image + (std::int64_t{y} * s.in_width + x) * channels : nullptr;
            for (int c = 0; c < channels; ++c) place[c * window] = inside ? pixel[c] : padding;
        }
    }
}

void gather(const conv_shape& s, const std::int16_t* group, std::int16_t padding, std::vector<std::int16_t>& matrix) {
    const std::int64_t inputs = geometry(s).inputs;
    std::int16_t* to = matrix.data();
    for (int y = 0; y < s.out_height(); ++y)
        for (int x = 0; x < s.out_width(); ++x, to += inputs) gather_window(s, group, y, x, padding, to);
}

// Linear layers and attention products already stand as [vector][input].
template <class Shape>
void gather(const Shape&, const std::int16_t* group, std::int16_t, std::vector<std::int16_t>& matrix) {
    std::copy_n(group, matrix.size(), matrix.begin());
}

}  // namespace

layer_geometry geometry_of(const layer_shape& shape) {
    return std::visit([](const auto& s) { return geometry(s); }, shape);
}

void gather_inputs(const layer_shape& shape, const std::vector<std::int16_t>& raw, std::int64_t group, std::int16_t padding,
                   std::vector<std::int16_t>& matrix) {
    const layer_geometry g = geometry_of(shape);
    matrix.resize(static_cast<std::size_t>(g.vectors * g.inputs));
    const std::int16_t* from = raw.data() + group * (g.raw_inputs / g.groups);
    std::visit([&](const auto& s) { gather(s, from, padding, matrix); }, shape);
}

}  // namespace symmetree
