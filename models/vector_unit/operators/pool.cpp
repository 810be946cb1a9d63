#include "models/vector_unit/operators/pool.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "models/vector_unit/operators/window_sums.h"

namespace symmetree {
namespace {

/// Positions least..end-1 of one axis that a window sees of the image.
struct window_span {
    std::int32_t least, end;
};

window_span span_of(std::int32_t begin, std::int32_t kernel, std::int32_t size) {
    return {std::max(begin, 0), std::min(begin + kernel, size)};
}

bool every_window_meets_image(std::int32_t size, std::int32_t kernel, std::int32_t stride, std::int32_t pad, std::int32_t out) {
    return pad >= 0 && pad < kernel && stride >= 1 && out >= 1 && std::int64_t{out - 1} * stride - pad < size;
}

void check_shape(const pool_shape& s) {
    if (s.channels < 1 || std::int64_t{s.kernel_height} * s.kernel_width > longest_vector_row ||
        !every_window_meets_image(s.in_height, s.kernel_height, s.stride_height, s.pad_top, s.out_height) ||
        !every_window_meets_image(s.in_width, s.kernel_width, s.stride_width, s.pad_left, s.out_width))
        throw model_fault(fmt::format("pooling: {} x {} windows of {} x {} on an image of {} x {} x {}", s.out_height, s.out_width,
                                      s.kernel_height, s.kernel_width, s.in_height, s.in_width, s.channels));
}

/// Calls visit(codes of all channels) for every position of a window inside the image.
template <class Visit>
void visit_window(const pool_shape& s, const window_span& rows, const window_span& columns, const std::int16_t* in, Visit visit) {
    for (std::int32_t y = rows.least; y < rows.end; ++y)
        for (std::int32_t x = columns.least; x < columns.end; ++x) visit(in + (std::int64_t{y} * s.in_width + x) * s.channels);
}

/// The part of an image that a chunk sees.
pool_parameters part_of(pool_parameters p, const vector_chunk& c) {
    p.shape.pad_top += c.inputs.front().first - c.first_row * p.shape.stride_height;
    p.shape.in_height = c.inputs.front().count;
    p.shape.out_height = c.rows;
    return p;
}

}  // namespace

pool_parameters make_pool(bool maximum, const pool_shape& shape, bool count_padding, const tensor_format& in, const tensor_format& out,
                          const value_range& clip) {
    check_format(in);
    check_format(out);
    check_shape(shape);
    pool_parameters p{shape, maximum, in.zero_point, {}, output_of(out, clip)};
    const std::int32_t elements = shape.kernel_height * shape.kernel_width;
    const double ratio = in.step / out.step;
    if (maximum)
        p.factor.push_back(fixed_factor(ratio, average_factor));
    else
        for (std::int32_t n = count_padding ? elements : 1; n <= elements; ++n) p.factor.push_back(fixed_factor(ratio / n, average_factor));
    return p;
}

void pool_codes(const pool_parameters& p, const std::int16_t* in, std::int16_t* out) {
    const pool_shape& s = p.shape;
    const auto channels = static_cast<std::size_t>(s.channels);
    std::vector<std::int16_t> greatest(channels);
    std::vector<std::int64_t> sums(channels);
    for (std::int32_t y = 0; y < s.out_height; ++y) {
        const window_span rows = span_of(y * s.stride_height - s.pad_top, s.kernel_height, s.in_height);
        for (std::int32_t x = 0; x < s.out_width; ++x, out += channels) {
            const window_span columns = span_of(x * s.stride_width - s.pad_left, s.kernel_width, s.in_width);
            if (p.maximum) {
                std::fill(greatest.begin(), greatest.end(), std::int16_t{-0x8000});
                visit_window(s, rows, columns, in, [&](const std::int16_t* codes) {
                    for (std::size_t c = 0; c < channels; ++c) greatest[c] = std::max(greatest[c], codes[c]);
                });
                for (std::size_t c = 0; c < channels; ++c) sums[c] = greatest[c] - p.zero_point;
            } else {
                std::fill(sums.begin(), sums.end(), 0);
                visit_window(s, rows, columns, in, [&](const std::int16_t* codes) { add_row(codes, p.zero_point, sums); });
            }
            const std::int32_t inside = (rows.end - rows.least) * (columns.end - columns.least);
            write_scaled(sums, p.factor[p.factor.size() == 1 ? 0 : static_cast<std::size_t>(inside - 1)], p.out, out);
        }
    }
}

vector_cost pool_operator::cost(const pool_parameters& p, const vector_descriptor&, const vector_chunk& c, int lanes) {
    const std::int64_t window = std::int64_t{p.shape.kernel_height} * p.shape.kernel_width;
    const window_end end = p.maximum ? window_end::compared : window_end::scaled;
    return window_cost(std::int64_t{c.rows} * p.shape.out_width, p.shape.channels, window, end, lanes);
}

std::vector<std::uint8_t> pool_operator::run(const pool_parameters& p, const chunk_task& task) {
    return compute_rows(task, [&](step_codes& k) { pool_codes(part_of(p, task.c), k.a.data(), k.result.data()); });
}

}  // namespace symmetree
