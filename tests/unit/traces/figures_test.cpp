// Figures for papers: gnuplot's commands, and that the program draws them where it is installed.
#include "traces/figures.h"

#include <gmock/gmock.h>

#include <cmath>
#include <filesystem>

#include "core/error.h"
#include "tests/unit/traces/sample.h"
#include "tests/unit/traces/scratch_directory.h"
#include "traces/gnuplot.h"
#include "traces/plots.h"

namespace symmetree {
namespace {

using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

std::vector<std::string> names_of(const std::vector<figure>& all) {
    std::vector<std::string> names;
    for (const figure& f : all) names.push_back(f.name);
    return names;
}

TEST(figures, of_a_comparison) {
    EXPECT_THAT(names_of(figures_of(study_of(sample_comparison()))),
                ElementsAre("energy_latency", "energy_by_unit", "area_width", "latency_by_layer_1", "latency_by_layer_2",
                            "latency_by_layer_3", "latency_by_layer_4", "latency_by_layer_5"));
}

TEST(figures, without_data_are_left_out) {
    EXPECT_THAT(figures_of({}), IsEmpty());
    report unpriced = sample_comparison().runs[2];
    EXPECT_THAT(names_of(figures_of(study_of({"", {}, {unpriced}}))), ElementsAre("latency_by_layer_1"));
}

TEST(figures, have_axes_with_units_and_the_values_of_the_study) {
    const figure f = figures_of(study_of({"", {}, {sample_report()}})).at(0);
    EXPECT_THAT(f.script, AllOf(HasSubstr("set xlabel 'latency (us)'"), HasSubstr("set ylabel 'energy (uJ)'"), HasSubstr("\n70 6.05"),
                                HasSubstr("title 'Pareto front'")));
}

TEST(figures, lead_lines_of_area_through_the_median_of_an_even_count) {
    std::vector<report> runs;
    for (const double area : {1000.0, 5000.0, 2000.0, 3000.0}) {
        report r = sample_report();
        r.area_um2 = {{"mac_tree", area}};
        runs.push_back(r);
    }
    report wide = sample_report();
    wide.array_weight_bits = 8;
    runs.push_back(wide);
    for (const figure& f : figures_of(study_of({"", {}, runs})))
        if (f.name == "area_width") {
            EXPECT_THAT(f.script, HasSubstr("\n3 2500\n"));
            return;
        }
    FAIL() << "no figure of area against width";
}

TEST(figures, have_a_front_per_workload) {
    report small = sample_report(), large = sample_report();
    large.workload = "four_layers";
    large.layers.push_back(large.layers.front());
    const std::string script = figures_of(study_of({"", {}, {small, large, small}})).at(0).script;
    const std::size_t front = script.find("$front << EOD\n");
    ASSERT_NE(front, std::string::npos);
    EXPECT_THAT(script.substr(front, script.find("EOD\n", front + 15) - front),
                testing::MatchesRegex("\\$front << EOD\n[0-9.]+ [0-9.]+\n\n[0-9.]+ [0-9.]+\n"));
}

TEST(figures, names_are_quoted) { EXPECT_EQ(gnuplot_quoted("it's `date` \"x\" \n"), "'it''s `date` \"x\" \\n'"); }

TEST(figures, heat_maps_leave_cells_without_a_value_empty) {
    const figure f = heat_map_figure("map", {"place", "dB", 0, 1, {"it's", "b"}, {{1, 2}, {std::nan(""), -3}}});
    EXPECT_THAT(f.script,
                AllOf(HasSubstr("'it''s' 0, 'b' 1"), HasSubstr("\n0 0.5 0 1\n0.5 1 0 2\n0.5 1 1 -3\nEOD"), HasSubstr("set cblabel 'dB'")));
    EXPECT_EQ(f.rows, 2);
    EXPECT_THAT(run_gnuplot(gnuplot_script(f, figure_format::svg)), AllOf(StartsWith("<?xml"), HasSubstr("</svg>")));
}

TEST(gnuplot, draws_every_figure_in_both_formats) {
    for (const figure& f : figures_of(study_of(sample_comparison()))) {
        EXPECT_THAT(run_gnuplot(gnuplot_script(f, figure_format::svg)), AllOf(StartsWith("<?xml"), HasSubstr("</svg>"))) << f.name;
        EXPECT_THAT(run_gnuplot(gnuplot_script(f, figure_format::png)), StartsWith("\x89PNG")) << f.name;
    }
}

TEST(gnuplot, takes_names_as_text_and_runs_nothing) {
    const scratch_directory folder;
    const std::string touched = folder.file("touched");
    comparison c = sample_comparison();
    for (report& r : c.runs)
        r.platform += "@x {/:Bold y} <&' `touch " + touched + "`; system('touch " + touched + "') # \"$(touch " + touched + ")\"";
    for (const figure& f : figures_of(study_of(c))) {
        const std::string svg = run_gnuplot(gnuplot_script(f, figure_format::svg));
        EXPECT_THAT(svg, HasSubstr("@x {/:Bold y} &lt;&amp;")) << f.name;
    }
    EXPECT_EQ(folder.entries(), 0u);
}

TEST(gnuplot, refusing_is_the_users_error) { EXPECT_THROW(run_gnuplot("plot nothing_of_this_name\n"), input_error); }

}  // namespace
}  // namespace symmetree
