#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <iostream>
#include <map>
#include <numeric>

#include "cli/calibration_options.h"
#include "cli/command.h"
#include "cli/error_tables.h"
#include "cli/run_options.h"
#include "compile/layer_scheme.h"
#include "core/output_file.h"
#include "runs/evaluate.h"
#include "runs/fit_adapters.h"
#include "runs/sensitivity.h"
#include "runs/tensor_errors.h"
#include "traces/gnuplot.h"
#include "traces/study_rows.h"
#include "traces/study_writers.h"
#include "workloads/files/load_workload.h"
#include "workloads/files/quantized_workload.h"
#include "workloads/images/random_images.h"
#include "workloads/network/layer_schemes.h"
#include "workloads/network/mixed_precision.h"

namespace symmetree {
namespace {

namespace fs = std::filesystem;

struct quantize_options {
    run_options common;
    calibration_options calibration;
    std::vector<std::string> layer_schemes;
    std::string platform, quantized, report, error_images = "4", candidates, budget_bops, budget_energy, sensitivity_images = "8";
    bool keeps_ends = false;
};

boost::program_options::options_description words_of(quantize_options& o) {
    namespace po = boost::program_options;
    po::options_description words("options");
    auto add = words.add_options();
    add("help,h", "this text");
    add("workload", po::value(&o.common.workload)->required(), "shipped network, .yaml workload or .onnx model");
    add("scheme", po::value(&o.common.scheme)->required(), "number format, e.g. symq:w4a8, dasq:w3a3:sw4:p98");
    add("layer-scheme", po::value(&o.layer_schemes), layer_scheme_help);
    add("keep-ends", po::bool_switch(&o.keeps_ends), "the scheme for the first and the last layer, too, which are symq:w8a8 otherwise");
    add("candidates", po::value(&o.candidates),
        "formats to choose from, layer by layer, e.g. symq:w2a4,symq:w3a4,symq:w4a4; with a budget");
    add("budget-bops", po::value(&o.budget_bops), "most bit operations, 2.5e9, or 50% of what the scheme takes");
    add("budget-energy", po::value(&o.budget_energy),
        "most energy of the matrix products of an image in uJ, or 50% of what the scheme takes");
    add("sensitivity-images", po::value(&o.sensitivity_images),
        "with --calibration: measure what a format loses on its first so many images (8)");
    add_calibration_words(words, o.calibration);
    add("platform", po::value(&o.platform), "platform whose circuits decide what a layer can be (that of the scheme's family)");
    add("output", po::value(&o.quantized), "write the quantized workload: this .yaml file, codes and network beside it");
    add("report", po::value(&o.report),
        "write layers, channels, levels and tensors as .csv, all of them as .json, and figures into this folder");
    add("error-images", po::value(&o.error_images),
        "with --calibration: follow errors through the network on its first so many images (4)");
    add("format", po::value(&o.common.format), "table, csv or json of the layers' errors (table)");
    add("seed", po::value(&o.common.seed), "seed of synthetic weights and of the noise beside them (1)");
    add("jobs", po::value(&o.common.jobs), "threads and simulations at a time (number of cores)");
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

/// What every layer is stored as; all that the platform can't run are named.
std::vector<scheme> schemes_for(const workload& network, const platform_config& platform, const scheme& run, bool ends_at_8_bits) {
    std::vector<scheme> schemes;
    if (network.graph)
        schemes = schemes_of(network, platform, run, {ends_at_8_bits});
    else
        for (const layer& l : network.layers) schemes.push_back(scheme_of(l, run, platform));
    diagnostics problems;
    for (std::size_t i = 0; i < schemes.size(); ++i)
        if (const auto reason = why_not(platform, schemes[i]))
            problems.add({"", 0, 0, fmt::format("layer {}", network.layers[i].name),
                          fmt::format("can't run on platform {}: {}", platform.name, *reason)});
    problems.throw_if_any();
    return schemes;
}

/// What calibration found out about the network; nothing of it without --calibration.
struct calibrated {
    network_images images;
    calibration seen;
    range_choice range;
    std::optional<float_executor> executor;

    explicit operator bool() const { return executor.has_value(); }
    format_chooser chooser(const workload& network) const {
        return [&](std::size_t node, int bits, activation_coding coding) { return format_for(network, seen, range, node, bits, coding); };
    }
};

calibrated calibration_of(const quantize_options& o, const workload& network, const scheme& run, std::uint64_t seed) {
    calibrated c;
    const std::optional<range_choice> range = range_option(o.calibration);
    if (o.calibration.set.empty()) {
        if (range) throw input_error(diagnostic{"", 0, 0, "--range", "is for --calibration, which is not given"});
        return c;
    }
    if (!network.graph)
        throw input_error(diagnostic{"", 0, 0, "--calibration",
                                     fmt::format("{} can't be run as a whole network: {}", network.name, network.why_no_graph)});
    c.range = range_of(range, run);
    c.images = calibration_images(o.calibration, network, network_file_of(workload_file(o.common.workload, networks_directory())), seed);
    c.executor.emplace(network, float_weights_of(network, seed));
    c.seen = calibrate(network, *c.executor, std::cref(c.images), c.images.set.count, jobs_of(o.common));
    return c;
}

/// Formats of all tensors, adapters fitted on the calibration images where layers have adaptive activations.
void keep_formats(const quantize_options& o, const platform_config& platform, const scheme& run, const calibrated& c,
                  const weight_cache& cache, quantized_workload& q) {
    const workload& network = q.network;
    const network_options ends{!o.keeps_ends};
    const adaptive_network adaptive = with_adaptive_tensors(network, q.schemes);
    const std::map<std::string, tensor_format> none;
    const format_chooser choose = adaptive_chooser(network, adaptive, c.seen, c.range, none);
    const auto formats = formats_of(adaptive.network, platform, run, choose, ends);
    q.formats.resize(network.graph->nodes.size());
    for (std::size_t i = 0; i < formats.size(); ++i) {
        if (std::count(adaptive.requantized.begin(), adaptive.requantized.end(), i) > 0)
            q.adapted[adapted_tensor(adaptive, i)] = *formats[i];
        else
            q.formats[adaptive.origin[i]] = formats[i];
    }
    if (adaptive.requantized.empty()) return;
    const quantized_network fixed = quantize_network(adaptive.network, platform, run, choose, cache, q.seed, jobs_of(o.common), ends);
    q.adapters = stored_adapters(fit_adapters(fixed, adaptive, *c.executor, std::cref(c.images), c.images.set.count));
}

/// Their tensors have no one step whose errors could be told.
bool is_adaptive(const std::vector<scheme>& schemes) {
    return std::any_of(schemes.begin(), schemes.end(), [](const scheme& s) { return s.adaptive_activations; });
}

/// `2.5e9`, or `50%` of `whole`.
double budget_of(const std::string& option, const std::string& text, double whole) {
    const bool share = !text.empty() && text.back() == '%';
    double value = 0;
    const char* const last = text.data() + text.size() - (share ? 1 : 0);
    const auto [end, problem] = std::from_chars(text.data(), last, value);
    if (problem != std::errc{} || end != last || !(value > 0) || !std::isfinite(value))
        throw input_error(
            diagnostic{"", 0, 0, option, fmt::format("a number above 0, or a share such as 50%, is wanted, given '{}'", text)});
    return share ? whole * value / 100 : value;
}

std::vector<scheme> candidates_of(const std::string& text) {
    std::vector<scheme> all;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t comma = std::min(text.find(',', begin), text.size());
        all.push_back(parse_scheme(text.substr(begin, comma - begin)));
        begin = comma + 1;
    }
    return all;
}

double sum_of_first(const std::vector<std::vector<double>>& costs) {
    return std::accumulate(costs.begin(), costs.end(), 0.0, [](double sum, const auto& layer) { return sum + layer.front(); });
}

/// The formats that were chosen under a budget, and what every other one would have cost and lost.
struct mixed_result {
    study rows;
    std::string summary;
};

/// Gives the layers schemes of their own. Absent without --candidates.
std::optional<mixed_result> choose_schemes(const quantize_options& o, const platform_config& platform, const scheme& run,
                                           const calibrated& c, const weight_cache& cache, std::uint64_t seed, workload& network) {
    const bool by_energy = !o.budget_energy.empty();
    const char* const option = by_energy ? "--budget-energy" : "--budget-bops";
    if (o.candidates.empty() && o.budget_bops.empty() && !by_energy) return {};
    if (o.candidates.empty()) throw input_error(diagnostic{"", 0, 0, option, "is for --candidates, which is not given"});
    if (o.budget_bops.empty() != by_energy)
        throw input_error(diagnostic{"", 0, 0, "--candidates", "one budget is wanted, --budget-bops or --budget-energy"});
    const network_options ends{!o.keeps_ends};
    const int jobs = jobs_of(o.common);
    const mixed_network mixed{network, platform, mixed_options(network, platform, run, candidates_of(o.candidates), ends),
                              cache,   seed,     jobs};
    const mixed_network usual{network, platform, mixed_options(network, platform, run, {run}, ends), cache, seed, jobs};
    const auto costs_of = [&](const mixed_network& m) { return by_energy ? energies_uj(m, cost_directory()) : bit_operations(m); };
    const std::vector<std::vector<double>> costs = costs_of(mixed);
    const double whole = sum_of_first(costs_of(usual)), budget = budget_of(option, by_energy ? o.budget_energy : o.budget_bops, whole);
    const int images = option_number("--sensitivity-images", o.sensitivity_images, 1, 1 << 20);
    const image_source source = std::cref(c.images);
    const auto losses = c ? output_losses(mixed, {*c.executor, c.seen, c.range, source, std::min<std::int64_t>(images, c.images.set.count)})
                          : weight_losses(mixed);

    std::vector<std::vector<layer_option>> layers(costs.size());
    for (std::size_t i = 0; i < costs.size(); ++i)
        for (std::size_t k = 0; k < costs[i].size(); ++k) layers[i].push_back({costs[i][k], losses[i][k]});
    const mixed_choice choice = choose_within(layers, budget, option);

    mixed_result result;
    result.rows.columns = {{"layer", column_role::axis, ""},
                           {"scheme", column_role::axis, ""},
                           {"cost", column_role::metric, by_energy ? "uJ" : "BOPs"},
                           {"loss", column_role::metric, ""},
                           {"chosen", column_role::metric, ""}};
    for (std::size_t i = 0; i < layers.size(); ++i) {
        for (std::size_t k = 0; k < layers[i].size(); ++k)
            result.rows.rows.push_back({network.layers[i].name, to_string(mixed.schemes[i][k]), costs[i][k], losses[i][k],
                                        std::string(choice.options[i] == k ? "yes" : "no")});
        network.layers[i].own_scheme = mixed.schemes[i][choice.options[i]];
    }
    result.summary = fmt::format("{:.6g} {} of a budget of {:.6g} ({} takes {:.6g}); losses of {} add up to {:.6g}", choice.cost,
                                 by_energy ? "uJ" : "BOPs", budget, to_string(run), whole, c ? "the outputs" : "the weights", choice.loss);
    return result;
}

void write_report(const std::string& folder, const std::vector<weight_error_report>& errors,
                  const std::vector<tensor_error_report>& tensors, const std::optional<mixed_result>& mixed) {
    std::vector<std::pair<std::string, study>> tables{
        {"layers", layer_rows(errors)}, {"channels", channel_rows(errors)}, {"levels", level_rows(errors)}};
    if (!tensors.empty()) {
        tables.emplace_back("tensors", tensor_rows(tensors));
        tables.emplace_back("tensor_values", tensor_value_rows(tensors));
        tables.emplace_back("tensor_codes", tensor_code_rows(tensors));
    }
    if (mixed) tables.emplace_back("mixed_precision", mixed->rows);
    std::vector<std::pair<std::string, std::string>> files;
    std::string json;
    for (const auto& [name, rows] : tables) {
        files.emplace_back(name + ".csv", to_csv(rows));
        json += (json.empty() ? "{\"" : ", \"") + name + "\": " + rows_as_json(rows);
    }
    files.emplace_back("report.json", json + "}\n");
    std::vector<figure> figures = error_figures(errors);
    for (figure& f : tensor_figures(tensors)) figures.push_back(std::move(f));
    for (const figure& f : figures) {
        files.emplace_back(f.name + ".svg", run_gnuplot(gnuplot_script(f, figure_format::svg)));
        files.emplace_back(f.name + ".png", run_gnuplot(gnuplot_script(f, figure_format::png)));
    }
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) throw input_error(diagnostic{folder, 0, 0, "", "no such folder can be made: " + error.message()});
    for (const auto& [name, content] : files) write_output((fs::path(folder) / name).string(), content);
}

/// The platform asked for, or the usual one at the widths of the scheme.
platform_config platform_for(const quantize_options& o, const scheme& run) {
    const platform_config base = load_platform(o.platform.empty() ? usual_platform(run.family) : o.platform, platforms_directory());
    platform_config platform = o.platform.empty() ? with_widths(base, run.weight_bits, run.activation_bits) : base;
    platform.vector_unit.lanes = std::max(platform.vector_unit.lanes, 1);  // nothing that is computed here depends on their number
    return platform;
}

}  // namespace

