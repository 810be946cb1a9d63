#include "runs/sweep/sweep_spec.h"

#include <gmock/gmock.h>

#include "tests/unit/sweep/support.h"

// The form of a sweep's file: what it says, and file, line and column of everything that is wrong with it.

namespace symmetree {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string head = "name: s\nworkload: w\nplatform: p\n";

sweep_spec parsed(const std::string& rest) { return parse_sweep(head + rest, "s.yaml"); }

std::vector<std::string> problems_in(const std::string& yaml) {
    return problems_of([&] { parse_sweep(yaml, "s.yaml"); });
}

std::vector<std::string> problems_below_head(const std::string& rest) { return problems_in(head + rest); }

std::vector<std::string> values_of(const std::string& axis) {
    std::vector<std::string> texts;
    const sweep_spec spec = parsed("axes:\n  - {axis: seed, " + axis + "}\n");
    for (const sweep_axis::value& v : spec.axes.at(0).values) texts.push_back(v.text);
    return texts;
}

TEST(sweep_spec, reads_every_field) {
    const sweep_spec spec = parse_sweep(
        "name: n\ndescription: d\nworkload: w\nplatform: p\nscheme: symq:w4a4\nseed: 7\nexact: true\n"
        "axes:\n  - {axis: platform.array.trees, name: width, values: [1, 2]}\n"
        "constraints:\n  - width < 2\n  - energy_j < 1\nminimize: [latency_s, width]\n",
        "folder/s.yaml");
    EXPECT_EQ(spec.name, "n");
    EXPECT_EQ(spec.description, "d");
    EXPECT_EQ(spec.workload, "w");
    EXPECT_EQ(spec.platform, "p");
    EXPECT_EQ(spec.scheme, "symq:w4a4");
    EXPECT_EQ(spec.seed, 7u);
    EXPECT_TRUE(spec.exact);
    ASSERT_EQ(spec.axes.size(), 1u);
    EXPECT_EQ(spec.axes[0].field, "platform.array.trees");
    EXPECT_EQ(spec.axes[0].column, "width");
    EXPECT_EQ(spec.axes[0].place.line, 9);
    EXPECT_EQ(spec.axes[0].values[1].place.line, 9);
    EXPECT_EQ(spec.axes[0].values[1].place.column, 59);
    ASSERT_EQ(spec.constraints.size(), 2u);
    EXPECT_EQ(spec.constraints[1].expression, "energy_j < 1");
    EXPECT_EQ(spec.constraints[1].place.text(), "folder/s.yaml:12:5: constraints[1]: ");
    EXPECT_THAT(spec.minimize, ElementsAre("latency_s", "width"));
    EXPECT_EQ(spec.file, "folder/s.yaml");
}

TEST(sweep_spec, is_timing_only_with_seed_1_for_least_energy_unless_it_says_so) {
    const sweep_spec spec = parsed("axes:\n  - {axis: seed, values: [1]}\n");
    EXPECT_FALSE(spec.exact);
    EXPECT_EQ(spec.seed, 1u);
    EXPECT_THAT(spec.minimize, ElementsAre("energy_j"));
    EXPECT_THAT(spec.constraints, IsEmpty());
    EXPECT_EQ(spec.scheme, "");
}

TEST(sweep_spec, ready_ones_are_sound) {
    int count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(SYMMETREE_ROOT "/platforms/sweeps")) {
        EXPECT_NO_THROW(load_sweep(entry.path().string())) << entry.path();
        ++count;
    }
    EXPECT_GE(count, 1);
}

TEST(values, are_kept_as_written) {
    EXPECT_THAT(values_of("values: [1e-3, 0x10, 'a b', \"<b>\", 05]"), ElementsAre("1e-3", "0x10", "a b", "<b>", "05"));
}

TEST(range, counts_by_one_and_takes_both_ends) { EXPECT_THAT(values_of("range: 2..5"), ElementsAre("2", "3", "4", "5")); }
TEST(range, of_one_value) { EXPECT_THAT(values_of("range: 5..5"), ElementsAre("5")); }
TEST(range, with_a_step_stops_before_its_end) { EXPECT_THAT(values_of("range: 2..9, step: 3"), ElementsAre("2", "5", "8")); }
TEST(range, from_below_zero) { EXPECT_THAT(values_of("range: -1..1"), ElementsAre("-1", "0", "1")); }
TEST(range, of_large_numbers_is_written_whole) {
    EXPECT_THAT(values_of("range: 500e6..1e9, step: 250e6"), ElementsAre("500000000", "750000000", "1000000000"));
}
TEST(range, with_a_decimal_step_has_decimal_values) {
    EXPECT_THAT(values_of("range: 0..1, step: 0.1"), ElementsAre("0", "0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9", "1"));
}

