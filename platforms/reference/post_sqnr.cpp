#include <cmath>

#include "core/error.h"
#include "core/random.h"
#include "platforms/reference/reference_product.h"
#include "platforms/reference/shift_product.h"

namespace symmetree {
namespace {

// sqrt(2)^-e * 2^guard_bits; the square root is correctly rounded, the rest exact.
double level_weight(int e, int guard_bits) { return std::ldexp(e % 2 == 0 ? 1.0 : std::sqrt(0.5), guard_bits - e / 2); }

// The sums that exact multiplication would give: per exponent an exact integer sum, weighted once.
std::vector<double> exact_sums(const group_operands& o) {
    std::vector<std::int32_t> input_itself;
    for (int x = o.least_input; x <= o.greatest_input; ++x) input_itself.push_back(x);
    ternary_products level(o);
    std::vector<double> exact(o.outputs());
    const int levels = (1 << (o.weights.bits - 1)) - 1;
    for (int e = 0; e < levels; ++e) {
        std::vector<std::int64_t> sums(o.outputs());
        level.add(e, input_itself);
        level.drain_into(sums);
        const double weight = level_weight(e, o.weights.guard_bits);
        for (std::size_t i = 0; i < sums.size(); ++i) exact[i] += weight * static_cast<double>(sums[i]);
    }
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
    if (w.family != scheme_family::post) throw model_fault("reference: layer " + l.name + ": only post has an arithmetic error");
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
