#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "workloads/formats/quantized_weights.h"
#include "workloads/formats/rounding_math.h"
#include "workloads/quantize/activation_format.h"
#include "workloads/quantize/error_measures.h"
#include "workloads/quantize/quantize.h"
#include "workloads/quantize/step_search.h"
#include "workloads/quantize/uniform.h"

namespace symmetree {
namespace {

void check_input(const std::vector<float>& x, int bits) {
    if (bits < 2 || bits > 8) throw model_fault(fmt::format("activations of {} bits", bits));
    if (!std::all_of(x.begin(), x.end(), [](float v) { return std::isfinite(v); }))
        throw model_fault("activations to be quantized are not finite");
}

/// Half of the codes of a ReLU output would be lost without a zero point; magnitudes need no sign there either.
double relu_step(const double* x, std::size_t count, int levels) {
    return std::max(0.0, count == 0 ? 0.0 : *std::max_element(x, x + count)) / levels;
}

/// Step by min/max (0 when there is nothing to represent) and zero point of signed codes.
min_max_fit signed_fit(const double* x, std::size_t count, const tensor_format& f, activation_class input) {
    switch (input) {
        case activation_class::relu: return {relu_step(x, count, f.greatest - f.least), f.least};
        case activation_class::gelu: return asymmetric_min_max(x, count, f.least, f.greatest);
        case activation_class::dense: return symmetric_min_max(x, count, f.greatest);
    }
    throw model_fault("unknown activation class");
}

/// The same for every coding; magnitudes have a code range of their own.
min_max_fit fit_coding(const double* x, std::size_t count, tensor_format& f, activation_class input, activation_coding coding) {
    switch (coding) {
        case activation_coding::signed_zero_point: return signed_fit(x, count, f, input);
        case activation_coding::signed_symmetric: return symmetric_min_max(x, count, f.greatest);
        case activation_coding::unsigned_or_sign_magnitude:
            f.least = input == activation_class::relu ? 0 : -f.greatest;
            f.greatest = input == activation_class::relu ? (1 << f.bits) - 1 : f.greatest;
            return input == activation_class::relu ? min_max_fit{relu_step(x, count, f.greatest), 0}
                                                   : symmetric_min_max(x, count, f.greatest);
    }
    throw model_fault("unknown activation coding");
}

/// Of codes without their zero point.
code_bounds bounds_of(const quantized_activations& q) {
    return {static_cast<double>(q.least() - q.zero_point), static_cast<double>(q.greatest() - q.zero_point)};
}

}  // namespace

tensor_format min_max_format(const double* values, std::size_t count, int bits, activation_class input, activation_coding coding) {
    tensor_format f;
    f.bits = bits;
    f.least = least_code(bits);
    f.greatest = greatest_code(bits);
    const min_max_fit fit = fit_coding(values, count, f, input, coding);
    f.step = fit.step;
    f.zero_point = fit.zero_point;
    return f;
}

quantized_activations quantize_activations(const std::vector<float>& x, int bits, range_method range, activation_class input,
                                           activation_coding coding) {
    check_input(x, bits);
    quantized_activations q;
    q.bits = bits;
    std::vector<double> padded;
    pad_row(x.data(), x.size(), padded);
    const tensor_format f = min_max_format(padded.data(), x.size(), bits, input, coding);
    q.is_unsigned = coding == activation_coding::unsigned_or_sign_magnitude && input == activation_class::relu;
    q.sign_magnitude = coding == activation_coding::unsigned_or_sign_magnitude && !q.is_unsigned;
    q.zero_point = f.zero_point;
    const code_bounds bounds = bounds_of(q);
    q.step = f.step == 0 ? 1.0 : f.step;
    if (f.step != 0 && range == range_method::mse)
        q.step = search_uniform_step(padded.data(), padded.size(), f.step, bounds, rounding::half_even, usual_candidate).step;

    q.codes = codes_in(q, x);
    error_sums sums;
    for (std::size_t i = 0; i < x.size(); ++i) sums.add(padded[i], q.step * (q.codes[i] - q.zero_point));
    q.error = sums.measures();
    return q;
}

std::vector<std::int16_t> codes_in(const quantized_activations& format, const std::vector<float>& x) {
    check_input(x, format.bits);
    const code_bounds bounds = bounds_of(format);
    std::vector<std::int16_t> codes(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
        const double code = clamped_code(double{x[i]} / format.step, bounds.least, bounds.greatest, false);
        codes[i] = static_cast<std::int16_t>(static_cast<int>(code) + format.zero_point);
    }
    return codes;
}

}  // namespace symmetree
