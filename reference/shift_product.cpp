#include "reference/shift_product.h"

#include <algorithm>
#include <cstdlib>
#include <limits>

#include "core/error.h"
#include "reference/integer_gemm.h"
#include "reference/reference_product.h"

namespace symmetree {
namespace {

// The integer nearest to v / sqrt(2)^e, e odd: the n with (2n - 1)^2 < 4 v^2 / 2^e < (2n + 1)^2. sqrt(2) being irrational
// there are no ties, so half-even and nearest are one. Grows with v, hence the starting point.
std::int64_t nearest_to_root(std::int64_t v, int e, std::int64_t start) {
    std::int64_t n = start;
    while (((2 * n + 1) * (2 * n + 1)) << e < 4 * v * v) ++n;
    return n;
}

// An odd product of POST, `root` being the one of the magnitude before.
std::int64_t odd_product(odd_products odd, std::int64_t v, int e, std::int64_t root) {
    switch (odd) {
        case odd_products::each_rounded: return nearest_to_root(v, e, root);
        case odd_products::shared_word: {
            const std::int64_t halves = std::int64_t{1} << ((e - 1) / 2);
            return nearest_to_root(v, 1, root * halves) / halves;
        }
    }
    throw model_fault("reference: not a rounding of odd products");
}

// Exponents named by each field of APoT codes of 4 and 5 bits, in the order of the fields 0, 1, 2, ...
const std::vector<std::vector<int>>& apot_exponents(int bits) {
    static const std::vector<std::vector<int>> of_4{{0, 2}, {0}, {1, 2}, {1}, {3, 2}, {3}, {2}};
    static const std::vector<std::vector<int>> of_5{{0, 1}, {0, 3}, {0, 5}, {0}, {2, 1}, {2, 3}, {2, 5}, {2},
                                                    {4, 1}, {4, 3}, {4, 5}, {4}, {1},    {3},    {5}};
    return bits == 4 ? of_4 : of_5;
}

std::int64_t sum_of_shifts(std::int64_t v, const std::vector<int>& exponents) {
    std::int64_t sum = 0;
    for (const int exponent : exponents) sum += v >> exponent;
    return sum;
}

// f_e(v), `root` being what the magnitude before gave.
std::int64_t magnitude_product(const quantized_weights& w, int e, std::int64_t v, std::int64_t root) {
    switch (w.family) {
        case scheme_family::symq:
        case scheme_family::asymq:
        case scheme_family::dasq:
        case scheme_family::levels: break;
        case scheme_family::pot: return v >> e;
        case scheme_family::post: return e % 2 == 0 ? v >> (e / 2) : odd_product(w.odd, v, e, root);
        case scheme_family::apot: return sum_of_shifts(v, apot_exponents(w.bits)[e]);
    }
    throw model_fault("reference: not a family of shifts");
}

// f_e of the magnitudes 0 .. greatest.
std::vector<std::int64_t> magnitude_products(const quantized_weights& w, int e, int greatest) {
    std::vector<std::int64_t> products(static_cast<std::size_t>(greatest) + 1);
    std::int64_t before = 0;
    for (int magnitude = 0; magnitude <= greatest; ++magnitude)
        products[magnitude] = before = magnitude_product(w, e, std::int64_t{magnitude} << w.guard_bits, before);
    return products;
}

int sign_mask(const quantized_weights& w) { return 1 << (w.bits - 1); }

void sum_tiny(const group_operands& o, const level_values& values, std::vector<std::int64_t>& sums) {
    const int mask = sign_mask(o.weights);
    for (std::int64_t channel = 0; channel < o.shape.channels; ++channel)
        for (std::int64_t m = 0; m < o.shape.vectors; ++m) {
            std::int64_t sum = 0;
            for (std::int64_t k = 0; k < o.shape.inputs; ++k) {
                const int code = o.row(channel)[k];
                const int e = code & (mask - 1);
                if (e == level_count(o.weights)) continue;
                const std::int64_t value = values[e][o.inputs[m * o.shape.inputs + k] - o.least_input];
                sum += code & mask ? -value : value;
            }
            sums[channel * o.shape.vectors + m] = sum;
        }
}

// Takes the lowest signed digit of base 256 off every value.
std::vector<std::int8_t> take_digit(std::vector<std::int64_t>& values) {
    std::vector<std::int8_t> digits(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        const auto digit = static_cast<int>((values[i] + 128) & 255) - 128;
        digits[i] = static_cast<std::int8_t>(digit);
        values[i] = (values[i] - digit) / 256;
    }
    return digits;
}

template <class Value>
bool all_zero(const std::vector<Value>& values) {
    return std::all_of(values.begin(), values.end(), [](Value v) { return v == 0; });
}

// Collects one ternary product per exponent and non-zero digit of base 256, digits being signed bytes.
class ternary_products {
public:
    explicit ternary_products(const group_operands& operands);

    /// Adds the weights of exponent e, an input code x counting as value_of_input[x - least_input].
    void add(int e, const std::vector<std::int64_t>& value_of_input);
    /// Adds what was collected to sums[channel][vector].
    void drain_into(std::vector<std::int64_t>& sums);

private:
    void add_digit(std::size_t digit, const std::vector<std::int8_t>& digit_of_input);
    void spill();

