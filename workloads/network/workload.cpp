#include "workloads/network/workload.h"

namespace symmetree {
namespace {

struct as_product {
    product_shape operator()(const conv_shape& s) const {
        return {std::int64_t{s.out_height()} * s.out_width(), s.out_channels / s.groups,
                std::int64_t{s.in_channels / s.groups} * s.kernel_height * s.kernel_width, s.groups};
    }
    product_shape operator()(const linear_shape& s) const { return {s.tokens, s.out, s.in, 1}; }
    product_shape operator()(const matmul_shape& s) const { return {s.rows, s.columns, s.inner, s.count}; }
};

}  // namespace

product_shape product_of(const layer& l) { return std::visit(as_product{}, l.shape); }

bool is_attention_product(const layer& l) { return std::holds_alternative<matmul_shape>(l.shape); }

bool is_depthwise(const layer& l) {
    const auto* conv = std::get_if<conv_shape>(&l.shape);
    return conv && conv->groups > 1 && conv->groups == conv->in_channels && conv->groups == conv->out_channels;
}

}  // namespace symmetree
