#include "reference/group_operands.h"

#include <algorithm>

#include "core/error.h"
#include "reference/reference_product.h"

namespace symmetree {
namespace {

[[noreturn]] void fault(const layer& l, const char* what) { throw model_fault("reference: layer " + l.name + ": " + what); }

void check_weights(const layer& l, const layer_geometry& g, const quantized_weights& w) {
    const auto per_row = static_cast<std::size_t>(w.rows);
    if (w.rows != g.rows() || w.columns != g.inputs || static_cast<std::int64_t>(w.codes.size()) != w.rows * w.columns)
        fault(l, "the weights do not have the shape of the layer");
    if (!w.zero_point.empty() && w.zero_point.size() != per_row) fault(l, "not one zero point per row");
    if (!w.outlier_shift.empty() && w.outlier_shift.size() != per_row) fault(l, "not one outlier shift per row");
    const auto misplaced = [&](const outlier& o) { return o.row >= w.rows || o.column >= w.columns; };
    if (std::any_of(w.outliers.begin(), w.outliers.end(), misplaced)) fault(l, "an outlier is outside the weights");
}

void check_inputs(const layer& l, const layer_geometry& g, const quantized_activations& x) {
    if (static_cast<std::int64_t>(x.codes.size()) != g.raw_inputs) fault(l, "the input does not have the size of the layer");
    const auto outside = [&](int code) { return code < x.least() || code > x.greatest(); };
    if (std::any_of(x.codes.begin(), x.codes.end(), outside)) fault(l, "an activation code is outside its range");
}

}  // namespace

void for_each_group(const layer& l, const quantized_weights& w, const quantized_activations& x,
                    const std::function<void(const group_operands&)>& visit) {
    const layer_geometry g = geometry_of(l.shape);
    check_weights(l, g, w);
    check_inputs(l, g, x);
    const int zero_point = uses_shifts(w) ? 0 : x.zero_point;
    std::vector<std::int16_t> inputs;
    for (std::int64_t group = 0; group < g.groups; ++group) {
        gather_inputs(l.shape, x.codes, group, static_cast<std::int16_t>(zero_point), inputs);
        visit(group_operands{g, w, group * g.channels, inputs, x.least(), x.greatest(), zero_point});
    }
}

}  // namespace symmetree
