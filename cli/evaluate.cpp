#include "runs/evaluate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <iostream>

#include "cli/calibration_options.h"
#include "cli/command.h"
#include "cli/dump_options.h"
#include "cli/progress_line.h"
#include "cli/run_options.h"
#include "core/digest.h"
#include "core/enumerators.h"
#include "core/input_file.h"
#include "core/output_file.h"
#include "platforms/auto_clock.h"
#include "runs/evaluation_plan.h"
#include "runs/evaluation_table.h"
#include "runs/sweep/outcome_store.h"
#include "traces/gnuplot.h"
#include "traces/study_rows.h"
#include "traces/study_writers.h"
#include "traces/writers.h"
#include "workloads/files/load_workload.h"
#include "workloads/files/quantized_workload.h"
#include "workloads/images/image_set.h"
#include "workloads/images/random_images.h"
#include "workloads/network/layer_schemes.h"

namespace symmetree {
namespace {

struct evaluate_options {
    run_options common;
    calibration_options calibration;
    dump_options dump;
    std::vector<std::string> schemes, layer_schemes, arithmetics;
    std::string images, limit = "0", check = "4", figure, resume;
    bool without_labels = false;
};

boost::program_options::options_description words_of(evaluate_options& o) {
    namespace po = boost::program_options;
    po::options_description words("options");
    auto add = words.add_options();
    add("help,h", "this text");
    add("workload", po::value(&o.common.workload)->required(), "trained network: shipped name, .onnx model or .yaml workload with a graph");
    add("images", po::value(&o.images)->required(),
        "image set: npz, IDX, CIFAR binary, or a folder of PNG and JPEG (docs/image-sets.md); random:N are N seeded images");
    add("platform", po::value(&o.common.platforms)->required(), "shipped platform or .yaml file; give it several times");
    add("scheme", po::value(&o.schemes), "number format; several: each on every platform that can run it (each platform's own)");
    add("weight-bits", po::value(&o.common.weight_bits), "width of array and scheme");
    add("activation-bits", po::value(&o.common.activation_bits), "width of array and scheme");
    add("layer-scheme", po::value(&o.layer_schemes), layer_scheme_help);
    add_calibration_words(words, o.calibration);
    add("vector-arithmetic", po::value(&o.arithmetics),
        "integer, as the vector unit computes, or float32, which shows what its integer forms lose; several: side by side (integer)");
    add("limit", po::value(&o.limit), "evaluate the first so many images (0: all)");
    add("without-labels", po::bool_switch(&o.without_labels), "the set may have no labels: agreement with float only");
    add("check", po::value(&o.check), "compare so many images with the second executor, score by score (4; -1: all)");
    add("seed", po::value(&o.common.seed), "seed of synthetic weights and random images (1)");
    add("batch", po::value(&o.common.batch), "images that pass each operator before the next operator begins (1)");
    add("jobs", po::value(&o.common.jobs), "simulations at a time (number of cores)");
    add("resume", po::value(&o.resume), "keep finished images in this file, and take from it what was finished before");
    add_dump_words(words, o.dump);
    add("format", po::value(&o.common.format), "table, csv or json (table)");
    add("output", po::value(&o.common.output), "write to this file instead of the terminal");
    add("figure", po::value(&o.figure), "also draw accuracy against power into this .svg or .png file, with gnuplot");
    add("cache", po::value(&o.common.cache_directory), "folder of fitted weights ($SYMMETREE_CACHE, else ~/.cache/symmetree)");
    add("no-cache", po::bool_switch(&o.common.no_cache), "fit anew and keep nothing");
    return words;
}

std::vector<vector_arithmetic> arithmetics_of(const evaluate_options& o) {
    std::vector<vector_arithmetic> all;
    for (const std::string& text : o.arithmetics) all.push_back(option_choice<vector_arithmetic>("--vector-arithmetic", text));
    if (all.empty()) all.push_back(vector_arithmetic::integer);
    return all;
}

/// The platforms at the widths asked for, their clocks settled.
std::vector<platform_config> platforms_of(const evaluate_options& o) {
    const auto width = [](const char* option, const std::string& text) -> std::optional<int> {
        if (text.empty()) return {};
        return option_number(option, text, 2, 8);
    };
    const std::optional<int> w = width("--weight-bits", o.common.weight_bits), a = width("--activation-bits", o.common.activation_bits);
    std::vector<platform_config> platforms;
    for (const std::string& name : o.common.platforms) {
        platform_config& platform = platforms.emplace_back(with_widths(load_platform(name, platforms_directory()), w, a));
        if (platform.auto_clock) settle_clock(platform, cost_table::load(clock_table_of(platform), cost_directory()));
    }
    return platforms;
}

/// The program is its own bytes: those of a working copy have no version.
std::string own_digest() { return digest_of(content_of("/proc/self/exe")); }

kept_outcomes kept_in(outcome_store& store) {
    return {own_digest(), [&store](const std::string& key) { return store.find(key); },
            [&store](const std::string& key, const std::string& outcome) { store.keep(key, outcome); }};
}

/// Where adapters come from, for the notes.
std::string adapters_text(const std::string& origin) {
    if (origin == to_string(adapter_origin::fit)) return "adapters fitted on the same images as the steps";
    return origin == to_string(adapter_origin::identity) ? "identity adapters, beta = 1" : "adapters of " + origin;
}

void deliver_table(const run_options& o, const accuracy_table& t) {
    switch (format_of(o)) {
        case output_format::table: {
            std::string text = rows_as_table(brief_study_of(t)) + '\n';
            for (const std::string& note : t.notes) text += note + '\n';
            for (const accuracy_row& row : t.rows)
                if (row.costs && !row.costs->places.empty())
                    text += fmt::format("\n{}, {}\n{}", row.platform, row.scheme, places_to_table(*row.costs));
            deliver(o, text);
            break;
        }
        case output_format::csv: deliver(o, to_csv(brief_study_of(t))); break;
        case output_format::json: deliver(o, to_json(t)); break;
    }
}

/// The one of figures_of() that this command draws.
figure accuracy_figure(const accuracy_table& t) {
    for (figure& f : figures_of(study_of(t)))
        if (f.name == "accuracy_power") return std::move(f);
    throw input_error(diagnostic{"", 0, 0, "--figure", "no row has both accuracy and power"});
}

/// The network with the schemes of its layers.
workload whole_network(const evaluate_options& o) {
    workload network = load_workload(o.common.workload, networks_directory());
    if (!network.graph)
        throw input_error(diagnostic{o.common.workload, 0, 0, network.name, "can't be run as a whole network: " + network.why_no_graph});
    apply_layer_schemes(o.layer_schemes, "--layer-scheme", network);
    return network;
}

void check_labels_of(const evaluate_options& o, const image_set& images, const workload& network) {
    const bool may_lack = o.without_labels || random_image_count(o.images, "--images");
    if (images.labels.empty() && may_lack) return;
    check_labels(images, static_cast<int>(network.graph->nodes[network.graph->output].shape.back()));
}

/// The set that steps are chosen on; random images may be evaluated on steps from random images. Empty where the workload has its formats.
void choose_calibration_set(evaluate_options& o, const workload& network) {
    if (!o.calibration.set.empty() || !network.formats.empty()) return;
    if (!random_image_count(o.images, "--images"))
        throw input_error(diagnostic{"", 0, 0, "--calibration", "an image set is wanted, other images than those that are evaluated"});
    o.calibration.set = "random:4";
}

/// Tells what differs from the second executor.
exit_code tell_differences(const evaluation_plan& plan, const evaluation_result& result) {
    exit_code code = exit_code::done;
    for (std::size_t t = 0; t < result.tasks.size(); ++t) {
        if (result.tasks[t].first_difference.empty()) continue;
        std::fprintf(stderr, "symmetree: %s differs from the reference: %s\n", plan.tasks[t].platform.name.c_str(),
                     result.tasks[t].first_difference.c_str());
        code = exit_code::failed_check;
    }
    return code;
}

}  // namespace

exit_code evaluate_command(const std::vector<std::string>& words) {
    evaluate_options options;
    const auto known = words_of(options);
    if (parse_command(known, words).count("help")) {
        std::cout << "symmetree evaluate --workload M --images SET --calibration SET --platform P ... [options]\n"
                     "A trained network on images, through the simulated accelerator: how many it gets right beside what each one costs.\n"
                  << known;
        return exit_code::done;
    }
    format_of(options.common);
    const dump_request dump = dump_option(options.dump);
    evaluation_input input;
    input.network = whole_network(options);
    const std::string file = network_file_of(workload_file(options.common.workload, networks_directory()));
    input.seed = seed_of(options.common.seed);
    input.batch = batch_of(options.common.batch);
    const int limit = option_number("--limit", options.limit, 0, 1 << 30);
    const network_images evaluated = images_for("--images", options.images, limit, options.calibration, input.network, file, input.seed);
    const image_set& images = evaluated.set;
    check_labels_of(options, images, input.network);
    choose_calibration_set(options, input.network);
    const std::optional<step_criterion> compensated = compensation_option(options.calibration);
    const equalization_options wanted = equalization_option(options.calibration, input.network);
    network_images seen;
    if (!options.calibration.set.empty()) seen = calibration_images(options.calibration, input.network, file, input.seed);
    input.range = range_option(options.calibration);
    input.options.residuals = residuals_option(options.calibration);
    input.activation_steps = activation_option(options.calibration);
    input.calibration_image = std::cref(seen);
    input.calibration_images = seen.set.count;
    input.images = images.count;
    input.labels = images.labels;
    const int check = option_number("--check", options.check, -1, 1 << 30);
    input.checked = check < 0 ? images.count : check;
    input.cost_directory = cost_directory();
    input.image = std::cref(evaluated);
    const std::string adapters = adapters_option(options.calibration, input.network);
    const std::optional<figure_format> drawing =
        options.figure.empty() ? std::nullopt : std::optional(figure_format_of("--figure", options.figure));
    require_files({{"--output", options.common.output},
                   {"--figure", options.figure},
                   {"--resume", options.resume},
                   {"--dump-to", options.dump.file}});
    const evaluation_plan plan =
        plan_evaluation(input.network, platforms_of(options), options.schemes, arithmetics_of(options), input.options);
    check_dump(dump, input, plan.tasks);
    input.network =
        equalized(input.network, wanted.layers, wanted.norms, input.seed, std::cref(seen), seen.set.count, jobs_of(options.common));
    const float_executor executor(input.network, float_weights_of(input.network, input.seed));
    if (seen.set.count > 0) input.statistics = calibrate(input.network, executor, std::cref(seen), seen.set.count, jobs_of(options.common));
    if (compensated) input.rounding = compensation{std::cref(seen), seen.set.count, *compensated};
    input.adapters = adapters_from(adapters, executor, std::cref(seen), seen.set.count);

    evaluation_run how;
    how.jobs = jobs_of(options.common);
    how.dump = dump;
    std::optional<outcome_store> store;
    if (!options.resume.empty()) how.kept = kept_in(store.emplace(options.resume));
    std::optional<progress_line> line("images");
    std::optional<progress_line> layers;
    how.rounding_progress = [&](std::size_t done, std::size_t of) {
        if (done == 1) layers.emplace("layers rounded");
        layers->tell(done, of);
        if (done == of) layers.reset();
    };
    how.progress = [&](std::int64_t done, std::int64_t of) { line->tell(std::uint64_t(done), std::uint64_t(of)); };
    const evaluation_result result = evaluate(input, plan.tasks, cache_of(options.common), how);
    line.reset();
    const accuracy_table table = accuracy_of(
        input, plan, result, evaluation_notes(input, plan, result, {images.name, seen.set.name, seen.set.count, adapters_text(adapters)}));
    deliver_table(options.common, table);
    if (dump.any()) write_output(options.dump.file, result.arrays.file());
    if (drawing) write_output(options.figure, run_gnuplot(gnuplot_script(accuracy_figure(table), *drawing)));
    return tell_differences(plan, result);
}

}  // namespace symmetree
