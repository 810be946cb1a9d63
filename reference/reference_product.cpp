#include "reference/reference_product.h"

#include "core/error.h"
#include "reference/dense_product.h"
#include "reference/group_operands.h"
#include "reference/shift_product.h"

namespace symmetree {
namespace {

void append_narrowed(const layer& l, const std::vector<std::int64_t>& sums, std::vector<std::int32_t>& accumulators) {
    for (const std::int64_t sum : sums) {
        if (sum != static_cast<std::int32_t>(sum))
            throw model_fault("reference: layer " + l.name + ": an accumulator does not fit 32 bits");
        accumulators.push_back(static_cast<std::int32_t>(sum));
    }
}

}  // namespace

reference_result reference_product(const layer& l, const quantized_weights& w, const quantized_activations& x) {
    const layer_geometry g = geometry_of(l.shape);
    reference_result result{g.rows(), g.vectors, {}};
    result.accumulators.reserve(static_cast<std::size_t>(g.rows() * g.vectors));
    std::vector<std::int64_t> sums;
    for_each_group(l, w, x, [&](const group_operands& operands) {
        uses_shifts(w) ? shift_product(operands, sums) : dense_product(operands, sums);
        append_narrowed(l, sums, result.accumulators);
    });
    return result;
}

}  // namespace symmetree
