#include <fmt/format.h>
#include <fnmatch.h>

#include <filesystem>
#include <iostream>

#include "cli/command.h"
#include "cli/error_tables.h"
#include "cli/run_options.h"
#include "core/output_file.h"
#include "platforms/network/quantized_network.h"
#include "traces/gnuplot.h"
#include "traces/study_rows.h"
#include "traces/study_writers.h"
#include "workloads/quantized_workload.h"

namespace symmetree {
namespace {

namespace fs = std::filesystem;

struct quantize_options {
    run_options common;
    std::vector<std::string> layers;
    std::string platform, quantized, report;
    bool keeps_ends = false;
};

boost::program_options::options_description words_of(quantize_options& o) {
    namespace po = boost::program_options;
    po::options_description words("options");
    auto add = words.add_options();
    add("help,h", "this text");
    add("workload", po::value(&o.common.workload)->required(), "shipped network, .yaml workload or .onnx model");
    add("scheme", po::value(&o.common.scheme)->required(), "number format, e.g. symq:w4a8, dasq:w3a3:sw4:p98");
    add("layer", po::value(&o.layers), "PATTERN=SCHEME: layers of these names (* and ? as in file names) take that one; the last that fits wins");
    add("keep-ends", po::bool_switch(&o.keeps_ends), "the scheme for the first and the last layer, too, which are symq:w8a8 otherwise");
    add("platform", po::value(&o.platform), "platform whose circuits decide what a layer can be (that of the scheme's family)");
    add("output", po::value(&o.quantized), "write the quantized workload: this .yaml file, codes and network beside it");
    add("report", po::value(&o.report), "write layers, channels and levels as .csv, all of them as .json, and figures into this folder");
    add("format", po::value(&o.common.format), "table, csv or json of the layers' errors (table)");
    add("seed", po::value(&o.common.seed), "seed of synthetic weights and of the noise beside them (1)");
    add("cache", po::value(&o.common.cache_directory), "folder of fitted weights ($SYMMETREE_CACHE, else ~/.cache/symmetree)");
    add("no-cache", po::bool_switch(&o.common.no_cache), "fit anew and keep nothing");
    return words;
}

const char* usual_platform(scheme_family family) {
    switch (family) {
        case scheme_family::symq: return "symq";
        case scheme_family::asymq: return "asymq_row_sum";
        case scheme_family::dasq: return "dasq";
        case scheme_family::pot: return "pot";
        case scheme_family::post: return "post";
        case scheme_family::apot: return "apot";
    }
    return "symq";
}

/// `layer3.*=dasq:w3a3`. Products of activations take the width of the activations alone.
void apply_patterns(const std::vector<std::string>& patterns, const scheme& run, workload& network) {
    for (const std::string& text : patterns) {
        const std::size_t equals = text.rfind('=');
        if (equals == std::string::npos || equals == 0)
            throw input_error(diagnostic{"", 0, 0, "--layer", fmt::format("PATTERN=SCHEME is wanted, given '{}'", text)});
        const std::string pattern = text.substr(0, equals);
        const scheme own = parse_scheme(text.substr(equals + 1), run.weight_bits, run.activation_bits);
        bool fits = false;
        for (layer& l : network.layers) {
            if (fnmatch(pattern.c_str(), l.name.c_str(), 0) != 0) continue;
            fits = true;
            l.own_scheme = own;
            if (is_attention_product(l)) l.own_scheme = parse_scheme("symq", own.activation_bits, own.activation_bits);
        }
        if (!fits) throw input_error(diagnostic{"", 0, 0, "--layer", fmt::format("no layer has a name like '{}'", pattern)});
    }
}

/// What every layer is stored as; all that the platform can't run are named.
std::vector<scheme> schemes_for(const workload& network, const platform_config& platform, const scheme& run, bool ends_at_8_bits) {
    std::vector<scheme> schemes;
    if (network.graph) schemes = schemes_of(network, platform, run, {ends_at_8_bits});
    else
        for (const layer& l : network.layers) schemes.push_back(scheme_of(l, run, platform));
    diagnostics problems;
    for (std::size_t i = 0; i < schemes.size(); ++i)
        if (const auto reason = why_not(platform, schemes[i]))
            problems.add({"", 0, 0, fmt::format("layer {}", network.layers[i].name), fmt::format("can't run on platform {}: {}", platform.name, *reason)});
    problems.throw_if_any();
    return schemes;
}

void write_report(const std::string& folder, const std::vector<weight_error_report>& errors) {
    std::vector<std::pair<std::string, std::string>> files{{"layers.csv", to_csv(layer_rows(errors))},
                                                           {"channels.csv", to_csv(channel_rows(errors))},
                                                           {"levels.csv", to_csv(level_rows(errors))},
                                                           {"report.json", "{\"layers\": " + rows_as_json(layer_rows(errors)) + ", \"channels\": " +
                                                                               rows_as_json(channel_rows(errors)) + ", \"levels\": " + rows_as_json(level_rows(errors)) + "}\n"}};
    for (const figure& f : error_figures(errors)) {
        files.emplace_back(f.name + ".svg", run_gnuplot(gnuplot_script(f, figure_format::svg)));
        files.emplace_back(f.name + ".png", run_gnuplot(gnuplot_script(f, figure_format::png)));
    }
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) throw input_error(diagnostic{folder, 0, 0, "", "no such folder can be made: " + error.message()});
    for (const auto& [name, content] : files) write_output((fs::path(folder) / name).string(), content);
}

}  // namespace

exit_code quantize_command(const std::vector<std::string>& words) {
    quantize_options o;
    const auto known = words_of(o);
    if (parse_command(known, words).count("help")) {
        std::cout << "symmetree quantize --workload W --scheme S [options]\nWhat a number format does to the weights of every layer; with --output a workload that "
                     "keeps its formats and codes.\n"
                  << known;
        return exit_code::done;
    }
    format_of(o.common);
    require_files({{"--output", o.quantized}});
    const scheme run = parse_scheme(o.common.scheme);
    const platform_config base = load_platform(o.platform.empty() ? usual_platform(run.family) : o.platform, platforms_directory());
    const platform_config platform = o.platform.empty() ? with_widths(base, run.weight_bits, run.activation_bits) : base;
    workload network = load_workload(o.common.workload, networks_directory());
    apply_patterns(o.layers, run, network);
    const std::vector<scheme> schemes = schemes_for(network, platform, run, !o.keeps_ends);
    const weight_cache cache = cache_of(o.common);
    const std::uint64_t seed = seed_of(o.common.seed);

    std::vector<quantized_weights> weights(schemes.size());
    std::vector<weight_error_report> errors;
    for (std::size_t i = 0; i < schemes.size(); ++i) {
        const layer& l = network.layers[i];
        if (is_attention_product(l)) continue;
        weights[i] = cache.get(l, seed, schemes[i], jobs_of(o.common));
        errors.push_back(report_errors(l.name, schemes[i], materialize_weights(l, seed), weights[i], seed));
    }
    if (!o.report.empty()) write_report(o.report, errors);
    if (!o.quantized.empty())
        write_quantized_workload(o.quantized, {network, workload_file(o.common.workload, networks_directory()), schemes, std::move(weights), {}, "quantized to " + to_string(run)});
    deliver_rows(o.common, layer_rows(errors));
    return exit_code::done;
}

}  // namespace symmetree
