#include <gmock/gmock.h>

#include "core/enumerators.h"
#include "core/error.h"
#include "workloads/formats/number_format.h"

namespace symmetree {
namespace {

using testing::HasSubstr;

std::string canonical(const std::string& text) { return to_string(parse_scheme(text)); }

std::vector<diagnostic> problems_of(const std::string& text, int weight_bits = 4) {
    try {
        parse_scheme(text, weight_bits);
    } catch (const input_error& error) {
        return error.problems();
    }
    return {};
}

TEST(scheme_text, canonical_texts_come_back_unchanged) {
    for (const char* text : {"symq:w4a8",
                             "asymq:w3a4",
                             "symq:w4a4:tensor:minmax:truncate",
                             "asymq:w8a2:tensor",
                             "dasq:w3a3:sw4:p98",
                             "dasq:w2a8:sw8:p99.5",
                             "dasq:w8a8:sw2:p100",
                             "dasq:w8a8:sw2:p0",
                             "dasq:w3a3:sw4:p98:max4perchannel",
                             "dasq:w3a3:sw4:p98:maxK/16perchannel",
                             "dasq:w3a3:sw4:p98:max1per16:aminmax",
                             "dasq:w3a3:sw4:p98:max8per16x16:asq",
                             "pot:w4a4:g4",
                             "post:w7a8:g0",
                             "post:w2a2:g7:aminmax",
                             "apot:w4a4:g4",
                             "apot:w5a8:g0",
                             "symq:w4a4:aminmax",
                             "symq:w4a4:asq",
                             "post:w3a3:g4:aminmax:asq",
                             "levels:w4a4:kmeans:d8",
                             "levels:w2a8:lq:channel:d4",
                             "levels:w4a4:e2m1:d5:asq",
                             "levels:w6a3:nf:d6"})
        EXPECT_EQ(canonical(text), text);
}

TEST(scheme_text, other_writings_take_the_canonical_form) {
    EXPECT_EQ(canonical("symq"), "symq:w4a4");
    EXPECT_EQ(canonical("symq:minmax"), "symq:w4a4:minmax");
    EXPECT_EQ(canonical("symq:w4a4:truncate:aminmax:minmax:tensor"), "symq:w4a4:tensor:minmax:truncate:aminmax");
    EXPECT_EQ(canonical("symq:w4a4:channel:mse:half_even:amse"), "symq:w4a4");
    EXPECT_EQ(canonical("dasq"), "dasq:w4a4:sw4:p98");
    EXPECT_EQ(canonical("dasq:p98.0"), "dasq:w4a4:sw4:p98");
    EXPECT_EQ(canonical("dasq:p099.50:sw3"), "dasq:w4a4:sw3:p99.5");
    EXPECT_EQ(canonical("dasq:p100.000"), "dasq:w4a4:sw4:p100");
    EXPECT_EQ(canonical("dasq:p0.0"), "dasq:w4a4:sw4:p0");
    EXPECT_EQ(canonical("dasq:max1per1x16:sw4"), "dasq:w4a4:sw4:p98:max1per16");
    EXPECT_EQ(canonical("dasq:w3a3:maxK/16perchannel:asq:p90"), "dasq:w3a3:sw4:p90:maxK/16perchannel:asq");
    EXPECT_EQ(canonical("dasq:p98.000000001"), "dasq:w4a4:sw4:p98.000000001");
    EXPECT_EQ(canonical("post"), "post:w4a4:g4");
    EXPECT_EQ(canonical("levels"), "levels:w4a4:kmeans:d6");
    EXPECT_EQ(canonical("levels:d7:tensor:nf"), "levels:w4a4:nf:d7");
    EXPECT_EQ(canonical("dasq:asq:p98"), "dasq:w4a4:sw4:p98:asq");
    EXPECT_NE(parse_scheme("symq:asq"), parse_scheme("symq"));
}

TEST(scheme_text, default_widths_are_the_callers) {
    EXPECT_EQ(to_string(parse_scheme("dasq", 3, 8)), "dasq:w3a8:sw4:p98");
    EXPECT_EQ(to_string(parse_scheme("dasq:w2a2", 3, 8)), "dasq:w2a2:sw4:p98");
}

TEST(scheme_text, every_scheme_survives_being_written_and_read) {
    for (const auto family : enumerators<scheme_family>())
        for (int bits = traits_of(family).least_bits; bits <= traits_of(family).most_bits; ++bits)
            for (int option = 0; option < 8; ++option)
                for (auto range : {range_method::mse, range_method::min_max}) {
                    scheme s;
                    s.family = family;
                    s.weight_bits = bits;
                    s.activation_bits = 10 - bits > 8 ? 8 : 10 - bits;
                    s.uniform.grain = option & 1 ? granularity::per_tensor : granularity::per_channel;
                    s.uniform.range = option & 2 ? range_method::min_max : range_method::mse;
                    s.uniform.round = option & 4 ? rounding::truncate : rounding::half_even;
                    s.dasq.outlier_bits = option % 7 + 2;
                    s.dasq.sparsity = option & 1 ? "97.50" : "90";
                    if (option & 2) s.dasq.bound = {option + 1, option > 3, 1, 0};
                    if (option == 4) s.dasq.bound = {65535, false, 16, 8};
                    s.shift.guard_bits = option;
                    s.levels = {option & 2 ? level_source::lq : level_source::nf, s.uniform.grain, 8 - option % 3};
                    s.activation_range = range;
                    EXPECT_EQ(parse_scheme(to_string(s)), s) << to_string(s);
                }
}

TEST(scheme_text, schemes_that_differ_in_one_used_field_are_unequal) {
    const std::vector<std::string> texts{"symq:w4a4",
                                         "symq:w4a5",
                                         "symq:w5a4",
                                         "asymq:w4a4",
                                         "symq:w4a4:tensor",
                                         "symq:w4a4:minmax",
                                         "symq:w4a4:truncate",
                                         "symq:w4a4:aminmax",
                                         "dasq:sw3:p98",
                                         "dasq:sw4",
                                         "dasq:p98.1",
                                         "dasq:max1perchannel",
                                         "dasq:maxK/1perchannel",
                                         "dasq:max1per16",
                                         "dasq:max2per16",
                                         "dasq:max1per16x16",
                                         "dasq:max1per8x16",
                                         "pot:g4",
                                         "pot:g3",
                                         "post:g4",
                                         "levels",
                                         "levels:nf",
                                         "levels:channel",
                                         "levels:d7"};
    for (std::size_t i = 0; i < texts.size(); ++i)
        for (std::size_t j = 0; j < texts.size(); ++j)
            EXPECT_EQ(parse_scheme(texts[i]) == parse_scheme(texts[j]), i == j) << texts[i] << " " << texts[j];
}

TEST(scheme_text, refused_texts_name_the_field_and_what_is_allowed) {
    const std::vector<std::pair<std::string, std::string>> cases{
        {"", "symq, asymq, dasq, pot, post"},
        {"lsq:w4a4", "symq, asymq, dasq, pot, post"},
        {"SYMQ", "symq, asymq, dasq, pot, post"},
        {"symq:w1a4", "weight bits: allowed 2..8"},
        {"symq:w9a4", "weight bits: allowed 2..8"},
        {"symq:w4a1", "activation bits: allowed 2..8"},
        {"symq:w4a9", "activation bits: allowed 2..8"},
        {"pot:w8a4", "weight bits: allowed 2..7"},
        {"post:w8a4", "weight bits: allowed 2..7"},
        {"apot:w3a4", "weight bits: allowed 4..5 for apot"},
        {"apot:w6a4", "weight bits: allowed 4..5 for apot"},
        {"pot:w1a4", "weight bits: allowed 2..7"},
        {"symq:w04a4", "wKaA"},
        {"symq:w4a", "wKaA"},
        {"symq:wa4", "wKaA"},
        {"symq:w-4a4", "wKaA"},
        {"symq:w4a99999999999", "wKaA"},
        {"symq:w4", "wKaA"},
        {"symq:", "wKaA"},
        {"symq:w4a4:", "amse, aminmax"},
        {"symq:minmax:w4a4", "wKaA (first)"},
        {"symq:w4a4:g4", "tensor"},
        {"symq:w4a4:sw4", "tensor"},
        {"symq:w4a4:p98", "tensor"},
        {"symq:w4a4:fast", "tensor"},
        {"symq:w4a4:minmax:mse", "given once"},
        {"symq:w4a4:tensor:tensor", "given once"},
        {"symq:w4a4:truncate:half_even", "given once"},
        {"symq:w4a4:amse:aminmax", "given once"},
        {"dasq:w4a4:tensor", "swK, pP"},
        {"dasq:w4a4:minmax", "swK, pP"},
        {"dasq:w4a4:sw1", "outlier bits: allowed 2..8"},
        {"dasq:w4a4:sw9", "outlier bits: allowed 2..8"},
        {"dasq:w4a4:sw", "outlier bits: allowed 2..8"},
        {"dasq:w4a4:sw4:sw4", "given once"},
        {"dasq:w4a4:p101", "0..100"},
        {"dasq:w4a4:p100.1", "0..100"},
        {"dasq:w4a4:p-1", "0..100"},
        {"dasq:w4a4:p98.", "0..100"},
        {"dasq:w4a4:p.5", "0..100"},
        {"dasq:w4a4:p9e1", "0..100"},
        {"dasq:w4a4:p", "0..100"},
        {"dasq:w4a4:p98.0000000001", "0..100"},
        {"dasq:w4a4:p98:p98", "given once"},
        {"dasq:w4a4:max", "maxRperchannel, maxK/Dperchannel, maxRperL, maxRperTxL with whole numbers of 1..65535"},
        {"dasq:w4a4:max1", "maxRperL"},
        {"dasq:w4a4:max1per", "maxRperL"},
        {"dasq:w4a4:maxper16", "maxRperL"},
        {"dasq:w4a4:max0per16", "1..65535"},
        {"dasq:w4a4:max1per65536", "1..65535"},
        {"dasq:w4a4:max01per16", "maxRperL"},
        {"dasq:w4a4:max1per0x16", "maxRperTxL"},
        {"dasq:w4a4:max1per16x", "maxRperTxL"},
        {"dasq:w4a4:max1per16x16x16", "maxRperTxL"},
        {"dasq:w4a4:max1pertile", "maxRperTxL"},
        {"dasq:w4a4:maxK/16per16", "maxK/Dperchannel"},
        {"dasq:w4a4:maxK/0perchannel", "maxK/Dperchannel"},
        {"dasq:w4a4:max1per16:max2per16", "given once"},
        {"symq:w4a4:max1per16", "tensor"},
        {"pot:w4a4:g8", "guard bits: allowed 0..7"},
        {"pot:w4a4:g-1", "guard bits: allowed 0..7"},
        {"pot:w4a4:g", "guard bits: allowed 0..7"},
        {"post:w4a4:minmax", "gG"},
        {"post:w4a4:g4:g4", "given once"},
    };
    for (const auto& [text, allowed] : cases) {
        const std::vector<diagnostic> problems = problems_of(text);
        ASSERT_EQ(problems.size(), 1u) << text;
        EXPECT_EQ(problems[0].field, "scheme") << text;
        EXPECT_EQ(problems[0].file, "") << text;
        EXPECT_THAT(problems[0].message, HasSubstr(allowed)) << text;
        EXPECT_THAT(problems[0].message, HasSubstr("\"" + text + "\"")) << text;
    }
}

TEST(scheme_text, all_problems_are_reported_at_once) { EXPECT_EQ(problems_of("dasq:w9a1:sw9:p200:fast").size(), 5u); }

TEST(scheme_text, a_default_width_is_checked_like_a_written_one) { EXPECT_EQ(problems_of("post", 8).size(), 1u); }

}  // namespace
}  // namespace symmetree