TEST(powers_of_two, take_both_ends) { EXPECT_THAT(values_of("powers_of_two: 4..32"), ElementsAre("4", "8", "16", "32")); }
TEST(powers_of_two, lie_between_the_ends) { EXPECT_THAT(values_of("powers_of_two: 3..17"), ElementsAre("4", "8", "16")); }
TEST(powers_of_two, begin_at_one) { EXPECT_THAT(values_of("powers_of_two: 1..2"), ElementsAre("1", "2")); }

TEST(column, is_the_last_word_of_its_field_or_all_of_it_where_that_is_taken) {
    const sweep_spec spec = parsed(
        "axes:\n  - {axis: platform.array.trees, values: [1]}\n  - {axis: platform.sparse.lanes, values: [1]}\n"
        "  - {axis: platform.side_array.lanes, values: [1]}\n  - {axis: platform.clock_hz, values: [1e9]}\n"
        "  - {axis: 'workload.layers[conv*].weight_bits', values: [4]}\n  - {axis: platform.cost_table, values: [a]}\n");
    std::vector<std::string> names;
    for (const sweep_axis& a : spec.axes) names.push_back(a.column);
    EXPECT_THAT(names,
                ElementsAre("trees", "lanes", "platform.side_array.lanes", "platform.clock_hz", "weight_bits", "platform.cost_table"));
}

TEST(column, of_any_text_is_kept) {
    for (const std::string name :
         {"\"); DROP TABLE point;--", "<script>alert(1)</script>", "a'b\"c", "två\nrader", "../../etc/passwd", " "}) {
        std::string quoted;
        for (const char c : name) quoted += c == '"' ? "\\\"" : c == '\n' ? "\\n" : std::string(1, c);
        EXPECT_EQ(parsed("axes:\n  - {axis: seed, name: \"" + quoted + "\", values: [1]}\n").axes[0].column, name);
    }
}

TEST(column, that_is_taken_is_refused_whatever_its_case) {
    EXPECT_THAT(problems_below_head("axes:\n  - {axis: seed, name: Energy_J, values: [1]}\n"),
                ElementsAre("s.yaml:5:12: axis seed: the column 'Energy_J' is taken; give the axis another name"));
    EXPECT_THAT(problems_below_head("axes:\n  - {axis: seed, name: ID, values: [1]}\n"),
                ElementsAre(HasSubstr("the column 'ID' is taken")));
    EXPECT_THAT(problems_below_head("axes:\n  - {axis: seed, name: x, values: [1]}\n  - {axis: weight_bits, name: X, values: [4]}\n"),
                ElementsAre("s.yaml:6:12: axis weight_bits: the column 'X' is taken; give the axis another name"));
}

TEST(column, of_the_name_of_a_label_belongs_to_that_label) {
    EXPECT_THAT(problems_below_head("axes:\n  - {axis: seed, name: scheme, values: [1]}\n"),
                ElementsAre(HasSubstr("5:12: axis seed: the column 'scheme' is taken")));
    EXPECT_THAT(problems_below_head("axes:\n  - {axis: seed, name: Workload, values: [1]}\n"),
                ElementsAre(HasSubstr("the column 'Workload' is taken")));
    EXPECT_THAT(problems_in("name: s\nworkload: w\naxes:\n  - {axis: platform, name: Platform, values: [p]}\n"),
                ElementsAre(HasSubstr("the column 'Platform' is taken")));
    EXPECT_THAT(problems_in("name: s\nworkload: w\naxes:\n  - {axis: platform, values: [p]}\n"), IsEmpty());
}

struct wrong {
    std::string name, below_head, problem;
};
void PrintTo(const wrong& w, std::ostream* out) { *out << w.name; }

class wrong_sweep : public testing::TestWithParam<wrong> {};

TEST_P(wrong_sweep, is_refused_at_its_place) { EXPECT_THAT(problems_below_head(GetParam().below_head), ElementsAre(GetParam().problem)); }

const std::string known = "axes, baseline, constraints, description, exact, minimize, name, platform, scheme, seed, workload";

