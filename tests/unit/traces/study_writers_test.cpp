// CSV, Markdown and LaTeX of a study, and names that mean something in them.
#include "traces/study_writers.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cctype>

#include "tests/unit/traces/lines.h"
#include "tests/unit/traces/sample.h"

namespace symmetree {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

study with_name(const std::string& name) {
    study s;
    s.title = name;
    s.columns = {{"platform", column_role::axis, ""}, {"energy_j", column_role::metric, "J"}, {"power_w", column_role::metric, "W"}};
    s.rows = {{name, 0.002, cell()}, {std::string("plain"), 0.001, 0.5}};
    return s;
}

TEST(study_csv, holds_every_value_exactly_and_absent_ones_as_nothing) {
    study s = with_name("a \"quoted\", name");
    s.rows[0][1] = 0.1;
    EXPECT_EQ(to_csv(s), "platform,energy_j,power_w\n\"a \"\"quoted\"\", name\",0.1,\nplain,0.001,0.5\n");
}

TEST(study_csv, has_the_ratios_of_a_comparison) {
    const std::string csv = to_csv(study_of(sample_comparison()));
    EXPECT_THAT(csv.substr(0, csv.find('\n')), AllOf(HasSubstr("workload,platform,scheme,cycles"), HasSubstr(",area_ratio")));
    EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 6);
}

TEST(study_markdown, is_one_table_with_units_in_the_heading) {
    const std::string text = to_markdown(with_name("x"));
    EXPECT_THAT(text, HasSubstr("## x\n"));
    EXPECT_THAT(text, HasSubstr("| platform | energy (mJ) | power (mW) |\n| --- | ---: | ---: |\n| x | 2.0000 | - |"));
}

TEST(study_markdown, names_stay_names) {
    EXPECT_THAT(to_markdown(with_name("a|b <i> *x* `c` [d](e) \\ _u_ row_sum &amp; \n")),
                HasSubstr("| a\\|b &lt;i&gt; \\*x\\* \\`c\\` \\[d\\](e) \\\\ \\_u\\_ row_sum &amp;amp; \\\\n |"));
}

TEST(study_markdown, says_what_all_points_share_and_what_the_ratios_refer_to) {
    const std::string text = to_markdown(study_of(sample_comparison()));
    EXPECT_THAT(text, AllOf(HasSubstr("workload: three_layers"), HasSubstr("Ratios refer to symq."),
                            HasSubstr("* not in the costs: clock tree"), Not(HasSubstr("| workload |"))));
}

TEST(study_latex, is_a_table_for_booktabs) {
    const std::string text = to_latex(with_name("x"));
    EXPECT_THAT(text, AllOf(HasSubstr("\\begin{tabular}{lrr}"), HasSubstr("\\toprule"),
                            HasSubstr("\\shortstack[l]{platform} & \\shortstack[r]{energy} & \\shortstack[r]{power} \\\\"),
                            HasSubstr(" & mJ & mW \\\\"), HasSubstr("x & 2.0000 & -- \\\\"), HasSubstr("\\bottomrule")));
}

/// The text without escaped characters.
std::string without_escapes(const std::string& text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' && i + 1 < text.size() && std::ispunct(static_cast<unsigned char>(text[i + 1])))
            ++i;
        else
            out += text[i];
    }
    return out;
}

TEST(study_latex, closes_what_it_opens_and_has_as_many_cells_as_columns) {
    const std::string text = to_latex(study_of(sample_comparison()));
    const std::string plain = without_escapes(text);
    EXPECT_EQ(std::count(plain.begin(), plain.end(), '{'), std::count(plain.begin(), plain.end(), '}'));
    const std::size_t begin = text.find("\\begin{tabular}{") + 16;
    const auto columns = static_cast<std::ptrdiff_t>(text.find('}', begin) - begin);
    EXPECT_THAT(text, HasSubstr("\\shortstack[r]{latency\\\\ratio}"));
    int rows = 0;
    for (const std::string& line : lines_of(text)) {
        if (line.size() < 2 || line.substr(line.size() - 2) != "\\\\") continue;
        const std::string cells = without_escapes(line);
        EXPECT_EQ(std::count(cells.begin(), cells.end(), '&'), columns - 1) << line;
        ++rows;
    }
    EXPECT_EQ(rows, 2 + 5);
}

TEST(study_latex, names_stay_names) {
    EXPECT_THAT(to_latex(with_name("\\input{x} $1$ & # _ % ~ ^ <a> | -- [b] * \n")),
                HasSubstr("\\textbackslash{}input\\{x\\} \\$1\\$ \\& \\# \\_ \\% \\textasciitilde{} \\textasciicircum{} "
                          "\\textless{}a\\textgreater{} \\textbar{} {-}{-} {[}b{]} {*} "
                          "\\textbackslash{}n &"));
}

TEST(study_writers, can_write_a_study_of_nothing) {
    EXPECT_EQ(to_csv({}), "\n");
    EXPECT_THAT(to_markdown({}), HasSubstr("##"));
    EXPECT_THAT(to_latex({}), HasSubstr("tabular"));
}

}  // namespace
}  // namespace symmetree
