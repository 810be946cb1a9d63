#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <iostream>

#include "cli/command.h"
#include "cli/run_options.h"
#include "platforms/network/evaluate.h"
#include "platforms/network/fit_adapters.h"
#include "core/output_file.h"
#include "traces/gnuplot.h"
#include "traces/measures.h"
#include "traces/plots.h"
#include "traces/study.h"
#include "workloads/images/image_set.h"
#include "workloads/images/random_images.h"
#include "workloads/import/onnx_metadata.h"

namespace symmetree {
namespace {

struct evaluate_options {
    run_options common;
    std::vector<std::string> schemes;
    std::string images, calibration_set, calibration_images, range = "mse", normalization_text, limit = "0", check = "4", figure, adapters = "fit";
};

boost::program_options::options_description words_of(evaluate_options& o) {
    namespace po = boost::program_options;
    po::options_description words("options");
    auto add = words.add_options();
    add("help,h", "this text");
    add("workload", po::value(&o.common.workload)->required(), "trained network: shipped name, .onnx model or .yaml workload with a graph");
    add("images", po::value(&o.images)->required(), "image set: npz, IDX, CIFAR binary, or a folder of PNG and JPEG (docs/image-sets.md); random:N are N seeded images");
    add("platform", po::value(&o.common.platforms)->required(), "shipped platform or .yaml file; give it several times");
    add("scheme", po::value(&o.schemes), "number format; several: each on every platform that can run it (each platform's own)");
    add("weight-bits", po::value(&o.common.weight_bits), "width of array and scheme");
    add("activation-bits", po::value(&o.common.activation_bits), "width of array and scheme");
    add("calibration", po::value(&o.calibration_set), "image set that the steps of activations are chosen on; not the one that is evaluated (random:4 where --images are random)");
    add("calibration-images", po::value(&o.calibration_images), "its first so many images (256; all random ones)");
    add("range", po::value(&o.range), "how steps follow from what was seen: mse, minmax, p99.9 (mse)");
    add("normalization", po::value(&o.normalization_text), "\"mean=0.5 std=0.25\" of the pixels; from the model's metadata if it has them");
    add("adapters", po::value(&o.adapters), "of schemes with :asq: fit (from the calibration images), identity (beta = 1) or a safetensors file (fit)");
    add("limit", po::value(&o.limit), "evaluate the first so many images (0: all)");
    add("check", po::value(&o.check), "compare so many images with the second executor, score by score (4; -1: all)");
    add("seed", po::value(&o.common.seed), "seed of synthetic weights and random images (1)");
    add("jobs", po::value(&o.common.jobs), "simulations at a time (number of cores)");
    add("format", po::value(&o.common.format), "table, csv or json (table)");
    add("output", po::value(&o.common.output), "write to this file instead of the terminal");
    add("figure", po::value(&o.figure), "also draw accuracy against power into this .svg or .png file, with gnuplot");
    add("cache", po::value(&o.common.cache_directory), "folder of fitted weights ($SYMMETREE_CACHE, else ~/.cache/symmetree)");
    add("no-cache", po::bool_switch(&o.common.no_cache), "fit anew and keep nothing");
    return words;
}

normalization normalization_for(const evaluate_options& o, const workload& network) {
    if (!o.normalization_text.empty()) return parse_normalization(o.normalization_text, "--normalization");
    const std::string file = workload_file(o.common.workload, networks_directory());
    if (file.size() > 5 && file.compare(file.size() - 5, 5, ".onnx") == 0)
        if (const auto found = normalization_of(onnx_metadata(file), file)) return *found;
    throw input_error(diagnostic{"", 0, 0, "--normalization",
                                 fmt::format("the mean and deviation of the pixels are wanted, since {} does not carry them", network.name)});
}

/// Images and how they become the network's input.
struct network_images {
    image_set set;
    normalization pixels;
    std::vector<float> operator()(std::int64_t index) const { return set.image(index, pixels); }
};

/// The images that `option` asks for, the first `limit` of them (0: all), as the network takes them.
network_images images_for(const std::string& option, const std::string& given, int limit, const evaluate_options& o, const workload& network) {
    const extents& shape = network.graph->nodes[network.graph->input].shape;
    if (shape.size() != 4 || shape[0] != 1) throw input_error(diagnostic{network.source, 0, 0, network.name, "its input is no image of [1][channels][height][width]"});
    const int channels = static_cast<int>(shape[1]), height = static_cast<int>(shape[2]), width = static_cast<int>(shape[3]);
    if (const auto count = random_image_count(given, option))
        return {random_images(limit == 0 ? *count : std::min(limit, *count), channels, height, width, seed_of(o.common.seed), option), no_normalization()};
    network_images images{{}, normalization_for(o, network)};
    images.set = load_image_set(given, limit);
    check_shape(images.set, channels, height, width, network.name);
    check_channels(images.pixels, channels, "--normalization");
    return images;
}

struct evaluation_plan {
    std::vector<evaluation_task> tasks;
    std::vector<std::string> left_out;
};

/// Every scheme on every platform that can run it; a platform's own where none is given. A pair that can't be is left out where there are others.
evaluation_plan plan_of(const evaluate_options& o, const evaluation_input& input) {
    evaluation_plan plan;
    const auto width = [](const char* option, const std::string& text) -> std::optional<int> {
        if (text.empty()) return {};
        return option_number(option, text, 2, 8);
    };
    const std::optional<int> w = width("--weight-bits", o.common.weight_bits), a = width("--activation-bits", o.common.activation_bits);
    diagnostics problems;
    for (const std::string& name : o.common.platforms) {
        const platform_config platform = with_widths(load_platform(name, platforms_directory()), w, a);
        std::vector<scheme> schemes;
        for (const std::string& text : o.schemes) schemes.push_back(parse_scheme(text, platform.array.weight_bits, platform.array.activation_bits));
        if (schemes.empty()) schemes.push_back(platform.default_scheme);
        for (const scheme& s : schemes) {
            try {
                refuse_unrunnable(input.network, platform, s, input.options);
                plan.tasks.push_back({platform, s});
            } catch (const input_error& e) {
                plan.left_out.push_back(fmt::format("{} on {}: {}", to_string(s), platform.name, e.problems().front().message));
                for (const diagnostic& d : e.problems()) problems.add(d);
            }
        }
    }
    if (plan.tasks.empty()) problems.throw_if_any();
    return plan;
}

double share(std::int64_t part, std::int64_t of) { return of == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(of); }

cell optional_cell(const std::optional<double>& value, double factor) {
    if (!value) return {};
    return *value * factor;
}

study study_of(const evaluation_input& input, const evaluation_plan& plan, const evaluation_result& result) {
    study s;
    s.title = "Evaluation of " + input.network.name;
    s.columns = {{"platform", column_role::axis, ""}, {"scheme", column_role::axis, ""},     {"top1", column_role::metric, "%"},
                 {"top5", column_role::metric, "%"},  {"agrees_with_float", column_role::metric, "%"},
                 {"cycles", column_role::metric, ""},  {"latency", column_role::metric, "ms"}, {"energy", column_role::metric, "uJ"},
                 {"power", column_role::metric, "mW"}, {"area", column_role::metric, "mm2"},   {"check", column_role::metric, ""}};
    const bool labelled = !input.labels.empty();
    const auto accuracy = [&](std::int64_t right) { return labelled ? cell(share(right, input.images)) : cell(); };
    s.rows.push_back({std::string("float32"), std::string("float32"), accuracy(result.float_counts.top1), accuracy(result.float_counts.top5), 100.0, {}, {}, {}, {}, {}, {}});
    for (std::size_t t = 0; t < result.tasks.size(); ++t) {
        const evaluation& e = result.tasks[t];
        const report& r = e.costs;
        s.rows.push_back({plan.tasks[t].platform.name, to_string(plan.tasks[t].format), accuracy(e.counts.top1), accuracy(e.counts.top5),
                          share(e.agreeing, input.images), static_cast<std::int64_t>(r.total().cycles), optional_cell(latency_s_of(r), 1e3),
                          optional_cell(energy_j_of(r), 1e6), optional_cell(power_w_of(r), 1e3), optional_cell(area_um2_of(r), 1e-6),
                          e.checked == 0 ? std::string("not checked") : e.first_difference.empty() ? fmt::format("exact on {}", e.checked) : std::string("DIFFERS")});
    }
    return s;
}

/// Where adapters come from, for the notes.
std::string adapters_text(const evaluate_options& o) {
    if (o.adapters == "fit") return "adapters fitted on the same images as the steps";
    return o.adapters == "identity" ? "identity adapters, beta = 1" : "adapters of " + o.adapters;
}

/// What the numbers rest on, below the table.
void print_notes(const run_options& o, const evaluation_input& input, const evaluation_plan& plan, const evaluation_result& result, const image_set& images,
                 const image_set& calibration_images, const std::string& adapters) {
    if (!o.output.empty()) return;
    std::cout << fmt::format("\n{} images of {}{}; steps of activations by {} from {} images of {}; float32 in this program.\n", images.count, images.name,
                             input.labels.empty() ? " (no labels)" : "", to_string(input.range), input.statistics.images, calibration_images.name);
    std::cout << "Cycles, energy and power are those of one image with every operator; weights are read anew for each image.\n";
    if (input.options.ends_at_8_bits) std::cout << "First and last layer at symq:w8a8; post-training quantization, nothing is trained.\n";
    const auto adaptive = [](const evaluation_task& t) { return t.format.adaptive_activations; };
    if (std::any_of(plan.tasks.begin(), plan.tasks.end(), adaptive)) std::cout << fmt::format("asq: {}.\n", adapters);
    if (!result.tasks.empty()) std::cout << fmt::format("Prices: {} ({}).\n", result.tasks.front().costs.cost_table, result.tasks.front().costs.cost_label);
    for (const std::string& line : plan.left_out) std::cout << "left out: " << line << '\n';
}

/// One series per platform and scheme, so that each has its name in the key.
figure accuracy_figure(const evaluation_result& result) {
    std::vector<xy_series> all;
    for (const evaluation& e : result.tasks) {
        const std::optional<double> power = power_w_of(e.costs);
        if (power) all.push_back({e.costs.platform + " " + e.costs.scheme, {{*power * 1e3, share(e.counts.top1, e.counts.images)}}});
    }
    return {"accuracy_power", axis_titles("average power (mW)", "top-1 accuracy (%)") + "set key outside right\n" + plot_of(all, "points") + '\n', 0};
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
    const output_format format = format_of(options.common);
    evaluation_input input;
    input.network = load_workload(options.common.workload, networks_directory());
    if (!input.network.graph)
        throw input_error(diagnostic{options.common.workload, 0, 0, input.network.name, "can't be run as a whole network: " + input.network.why_no_graph});
    const network_images evaluated = images_for("--images", options.images, option_number("--limit", options.limit, 0, 1 << 30), options, input.network);
    const image_set& images = evaluated.set;
    const int classes = static_cast<int>(input.network.graph->nodes[input.network.graph->output].shape.back());
    if (!images.labels.empty()) check_labels(images, classes);
    if (options.calibration_set.empty() && random_image_count(options.images, "--images")) options.calibration_set = "random:4";
    if (options.calibration_set.empty()) throw input_error(diagnostic{"", 0, 0, "--calibration", "an image set is wanted, other images than those that are evaluated"});
    const int wanted = options.calibration_images.empty() ? random_image_count(options.calibration_set, "--calibration").value_or(256)
                                                          : option_number("--calibration-images", options.calibration_images, 1, 1 << 20);
    const network_images calibration_set = images_for("--calibration", options.calibration_set, wanted, options, input.network);
    const image_set& calibration_images = calibration_set.set;
    if (calibration_images.count < wanted)
        throw input_error(diagnostic{options.calibration_set, 0, 0, "--calibration-images", fmt::format("{} are wanted, the set has {}", wanted, calibration_images.count)});
    input.range = parse_range("--range", options.range);
    input.images = images.count;
    input.labels = images.labels;
    const int check = option_number("--check", options.check, -1, 1 << 30);
    input.checked = check < 0 ? images.count : check;
    input.cost_directory = cost_directory();
    input.image = std::cref(evaluated);
    input.seed = seed_of(options.common.seed);
    const std::optional<figure_format> drawing = options.figure.empty() ? std::nullopt : std::optional(figure_format_of("--figure", options.figure));
    require_files({{"--output", options.common.output}, {"--figure", options.figure}});
    const evaluation_plan plan = plan_of(options, input);
    const float_executor executor(input.network, float_weights_of(input.network, input.seed));
    input.statistics = calibrate(input.network, executor, std::cref(calibration_set), wanted, jobs_of(options.common));
    input.adapters = [&](const quantized_network& q, const adaptive_network& adaptive) {
        if (options.adapters == "fit") return fit_adapters(q, adaptive, executor, std::cref(calibration_set), wanted);
        if (options.adapters == "identity") return identity_adapters(q, adaptive);
        return read_adapters(options.adapters, q, adaptive);
    };

    const bool live = isatty(STDERR_FILENO) != 0;
    const auto progress = [&](std::int64_t done, std::int64_t of) {
        if (live) std::fprintf(stderr, "\r%lld of %lld images%s", static_cast<long long>(done), static_cast<long long>(of), done == of ? "\n" : "");
    };
    const evaluation_result result = evaluate(input, plan.tasks, cache_of(options.common), jobs_of(options.common), progress);
    const study rows = study_of(input, plan, result);
    deliver_rows(options.common, rows);
    if (format == output_format::table) print_notes(options.common, input, plan, result, images, calibration_images, adapters_text(options));
    if (drawing) write_output(options.figure, run_gnuplot(gnuplot_script(accuracy_figure(result), *drawing)));
    exit_code code = exit_code::done;
    for (std::size_t t = 0; t < result.tasks.size(); ++t) {
        if (result.tasks[t].first_difference.empty()) continue;
        std::fprintf(stderr, "symmetree: %s differs from the reference: %s\n", result.tasks[t].costs.platform.c_str(), result.tasks[t].first_difference.c_str());
        code = exit_code::failed_check;
    }
    return code;
}

}  // namespace symmetree
