#include "reference/layer_integers.h"

#include <cmath>

#include "reference/reference_product.h"

namespace symmetree {
namespace {

double unit_of_sums(const quantized_weights& w, std::size_t row, double input_step) {
    return std::ldexp(input_step * w.step[row], uses_shifts(w) ? -w.guard_bits : 0);
}

}  // namespace

reference_factor derive_row_factor(const quantized_weights& w, std::size_t row, double input_step, double output_step) {
    return derive_layer_factor(unit_of_sums(w, row, input_step) / output_step);
}

std::int64_t derive_row_bias(const std::vector<float>* bias, const quantized_weights& w, std::size_t row, double input_step) {
    return bias ? static_cast<std::int64_t>(std::nearbyint(double((*bias)[row]) / unit_of_sums(w, row, input_step))) : 0;
}

}  // namespace symmetree