INSTANTIATE_TEST_SUITE_P(
    each, wrong_sweep,
    testing::Values(
        wrong{"no_axes", "", "s.yaml:1:1: axes: is missing"},
        wrong{"empty_axes", "axes: []\n", "s.yaml:4:7: axes: at least one axis is wanted"},
        wrong{"axes_no_list", "axes: 5\n", "s.yaml:4:7: axes: a list is wanted, given '5'"},
        wrong{"axis_no_mapping", "axes: [5]\n", "s.yaml:4:8: axes[0]: a mapping is wanted, given '5'"},
        wrong{"unknown_key", "axis: x\naxes: [{axis: seed, values: [1]}]\n", "s.yaml:4:1: axis: unknown key; known here: " + known},
        wrong{"unknown_key_of_an_axis", "axes:\n  - {axis: seed, values: [1], valeus: [2]}\n",
              "s.yaml:5:31: axes[0].valeus: unknown key; known here: axis, name, powers_of_two, product, range, values, zip"},
        wrong{"key_twice", "seed: 1\nseed: 2\naxes: [{axis: seed, values: [1]}]\n", "s.yaml:5:1: seed: given twice"},
        wrong{"nameless_axis", "axes:\n  - {values: [1]}\n", "s.yaml:5:5: axes[0].axis: is missing"},
        wrong{"no_values", "axes:\n  - {axis: seed}\n", "s.yaml:5:12: axes[0].axis: one of values, range and powers_of_two is wanted"},
        wrong{"values_and_range", "axes:\n  - {axis: seed, values: [1], range: 1..2}\n",
              "s.yaml:5:12: axes[0].axis: one of values, range and powers_of_two is wanted"},
        wrong{"empty_values", "axes:\n  - {axis: seed, values: []}\n", "s.yaml:5:12: axes[0].axis: takes no value"},
        wrong{"nested_value", "axes:\n  - axis: seed\n    values: [1, [2]]\n",
              "s.yaml:6:17: axis seed: every value is a single number, word or text"},
        wrong{"absent_value", "axes:\n  - axis: seed\n    values: [1, ~]\n",
              "s.yaml:6:17: axis seed: every value is a single number, word or text"},
        wrong{"value_twice", "axes:\n  - axis: seed\n    values:\n      - 1\n      - 2\n      - 1\n",
              "s.yaml:9:9: axis seed: the value '1' stands twice"},
        wrong{"step_without_range", "axes:\n  - {axis: seed, values: [1], step: 2}\n",
              "s.yaml:5:31: axes[0].step: unknown key; known here: axis, name, powers_of_two, product, range, values, zip"},
        wrong{"doubled_axis", "axes:\n  - {axis: seed, values: [1]}\n  - {axis: seed, name: b, values: [2]}\n",
              "s.yaml:6:12: axis seed: the field seed is an axis already"},
        wrong{"empty_name", "axes:\n  - {axis: seed, name: '', values: [1]}\n",
              "s.yaml:5:24: axes[0].name: 1 to 100 bytes are wanted, none of them 0"},
        wrong{"name_with_a_zero", "axes:\n  - {axis: seed, name: \"a\\0b\", values: [1]}\n",
              "s.yaml:5:24: axes[0].name: 1 to 100 bytes are wanted, none of them 0"},
        wrong{"long_name", "axes:\n  - {axis: seed, name: " + std::string(101, 'x') + ", values: [1]}\n",
              "s.yaml:5:24: axes[0].name: 1 to 100 bytes are wanted, none of them 0"},
        wrong{"zip_of_unequal_lengths",
              "axes:\n  - zip:\n      - {axis: seed, values: [1, 2]}\n      - {axis: weight_bits, values: [2, 3, 4]}\n",
              "s.yaml:6:7: axes[0].zip: the parts of a zip take the same number of values, here 2 and 3"},
        wrong{"zip_with_more_beside_it", "axes:\n  - {zip: [{axis: seed, values: [1]}], axis: x}\n",
              "s.yaml:5:40: axes[0].axis: unknown key; known here: zip"},
        wrong{"zip_and_product", "axes:\n  - {zip: [{axis: seed, values: [1]}], product: []}\n",
              "s.yaml:5:40: axes[0].product: unknown key; known here: zip"},
        wrong{"empty_zip", "axes:\n  - zip: []\n", "s.yaml:5:10: axes[0].zip: at least one axis is wanted"},
        wrong{"more_points_than_the_limit",
              "axes:\n  - {axis: a, range: 1..1000}\n  - {axis: b, range: 1..1000}\n  - {axis: c, range: 1..101}\n",
              "s.yaml:5:3: axes: more than 100000000 points"},
        wrong{"constraints_no_list", "axes: [{axis: seed, values: [1]}]\nconstraints: a < 1\n",
              "s.yaml:5:14: constraints: a list is wanted, given 'a < 1'"},
        wrong{"constraint_no_text", "axes: [{axis: seed, values: [1]}]\nconstraints: [{a: 1}]\n",
              "s.yaml:5:15: constraints: text is wanted, given a mapping"},
        wrong{"unknown_objective", "axes: [{axis: seed, values: [1]}]\nminimize:\n  - latency_s\n  - latency_x\n",
              "s.yaml:7:5: minimize[1]: no such column: 'latency_x'; metrics are listed in docs/report-format.md"},
        wrong{"seed_below_zero", "seed: -1\naxes: [{axis: weight_bits, values: [4]}]\n",
              "s.yaml:4:7: seed: a whole number from 0 to 9223372036854775807 is wanted, given '-1'"},
        wrong{"exact_no_truth", "exact: maybe\naxes: [{axis: seed, values: [1]}]\n",
              "s.yaml:4:8: exact: true or false is wanted, given 'maybe'"},
        wrong{"workload_twice", "axes:\n  - {axis: workload, values: [a]}\n", "s.yaml:2:11: workload: is an axis, too"},
        wrong{"empty_scheme", "scheme: ''\naxes: [{axis: seed, values: [1]}]\n", "s.yaml:4:9: scheme: a name or a path is wanted"}),
    [](const auto& info) { return info.param.name; });

