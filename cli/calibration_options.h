#pragma once

#include <boost/program_options.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runs/activation_search.h"
#include "runs/compensate.h"
#include "runs/fit_adapters.h"
#include "workloads/calibration/choose_format.h"
#include "workloads/calibration/equalize.h"
#include "workloads/formats/tensor_format.h"
#include "workloads/images/image_set.h"
#include "workloads/network/workload.h"

namespace symmetree {

/// What `evaluate` and `quantize` share: the images on which formats of activations are chosen, and how.
struct calibration_options {
    std::string set, images, range, pixels, rounding, steps, activation_steps, residuals, equalize, smooth, adapters;
};
void add_calibration_words(boost::program_options::options_description& words, calibration_options& options);

/// --range; absent where it is not given. Throws input_error.
std::optional<range_choice> range_option(const calibration_options& options);

/// --residuals, wide unless it is given. Throws input_error.
residual_width residuals_option(const calibration_options& options);

/// --rounding and --step-search: whose error the steps of compensated rounding follow; absent for nearest. Without --rounding, weights are
/// compensated where there is a set of calibration images that are not random. Throws input_error.
std::optional<step_criterion> compensation_option(const calibration_options& options);

/// --activation-steps, by the tensors unless it is given. Throws input_error.
activation_criterion activation_option(const calibration_options& options);

/// How channels are divided before anything is quantized.
struct equalization_options {
    equalization layers = equalization::none;
    smoothing norms = smoothing::none;
};
/// --equalize, none unless it is given, and --smooth, which is norms where there is a set of calibration images that are not random and the
/// network takes factors: it has a graph, and no codes or formats that were made for its weights as they are. Throws input_error.
equalization_options equalization_option(const calibration_options& options, const workload& network);

/// --adapters: `identity`, `fit` or the path of a safetensors file; the workload's own unless it is given, `identity` where there are none.
/// Throws input_error.
std::string adapters_option(const calibration_options& options, const workload& network);
/// The adapters that adapters_option() names; those that are fitted see the first `count` images. The executor must outlive the maker,
/// which throws input_error.
adapter_maker adapters_from(const std::string& origin, const float_executor& executor, const image_source& image, std::int64_t count);

/// Images and how they become a network's input.
struct network_images {
    image_set set;
    normalization pixels;
    std::vector<float> operator()(std::int64_t index) const { return set.image(index, pixels); }
};

/// The images that `option` asks for, a set or random:N, the first `limit` of them (0: all), as the network takes them. The normalization
/// is that of --normalization, else of the workload's file, else of the model's metadata in `network_file`. Throws input_error.
network_images images_for(const std::string& option, const std::string& given, int limit, const calibration_options& options,
                          const workload& network, const std::string& network_file, std::uint64_t seed);

/// The images of --calibration, as many as --calibration-images wants (256, or of a network that would take more than 2^37
/// multiply-accumulates for them as many as these allow, but 32; all random ones): a set that has fewer is refused.
network_images calibration_images(const calibration_options& options, const workload& network, const std::string& network_file,
                                  std::uint64_t seed);

}  // namespace symmetree
