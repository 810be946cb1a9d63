#include <fmt/format.h>

#include <iostream>

#include "cli/command.h"
#include "cli/run_options.h"
#include "core/output_file.h"
#include "runs/symmetry_study.h"
#include "traces/gnuplot.h"
#include "workloads/files/load_workload.h"
#include "workloads/formats/sparsity.h"

namespace symmetree {
namespace {

std::string percentage_of(const std::string& option, const std::string& text) {
    const std::optional<std::string> share = normalised_percentage(text);
    if (share) return *share;
    throw input_error(diagnostic{
        "", 0, 0, option, fmt::format("a decimal from 0 to 100 with at most nine digits after the point is wanted, given '{}'", text)});
}

}  // namespace

exit_code analyze_command(const std::vector<std::string>& words) {
    namespace po = boost::program_options;
    run_options o;
    std::string sparsity = "98", figure_file;
    po::options_description known("options");
    auto add = known.add_options();
    add("help,h", "this text");
    add("workload", po::value(&o.workload)->required(), "shipped network, .yaml workload or .onnx model");
    add("sparsity", po::value(&sparsity), "share of weights that the cut leaves, per cent (98)");
    add("seed", po::value(&o.seed), "seed of synthetic weights and of the noise beside them (1)");
    add("format", po::value(&o.format), "table, csv or json (table)");
    add("output", po::value(&o.output), "write to this file instead of the terminal");
    add("figure", po::value(&figure_file), "also draw midranges layer by layer into this .svg or .png file, with gnuplot");
    if (parse_command(known, words).count("help")) {
        std::cout
            << "symmetree analyze --workload W [options]\nHow symmetric the weights of every layer are, with and without their outliers, "
               "beside Gaussian noise of the same shape.\n"
            << known;
        return exit_code::done;
    }
    format_of(o);
    const std::string share = percentage_of("--sparsity", sparsity);
    const std::optional<figure_format> drawing =
        figure_file.empty() ? std::nullopt : std::optional(figure_format_of("--figure", figure_file));
    require_files({{"--output", o.output}, {"--figure", figure_file}});
    const workload network = load_workload(o.workload, networks_directory());
    const std::vector<analyzed_layer> layers = analyze_symmetry(network, share, seed_of(o.seed));
    if (drawing) write_output(figure_file, run_gnuplot(gnuplot_script(symmetry_figure(layers, share), *drawing)));
    deliver_rows(o, symmetry_study(network, layers));
    return exit_code::done;
}

}  // namespace symmetree
