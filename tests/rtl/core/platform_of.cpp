#include "tests/rtl/core/array_core_model.h"

namespace symmetree {

namespace {

zero_point_unit zero_point_of(int variant) {
    switch (variant) {
        case 1: return zero_point_unit::pre_subtract;
        case 2:
        case 3: return zero_point_unit::row_sum;
        case 6: return zero_point_unit::widened;
        case 7: return zero_point_unit::port_subtract;
        default: return zero_point_unit::none;
    }
}

}  // namespace

platform_config platform_of(const core_build& b) {
    platform_config p;
    p.name = b.name;
    const bool post = b.variant == 5 || b.variant == 8;
    p.array.kind = b.variant == 4 ? array_kind::pot : post ? array_kind::post : array_kind::multiplier;
    p.array.odd = b.variant == 8 ? odd_products::shared_word : odd_products::each_rounded;
    p.array.trees = b.trees;
    p.array.lanes = b.lanes;
    p.array.weight_bits = b.variant == 6 ? b.k - 1 : b.k;
    p.array.activation_bits = b.a;
    p.array.guard_bits = b.guard;
    p.array.pipeline_depth = b.pipeline - (b.sparse > 0 ? 1 : 0);  // the lanes' own stage
    p.array.shadow_registers = b.shadow != 0;
    p.zero_point = zero_point_of(b.variant);
    p.correction = b.variant == 2 ? correction_form::every_cycle : correction_form::at_drain;
    p.sparse.lanes = b.sparse;
    p.sparse.value_bits = b.value;
    p.sparse.list_entries = b.list;
    p.sparse.assignment = b.pooled != 0 ? outlier_assignment::pooled : outlier_assignment::row_banked;
    p.weight_buffer.port_bits = b.weight_port;
    p.outlier_port_own = b.outlier_port > 0;
    if (p.outlier_port_own) p.outlier_port_bits = b.outlier_port;
    p.activation_buffer.port_bits = b.input_port;
    p.accumulators.bits = b.w;
    p.accumulators.depth = b.depth;
    p.accumulators.write_interval = b.interval;
    if (b.stationary != 0) {
        p.mapping.flow = dataflow::output_stationary;
        p.accumulators.depth = 16;  // not a size of this dataflow, but of the m-blocks that the tests draw
    }
    p.drain_width = b.drain;
    p.output_buffer.port_bits = b.drain * 8;

    scheme& s = p.default_scheme;
    s.weight_bits = p.array.weight_bits;
    s.activation_bits = b.a;
    if (b.sparse > 0) {
        s.family = scheme_family::dasq;
        s.dasq.outlier_bits = b.value;
        s.dasq.sparsity = "90";
    } else if (zero_point_of(b.variant) != zero_point_unit::none) {
        s.family = scheme_family::asymq;
    } else if (b.variant == 4 || post) {
        s.family = post ? scheme_family::post : scheme_family::pot;
        s.shift.guard_bits = b.guard;
    }
    return p;
}

}  // namespace symmetree
