#include "workloads/operators/layer_checks.h"

#include <fmt/format.h>

#include <initializer_list>
#include <utility>

#include "core/limits.h"

namespace symmetree {
namespace {

using named_extents = std::initializer_list<std::pair<const char*, std::int64_t>>;

void check_extents(const named_extents& extents, std::int64_t least, std::vector<shape_problem>& problems) {
    for (const auto& [field, value] : extents)
        if (value < least || value > largest_extent)
            problems.push_back({field, fmt::format("{} to {} is allowed, given {}", least, largest_extent, value)});
}

/// The product, or one more than `limit` when it would exceed that.
std::int64_t bounded_product(std::initializer_list<std::int64_t> factors, std::int64_t limit) {
    std::int64_t product = 1;
    for (const std::int64_t factor : factors)
        if (__builtin_mul_overflow(product, factor, &product) || product > limit) return limit + 1;
    return product;
}

void check_size(const char* what, std::initializer_list<std::int64_t> factors, std::int64_t limit, std::vector<shape_problem>& problems) {
    if (bounded_product(factors, limit) > limit) problems.push_back({"", fmt::format("{}: at most {} are allowed", what, limit)});
}

void check_product(std::int64_t m, std::int64_t n, std::int64_t k, std::int64_t repeat, std::vector<shape_problem>& problems) {
    check_size("multiply-accumulates of one layer", {m, n, k, repeat}, largest_macs, problems);
    check_size("weights of one layer", {n, k, repeat}, largest_tensor, problems);
    check_size("outputs of one layer", {m, n, repeat}, largest_tensor, problems);
}

/// One axis of a convolution: what the kernel covers must lie inside the padded input.
void check_axis(const char* axis, std::int64_t in, std::int64_t kernel, std::int64_t dilation, std::int64_t before, std::int64_t after,
                std::vector<shape_problem>& problems) {
    const std::int64_t covered = dilation * (kernel - 1) + 1;
    if (covered > in + before + after)
        problems.push_back(
            {"kernel", fmt::format("covers {} along the {}, but the padded input has {}", covered, axis, in + before + after)});
    if (before >= covered || after >= covered)
        problems.push_back({"padding", fmt::format("less than what the kernel covers ({} along the {}) is allowed, given {}", covered, axis,
                                                   before > after ? before : after)});
}

void check(const conv_shape& s, std::vector<shape_problem>& problems) {
    check_extents({{"in", s.in_channels},
                   {"in", s.in_height},
                   {"in", s.in_width},
                   {"out_channels", s.out_channels},
                   {"kernel", s.kernel_height},
                   {"kernel", s.kernel_width},
                   {"stride", s.stride_height},
                   {"stride", s.stride_width},
                   {"dilation", s.dilation_height},
                   {"dilation", s.dilation_width},
                   {"groups", s.groups}},
                  1, problems);
    check_extents({{"padding", s.pad_top}, {"padding", s.pad_left}, {"padding", s.pad_bottom}, {"padding", s.pad_right}}, 0, problems);
    if (!problems.empty()) return;
    if (s.in_channels % s.groups != 0)
        problems.push_back({"groups", fmt::format("{} input channels are not divisible by {}", s.in_channels, s.groups)});
    if (s.out_channels % s.groups != 0)
        problems.push_back({"groups", fmt::format("{} output channels are not divisible by {}", s.out_channels, s.groups)});
    check_axis("height", s.in_height, s.kernel_height, s.dilation_height, s.pad_top, s.pad_bottom, problems);
    check_axis("width", s.in_width, s.kernel_width, s.dilation_width, s.pad_left, s.pad_right, problems);
    if (!problems.empty()) return;
    check_size("inputs of one layer", {s.in_channels, s.in_height, s.in_width}, largest_tensor, problems);
    const std::int64_t m = std::int64_t{s.out_height()} * s.out_width();
    const std::int64_t k = bounded_product({s.in_channels / s.groups, s.kernel_height, s.kernel_width}, largest_tensor);
    check_product(m, s.out_channels / s.groups, k, s.groups, problems);
}

void check(const linear_shape& s, std::vector<shape_problem>& problems) {
    check_extents({{"tokens", s.tokens}, {"in", s.in}, {"out", s.out}}, 1, problems);
    if (!problems.empty()) return;
    check_size("inputs of one layer", {s.tokens, s.in}, largest_tensor, problems);
    check_product(s.tokens, s.out, s.in, 1, problems);
}

void check(const matmul_shape& s, std::vector<shape_problem>& problems) {
    check_extents({{"rows", s.rows}, {"inner", s.inner}, {"columns", s.columns}, {"count", s.count}}, 1, problems);
    if (!problems.empty()) return;
    check_size("inputs of one layer", {s.rows, s.inner, s.count}, largest_tensor, problems);
    check_product(s.rows, s.columns, s.inner, s.count, problems);
}

struct dimensions_of {
    std::vector<std::int64_t> operator()(const conv_shape& s) const {
        return {s.out_channels, s.in_channels / s.groups, s.kernel_height, s.kernel_width};
    }
    std::vector<std::int64_t> operator()(const linear_shape& s) const { return {s.out, s.in}; }
    std::vector<std::int64_t> operator()(const matmul_shape&) const { return {}; }
};

}  // namespace

std::vector<shape_problem> shape_problems(const layer_shape& shape) {
    std::vector<shape_problem> problems;
    std::visit([&](const auto& s) { check(s, problems); }, shape);
    return problems;
}

std::vector<std::int64_t> weight_dimensions(const layer_shape& shape) { return std::visit(dimensions_of{}, shape); }

std::int64_t output_channels(const layer_shape& shape) {
    if (const auto* conv = std::get_if<conv_shape>(&shape)) return conv->out_channels;
    if (const auto* linear = std::get_if<linear_shape>(&shape)) return linear->out;
    return std::get<matmul_shape>(shape).columns;
}

}  // namespace symmetree
