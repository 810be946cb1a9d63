// Fields that don't go together, and which scheme runs on which platform.
#include <gmock/gmock.h>

#include <utility>

#include "support.h"

namespace symmetree {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct rule {
    std::string file;
    const char* field;
    const char* message;
};

std::vector<rule> broken_rules() {
    return {
        {minimal("array: {kind: pot}\n", "symq"), "side_array", "needs a side_array of multipliers"},
        {minimal("array: {kind: post}\n", "post"), "side_array", "needs a side_array of multipliers"},
        {minimal("array: {kind: post, weight_bits: 8}\nside_array: {lanes: 4}\n", "symq"), "array.weight_bits", "2 to 7 bits"},
        {minimal("array: {kind: pot, trees: 8}\nside_array: {trees: 9}\n", "pot"), "side_array.trees", "8 trees"},
        {minimal("array: {kind: pot}\nside_array: {kind: post}\n", "pot"), "side_array.kind", "of multipliers"},
        {minimal("side_array: {trees: 4}\n"), "side_array", "only a pot, post or apot array"},
        {minimal("array: {kind: pot}\nside_array: {}\nzero_point: {unit: row_sum}\n", "pot"), "zero_point.unit",
         "belongs to a multiplier array"},
        {minimal("array: {kind: post}\nside_array: {}\nsparse: {lanes: 4}\n", "post"), "sparse.lanes", "belongs to a multiplier array"},
        {minimal("array: {trees: 8}\nsparse: {lanes: 9}\n"), "sparse.lanes", "only 8 would ever work"},
        {minimal("sparse: {lanes: 4, engine: decoupled}\nmapping: {dataflow: output_stationary}\n"), "sparse.engine", "take lock_step"},
        {minimal("sparse: {lanes: 4, engine: decoupled}\naccumulators: {write_interval: 3}\n"), "sparse.engine", "at most, given 3"},
        {minimal("accumulators: {depth: 64}\nmapping: {m_block: 65}\n"), "mapping.m_block", "holds 64 vectors"},
        {minimal("mapping: {keep: both}\n"), "mapping.keep", "scratchpad.bytes is 0"},
        {minimal("scratchpad: {bytes: 100000, banks: 3}\n"), "scratchpad.bytes", "don't divide into 3 banks"},
        {minimal("scratchpad: {bytes: 65536, banks: 32}\n"), "scratchpad.banks",
         "banks of at least 4096 bytes are wanted, given 32 banks of 2048"},
        {minimal("requantizer: {drain_width: 17}\n"), "requantizer.drain_width", "port of 128 bits"},
        {minimal("", "asymq"), "scheme", "needs a zero-point unit"},
        {minimal("", "dasq"), "scheme", "sparse.lanes is 0"},
        {minimal("sparse: {lanes: 4, value_bits: 4}\n", "dasq:sw5"), "scheme", "outliers have 5 bits"},
        {minimal("", "pot"), "scheme", "needs an array of kind pot"},
        {minimal("array: {kind: pot}\nside_array: {}\n", "post"), "scheme", "needs an array of kind post"},
        {minimal("array: {kind: pot, guard_bits: 3}\nside_array: {}\n", "pot:g4"), "scheme", "4 guard bits"},
        {minimal("array: {kind: pot}\nside_array: {}\n", "pot:w5a4"), "scheme", "never split"},
        {minimal("mapping: {wide_layers: refuse}\n", "symq:w5a4"), "scheme", "wider than the array's ports"},
    };
}

TEST(platform_rules, each_broken_rule_is_one_problem_that_names_field_and_reason) {
    for (const rule& r : broken_rules()) {
        SCOPED_TRACE(r.file);
        EXPECT_THAT(problems_of(r.file),
                    ElementsAre(AllOf(Field(&diagnostic::field, r.field), Field(&diagnostic::message, HasSubstr(r.message)),
                                      Field(&diagnostic::line, testing::Gt(0)))));
    }
}

TEST(platform_rules, just_inside_each_limit_is_accepted) {
    for (const std::string& file :
         {minimal("array: {kind: pot, weight_bits: 7}\nside_array: {trees: 16}\n", "pot"),
          minimal("array: {trees: 8}\nsparse: {lanes: 8}\n"), minimal("array: {trees: 8}\nsparse: {lanes: 9, assignment: pooled}\n"),
          minimal("accumulators: {depth: 64}\nmapping: {m_block: 64}\n"),
          minimal("sparse: {lanes: 4, engine: decoupled}\naccumulators: {write_interval: 2}\n"),
          minimal("sparse: {engine: decoupled}\nmapping: {dataflow: output_stationary}\n"),
          minimal("accumulators: {depth: 64}\nmapping: {dataflow: output_stationary, m_block: 65}\n"),
          minimal("scratchpad: {bytes: 65536, banks: 16}\nmapping: {keep: both}\n"), minimal("scratchpad: {banks: 7}\n"),
          minimal("requantizer: {drain_width: 17}\noutput_buffer: {port_bits: 136}\n"),
          minimal("sparse: {lanes: 4, value_bits: 5}\n", "dasq:sw5"), minimal("array: {trees: 13, lanes: 7}\n"),
          minimal("array: {kind: post, guard_bits: 0}\nside_array: {}\n", "post:g0")}) {
        SCOPED_TRACE(file);
        EXPECT_THAT(problems_of(file), IsEmpty());
    }
}

TEST(platform_rules, a_rule_over_a_misread_field_stays_silent) {
    // `kind: pit` reads as a multiplier array: only the misspelling is to blame, not the scheme.
    EXPECT_THAT(problems_of(minimal("array: {kind: pit}\n", "pot")), ElementsAre(Field(&diagnostic::field, "array.kind")));
    EXPECT_THAT(problems_of(minimal("sparse: {lanes: none}\n", "dasq")), ElementsAre(Field(&diagnostic::field, "sparse.lanes")));
    EXPECT_THAT(problems_of(minimal("sparse: none\n", "dasq")), ElementsAre(Field(&diagnostic::field, "sparse")));
}

TEST(platform_rules, the_place_of_a_rule_is_the_field_that_was_written) {
    const auto problems = problems_of("name: p\nscheme: symq\nmapping:\n  m_block: 300\n");
    EXPECT_THAT(problems, ElementsAre(AllOf(Field(&diagnostic::line, 4), Field(&diagnostic::column, 12))));
}

struct verdict {
    const char* platform;
    const char* scheme;
    const char* reason;  ///< part of it; empty: it can run
};

/// Rows: what each shipped platform says to each family.
std::vector<verdict> verdicts() {
    return {
        {"symq", "symq:w4a4", ""},
        {"symq", "symq:w8a8", ""},
        {"symq", "asymq:w4a4", "zero-point unit"},
        {"symq", "dasq:w4a4", "sparse outlier unit"},
        {"symq", "pot:w4a4", "kind pot"},
        {"symq", "post:w4a4", "kind post"},
        {"asymq_pre_subtract", "symq:w4a4", ""},
        {"asymq_pre_subtract", "asymq:w3a4", ""},
        {"asymq_widened", "asymq:w8a8", ""},
        {"asymq_row_sum", "asymq:w4a4:tensor", ""},
        {"asymq_row_sum", "dasq:w4a4", "sparse outlier unit"},
        {"dasq", "dasq:w4a4:sw4:p98", ""},
        {"dasq", "dasq:w3a3:sw2:p99.5", ""},
        {"dasq", "dasq:w4a4:sw5:p98", "outliers have 5 bits"},
        {"dasq", "symq:w4a4", ""},
        {"dasq", "asymq:w4a4", "zero-point unit"},
        {"dasq_row_sum", "asymq:w4a4", ""},
        {"dasq_row_sum", "dasq:w8a8", ""},
        {"dasq_fpga", "dasq:w4a4", ""},
        {"pot", "pot:w4a4", ""},
        {"pot", "pot:w3a4", ""},
        {"pot", "pot:w5a4", "never split"},
        {"pot", "pot:w4a5", "never split"},
        {"pot", "pot:w4a4:g3", "guard bits"},
        {"pot", "post:w4a4", "kind post"},
        {"pot", "symq:w8a8", ""},
        {"pot", "asymq:w4a4", "zero-point unit"},
        {"pot", "dasq:w4a4", "sparse outlier unit"},
        {"post", "post:w4a4", ""},
        {"apot", "apot:w4a4", ""},
        {"apot", "apot:w5a4", "wider"},
        {"apot", "pot:w4a4", "kind pot"},
        {"pot", "apot:w4a4", "kind apot"},
        {"post", "pot:w4a4", "kind pot"},
        {"post", "symq:w4a4", ""},
        {"levels", "levels:w4a4:nf", ""},
        {"levels", "levels:w3a8:d5", ""},
        {"levels", "symq:w8a8", ""},
        {"levels", "levels:w5a4", "the tables take 4"},
        {"levels", "levels:w4a4:d8", "the tables hold 6"},
        {"levels", "levels:w4a4:kmeans:channel", "level_decoders: per_tree"},
        {"levels_per_channel", "levels:w4a4:kmeans:channel", ""},
        {"levels_per_channel", "levels:w4a4:lq", ""},
        {"levels", "asymq:w4a4", "zero-point unit"},
        {"symq", "levels:w4a4", "kind levels"},
    };
}

TEST(why_not, names_the_missing_circuit_or_nothing) {
    for (const verdict& v : verdicts()) {
        SCOPED_TRACE(std::string(v.scheme) + " on " + v.platform);
        const auto reason = why_not(shipped(v.platform), parse_scheme(v.scheme));
        EXPECT_EQ(reason.has_value(), *v.reason != '\0') << reason.value_or("it can run");
        EXPECT_THAT(reason.value_or(""), HasSubstr(v.reason));
    }
}

TEST(why_not, refuses_wide_layers_on_the_array_that_would_run_them) {
    platform_config c = shipped("pot");
    c.mapping.wide = wide_layers::refuse;
    EXPECT_FALSE(why_not(c, parse_scheme("symq:w4a4")));
    c.side_array->weight_bits = 3;
    EXPECT_THAT(why_not(c, parse_scheme("symq:w4a4")).value_or(""), HasSubstr("w3a4"));
    c.side_array.reset();
    EXPECT_THAT(why_not(c, parse_scheme("symq:w3a4")).value_or(""), HasSubstr("no side_array"));
}

TEST(array_for, uniform_families_run_on_the_side_array_of_a_shift_platform) {
    const platform_config pot = shipped("pot"), symq = shipped("symq");
    EXPECT_EQ(array_for(pot, scheme_family::symq), &*pot.side_array);
    EXPECT_EQ(array_for(pot, scheme_family::pot), &pot.array);
    EXPECT_EQ(array_for(pot, scheme_family::post), nullptr);
    EXPECT_EQ(array_for(symq, scheme_family::dasq), &symq.array);
    EXPECT_EQ(array_for(symq, scheme_family::pot), nullptr);
}

TEST(with_widths, sets_ports_and_scheme_together) {
    const platform_config c = with_widths(shipped("dasq"), 3, 8);
    EXPECT_EQ(c.array.weight_bits, 3);
    EXPECT_EQ(c.array.activation_bits, 8);
    EXPECT_EQ(to_string(c.default_scheme), "dasq:w3a8:sw4:p98");
    const platform_config same = with_widths(shipped("dasq"), {}, {});
    EXPECT_EQ(to_yaml(same), to_yaml(shipped("dasq")));
    EXPECT_EQ(to_string(with_widths(shipped("symq"), {}, 2).default_scheme), "symq:w4a2");
}

TEST(with_widths, sets_the_side_array_too) {
    const platform_config c = with_widths(shipped("post"), 7, 6);
    EXPECT_EQ(c.array.weight_bits, 7);
    EXPECT_EQ(c.side_array->weight_bits, 7);
    EXPECT_EQ(c.side_array->activation_bits, 6);
    EXPECT_EQ(to_string(c.default_scheme), "post:w7a6:g4");
}

/// Least and greatest width of the weight codes that an array takes.
std::pair<int, int> widths_of(array_kind kind) {
    switch (kind) {
        case array_kind::multiplier: return {2, 8};
        case array_kind::pot:
        case array_kind::post: return {2, 7};
        case array_kind::apot: return {4, 5};
        case array_kind::levels: return {2, 6};
    }
    return {};
}

TEST(with_widths, stays_a_sound_platform_at_every_width) {
    for (const std::string& name : shipped_platforms(shipped_directory)) {
        const auto [least, greatest] = widths_of(shipped(name).array.kind);
        for (int w = least; w <= greatest; ++w)
            for (int a = 2; a <= 8; ++a) {
                const platform_config c = with_widths(shipped(name), w, a);
                EXPECT_THAT(contradictions(c), IsEmpty()) << name << " w" << w << "a" << a;
            }
    }
}

TEST(with_widths, refuses_what_no_port_can_be) {
    for (const int bits : {-1, 0, 1, 9}) {
        EXPECT_THROW(with_widths(shipped("symq"), bits, {}), input_error) << bits;
        EXPECT_THROW(with_widths(shipped("symq"), {}, bits), input_error) << bits;
    }
    EXPECT_NO_THROW(with_widths(shipped("symq"), 8, 8));
    EXPECT_THROW(with_widths(shipped("pot"), 8, {}), input_error);
    EXPECT_THROW(with_widths(shipped("post"), 8, 8), input_error);
    try {
        with_widths(shipped("post"), 8, 9);
        FAIL() << "both widths are wrong";
    } catch (const input_error& e) {
        EXPECT_EQ(e.problems().size(), 2u);
    }
}

}  // namespace
}  // namespace symmetree
