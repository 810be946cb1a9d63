#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <iostream>

#include "cli/command.h"
#include "core/output_file.h"
#include "runs/sweep/study_of_files.h"
#include "traces/figures.h"
#include "traces/gnuplot.h"
#include "traces/html_page.h"
#include "traces/study_writers.h"

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

/// An output that is also an input would be lost.
void require_other_file(const report_options& options) {
    for (const std::string& path : options.files) {
        std::error_code ignored;
        if (!options.output.empty() && fs::equivalent(path, options.output, ignored))
            throw input_error(diagnostic{"", 0, 0, "--output", fmt::format("'{}' is one of the files to read", options.output)});
    }
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
    study s = study_of_files(options.files);
    if (!options.title.empty()) s.title = options.title;
    const std::string text = writer(s);
    if (!options.figures.empty()) write_folder(options.figures, drawn(figures_of(s)));
    if (!options.output.empty())
        write_output(options.output, text);
    else if (options.figures.empty())
        print(text);
    return exit_code::done;
}

}  // namespace symmetree
