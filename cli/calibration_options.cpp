#include "cli/calibration_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "cli/command.h"
#include "core/enumerators.h"
#include "core/safetensors.h"
#include "workloads/images/random_images.h"
#include "workloads/import/onnx_metadata.h"

namespace symmetree {
namespace {

normalization normalization_for(const calibration_options& o, const workload& network, const std::string& network_file) {
    if (!o.pixels.empty()) return parse_normalization(o.pixels, "--normalization");
    if (!network.pixels.empty()) return parse_normalization(network.pixels, "normalization");
    if (std::filesystem::path(network_file).extension() == ".onnx")
        if (const auto found = normalization_of(onnx_metadata(network_file), network_file)) return *found;
    throw input_error(
        diagnostic{"", 0, 0, "--normalization",
                   fmt::format("the mean and deviation of the pixels are wanted, since {} does not carry them", network.name)});
}

/// Of a calibration set: 256 images, fewer of networks that take long, but no fewer than 32.
int usual_image_count(const workload& network) {
    constexpr std::int64_t fewest = 32, most = 256;
    return static_cast<int>(std::max(fewest, images_within_seconds(network, most)));
}

/// Calibration images that are not random: what decides by them may be the default.
bool has_set(const calibration_options& o) { return !o.set.empty() && !random_image_count(o.set, "--calibration"); }

/// It brings codes, formats or factors that were made for its weights as they are.
bool is_quantized(const workload& network) {
    const bool has_codes = std::any_of(network.layers.begin(), network.layers.end(), [](const layer& l) { return l.codes != nullptr; });
    return has_codes || !network.formats.empty() || !network.narrowed.empty() || !network.channel_factors.empty();
}

}  // namespace

void add_calibration_words(boost::program_options::options_description& words, calibration_options& o) {
    namespace po = boost::program_options;
    auto add = words.add_options();
    add("calibration", po::value(&o.set),
        "image set (or random:N) that formats of activations are chosen on; not the one that is evaluated");
    add("calibration-images", po::value(&o.images), "its first so many images (256, fewer of networks that take long; all random ones)");
    add("range", po::value(&o.range),
        "how steps follow from what was seen: mse, minmax, p99.9 (the scheme's: mse, or minmax with :aminmax)");
    add("rounding", po::value(&o.rounding),
        "of weights: nearest, or compensated: by the error of the layers' outputs on the calibration images (compensated where there are "
        "some that are not random)");
    add("step-search", po::value(&o.steps), "of compensated rounding: by the error of the weights or of the outputs (weights)");
    add("activation-steps", po::value(&o.activation_steps),
        "of activations of fewer than 8 bits: by each tensor's own error (tensors), or searched so that the scores stay near those of the "
        "float network (logits) (tensors)");
    add("residuals", po::value(&o.residuals),
        "what additions read of a tensor that a layer of fewer than 8 bits reads, too: wide, the tensor in 8 bits, or narrow, what "
        "the layer reads (wide)");
    add("equalize", po::value(&o.equalize),
        "before anything is quantized: layers, the weights of layers in a row get the same ranges channel by channel, or none (none)");
    add("smooth", po::value(&o.smooth),
        "before anything is quantized: norms, outliers of a layer norm's channels move into the weights behind it, by the calibration "
        "images, or none (norms where there are some that are not random)");
    add("adapters", po::value(&o.adapters),
        "of schemes with :asq: identity (beta = 1), fit (from the calibration images) or a safetensors file (default: the workload's own "
        "adapters, identity where it has none)");
    add("normalization", po::value(&o.pixels),
        "\"mean=0.5 std=0.25\" of the pixels; else from the workload's file or the model's metadata");
}

std::optional<range_choice> range_option(const calibration_options& o) {
    if (o.range.empty()) return {};
    return parse_range("--range", o.range);
}

residual_width residuals_option(const calibration_options& o) {
    return o.residuals.empty() ? residual_width::wide : option_choice<residual_width>("--residuals", o.residuals);
}

std::optional<step_criterion> compensation_option(const calibration_options& o) {
    const weight_rounding usual = has_set(o) ? weight_rounding::compensated : weight_rounding::nearest;
    const weight_rounding rounding = o.rounding.empty() ? usual : option_choice<weight_rounding>("--rounding", o.rounding);
    if (rounding == weight_rounding::nearest) {
        if (!o.steps.empty()) throw input_error(diagnostic{"", 0, 0, "--step-search", "is for --rounding compensated"});
        return {};
    }
    if (o.set.empty())
        throw input_error(diagnostic{"", 0, 0, "--rounding", "compensated wants the images of --calibration, which is not given"});
    return o.steps.empty() ? step_criterion::weights : option_choice<step_criterion>("--step-search", o.steps);
}

activation_criterion activation_option(const calibration_options& o) {
    if (o.activation_steps.empty()) return activation_criterion::tensors;
    const auto criterion = option_choice<activation_criterion>("--activation-steps", o.activation_steps);
    if (criterion == activation_criterion::logits && o.set.empty())
        throw input_error(diagnostic{"", 0, 0, "--activation-steps", "logits wants the images of --calibration, which is not given"});
    return criterion;
}

equalization_options equalization_option(const calibration_options& o, const workload& network) {
    const bool takes_factors = network.graph && !is_quantized(network);
    equalization_options wanted;
    if (takes_factors && has_set(o)) wanted.norms = smoothing::norms;
    if (!o.equalize.empty()) wanted.layers = option_choice<equalization>("--equalize", o.equalize);
    if (!o.smooth.empty()) wanted.norms = option_choice<smoothing>("--smooth", o.smooth);
    const bool equalizes = wanted.layers != equalization::none, smooths = wanted.norms != smoothing::none;
    const auto problem = [&](const std::string& text) {
        return input_error(diagnostic{"", 0, 0, equalizes ? "--equalize" : "--smooth", text});
    };
    if ((equalizes || smooths) && !takes_factors)
        throw problem(network.graph ? fmt::format("the codes and formats that {} brings are those of its weights as they are; give the "
                                                  "network that it was quantized from",
                                                  network.name)
                                    : fmt::format("{} can't be run as a whole network: {}", network.name, network.why_no_graph));
    if (smooths && o.set.empty())
        throw input_error(diagnostic{"", 0, 0, "--smooth", "norms wants the images of --calibration, which is not given"});
    return wanted;
}

std::string adapters_option(const calibration_options& o, const workload& network) {
    if (o.adapters.empty()) return network.adapters_file.empty() ? to_string(adapter_origin::identity) : network.adapters_file;
    if (o.adapters == to_string(adapter_origin::identity)) return o.adapters;
    if (o.adapters != to_string(adapter_origin::fit))
        safetensors_file{o.adapters};  // refuses what is none
    else if (o.set.empty())
        throw input_error(diagnostic{"", 0, 0, "--adapters", "fit wants the images of --calibration, which is not given"});
    return o.adapters;
}

adapter_maker adapters_from(const std::string& origin, const float_executor& executor, const image_source& image, std::int64_t count) {
    return [=, &executor](const quantized_network& q, const requantized_network& copied) {
        if (origin == to_string(adapter_origin::identity)) return identity_adapters(q, copied);
        if (origin == to_string(adapter_origin::fit)) return fit_adapters(q, copied, executor, image, count);
        return read_adapters(origin, q, copied);
    };
}

network_images images_for(const std::string& option, const std::string& given, int limit, const calibration_options& o,
                          const workload& network, const std::string& network_file, std::uint64_t seed) {
    const extents& shape = network.graph->nodes[network.graph->input].shape;
    if (shape.size() != 4 || shape[0] != 1)
        throw input_error(diagnostic{network.source, 0, 0, network.name, "its input is no image of [1][channels][height][width]"});
    const int channels = static_cast<int>(shape[1]), height = static_cast<int>(shape[2]), width = static_cast<int>(shape[3]);
    if (const auto count = random_image_count(given, option))
        return {random_images(limit == 0 ? *count : std::min(limit, *count), channels, height, width, seed, option), no_normalization()};
    network_images images{{}, normalization_for(o, network, network_file)};
    images.set = load_image_set(given, limit);
    check_shape(images.set, channels, height, width, network.name);
    check_channels(images.pixels, channels, "--normalization");
    return images;
}

network_images calibration_images(const calibration_options& o, const workload& network, const std::string& network_file,
                                  std::uint64_t seed) {
    const int wanted = o.images.empty() ? random_image_count(o.set, "--calibration").value_or(usual_image_count(network))
                                        : option_number("--calibration-images", o.images, 1, 1 << 20);
    network_images images = images_for("--calibration", o.set, wanted, o, network, network_file, seed);
    if (images.set.count < wanted)
        throw input_error(
            diagnostic{o.set, 0, 0, "--calibration-images", fmt::format("{} are wanted, the set has {}", wanted, images.set.count)});
    return images;
}

}  // namespace symmetree