exit_code quantize_command(const std::vector<std::string>& words) {
    quantize_options o;
    const auto known = words_of(o);
    if (parse_command(known, words).count("help")) {
        std::cout << "symmetree quantize --workload W --scheme S [options]\nWhat a number format does to the weights of every layer, and "
                     "with --calibration to "
                     "the tensors between them; with --output a workload that keeps formats and codes.\n"
                  << known;
        return exit_code::done;
    }
    const output_format format = format_of(o.common);
    require_quantized_name("--output", o.quantized);
    require_files({{"--output", o.quantized}});
    const scheme run = parse_scheme(o.common.scheme);
    const platform_config platform = platform_for(o, run);
    workload network = load_workload(o.common.workload, networks_directory());
    apply_layer_schemes(o.layer_schemes, "--layer-scheme", network);
    const weight_cache cache = cache_of(o.common);
    const std::uint64_t seed = seed_of(o.common.seed);
    const int jobs = jobs_of(o.common), error_images = option_number("--error-images", o.error_images, 1, 1 << 20);
    schemes_for(network, platform, run, !o.keeps_ends);  // refuses what can't run before anything takes time
    const calibrated c = calibration_of(o, network, run, seed);
    const std::optional<mixed_result> mixed = choose_schemes(o, platform, run, c, cache, seed, network);
    const std::vector<scheme> schemes = schemes_for(network, platform, run, !o.keeps_ends);

    quantized_workload q{network, network_file_of(workload_file(o.common.workload, networks_directory())),
                         schemes, {},
                         {},      {},
                         seed,    "quantized to " + to_string(run)};
    q.weights.resize(schemes.size());
    std::vector<weight_error_report> errors;
    for (std::size_t i = 0; i < schemes.size(); ++i) {
        const layer& l = network.layers[i];
        if (is_attention_product(l)) continue;
        q.weights[i] = cache.get(l, seed, schemes[i], jobs);
        errors.push_back(report_errors(l.name, schemes[i], materialize_weights(l, seed), q.weights[i], seed));
    }
    std::vector<tensor_error_report> tensors;
    if (c) {
        keep_formats(o, platform, run, c, cache, q);
        if (!random_image_count(o.calibration.set, "--calibration")) q.pixels = to_string(c.images.pixels);
        q.note +=
            fmt::format(", formats of activations by {} from {} images of {}", to_string(c.range), c.images.set.count, c.images.set.name);
        if (!o.report.empty() && is_adaptive(schemes))
            std::fprintf(stderr, "symmetree: the report has no tensors: those of :asq have another step for each image\n");
        else if (!o.report.empty())
            tensors = report_tensors(quantize_network(network, platform, run, c.chooser(network), cache, seed, jobs, {!o.keeps_ends}),
                                     c.seen, *c.executor, std::cref(c.images), std::min<std::int64_t>(error_images, c.images.set.count));
    } else {
        q.pixels = network.pixels;
        q.formats = network.formats;
    }
    if (mixed) q.note += "; " + mixed->summary;
    if (!o.report.empty()) write_report(o.report, errors, tensors, mixed);
    if (!o.quantized.empty()) write_quantized_workload(o.quantized, q);
    deliver_rows(o.common, layer_rows(errors));
    if (mixed && format == output_format::table) std::cout << '\n' << mixed->summary << '\n';
    return exit_code::done;
}

}  // namespace symmetree
