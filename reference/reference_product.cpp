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

// Codes of listed levels as the levels themselves: what the multipliers hold.
quantized_weights looked_up(const quantized_weights& w) {
    quantized_weights held = w;
    held.family = scheme_family::symq;
    const std::size_t length = std::size_t{1} << w.bits;
    const bool one_list = w.levels.size() == length;
    for (std::size_t i = 0; i < held.codes.size(); ++i) {
        const std::size_t row = i / static_cast<std::size_t>(w.columns);
        held.codes[i] = w.levels.at((one_list ? 0 : row * length) + static_cast<std::size_t>(w.codes[i]));
    }
    held.bits = w.level_bits;
    held.levels.clear();
    return held;
}

}  // namespace

reference_result reference_product(const layer& l, const quantized_weights& w, const quantized_activations& x) {
    if (!w.levels.empty()) return reference_product(l, looked_up(w), x);
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
