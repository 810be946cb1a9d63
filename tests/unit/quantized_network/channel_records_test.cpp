// A layer's channel records, as the compiler makes them, against the second arithmetic's own integers.
#include "compile/channel_records.h"

#include <gtest/gtest.h>

#include <cmath>

#include "reference/layer_integers.h"
#include "tests/unit/tiling/random_layers.h"
#include "workloads/formats/number_format.h"
#include "workloads/quantize/quantize.h"

namespace symmetree {
namespace {

/// Weights of any family with steps that make factors of all sizes.
quantized_weights any_weights(draws& d) {
    const std::int64_t rows = d.size(), columns = d.size();
    std::vector<float> values;
    for (std::int64_t i = 0; i < rows * columns; ++i) values.push_back(static_cast<float>(d.between(-1000, 1000)) / 500);
    const char* const scheme_text =
        d.one_of({"symq:w4a4", "asymq:w3a4", "symq:w8a8", "dasq:w4a4:p90", "pot:w4a4:g4", "post:w5a4:g2", "apot:w4a4:g7"});
    quantized_weights w = quantize_weights(values, rows, columns, parse_scheme(scheme_text), 1);
    for (double& step : w.step) step *= std::ldexp(1.0, d.one_of({0, 0, 0, -40, -24, 20}));
    return w;
}

TEST(channel_records, multiply_as_the_second_arithmetic) {
    for (std::uint32_t seed = 0; seed < 500; ++seed) {
        draws d(seed);
        const quantized_weights w = any_weights(d);
        tensor_format x;
        x.step = std::exp2(d.between(-1200, 200) * 0.01);
        const double output_step = std::exp2(d.between(-1200, 300) * 0.01);
        const std::vector<channel_record> channels = channel_records(w, x, output_step, nullptr);
        for (std::size_t row = 0; row < channels.size(); ++row) {
            const reference_factor factor = derive_row_factor(w, row, x.step, output_step);
            ASSERT_EQ(channels[row].multiplier, factor.multiplier) << "seed " << seed << " row " << row;
            ASSERT_TRUE(factor.multiplier == 0 || channels[row].shift == factor.shift) << "seed " << seed << " row " << row;
        }
    }
}

TEST(channel_records, hold_the_own_bias_less_what_the_inputs_zero_point_adds_to_the_sums) {
    for (std::uint32_t seed = 0; seed < 500; ++seed) {
        draws d(seed);
        const quantized_weights w = any_weights(d);
        tensor_format x;
        x.step = std::exp2(d.between(-400, 200) * 0.01);
        x.zero_point = !traits_of(w.family).folds_zero_points() ? 0 : d.one_of({0, -128, 127, d.between(-128, 127)});
        std::vector<float> bias;
        for (std::int64_t row = 0; row < w.rows; ++row)
            bias.push_back(static_cast<float>(w.step[std::size_t(row)] * x.step * d.between(-100000, 100000)));
        std::vector<std::int64_t> level_sums(std::size_t(w.rows));
        for (std::int64_t row = 0; row < w.rows; ++row)
            for (std::int64_t k = 0; k < w.columns; ++k)
                level_sums[std::size_t(row)] +=
                    w.codes[std::size_t(row * w.columns + k)] - (w.zero_point.empty() ? 0 : w.zero_point[std::size_t(row)]);
        for (const outlier& o : w.outliers) level_sums[o.row] += o.value * (1 << w.outlier_shift[o.row]);
        const std::vector<channel_record> channels = channel_records(w, x, 1, &bias);
        for (std::size_t row = 0; row < channels.size(); ++row)
            ASSERT_EQ(channels[row].bias, derive_row_bias(&bias, w, row, x.step) - x.zero_point * level_sums[row])
                << "seed " << seed << " row " << row;
    }
}

}  // namespace
}  // namespace symmetree
