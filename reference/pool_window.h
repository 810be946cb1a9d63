#pragma once

#include <cstddef>
#include <cstdint>

#include "workloads/network/graph.h"

namespace symmetree {

/// Calls visit(place) for every element of an image [1][C][H][W] that the window of output (out_y, out_x) sees of a channel, row by row.
template <class Visit>
void for_each_seen(const pool_op& op, const extents& image, std::int64_t channel, std::int64_t out_y, std::int64_t out_x, Visit visit) {
    for (int ky = 0; ky < op.kernel_height; ++ky)
        for (int kx = 0; kx < op.kernel_width; ++kx) {
            const std::int64_t y = out_y * op.stride_height - op.pad_top + ky, x = out_x * op.stride_width - op.pad_left + kx;
            if (y < 0 || y >= image[2] || x < 0 || x >= image[3]) continue;
            visit(static_cast<std::size_t>((channel * image[2] + y) * image[3] + x));
        }
}

/// Calls visit(channel, out_y, out_x) for every element of an image [1][C][H][W], in its order.
template <class Visit>
void for_each_pixel(const extents& image, Visit visit) {
    for (std::int64_t channel = 0; channel < image[1]; ++channel)
        for (std::int64_t y = 0; y < image[2]; ++y)
            for (std::int64_t x = 0; x < image[3]; ++x) visit(channel, y, x);
}

}  // namespace symmetree
