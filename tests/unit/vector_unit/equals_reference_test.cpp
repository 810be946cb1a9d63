#include <gtest/gtest.h>

#include <functional>

#include "models/vector_unit/vector_math.h"
#include "reference/vector_reference.h"
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
        const requantize_parameters p = make_requantize(in, out, d.one_of({1.0, 0.125, 0.3, 7.0}), any_clip(d));
        const codes x = any_codes(d, in, any_count(d));
        codes y(x.size());
        requantize_codes(p, x.data(), y.data(), x.size());
        EXPECT_EQ(y, reference_requantize(p, x));
        return x.size();
    });
}

TEST(vector_unit, adds_as_the_reference) {
    compare_enough([](draws& d) {
        const tensor_format in_a = any_format(d, 16), in_b = any_format(d, 16), out = any_format(d, 16);
        const add_parameters p = make_add(in_a, in_b, out, any_clip(d));
        const codes a = any_codes(d, in_a, any_count(d)), b = any_codes(d, in_b, a.size());
        codes y(a.size());
        add_codes(p, a.data(), b.data(), y.data(), a.size());
        EXPECT_EQ(y, reference_add(p, a, b));
        return a.size();
    });
}

TEST(vector_unit, computes_gelu_as_the_reference) {
    compare_enough([](draws& d) {
        const tensor_format in = any_format(d, 16), out = any_format(d, 16);
        const gelu_parameters p = make_gelu(in, out);
        const codes x = any_codes(d, in, any_count(d));
        codes y(x.size());
        gelu_codes(p, x.data(), y.data(), x.size());
        EXPECT_EQ(y, reference_gelu(p, x));
        return x.size();
    });
}

TEST(vector_unit, computes_softmax_as_the_reference) {
    compare_enough([](draws& d) {
        tensor_format in = any_format(d, 16), out = any_format(d, 16);
        if (d.once_in(2)) out.step = std::max(1.0 / (out.greatest - out.least), 0x1p-14);
        const softmax_parameters p = make_softmax(in, out);
        const auto rows = static_cast<std::size_t>(d.between(1, 9)),
                   columns = static_cast<std::size_t>(d.one_of({d.size(), d.between(1, 300)}));
        const codes x = any_codes(d, in, rows * columns);
        codes y(x.size());
        softmax_rows(p, x.data(), y.data(), rows, columns);
        EXPECT_EQ(y, reference_softmax(p, x, columns));
        return x.size();
    });
}

layer_norm_parameters any_layer_norm(draws& d, std::size_t columns, const tensor_format& in) {
    std::vector<float> gain, bias;
    const float size = static_cast<float>(std::exp2(d.between(-8, 4)));
    for (std::size_t c = 0; c < columns; ++c) {
        gain.push_back(size * static_cast<float>(d.between(-1000, 1000)) / 1000);
        bias.push_back(static_cast<float>(d.between(-1000, 1000)) / 300);
    }
    return make_layer_norm(gain, bias, d.one_of({0.0, 1e-12, 1e-6, 1e-5, 0.1}), in, any_format(d, 16));
}

TEST(vector_unit, computes_layer_norm_as_the_reference) {
    compare_enough([](draws& d) {
        const tensor_format in = any_format(d, 16);
        const auto rows = static_cast<std::size_t>(d.between(1, 9)),
                   columns = static_cast<std::size_t>(d.one_of({d.size(), d.between(1, 300)}));
        const layer_norm_parameters p = any_layer_norm(d, columns, in);
        const codes x = any_codes(d, in, rows * columns);
        codes y(x.size());
        layer_norm_rows(p, x.data(), y.data(), rows);
        EXPECT_EQ(y, reference_layer_norm(p, x));
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

void pools_as_the_reference(bool maximum) {
    compare_enough([maximum](draws& d) {
        const tensor_format in = any_format(d, 16);
        const pool_shape s = any_pool(d);
        const pool_parameters p = make_pool(maximum, s, d.once_in(2), in, d.once_in(3) ? in : any_format(d, 16), any_clip(d));
        const codes x = any_codes(d, in, static_cast<std::size_t>(s.in_height * s.in_width * s.channels));
        codes y(static_cast<std::size_t>(s.out_height * s.out_width * s.channels));
        pool_codes(p, x.data(), y.data());
        EXPECT_EQ(y, reference_pool(p, x));
        return y.size();
    });
}

TEST(vector_unit, pools_maxima_as_the_reference) { pools_as_the_reference(true); }
TEST(vector_unit, pools_averages_as_the_reference) { pools_as_the_reference(false); }

TEST(vector_unit, averages_rows_as_the_reference) {
    compare_enough([](draws& d) {
        const tensor_format in = any_format(d, 16);
        const auto groups = static_cast<std::size_t>(d.between(1, 3)), columns = static_cast<std::size_t>(d.between(1, 400));
        const mean_parameters p = make_mean(d.one_of({1, 2, 3, 16, 49, 197}), in, any_format(d, 16), any_clip(d));
        const codes x = any_codes(d, in, groups * static_cast<std::size_t>(p.rows) * columns);
        codes y(groups * columns);
        mean_codes(p, x.data(), y.data(), groups, columns);
        EXPECT_EQ(y, reference_mean(p, x, columns));
        return y.size();
    });
}

}  // namespace
}  // namespace symmetree
