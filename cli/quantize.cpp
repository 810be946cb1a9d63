#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <iostream>

#include "cli/calibration_options.h"
#include "cli/command.h"
#include "cli/run_options.h"
#include "core/output_file.h"
#include "runs/activation_formats.h"
#include "runs/choose_schemes.h"
#include "runs/error_tables.h"
#include "runs/quantize_workload.h"
#include "traces/gnuplot.h"
#include "traces/study_rows.h"
#include "workloads/files/load_workload.h"
#include "workloads/files/quantized_workload.h"
#include "workloads/images/random_images.h"
#include "workloads/network/layer_schemes.h"

namespace symmetree {
namespace {

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

/// What calibration found out about the network; nothing of it without --calibration.
struct calibrated {
    network_images images;
    calibration seen;
    range_choice range;
    std::optional<float_executor> executor;

    explicit operator bool() const { return executor.has_value(); }
    /// The first `most` of the images; `source` reads them.
    measured_images measured(const image_source& source, std::int64_t most) const {
        return {*executor, seen, range, source, std::min(most, images.set.count)};
    }
};

/// The images of --calibration; none without it.
network_images images_of(const quantize_options& o, const workload& network, std::uint64_t seed) {
    if (o.calibration.set.empty()) {
        if (range_option(o.calibration)) throw input_error(diagnostic{"", 0, 0, "--range", "is for --calibration, which is not given"});
        return {};
    }
    if (!network.graph)
        throw input_error(diagnostic{"", 0, 0, "--calibration",
                                     fmt::format("{} can't be run as a whole network: {}", network.name, network.why_no_graph)});
    return calibration_images(o.calibration, network, network_file_of(workload_file(o.common.workload, networks_directory())), seed);
}

calibrated calibration_of(const quantize_options& o, network_images images, const workload& network, const scheme& run,
                          std::uint64_t seed) {
    calibrated c;
    if (images.set.count == 0) return c;
    c.range = range_of(range_option(o.calibration), run);
    c.images = std::move(images);
    c.executor.emplace(network, float_weights_of(network, seed));
    c.seen = calibrate(network, *c.executor, std::cref(c.images), c.images.set.count, jobs_of(o.common));
    return c;
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

/// The choice that --candidates and a budget ask for. Absent without them.
std::optional<scheme_choice> chosen_schemes(const quantize_options& o, const platform_config& platform, const scheme& run,
                                            const calibrated& c, const weight_cache& cache, std::uint64_t seed, const workload& network) {
    const bool by_energy = !o.budget_energy.empty();
    const char* const option = by_energy ? "--budget-energy" : "--budget-bops";
    if (o.candidates.empty() && o.budget_bops.empty() && !by_energy) return {};
    if (o.candidates.empty()) throw input_error(diagnostic{"", 0, 0, option, "is for --candidates, which is not given"});
    if (o.budget_bops.empty() != by_energy)
        throw input_error(diagnostic{"", 0, 0, "--candidates", "one budget is wanted, --budget-bops or --budget-energy"});
    const network_options ends{!o.keeps_ends, residuals_option(o.calibration)};
    const std::vector<scheme> candidates = candidates_of(o.candidates);
    const mixed_network mixed{network,           platform,      mixed_options(network, platform, run, candidates, ends), cache, seed,
                              jobs_of(o.common), ends.residuals};
    const scheme_budget budget = by_energy ? parse_budget(scheme_budget::kind::energy, option, o.budget_energy)
                                           : parse_budget(scheme_budget::kind::bit_operations, option, o.budget_bops);
    const int most = option_number("--sensitivity-images", o.sensitivity_images, 1, 1 << 20);
    const image_source source = std::cref(c.images);
    std::optional<choice_images> images;
    if (c) images.emplace(choice_images{c.measured(source, c.images.set.count), most, compensation_option(o.calibration)});
    return choose_schemes(mixed, candidates, run, ends, budget, images ? &*images : nullptr, cost_directory());
}

void write_report(const std::string& folder, const error_report& report) {
    std::vector<named_content> files = table_files(report);
    for (named_content& picture : drawn(report.figures)) files.push_back(std::move(picture));
    write_folder(folder, files);
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
    const platform_config platform = platform_for(run, o.platform, platforms_directory());
    workload network = load_workload(o.common.workload, networks_directory());
    apply_layer_schemes(o.layer_schemes, "--layer-scheme", network);
    const weight_cache cache = cache_of(o.common);
    const std::uint64_t seed = seed_of(o.common.seed);
    const int jobs = jobs_of(o.common), error_images = option_number("--error-images", o.error_images, 1, 1 << 20);
    const network_options ends{!o.keeps_ends, residuals_option(o.calibration)};
    const std::optional<step_criterion> compensated = compensation_option(o.calibration);
    const std::string adapters = adapters_option(o.calibration, network);
    const bool by_logits = activation_option(o.calibration) == activation_criterion::logits;
    runnable_schemes(network, platform, run, ends);  // refuses what can't run before anything takes time
    const equalization_options wanted = equalization_option(o.calibration, network);
    network_images images = images_of(o, network, seed);
    network = equalized(network, wanted.layers, wanted.norms, seed, std::cref(images), images.set.count, jobs);
    const calibrated c = calibration_of(o, std::move(images), network, run, seed);
    const std::optional<scheme_choice> mixed = chosen_schemes(o, platform, run, c, cache, seed, network);
    for (std::size_t i = 0; mixed && i < network.layers.size(); ++i) network.layers[i].own_scheme = mixed->schemes[i];
    const image_source source = std::cref(c.images);
    if (by_logits)
        network =
            with_steps_by_logits(network, platform, run, ends, c.measured(source, c.images.set.count), compensated, cache, seed, jobs);
    if (compensated)
        network =
            with_rounded_weights(network, platform, run, ends, c.measured(source, c.images.set.count), *compensated, cache, seed, jobs);

    quantized_workload q{network,
                         network_file_of(workload_file(o.common.workload, networks_directory())),
                         runnable_schemes(network, platform, run, ends),
                         {},
                         {},
                         {},
                         seed,
                         "quantized to " + to_string(run)};
    const std::vector<weight_error_report> errors = keep_weights(q, cache, jobs);
    std::vector<tensor_error_report> tensors;
    if (c) {
        keep_formats(q, platform, run, ends, c.measured(source, c.images.set.count),
                     adapters_from(adapters, *c.executor, source, c.images.set.count), cache, jobs);
        if (!random_image_count(o.calibration.set, "--calibration")) q.pixels = to_string(c.images.pixels);
        const std::string rounding =
            compensated ? fmt::format("weights rounded by outputs, their steps by {}, ", to_string(*compensated)) : "";
        q.note += fmt::format(", {}formats of activations by {} from {} images of {}{}", rounding, to_string(c.range), c.images.set.count,
                              c.images.set.name, by_logits ? ", steps of fewer than 8 bits by the scores" : "");
        if (!o.report.empty() && is_adaptive(q.schemes))
            std::fprintf(stderr, "symmetree: the report has no tensors: those of :asq have another step for each image\n");
        else if (!o.report.empty())
            tensors = tensor_errors_of(network, platform, run, ends, c.measured(source, error_images), cache, seed, jobs);
    } else {
        q.pixels = network.pixels;
        q.formats = network.formats;
        q.narrowed = network.narrowed;
        q.adapted = network.adapted;
        q.adapters = own_adapters(network);
    }
    if (mixed) q.note += "; " + mixed->summary;
    const std::vector<std::string> scaled = scaling_notes(network);
    if (!scaled.empty()) q.note += fmt::format("; channels of {} tensors equalized", scaled.size());
    const named_tables choices = mixed ? named_tables{{"mixed_precision", mixed->rows}, {"contenders", mixed->contenders}} : named_tables();
    if (!o.report.empty()) write_report(o.report, error_report_of(errors, tensors, choices));
    if (!o.quantized.empty()) write_quantized_workload(o.quantized, q);
    deliver_rows(o.common, layer_rows(errors));
    if (format == output_format::table)
        for (std::size_t i = 0; i < scaled.size(); ++i) std::cout << (i == 0 ? "\n" : "") << scaled[i] << '\n';
    if (compensated && format == output_format::table)
        std::cout << "\nWeights are rounded by the error of the layers' outputs, which falls where their own grows.\n";
    if (!q.adapters.empty() && format == output_format::table) {
        const adapter_overhead o = overhead_of(q);
        std::cout << fmt::format(
            "\n{} adapters with {} parameters: {:.2f} % of the weights' bits where each takes 32, {:.2f} % of the layers' QOPS\n",
            o.adapters, o.parameters, 100 * o.storage_share, 100 * o.operations_share);
    }
    if (mixed && format == output_format::table) std::cout << '\n' << rows_as_table(mixed->contenders) << mixed->summary << '\n';
    return exit_code::done;
}

}  // namespace symmetree
