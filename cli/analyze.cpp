#include <fmt/format.h>

#include <iostream>

#include "cli/command.h"
#include "cli/run_options.h"
#include "core/output_file.h"
#include "traces/gnuplot.h"
#include "traces/plots.h"
#include "workloads/files/load_workload.h"
#include "workloads/formats/sparsity.h"
#include "workloads/network/workload.h"
#include "workloads/quantize/symmetry.h"

namespace symmetree {
namespace {

struct analyzed_layer {
    const layer& of;
    weight_symmetry weights;
    noise_symmetry noise;
};

struct source_name {
    const char* operator()(const seeded_weights& w) const {
        switch (w.distribution) {
            case seeded_weights::kind::gaussian: return "synthetic gaussian";
            case seeded_weights::kind::student_t: return "synthetic student_t";
            case seeded_weights::kind::skewed_outliers: return "synthetic skewed_outliers";
        }
        return "";
    }
    const char* operator()(const tensor_file_weights&) const { return "file"; }
    const char* operator()(const loaded_weights&) const { return "model"; }
};

/// Attention products have no weights and are left out.
std::vector<analyzed_layer> analyze(const workload& network, const std::string& sparsity, std::uint64_t seed) {
    std::vector<analyzed_layer> all;
    for (const layer& l : network.layers) {
        if (is_attention_product(l)) continue;
        const product_shape p = product_of(l);
        all.push_back({l, symmetry_of(materialize_weights(l, seed), p.n * p.repeat, p.k, sparsity),
                       symmetry_of_noise(p.n * p.repeat, p.k, sparsity, seed, l.name)});
    }
    return all;
}

study rows_of(const workload& network, const std::vector<analyzed_layer>& layers) {
    study s;
    s.title = "Symmetry of " + network.name;
    s.columns = {{"layer", column_role::axis, ""},
                 {"weights", column_role::metric, ""},
                 {"channels", column_role::metric, ""},
                 {"inputs", column_role::metric, ""},
                 {"deviation", column_role::metric, ""},
                 {"greatest", column_role::metric, "sd"},
                 {"skewness", column_role::metric, ""},
                 {"excess_kurtosis", column_role::metric, ""},
                 {"removed", column_role::metric, ""},
                 {"midrange", column_role::metric, "sd"},
                 {"midrange_of_noise", column_role::metric, "sd"},
                 {"midrange_after", column_role::metric, "sd"},
                 {"midrange_of_noise_after", column_role::metric, "sd"}};
    for (const analyzed_layer& l : layers) {
        const product_shape p = product_of(l.of);
        s.rows.push_back({l.of.name, std::visit(source_name{}, l.of.weights), p.n * p.repeat, p.k, l.weights.deviation, l.weights.greatest,
                          l.weights.skewness, l.weights.excess_kurtosis, l.weights.removed, l.weights.midrange, l.noise.midrange,
                          l.weights.midrange_after, l.noise.midrange_after});
    }
    return s;
}

figure figure_of(const std::vector<analyzed_layer>& layers, const std::string& sparsity) {
    std::vector<xy_series> all{{"all weights", {}},
                               {fmt::format("smallest {} %", sparsity), {}},
                               {"Gaussian noise, all", {}},
                               {fmt::format("Gaussian noise, smallest {} %", sparsity), {}}};
    for (std::size_t i = 0; i < layers.size(); ++i) {
        const double x = static_cast<double>(i + 1);
        all[0].points.emplace_back(x, layers[i].weights.midrange);
        all[1].points.emplace_back(x, layers[i].weights.midrange_after);
        all[2].points.emplace_back(x, layers[i].noise.midrange);
        all[3].points.emplace_back(x, layers[i].noise.midrange_after);
    }
    return {"symmetry",
            axis_titles("layer", "mean |midrange| (standard deviations)") + "set key outside top center horizontal\nset yrange [0:*]\n" +
                plot_of(all, "linespoints") + '\n',
            0};
}

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
    const std::vector<analyzed_layer> layers = analyze(network, share, seed_of(o.seed));
    if (drawing) write_output(figure_file, run_gnuplot(gnuplot_script(figure_of(layers, share), *drawing)));
    deliver_rows(o, rows_of(network, layers));
    return exit_code::done;
}

}  // namespace symmetree
