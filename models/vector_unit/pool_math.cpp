#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "models/arithmetic/requantize_math.h"
#include "models/vector_unit/fixed_factor_math.h"
#include "models/vector_unit/vector_math.h"

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

requantization end_of(const fixed_multiplier& factor, const code_output& out) {
    return {factor.multiplier, factor.shift, out.zero_point, out.least, out.greatest};
}

/// Calls visit(codes of all channels) for every position of a window inside the image.
template <class Visit>
void visit_window(const pool_shape& s, const window_span& rows, const window_span& columns, const std::int16_t* in, Visit visit) {
    for (std::int32_t y = rows.least; y < rows.end; ++y)
        for (std::int32_t x = columns.least; x < columns.end; ++x) visit(in + (std::int64_t{y} * s.in_width + x) * s.channels);
}

/// sums[channel] += code - zero_point; |sum| <= 2^31 over 65536 elements.
void add_row(const std::int16_t* codes, std::int32_t zero_point, std::vector<std::int64_t>& sums) {
    for (std::size_t c = 0; c < sums.size(); ++c) sums[c] += codes[c] - zero_point;
}

void write_averages(const std::vector<std::int64_t>& sums, const requantization& end, std::int16_t* out) {
    for (std::size_t c = 0; c < sums.size(); ++c) out[c] = static_cast<std::int16_t>(requantize(sums[c], end));
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
        p.factor.push_back(fixed_factor(ratio, 15, 46));
    else
        for (std::int32_t n = count_padding ? elements : 1; n <= elements; ++n) p.factor.push_back(fixed_factor(ratio / n, 15, 46));
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
            write_averages(sums, end_of(p.factor[p.factor.size() == 1 ? 0 : static_cast<std::size_t>(inside - 1)], p.out), out);
        }
    }
}

mean_parameters make_mean(std::int64_t rows, const tensor_format& in, const tensor_format& out, const value_range& clip) {
    check_format(in);
    check_format(out);
    if (rows < 1 || rows > longest_vector_row) throw model_fault(fmt::format("mean of {} rows", rows));
    return {rows, in.zero_point, fixed_factor(in.step / out.step / static_cast<double>(rows), 15, 46), output_of(out, clip)};
}

void mean_codes(const mean_parameters& p, const std::int16_t* in, std::int16_t* out, std::size_t groups, std::size_t columns) {
    std::vector<std::int64_t> sums(columns);
    for (std::size_t group = 0; group < groups; ++group, out += columns) {
        std::fill(sums.begin(), sums.end(), 0);
        for (std::int64_t row = 0; row < p.rows; ++row, in += columns) add_row(in, p.zero_point, sums);
        write_averages(sums, end_of(p.factor, p.out), out);
    }
}

}  // namespace symmetree
