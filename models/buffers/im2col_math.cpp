#include "models/buffers/im2col_math.h"

#include <algorithm>

#include "core/bit_stream.h"
#include "models/contract/descriptor.h"

namespace symmetree {

std::vector<std::int16_t> unpack_rows(const std::uint8_t* bank, const layer_geometry& g, const std::vector<row_run>& runs,
                                      bool codes_are_unsigned) {
    const std::size_t row_elements = std::size_t(g.in_width) * std::size_t(g.in_channels);
    std::vector<std::int16_t> out;
    std::size_t rows = 0;
    for (const row_run& run : runs) rows += std::size_t(run.count);
    out.resize(rows * row_elements);
    for (std::size_t row = 0; row < rows; ++row) {
        unpack_codes(bank + row * g.row_bytes(), g.row_bytes(), g.activation_bits, !codes_are_unsigned, out.data() + row * row_elements,
                     row_elements);
    }
    return out;
}

std::vector<std::int16_t> gather_vectors(const std::vector<std::int16_t>& rows, const std::vector<row_run>& runs,
                                         const im2col_request& request) {
    const layer_geometry& g = *request.geometry;
    std::vector<std::int16_t> out(std::size_t(request.vectors) * std::size_t(request.stride), 0);
    const std::int64_t row_elements = std::int64_t{g.in_width} * g.in_channels;
    std::vector<std::int64_t> row_start(std::size_t(g.in_height), -1);  // where an image row stands in the bank
    std::int64_t slot = 0;
    for (const row_run& run : runs)
        for (std::int32_t r = 0; r < run.count; ++r) row_start[std::size_t(run.first) + std::size_t(r)] = row_elements * slot++;

    const std::int64_t kernel = std::int64_t{g.kernel_height} * g.kernel_width;
    const std::int64_t first_k = std::int64_t{request.k_block} * request.lanes,
                       lanes = std::min<std::int64_t>(request.lanes, g.k() - first_k);
    // Lanes of one place in the kernel read neighbouring channels of one pixel.
    for (std::int64_t first_lane = 0; first_lane < std::min(kernel, lanes); ++first_lane) {
        const std::int64_t k = first_k + first_lane;
        const std::int64_t channel = k / kernel, kernel_row = k % kernel / g.kernel_width, kernel_column = k % g.kernel_width;
        std::int64_t y = request.first_vector / g.out_width, x = request.first_vector % g.out_width;
        std::int16_t* to = out.data();
        for (std::int32_t v = 0; v < request.vectors; ++v, to += request.stride) {
            const std::int64_t in_y = y * g.stride_height - g.pad_top + kernel_row * g.dilation_height;
            const std::int64_t in_x = x * g.stride_width - g.pad_left + kernel_column * g.dilation_width;
            if (in_y >= 0 && in_y < g.in_height && in_x >= 0 && in_x < g.in_width) {
                const std::int16_t* from = rows.data() + row_start[std::size_t(in_y)] + in_x * g.in_channels + channel;
                for (std::int64_t lane = first_lane; lane < lanes; lane += kernel) to[lane] = *from++;
            } else {
                for (std::int64_t lane = first_lane; lane < lanes; lane += kernel) to[lane] = request.padding;
            }
            if (++x == g.out_width) {
                x = 0;
                ++y;
            }
        }
    }
    if (request.part.bits < g.activation_bits)  // more than one pass: a piece of each code
        for (std::int16_t& code : out) code = take_piece(code, request.part);
    return out;
}

}  // namespace symmetree