    const group_operands& operands_;
    std::vector<std::uint8_t> signs_;                 // of one level, as sign + 1: 0, 1, 2
    std::vector<std::int8_t> digits_;                 // of the inputs
    std::vector<std::vector<std::int32_t>> partial_;  // per digit
    std::vector<std::int64_t> collected_;
    std::vector<std::int64_t> input_sums_;  // per vector, what the + 1 in signs_ has added
    std::int64_t reached_ = 0;              // bound on the magnitudes in partial_
};

ternary_products::ternary_products(const group_operands& o)
    : operands_(o),
      signs_(static_cast<std::size_t>(o.shape.channels * o.shape.inputs)),
      digits_(o.inputs.size()),
      collected_(o.outputs()),
      input_sums_(static_cast<std::size_t>(o.shape.vectors)) {}

void ternary_products::add(int e, const std::vector<std::int64_t>& value_of_input) {
    if (all_zero(value_of_input)) return;
    const int mask = sign_mask(operands_.weights);
    std::vector<std::uint8_t> sign_of_code(256, 1);
    sign_of_code[e] = 2;
    sign_of_code[e | mask] = 0;
    std::transform(operands_.row(0), operands_.row(operands_.shape.channels), signs_.begin(),
                   [&](std::int8_t code) { return sign_of_code[static_cast<std::uint8_t>(code)]; });

    const std::int64_t grows_by = 2 * 128 * operands_.shape.inputs;
    if (reached_ + grows_by > std::numeric_limits<std::int32_t>::max()) spill();
    reached_ += grows_by;
    std::vector<std::int64_t> rest = value_of_input;
    for (std::size_t digit = 0; !all_zero(rest); ++digit) {
        const std::vector<std::int8_t> digit_of_input = take_digit(rest);
        if (!all_zero(digit_of_input)) add_digit(digit, digit_of_input);
    }
}

void ternary_products::add_digit(std::size_t digit, const std::vector<std::int8_t>& digit_of_input) {
    const auto& [vectors, channels, inputs, groups, raw] = operands_.shape;
    const int least = operands_.least_input;
    const std::int64_t weight = std::int64_t{1} << (8 * digit);
    for (std::int64_t m = 0, i = 0; m < vectors; ++m) {
        std::int64_t sum = 0;
        for (std::int64_t k = 0; k < inputs; ++k, ++i) sum += digits_[i] = digit_of_input[operands_.inputs[i] - least];
        input_sums_[m] += sum * weight;
    }
    if (partial_.size() <= digit) partial_.resize(digit + 1);
    const bool accumulate = !partial_[digit].empty();
    partial_[digit].resize(operands_.outputs());
    integer_gemm({signs_.data(), digits_.data(), channels, vectors, inputs, inputs}, accumulate, partial_[digit].data());
}

void ternary_products::spill() {
    for (std::size_t digit = 0; digit < partial_.size(); ++digit)
        for (std::size_t i = 0; i < partial_[digit].size(); ++i)
            collected_[i] += std::int64_t{partial_[digit][i]} * (std::int64_t{1} << (8 * digit));
    partial_.clear();
    reached_ = 0;
}

void ternary_products::drain_into(std::vector<std::int64_t>& sums) {
    spill();
    const auto& [vectors, channels, inputs, groups, raw] = operands_.shape;
    for (std::int64_t channel = 0, i = 0; channel < channels; ++channel)
        for (std::int64_t m = 0; m < vectors; ++m, ++i) sums[i] += collected_[i] - input_sums_[m];
}

}  // namespace

bool uses_shifts(const quantized_weights& w) {
    switch (w.family) {
        case scheme_family::symq:
        case scheme_family::asymq:
        case scheme_family::dasq:
        case scheme_family::levels: return false;
        case scheme_family::pot:
        case scheme_family::post:
        case scheme_family::apot: return true;
    }
    throw model_fault("reference: a family without products");
}

bool has_arithmetic_error(const quantized_weights& w) {
    switch (w.family) {
        case scheme_family::symq:
        case scheme_family::asymq:
        case scheme_family::dasq:
        case scheme_family::pot:
        case scheme_family::apot:
        case scheme_family::levels: return false;
        case scheme_family::post: return true;
    }
    throw model_fault("reference: a family without products");
}

level_values shift_levels(const quantized_weights& w, int least_input, int greatest_input) {
    level_values values;
    const int greatest_magnitude = std::max(std::abs(least_input), std::abs(greatest_input));
    for (int e = 0; e < level_count(w); ++e) {
        const std::vector<std::int64_t> magnitudes = magnitude_products(w, e, greatest_magnitude);
        std::vector<std::int64_t> level;
        for (int x = least_input; x <= greatest_input; ++x) level.push_back(x < 0 ? -magnitudes[-x] : magnitudes[x]);
        values.push_back(std::move(level));
    }
    return values;
}

void sum_levels(const group_operands& o, const level_values& values, std::vector<std::int64_t>& sums) {
    sums.assign(o.outputs(), 0);
    if (o.is_tiny()) return sum_tiny(o, values, sums);
    ternary_products products(o);
    for (int e = 0; e < level_count(o.weights); ++e) products.add(e, values[e]);
    products.drain_into(sums);
}

void shift_product(const group_operands& o, std::vector<std::int64_t>& sums) {
    sum_levels(o, shift_levels(o.weights, o.least_input, o.greatest_input), sums);
}

}  // namespace symmetree
