#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <iostream>
#include <iterator>

#include "cli/command.h"
#include "core/input_file.h"
#include "core/output_file.h"
#include "runs/sweep/stored_reports.h"
#include "traces/accuracy.h"
#include "traces/figures.h"
#include "traces/gnuplot.h"
#include "traces/html_page.h"
#include "traces/study.h"
#include "traces/study_writers.h"
#include "traces/writers.h"

namespace symmetree {
namespace {

namespace fs = std::filesystem;

struct report_options {
    std::vector<std::string> files;
    std::string output, format = "html", figures, title;
};

using study_writer = std::string (*)(const study&);

study_writer writer_of(const std::string& format) {
    if (format == "html") return to_html;
    if (format == "markdown") return to_markdown;
    if (format == "latex") return to_latex;
    if (format == "csv") return to_csv;
    throw input_error(diagnostic{"", 0, 0, "--format", fmt::format("one of html, markdown, latex, csv is wanted, given '{}'", format)});
}

/// Messages of the reader name the file that they are about.
template <class Reader>
auto read_by(Reader reader, const std::string& path, const std::string& text) {
    try {
        return reader(text);
    } catch (const input_error& e) {
        std::vector<diagnostic> problems = e.problems();
        for (diagnostic& problem : problems) problem.file = path;
        problems.push_back(
            {path, 0, 0, "", "no report; wanted is what `run`, `compare` or `evaluate` wrote with --format json, or `sweep`"});
        throw input_error(problems);
    }
}

bool is_database(const std::string& text) { return text.compare(0, 16, std::string("SQLite format 3", 16)) == 0; }

/// The results of one sweep, or the other files put together: ratios then refer to the baseline of the first that has one.
study study_in(const std::vector<std::string>& files) {
    comparison all;
    for (const std::string& path : files) {
        const std::string text = content_of(path);
        if (is_database(text)) {
            if (files.size() == 1) return load_study(path);
            throw input_error(diagnostic{path, 0, 0, "", "the results of a sweep make a report of their own, without other files"});
        }
        if (is_accuracy_json(text)) {
            if (files.size() == 1) return study_of(read_by(accuracy_from_json, path, text));
            throw input_error(diagnostic{path, 0, 0, "", "an evaluation makes a report of its own, without other files"});
        }
        comparison next = read_by(comparison_from_json, path, text);
        if (all.baseline.empty()) all.baseline = next.baseline;
        std::move(next.left_out.begin(), next.left_out.end(), std::back_inserter(all.left_out));
        std::move(next.runs.begin(), next.runs.end(), std::back_inserter(all.runs));
    }
    return study_of(all);
}

/// An output that is also an input would be lost.
void require_other_file(const report_options& options) {
    for (const std::string& path : options.files) {
        std::error_code ignored;
        if (!options.output.empty() && fs::equivalent(path, options.output, ignored))
            throw input_error(diagnostic{"", 0, 0, "--output", fmt::format("'{}' is one of the files to read", options.output)});
    }
}

/// All figures are drawn before the first is written.
void write_figures(const study& s, const std::string& folder) {
    std::vector<std::pair<std::string, std::string>> files;
    for (const figure& f : figures_of(s)) {
        files.emplace_back(f.name + ".svg", run_gnuplot(gnuplot_script(f, figure_format::svg)));
        files.emplace_back(f.name + ".png", run_gnuplot(gnuplot_script(f, figure_format::png)));
    }
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) throw input_error(diagnostic{folder, 0, 0, "", "no such folder can be made: " + error.message()});
    for (const auto& [name, image] : files) write_output((fs::path(folder) / name).string(), image);
}

void print(const std::string& text) {
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
        throw input_error(diagnostic{"", 0, 0, "standard output", "can't be written"});
}

boost::program_options::options_description words_of(report_options& o) {
    namespace po = boost::program_options;
    po::options_description words("options");
    auto add = words.add_options();
    add("help,h", "this text");
    add("file", po::value(&o.files)->required(),
        "what run, compare or evaluate wrote with --format json, or results of sweep; the word --file may be left out");
    add("output", po::value(&o.output), "write to this file instead of the terminal");
    add("format", po::value(&o.format), "html, markdown, latex or csv (html)");
    add("figures", po::value(&o.figures), "also draw figures for papers into this folder, .svg and .png, with gnuplot");
    add("title", po::value(&o.title), "heading of the report");
    return words;
}

}  // namespace

exit_code report_command(const std::vector<std::string>& words) {
    report_options options;
    const auto known = words_of(options);
    if (parse_command(known, words, {"file"}, true).count("help")) {
        std::cout
            << "symmetree report FILE... [options]\nA page, tables or figures from the results of run, compare, evaluate or sweep; several "
               "files make one "
               "report.\n"
            << known;
        return exit_code::done;
    }
    const study_writer writer = writer_of(options.format);
    require_other_file(options);
    if (!options.output.empty()) require_writable(options.output);
    study s = study_in(options.files);
    if (!options.title.empty()) s.title = options.title;
    const std::string text = writer(s);
    if (!options.figures.empty()) write_figures(s, options.figures);
    if (!options.output.empty())
        write_output(options.output, text);
    else if (options.figures.empty())
        print(text);
    return exit_code::done;
}

}  // namespace symmetree
