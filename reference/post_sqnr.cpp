#include <cmath>

#include "core/error.h"
#include "core/random.h"
#include "reference/reference_product.h"
#include "reference/shift_product.h"

namespace symmetree {
namespace {

// Exact multiplication needs two integers: sum of sign * x * 2^-(e/2) over the even and over the odd exponents, the odd
// one to be multiplied by sqrt(1/2). `fraction_bits` of both keep every bit: e / 2 is at most 31, so a product has 39 bits.
std::vector<std::int64_t> sums_of_parity(const group_operands& o, int parity, int fraction_bits) {
    level_values values(static_cast<std::size_t>(level_count(o.weights)));
    for (int e = 0; e < level_count(o.weights); ++e)
        for (int x = o.least_input; x <= o.greatest_input; ++x)
            values[e].push_back(e % 2 == parity ? x * (std::int64_t{1} << (fraction_bits - e / 2)) : 0);
    std::vector<std::int64_t> sums;
    sum_levels(o, values, sums);
    return sums;
}

std::vector<double> exact_sums(const group_operands& o) {
    const int fraction_bits = level_count(o.weights) / 2;
    const std::vector<std::int64_t> even = sums_of_parity(o, 0, fraction_bits);
    const std::vector<std::int64_t> odd = sums_of_parity(o, 1, fraction_bits);
    std::vector<double> exact(o.outputs());
    for (std::size_t i = 0; i < exact.size(); ++i)
        exact[i] =
            std::ldexp(static_cast<double>(even[i]) + std::sqrt(0.5) * static_cast<double>(odd[i]), o.weights.guard_bits - fraction_bits);
    return exact;
}

double decibels(double signal, double noise) {
    if (noise == 0) return 300;
    if (signal == 0) return -300;
    return 10 * portable_log(signal / noise) / portable_log(10);
}

}  // namespace

double post_arithmetic_sqnr_db(const layer& l, const quantized_weights& w, const quantized_activations& x,
                               const std::vector<std::int32_t>& accumulators) {
    if (!has_arithmetic_error(w)) throw model_fault("reference: layer " + l.name + ": only post has an arithmetic error");
    double signal = 0, noise = 0;
    std::size_t next = 0;
    for_each_group(l, w, x, [&](const group_operands& operands) {
        for (const double exact : exact_sums(operands)) {
            const double error = accumulators.at(next++) - exact;
            signal += exact * exact;
            noise += error * error;
        }
    });
    if (next != accumulators.size()) throw model_fault("reference: layer " + l.name + ": not one accumulator per output");
    return decibels(signal, noise);
}

}  // namespace symmetree