class wrong_range : public testing::TestWithParam<const char*> {};

TEST_P(wrong_range, is_refused_at_its_place) {
    const std::vector<std::string> found = problems_below_head("axes:\n  - axis: seed\n    range: " + std::string(GetParam()) + "\n");
    ASSERT_EQ(found.size(), 2u);
    EXPECT_THAT(found[0], HasSubstr("s.yaml:6:12: axes[0].range: "));
    EXPECT_EQ(found[1], "s.yaml:5:11: axes[0].axis: takes no value");
}

INSTANTIATE_TEST_SUITE_P(each, wrong_range,
                         testing::Values("5", "2..", "..2", "2-8", "8..2", "a..b", "2 .. 8", "1..1e12", "nan..2", "1..inf", "'0x2..8'",
                                         "''"));

TEST(range, refuses_a_step_that_is_none) {
    for (const char* step : {"0", "-1", "nan", "x", "1e13"})
        EXPECT_THAT(problems_below_head("axes:\n  - {axis: seed, range: 1..2, step: " + std::string(step) + "}\n").at(0),
                    HasSubstr("s.yaml:5:37: axes[0].step: a number from"));
}

TEST(powers_of_two, that_are_none_are_refused) {
    for (const char* range : {"0..4", "-4..4", "1..1e16", "4..2"})
        EXPECT_THAT(problems_below_head("axes:\n  - {axis: seed, powers_of_two: " + std::string(range) + "}\n").at(0),
                    HasSubstr("s.yaml:5:33: axes[0].powers_of_two: "));
    EXPECT_THAT(problems_below_head("axes:\n  - {axis: seed, powers_of_two: 5..7}\n").at(0),
                "s.yaml:5:33: axes[0].powers_of_two: no power of two lies in the range");
}

TEST(wrong_sweep, tells_all_its_problems_at_once) {
    EXPECT_THAT(problems_in("seed: x\naxes:\n  - {axis: seed, range: 8..2}\n  - {values: [1]}\nbad: 1\n"),
                ElementsAre(HasSubstr("1:1: name: is missing"), HasSubstr("1:7: seed: "), HasSubstr("3:25: axes[0].range: "),
                            HasSubstr("3:12: axes[0].axis: takes no value"), HasSubstr("4:5: axes[1].axis: is missing"),
                            HasSubstr("5:1: bad: unknown key"), HasSubstr("workload: missing: give it here or as an axis"),
                            HasSubstr("platform: missing: give it here or as an axis")));
}

TEST(wrong_sweep, of_more_axes_than_the_limit_is_refused) {
    std::string axes = "axes:\n";
    for (int i = 0; i < 65; ++i) axes += "  - {axis: f" + std::to_string(i) + ", values: [1]}\n";
    EXPECT_THAT(problems_below_head(axes), ElementsAre("s.yaml:69:12: axes[64].axis: more than 64 axes"));
}

TEST(wrong_sweep, that_is_no_yaml_or_no_file_is_refused) {
    EXPECT_THAT(problems_in("a: [1\n").at(0), HasSubstr("not valid YAML"));
    EXPECT_THAT(problems_in("- 1\n").at(0), HasSubstr("a mapping is wanted"));
    EXPECT_THAT(problems_in("").at(0), HasSubstr("name: is missing"));
    EXPECT_THAT(problems_of([] { load_sweep("/no/such/file.yaml"); }), ElementsAre("/no/such/file.yaml: can't be read"));
    EXPECT_THAT(problems_of([] { load_sweep(SYMMETREE_ROOT); }), ElementsAre(SYMMETREE_ROOT ": can't be read"));
    EXPECT_THAT(problems_in(std::string(1000, '[')).at(0), HasSubstr("nested deeper"));
}

}  // namespace
}  // namespace symmetree
