#include "reference/dense_product.h"

#include <algorithm>
#include <limits>

#include "reference/integer_gemm.h"

namespace symmetree {
namespace {

using outlier_range = std::pair<std::vector<outlier>::const_iterator, std::vector<outlier>::const_iterator>;

outlier_range outliers_of(const group_operands& o) {
    const auto before = [](const outlier& a, std::int64_t row) { return a.row < row; };
    const auto& all = o.weights.outliers;
    return {std::lower_bound(all.begin(), all.end(), o.first_row, before),
            std::lower_bound(all.begin(), all.end(), o.first_row + o.shape.channels, before)};
}

std::int32_t value_of(const outlier& one, const quantized_weights& w) {
    const int shift = w.outlier_shift.empty() ? 0 : w.outlier_shift[one.row];
    return one.value * (1 << shift);
}

// The definition, term by term.
void tiny_product(const group_operands& o, std::vector<std::int64_t>& sums) {
    outlier_range outliers = outliers_of(o);
    std::vector<std::int32_t> weights(static_cast<std::size_t>(o.shape.inputs));
    for (std::int64_t channel = 0; channel < o.shape.channels; ++channel) {
        for (std::int64_t k = 0; k < o.shape.inputs; ++k) weights[k] = o.row(channel)[k] - o.zero_point(channel);
        for (; outliers.first != outliers.second && outliers.first->row == o.first_row + channel; ++outliers.first)
            weights[outliers.first->column] += value_of(*outliers.first, o.weights);
        for (std::int64_t m = 0; m < o.shape.vectors; ++m) {
            const std::int16_t* x = o.inputs.data() + m * o.shape.inputs;
            std::int64_t sum = 0;
            for (std::int64_t k = 0; k < o.shape.inputs; ++k) sum += weights[k] * (x[k] - o.input_zero_point);
            sums[channel * o.shape.vectors + m] = sum;
        }
    }
}

// Codes moved so that weights are unsigned and inputs fit a signed byte; both shifts act like zero points of their own.
struct moved_codes {
    std::vector<std::uint8_t> weights;
    std::vector<std::int8_t> inputs;
    int weight_offset = 0, input_offset = 0;
    int greatest_weight = 0;
};

moved_codes move_codes(const group_operands& o) {
    moved_codes moved;
    const std::int8_t* first = o.row(0);
    const std::int8_t* last = o.row(o.shape.channels);
    const auto [least, greatest] = std::minmax_element(first, last);
    moved.weight_offset = -*least;
    moved.greatest_weight = *greatest - *least;
    moved.weights.resize(static_cast<std::size_t>(last - first));
    std::transform(first, last, moved.weights.begin(), [&](int code) { return static_cast<std::uint8_t>(code + moved.weight_offset); });
    moved.input_offset = o.greatest_input > 127 ? -128 : 0;
    moved.inputs.resize(o.inputs.size());
    std::transform(o.inputs.begin(), o.inputs.end(), moved.inputs.begin(),
                   [&](int code) { return static_cast<std::int8_t>(code + moved.input_offset); });
    return moved;
}

void add_scaled(const std::vector<std::int32_t>& part, int scale, std::vector<std::int64_t>& sums) {
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += std::int64_t{part[i]} * scale;
}

// sums += scale * weights * inputs, in slices of k so short that 32 bits hold each one.
void add_product(const group_operands& o, const std::vector<std::uint8_t>& weights, const std::vector<std::int8_t>& inputs, int scale,
                 std::vector<std::int64_t>& sums) {
    constexpr std::int64_t longest = std::numeric_limits<std::int32_t>::max() / (greatest_safe_code * 128);
    std::vector<std::int32_t> part(sums.size());
    for (std::int64_t k = 0; k < o.shape.inputs; k += longest) {
        const std::int64_t length = std::min(longest, o.shape.inputs - k);
        integer_gemm({weights.data() + k, inputs.data() + k, o.shape.channels, o.shape.vectors, length, o.shape.inputs}, false,
                     part.data());
        add_scaled(part, scale, sums);
    }
}

void add_moved_product(const group_operands& o, const moved_codes& moved, std::vector<std::int64_t>& sums) {
    if (moved.greatest_weight <= greatest_safe_code) return add_product(o, moved.weights, moved.inputs, 1, sums);
    constexpr int radix = greatest_safe_code + 1;
    std::vector<std::uint8_t> piece(moved.weights.size());
    std::transform(moved.weights.begin(), moved.weights.end(), piece.begin(),
                   [](int code) { return static_cast<std::uint8_t>(code % radix); });
    add_product(o, piece, moved.inputs, 1, sums);
    std::transform(moved.weights.begin(), moved.weights.end(), piece.begin(),
                   [](int code) { return static_cast<std::uint8_t>(code / radix); });
    add_product(o, piece, moved.inputs, radix, sums);
}

template <class Code>
std::vector<std::int64_t> row_sums(const std::vector<Code>& matrix, std::int64_t rows, std::int64_t columns) {
    std::vector<std::int64_t> sums(static_cast<std::size_t>(rows));
    for (std::int64_t r = 0; r < rows; ++r)
        for (std::int64_t k = 0; k < columns; ++k) sums[r] += matrix[r * columns + k];
    return sums;
}

// sum (w - zw)(x - zx) = sum w x  -  zw sum x  -  zx sum w  +  K zw zx, with the zero points of the moved codes.
void correct_zero_points(const group_operands& o, const moved_codes& moved, std::vector<std::int64_t>& sums) {
    const std::vector<std::int64_t> input_sums = row_sums(moved.inputs, o.shape.vectors, o.shape.inputs);
    const std::vector<std::int64_t> weight_sums = row_sums(moved.weights, o.shape.channels, o.shape.inputs);
    const std::int64_t zx = o.input_zero_point + moved.input_offset;
    for (std::int64_t channel = 0; channel < o.shape.channels; ++channel) {
        const std::int64_t zw = o.zero_point(channel) + moved.weight_offset;
        const std::int64_t constant = zx * (o.shape.inputs * zw - weight_sums[channel]);
        std::int64_t* row = sums.data() + channel * o.shape.vectors;
        for (std::int64_t m = 0; m < o.shape.vectors; ++m) row[m] += constant - zw * input_sums[m];
    }
}

// Inputs less their zero point as [input][vector], so that one outlier meets all its activations in a row.
std::vector<std::int16_t> transposed_inputs(const group_operands& o) {
    std::vector<std::int16_t> turned(o.inputs.size());
    for (std::int64_t m = 0; m < o.shape.vectors; ++m)
        for (std::int64_t k = 0; k < o.shape.inputs; ++k)
            turned[k * o.shape.vectors + m] = static_cast<std::int16_t>(o.inputs[m * o.shape.inputs + k] - o.input_zero_point);
    return turned;
}

void add_outliers(const group_operands& o, std::vector<std::int64_t>& sums) {
    const auto [first, last] = outliers_of(o);
    if (first == last) return;
    const std::vector<std::int16_t> inputs = transposed_inputs(o);
    for (auto one = first; one != last; ++one) {
        const std::int32_t value = value_of(*one, o.weights);
        const std::int16_t* x = inputs.data() + one->column * o.shape.vectors;
        std::int64_t* row = sums.data() + (one->row - o.first_row) * o.shape.vectors;
        for (std::int64_t m = 0; m < o.shape.vectors; ++m) row[m] += value * x[m];
    }
}

}  // namespace

void dense_product(const group_operands& o, std::vector<std::int64_t>& sums) {
    sums.assign(o.outputs(), 0);
    if (o.is_tiny()) return tiny_product(o, sums);
    const moved_codes moved = move_codes(o);
    add_moved_product(o, moved, sums);
    correct_zero_points(o, moved, sums);
    add_outliers(o, sums);
}

}  // namespace symmetree
