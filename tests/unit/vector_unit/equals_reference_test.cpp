#include <gtest/gtest.h>

#include <functional>

#include "models/vector_unit/operator_table.h"
#include "reference/vector_reference.h"
#include "tests/unit/vector_unit/as_reference.h"
#include "tests/unit/vector_unit/random_formats.h"

namespace symmetree {
namespace {

constexpr std::size_t elements_per_operator = 100000;

/// Runs seeded cases, each comparing as many elements as it returns, until enough of them are compared.
void compare_enough(const std::function<std::size_t(draws&)>& compare) {
    std::size_t compared = 0;
    for (std::uint32_t seed = 0; compared < elements_per_operator && !testing::Test::HasFailure(); ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        draws d(seed);
        compared += compare(d);
    }
}

value_range any_clip(draws& d) {
    return d.one_of({value_range{}, value_range{}, value_range{0}, value_range{0, 6}, value_range{-0.25, 0.75}});
}

std::size_t any_count(draws& d) { return static_cast<std::size_t>(d.between(1, 600)); }

TEST(vector_unit, requantizes_as_the_reference) {
    compare_enough([](draws& d) {
        const tensor_format in = any_format(d, 16), out = any_format(d, 16);
        const double factor = d.one_of({1.0, 0.125, 0.3, 7.0});
        const value_range clip = any_clip(d);
        const requantize_parameters p = make_requantize(in, out, factor, clip);
        const requantize_integers r = derive_requantize(in, out, factor, clip);
        EXPECT_EQ(numbers_of(as_reference(p)), numbers_of(r));
        const codes x = any_codes(d, in, any_count(d));
        codes y(x.size());
        requantize_codes(p, x.data(), y.data(), x.size());
        EXPECT_EQ(y, reference_requantize(r, x));
        return x.size();
    });
}

TEST(vector_unit, adds_as_the_reference) {
    compare_enough([](draws& d) {
        const tensor_format in_a = any_format(d, 16), in_b = any_format(d, 16), out = any_format(d, 16);
        const value_range clip = any_clip(d);
        const add_parameters p = make_add(in_a, in_b, out, clip);
        const add_integers r = derive_add(in_a, in_b, out, clip);
        EXPECT_EQ(numbers_of(as_reference(p)), numbers_of(r));
        const codes a = any_codes(d, in_a, any_count(d)), b = any_codes(d, in_b, a.size());
        codes y(a.size());
        add_codes(p, a.data(), b.data(), y.data(), a.size());
        EXPECT_EQ(y, reference_add(r, a, b));
        return a.size();
    });
}

TEST(vector_unit, computes_gelu_as_the_reference) {
    compare_enough([](draws& d) {
        const tensor_format in = any_format(d, 16), out = any_format(d, 16);
        const gelu_parameters p = make_gelu(in, out);
        const gelu_integers r = derive_gelu(in, out);
        EXPECT_EQ(numbers_of(as_reference(p)), numbers_of(r));
        const codes x = any_codes(d, in, any_count(d));
        codes y(x.size());
        gelu_codes(p, x.data(), y.data(), x.size());
        EXPECT_EQ(y, reference_gelu(r, x));
        return x.size();
    });
}

TEST(vector_unit, computes_softmax_as_the_reference) {
    compare_enough([](draws& d) {
        tensor_format in = any_format(d, 16), out = any_format(d, 16);
        if (d.once_in(2)) out.step = std::max(1.0 / (out.greatest - out.least), 0x1p-14);
        const softmax_parameters p = make_softmax(in, out);
        const softmax_integers r = derive_softmax(in, out);
        EXPECT_EQ(numbers_of(as_reference(p)), numbers_of(r));
        const auto rows = static_cast<std::size_t>(d.between(1, 9)),
                   columns = static_cast<std::size_t>(d.one_of({d.size(), d.between(1, 300)}));
        const codes x = any_codes(d, in, rows * columns);
        codes y(x.size());
        softmax_rows(p, x.data(), y.data(), rows, columns);
        EXPECT_EQ(y, reference_softmax(r, x, columns));
        return x.size();
    });
}

/// Gains and biases of a layer norm, one of each per column.
struct gains_and_biases {
    std::vector<float> gain, bias;
};
gains_and_biases any_gains(draws& d, std::size_t columns) {
    gains_and_biases all;
    const float size = static_cast<float>(std::exp2(d.between(-8, 4)));
    for (std::size_t c = 0; c < columns; ++c) {
        all.gain.push_back(size * static_cast<float>(d.between(-1000, 1000)) / 1000);
        all.bias.push_back(static_cast<float>(d.between(-1000, 1000)) / 300);
    }
    return all;
}

TEST(vector_unit, computes_layer_norm_as_the_reference) {
    compare_enough([](draws& d) {
        const tensor_format in = any_format(d, 16);
        const auto rows = static_cast<std::size_t>(d.between(1, 9)),
                   columns = static_cast<std::size_t>(d.one_of({d.size(), d.between(1, 300)}));
        const gains_and_biases g = any_gains(d, columns);
        const double epsilon = d.one_of({0.0, 1e-12, 1e-6, 1e-5, 0.1});
        const tensor_format out = any_format(d, 16);
        const layer_norm_parameters p = make_layer_norm(g.gain, g.bias, epsilon, in, out);
        const layer_norm_integers r = derive_layer_norm(g.gain, g.bias, epsilon, in, out);
        EXPECT_EQ(numbers_of(as_reference(p)), numbers_of(r));
        const codes x = any_codes(d, in, rows * columns);
        codes y(x.size());
        layer_norm_rows(p, x.data(), y.data(), rows);
        EXPECT_EQ(y, reference_layer_norm(r, x));
        return x.size();
    });
}

pool_shape any_pool(draws& d) {
    pool_shape s;
    s.channels = d.size();
    s.kernel_height = d.between(1, 5);
    s.kernel_width = d.between(1, 4);
    s.stride_height = d.between(1, 4);
    s.stride_width = d.between(1, 3);
    s.pad_top = d.between(0, s.kernel_height - 1);
    s.pad_left = d.between(0, s.kernel_width - 1);
    s.in_height = d.between(1, 12);
    s.in_width = d.between(1, 9);
    s.out_height = (s.in_height - 1 + s.pad_top) / s.stride_height + 1;  // all windows that begin before the image ends
    s.out_width = d.between(1, (s.in_width - 1 + s.pad_left) / s.stride_width + 1);
    return s;
}

/// [H][W][C], as the unit reads images, in the order of the axes [1][C][H][W].
codes channels_first(const codes& in, const extents& s) {
    codes out;
    for (std::int64_t c = 0; c < s[1]; ++c)
        for (std::int64_t p = 0; p < s[2] * s[3]; ++p) out.push_back(in[static_cast<std::size_t>(p * s[1] + c)]);
    return out;
}

void pools_as_the_reference(bool maximum) {
    compare_enough([maximum](draws& d) {
        const tensor_format in = any_format(d, 16);
        const pool_shape s = any_pool(d);
        const bool count_padding = d.once_in(2);
        const tensor_format out = d.once_in(3) ? in : any_format(d, 16);
        const value_range clip = any_clip(d);
        const pool_parameters p = make_pool(maximum, s, count_padding, in, out, clip);
        pool_integers r = as_reference(p);
        r.op.count_padding = count_padding;
        r = derive_pool(r.op, r.in_shape, r.out_shape, in, out, clip);
        EXPECT_EQ(numbers_of(as_reference(p)), numbers_of(r));
        const codes x = any_codes(d, in, static_cast<std::size_t>(s.in_height) * s.in_width * s.channels);
        codes y(static_cast<std::size_t>(s.out_height * s.out_width * s.channels));
        pool_codes(p, x.data(), y.data());
        EXPECT_EQ(channels_first(y, r.out_shape), reference_pool(r, channels_first(x, r.in_shape)));
        return y.size();
    });
}

TEST(vector_unit, pools_maxima_as_the_reference) { pools_as_the_reference(true); }
TEST(vector_unit, pools_averages_as_the_reference) { pools_as_the_reference(false); }

TEST(vector_unit, averages_rows_as_the_reference) {
    compare_enough([](draws& d) {
        const tensor_format in = any_format(d, 16);
        const auto groups = static_cast<std::size_t>(d.between(1, 3)), columns = static_cast<std::size_t>(d.between(1, 400));
        const std::int64_t rows = d.one_of({1, 2, 3, 16, 49, 197});
        const tensor_format out = any_format(d, 16);
        const value_range clip = any_clip(d);
        const mean_parameters p = make_mean(rows, in, out, clip);
        const mean_integers r = derive_mean(rows, in, out, clip);
        EXPECT_EQ(numbers_of(as_reference(p)), numbers_of(r));
        const codes x = any_codes(d, in, groups * static_cast<std::size_t>(rows) * columns);
        codes y(groups * columns);
        mean_codes(p, x.data(), y.data(), groups, columns);
        EXPECT_EQ(y, reference_mean(r, x, columns));
        return y.size();
    });
}

}  // namespace
}  // namespace symmetree
