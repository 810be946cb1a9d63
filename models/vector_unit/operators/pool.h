#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/arithmetic/fixed_factor_math.h"
#include "models/vector_unit/operators/vector_operator.h"
#include "workloads/formats/tensor_format.h"

namespace symmetree {

/// Windows over an image [height][width][channels]; window (Y, X) begins at row Y * stride_height - pad_top and
/// column X * stride_width - pad_left. Every window holds at least one position of the image.
struct pool_shape {
    std::int32_t in_height = 1, in_width = 1, channels = 1;
    std::int32_t kernel_height = 1, kernel_width = 1, stride_height = 1, stride_width = 1;
    std::int32_t pad_top = 0, pad_left = 0;
    std::int32_t out_height = 1, out_width = 1;
};

struct pool_parameters {
    static constexpr vector_operation operation = vector_operation::pool;
    pool_shape shape;
    bool maximum = false;
    std::int32_t zero_point = 0;
    /// One, or for 1, 2, .. elements inside the image the one that divides by their number; average_factor.
    std::vector<fixed_multiplier> factor;
    code_output out;
};
template <class Table>
void fields_of(Table& t, pool_shape& s) {
    t(s.in_height, s.in_width, s.channels, s.kernel_height, s.kernel_width, s.stride_height, s.stride_width, s.pad_top, s.pad_left,
      s.out_height, s.out_width);
}
template <class Table>
void fields_of(Table& t, pool_parameters& p) {
    t(p.shape, p.maximum, p.zero_point, p.factor, p.out);
}

/// Maximum or average over windows of an image [height][width][channels]. The maximum never sees padding; padding adds 0 to an
/// average, whose divisor is the kernel's elements with `count_padding`, else the window's elements inside the image.
pool_parameters make_pool(bool maximum, const pool_shape& shape, bool count_padding, const tensor_format& in, const tensor_format& out,
                          const value_range& clip = {});
void pool_codes(const pool_parameters& p, const std::int16_t* in, std::int16_t* out);

struct pool_operator {
    static constexpr const char* name = "pool";
    using parameters = pool_parameters;
    static bool fits(const vector_descriptor&) { return true; }
    static std::vector<vector_chunk> cut(const vector_descriptor& d, std::uint64_t bank_bytes) { return cut_by_windows(d, bank_bytes); }
    static void scale(pool_parameters&, const image_scale (&)[2]) {}
    static vector_cost cost(const pool_parameters& p, const vector_descriptor& d, const vector_chunk& c, int lanes);
    static std::vector<std::uint8_t> run(const pool_parameters& p, const chunk_task& task);
};

}  // namespace symmetree
