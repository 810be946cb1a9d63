#include <gmock/gmock.h>

#include "tests/cli/program.h"

// `symmetree report`: pages, tables and figures from files that other commands wrote.

namespace symmetree {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::Not;
using testing::StartsWith;

/// A workbench with compared.json, symq and dasq side by side, and run.json, post alone.
struct report_bench : workbench {
    report_bench() {
        run("compare --workload small.yaml --platform symq --platform dasq --format json --output compared.json");
        run("run --workload small.yaml --platform post --format json --output run.json");
    }
};

TEST(report, writes_one_page) {
    const report_bench bench;
    const outcome result = bench.run("report compared.json --output page.html");
    EXPECT_EQ(result.code, 0) << result.err;
    EXPECT_THAT(result.out, IsEmpty());
    EXPECT_THAT(result.err, IsEmpty());
    EXPECT_THAT(bench.content("page.html"),
                AllOf(StartsWith("<!DOCTYPE html>"), HasSubstr("</html>"), HasSubstr("\"title\":\"Comparison\"")));
    EXPECT_EQ(bench.run("report compared.json").out, bench.content("page.html"));
}

TEST(report, puts_several_files_together) {
    const report_bench bench;
    const std::vector<std::string> lines = lines_of(bench.run("report compared.json run.json --format csv").out);
    ASSERT_EQ(lines.size(), 4u);
    EXPECT_THAT(lines[0], AllOf(StartsWith("workload,platform,scheme,"), HasSubstr("energy_ratio")));
    EXPECT_THAT(lines[1], StartsWith("small,symq,"));
    EXPECT_THAT(lines[2], StartsWith("small,dasq,"));
    EXPECT_THAT(lines[3], StartsWith("small,post,"));
}

TEST(report, takes_the_results_of_a_sweep) {
    const workbench bench;
    bench.write(
        "widths.yaml",
        "name: widths\nworkload: small.yaml\naxes:\n  - {axis: platform, values: [symq, dasq]}\n  - {axis: weight_bits, range: 3..4}\n");
    ASSERT_EQ(bench.run("sweep widths.yaml --output widths.db").code, 0);
    const outcome table = bench.run("report widths.db --format csv");
    EXPECT_EQ(table.code, 0) << table.err;
    EXPECT_EQ(lines_of(table.out).size(), 5u);
    EXPECT_EQ(bench.run("report widths.db --output page.html").code, 0);
    EXPECT_THAT(bench.content("page.html"), AllOf(HasSubstr("\"name\":\"weight_bits\""), HasSubstr("\"details\":[{\"row\":")));
}

TEST(report, writes_tables_with_the_title_asked_for) {
    const report_bench bench;
    EXPECT_THAT(bench.run("report compared.json --format markdown --title Mine").out, AllOf(HasSubstr("## Mine\n"), HasSubstr("| symq |")));
    EXPECT_THAT(bench.run("report compared.json --format latex --title Mine&yours").out,
                AllOf(HasSubstr("\\caption{Mine\\&yours;"), HasSubstr("\\bottomrule")));
}

TEST(report, draws_figures_into_a_folder) {
    const report_bench bench;
    const outcome result = bench.run("report compared.json --figures it's/deep");
    EXPECT_EQ(result.code, 0) << result.err;
    EXPECT_THAT(result.out, IsEmpty());
    EXPECT_THAT(bench.content("it's/deep/energy_latency.svg"), AllOf(StartsWith("<?xml"), HasSubstr("</svg>")));
    EXPECT_THAT(bench.content("it's/deep/latency_by_layer_2.png"), StartsWith("\x89PNG"));
}

TEST(report, without_gnuplot_says_which_package_has_it_and_writes_nothing) {
    const report_bench bench;
    const auto before = bench.files();
    const outcome result = bench.run("report compared.json --figures figures --output page.html", {{"PATH", bench.path("")}});
    EXPECT_EQ(result.code, 2);
    EXPECT_THAT(result.err, HasSubstr("gnuplot: not found; figures need it (Debian package gnuplot-nox)"));
    EXPECT_EQ(bench.files(), before);
}

struct wrong_report {
    std::string name, words, message;
};

void PrintTo(const wrong_report& wrong, std::ostream* out) { *out << wrong.name; }

class wrong_report_use : public testing::TestWithParam<wrong_report> {};

TEST_P(wrong_report_use, ends_in_2_and_leaves_no_file) {
    const report_bench bench;
    bench.write("none.json", "{\"format_version\": 1, \"baseline\": \"symq\", \"left_out\": [], \"runs\": []}");
    bench.write("later.json", "{\"format_version\": 2}");
    bench.write("text.json", "cycles, energy\n");
    bench.write("list.json", "[1, 2]");
    bench.write("empty.json", "");
    bench.write("sweep.db", std::string("SQLite format 3\0 and more", 25));
    const auto before = bench.files();
    const std::string compared = bench.content("compared.json");
    const outcome result = bench.run(GetParam().words);
    EXPECT_EQ(result.code, 2) << result.err;
    EXPECT_THAT(result.out, IsEmpty());
    EXPECT_THAT(result.err, HasSubstr(GetParam().message));
    EXPECT_EQ(bench.files(), before);
    EXPECT_EQ(bench.content("compared.json"), compared);
}

INSTANTIATE_TEST_SUITE_P(
    words, wrong_report_use,
    testing::Values(wrong_report{"no_file", "report --output page.html", "'--file' is required"},
                    wrong_report{"unknown_format", "report compared.json --format pdf --output page.pdf",
                                 "--format: one of html, markdown, latex, csv is wanted, given 'pdf'"},
                    wrong_report{"missing_file", "report absent.json --output page.html", "absent.json: can't be read"},
                    wrong_report{"folder", "report . --output page.html", "can't be read"},
                    wrong_report{"text", "report text.json --output page.html",
                                 "text.json: no report; wanted is what `run`, `compare` or `evaluate` wrote with --format json"},
                    wrong_report{"damaged_database", "report sweep.db --output page.html", "sweep.db"},
                    wrong_report{"database_among_others", "report compared.json sweep.db --output page.html",
                                 "sweep.db: the results of a sweep make a report of their own"},
                    wrong_report{"list", "report list.json --output page.html", "list.json: no report"},
                    wrong_report{"empty", "report empty.json --output page.html", "empty.json: no report"},
                    wrong_report{"later_version", "report later.json --output page.html", "later.json: format_version: 1 expected"},
                    wrong_report{"no_runs", "report none.json --output page.html", "none.json: runs: not an array of runs"},
                    wrong_report{"second_file", "report compared.json text.json --output page.html", "text.json: no report"},
                    wrong_report{"input_as_output", "report compared.json --output ./compared.json",
                                 "--output: './compared.json' is one of the files to read"},
                    wrong_report{"unwritable", "report compared.json --output no/such/page.html", "no/such/page.html"},
                    wrong_report{"unwritable_figures", "report compared.json --figures compared.json/x --output page.html",
                                 "compared.json/x"}),
    [](const auto& words) { return words.param.name; });

TEST(report, help_names_the_options) {
    const workbench bench;
    const outcome result = bench.run("report --help");
    EXPECT_EQ(result.code, 0);
    for (const char* option : {"FILE...", "--output", "--format", "--figures", "--title"}) EXPECT_THAT(result.out, HasSubstr(option));
}

}  // namespace
}  // namespace symmetree
