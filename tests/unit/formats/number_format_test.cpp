#include "workloads/formats/number_format.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "core/enumerators.h"
#include "workloads/quantize/quantize.h"

namespace symmetree {
namespace {

/// Every family at every width.
template <class Check>
void for_every_format(Check check) {
    for (const scheme_family family : enumerators<scheme_family>())
        for (int bits = traits_of(family).least_bits; bits <= traits_of(family).most_bits; ++bits) {
            SCOPED_TRACE(std::string(to_string(family)) + " w" + std::to_string(bits));
            check(family, bits);
        }
}

/// A list without symmetry.
std::int8_t listed_level(int bits, int code) { return static_cast<std::int8_t>(3 * code - (1 << bits)); }

number_format format_of(scheme_family family, int bits, int guard_bits = 0) {
    quantized_weights w;
    w.family = family;
    w.bits = bits;
    w.guard_bits = guard_bits;
    for (int code = 0; code < 1 << bits; ++code) w.levels.push_back(listed_level(bits, code));
    return number_format(w);
}

TEST(number_format, of_post_rounds_the_root_of_a_half_once) {
    EXPECT_EQ(number_format(scheme_family::post, 4).level(1), std::sqrt(0.5));
    EXPECT_EQ(number_format(scheme_family::post, 4).level(3), std::sqrt(0.125));
}

double power(double base, int exponent) { return exponent == 0 ? 1 : power(base, exponent - 1) * base; }

/// A level as docs/numerics.md defines it.
double defined_level(scheme_family family, int bits, int code) {
    const int zero = (1 << (bits - 1)) - 1, e = code & zero;
    const double sign = code > zero ? -1 : 1;
    const auto half_to = [](int exponent) { return power(0.5, exponent); };
    switch (family) {
        case scheme_family::symq:
        case scheme_family::asymq:
        case scheme_family::dasq: return code;
        case scheme_family::pot: return e == zero ? 0 : sign * half_to(e);
        case scheme_family::post: return e == zero ? 0 : sign * half_to(e / 2) / (e % 2 == 0 ? 1 : std::sqrt(2.0));
        case scheme_family::levels: return listed_level(bits, code);
        case scheme_family::apot: break;
    }
    const std::vector<double> first_of_4{1, 0.5, 0.125, 0}, second_of_4{0.25, 0};
    const std::vector<double> first_of_5{1, 0.25, 0.0625, 0}, second_of_5{0.5, 0.125, 0.03125, 0};
    const std::size_t i = static_cast<std::size_t>(e >> (bits - 3)), j = static_cast<std::size_t>(e & ((1 << (bits - 3)) - 1));
    return sign * (bits == 4 ? first_of_4[i] + second_of_4[j] : first_of_5[i] + second_of_5[j]);
}

/// Weights of a scheme, fitted to seeded numbers of both signs and without symmetry.
quantized_weights fitted(const scheme& s, std::int64_t rows, std::int64_t columns) {
    std::mt19937 draw(7);
    std::normal_distribution<float> normal(0.3f, 1.f);
    std::vector<float> weights(static_cast<std::size_t>(rows * columns));
    for (float& w : weights) w = normal(draw);
    return quantize_weights(weights, rows, columns, s, 1);
}

scheme scheme_of(scheme_family family, int bits) {
    scheme s;
    s.family = family;
    s.weight_bits = bits;
    return s;
}

TEST(number_format, has_the_defined_level_for_every_code_of_every_family_and_width) {
    for_every_format([](scheme_family family, int bits) {
        const number_format format = format_of(family, bits);
        EXPECT_EQ(format.greatest_code() - format.least_code() + 1, 1 << bits);
        for (int code = format.least_code(); code <= format.greatest_code(); ++code)
            ASSERT_DOUBLE_EQ(format.level(code), defined_level(family, bits, code)) << "code " << code;
    });
}

TEST(number_format, finds_the_level_of_a_code_in_any_form_it_is_kept_in) {
    for_every_format([](scheme_family family, int bits) {
        const number_format format = format_of(family, bits);
        for (int code = format.least_code(); code <= format.greatest_code(); ++code)
            ASSERT_EQ(format.level(static_cast<std::int8_t>(code)), format.level(code)) << "code " << code;
    });
}

TEST(number_format, squares_levels_without_rounding_twice) {
    for_every_format([](scheme_family family, int bits) {
        const number_format format = format_of(family, bits);
        for (int code = format.least_code(); code <= format.greatest_code(); ++code) {
            const double square = format.squared_level(code);
            ASSERT_NEAR(square, defined_level(family, bits, code) * defined_level(family, bits, code), 1e-15 * square);
            int exponent = 0;  // POST's squares are powers of two
            if (family == scheme_family::post && square != 0) ASSERT_EQ(std::frexp(square, &exponent), 0.5) << "code " << code;
        }
    });
}

TEST(number_format, multiplies_as_the_level_says_up_to_its_guard_bits) {
    for_every_format([](scheme_family family, int bits) {
        for (int guard = 0; guard <= 7; ++guard) {
            const number_format format = format_of(family, bits, guard);
            const double unit = traits_of(family).has_guard_bits() ? std::ldexp(1.0, -guard) : 1;
            const double most_lost = traits_of(family).has_guard_bits() ? 2 * unit : 0;  // of each of two terms less than one unit
            for (int code = format.least_code(); code <= format.greatest_code(); ++code)
                for (int x = -128; x <= 255; ++x)
                    ASSERT_LE(std::fabs(format.product(code, x) * unit - format.level(code) * x), most_lost) << code << " times " << x;
        }
    });
}

TEST(number_format, folds_zero_points_exactly_where_products_are_multiples_of_the_activation) {
    for_every_format([](scheme_family family, int bits) {
        const number_format format = format_of(family, bits);
        bool multiples = true;
        for (int code = format.least_code(); code <= format.greatest_code(); ++code)
            for (int x = -128; x <= 255; ++x) multiples = multiples && format.product(code, x) == format.integer_level(code) * x;
        const family_traits traits = traits_of(family);
        if (traits.folds_zero_points()) EXPECT_TRUE(multiples);
        if (!traits.folds_zero_points() && bits == traits.most_bits) EXPECT_FALSE(multiples);  // few codes may lose nothing
    });
}

TEST(number_format, knows_the_extremes_of_a_product_over_all_activations) {
    const std::pair<int, int> ranges[] = {{0, 0}, {0, 15}, {-7, 7}, {-8, 7}, {0, 255}, {-128, 127}, {-3, -1}, {2, 9}};
    for_every_format([&](scheme_family family, int bits) {
        for (const int guard : {0, 4, 7}) {
            const number_format format = format_of(family, bits, guard);
            for (int code = format.least_code(); code <= format.greatest_code(); ++code)
                for (const auto& [least, greatest] : ranges) {
                    product_range all{format.product(code, least), format.product(code, least)};
                    for (int x = least; x <= greatest; ++x) {
                        all.least = std::min(all.least, format.product(code, x));
                        all.greatest = std::max(all.greatest, format.product(code, x));
                    }
                    const product_range found = format.extremes_of_product(code, least, greatest);
                    ASSERT_EQ(found.least, all.least) << "code " << code << " from " << least << " to " << greatest;
                    ASSERT_EQ(found.greatest, all.greatest) << "code " << code << " from " << least << " to " << greatest;
                }
        }
    });
}

TEST(number_format, writes_every_code_but_the_sign_of_nothing) {
    for_every_format([](scheme_family family, int bits) {
        const number_format format = format_of(family, bits);
        for (int code = format.greatest_written_code() + 1; code <= format.greatest_code(); ++code) EXPECT_EQ(format.level(code), 0);
        for (int code = format.least_code(); code < format.greatest_written_code(); ++code)
            for (int other = code + 1; other <= format.greatest_written_code(); ++other)
                ASSERT_NE(format.level(code), format.level(other)) << code << " and " << other;
    });
}

TEST(level_sums, are_the_sums_of_the_values_in_steps_outliers_included) {
    for_every_format([](scheme_family family, int bits) {
        if (!traits_of(family).folds_zero_points()) return;
        const quantized_weights w = fitted(scheme_of(family, bits), 5, 200);
        EXPECT_EQ(w.outliers.empty(), !traits_of(family).has_outliers);
        const std::vector<double> values = dequantize(w);
        const std::vector<std::int64_t> sums = level_sums(w);
        for (std::int64_t row = 0; row < w.rows; ++row) {
            double sum = 0;
            for (std::int64_t k = 0; k < w.columns; ++k) sum += values[static_cast<std::size_t>(row * w.columns + k)];
            const double in_steps = static_cast<double>(sums[static_cast<std::size_t>(row)] - w.columns * w.zero_point_of(row));
            EXPECT_NEAR(sum / w.step[static_cast<std::size_t>(row)], in_steps, 1e-6);
        }
    });
}

TEST(level_sums, add_levels_and_not_codes) {
    for_every_format([](scheme_family family, int bits) {
        const quantized_weights w = fitted(scheme_of(family, bits), 3, 50);
        const number_format format(w);
        const std::vector<std::int64_t> sums = level_sums(w);
        for (std::int64_t row = 0; row < w.rows; ++row) {
            std::int64_t sum = 0;
            for (std::int64_t k = 0; k < w.columns; ++k) sum += format.product(w.codes[static_cast<std::size_t>(row * w.columns + k)], 1);
            for (const outlier& o : w.outliers)
                if (o.row == row) sum += o.value * (1 << w.outlier_shift[o.row]);
            EXPECT_EQ(sums[static_cast<std::size_t>(row)], sum) << "row " << row;
        }
    });
}

TEST(number_format, of_rows_with_lists_of_their_own_are_those_lists) {
    quantized_weights w;
    w.family = scheme_family::levels;
    w.bits = 2;
    w.rows = 2;
    w.columns = 3;
    w.levels = {-2, 0, 1, 5, -7, -6, 100, 127};
    w.codes = {0, 3, 3, 0, 2, 1};
    const row_formats formats(w);
    ASSERT_TRUE(formats.differ());
    EXPECT_EQ(formats.of(0).level(3), 5);
    EXPECT_EQ(formats.of(1).level(3), 127);
    EXPECT_EQ(formats.of(1).product(2, -3), -300);
    EXPECT_EQ(level_sums(w), (std::vector<std::int64_t>{-2 + 5 + 5, -7 + 100 - 6}));
}

TEST(unit_of_products, is_two_to_the_minus_guard_bits_where_products_keep_them) {
    for_every_format([](scheme_family family, int bits) {
        quantized_weights w;
        w.family = family;
        w.bits = bits;
        w.guard_bits = 3;
        EXPECT_EQ(unit_of_products(w), traits_of(family).has_guard_bits() ? 0.125 : 1);
        scheme s = scheme_of(family, bits);
        s.shift.guard_bits = 5;
        EXPECT_EQ(guard_bits_of(s), traits_of(family).has_guard_bits() ? 5 : 0);
    });
}

TEST(without_idle_options, equal_schemes_hold_the_same) {
    for (const scheme_family family : enumerators<scheme_family>()) {
        scheme s = scheme_of(family, 4);
        s.uniform = {granularity::per_tensor, range_method::min_max, rounding::truncate};
        s.dasq = {7, "90"};
        s.shift = {1};
        s.levels = {level_source::nf, granularity::per_channel, 7};
        const scheme own = without_idle_options(s);
        EXPECT_EQ(own, s);
        EXPECT_EQ(to_string(own), to_string(s));
        const scheme read = parse_scheme(to_string(s));
        EXPECT_TRUE(read.uniform == own.uniform && read.dasq == own.dasq && read.shift == own.shift && read.levels == own.levels)
            << to_string(s);
    }
}

TEST(caution, is_for_post_of_few_bits) {
    for_every_format([](scheme_family family, int bits) {
        EXPECT_EQ(number_format(family, bits).caution().has_value(), family == scheme_family::post && bits <= 3);
    });
}

}  // namespace
}  // namespace symmetree
