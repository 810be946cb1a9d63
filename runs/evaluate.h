#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compile/quantized_network.h"
#include "compile/requantized_network.h"
#include "core/npz_arrays.h"
#include "models/cost/cost_table.h"
#include "reference/reference_network.h"
#include "runs/activation_search.h"
#include "runs/compensate.h"
#include "runs/evaluation_dump.h"
#include "runs/fit_adapters.h"
#include "traces/report.h"
#include "workloads/calibration/calibration.h"
#include "workloads/calibration/tensor_formats.h"

namespace symmetree {

/// One platform under one scheme. With float32 between the products the second executor runs it, and there are no costs: the unit computes
/// in integers.
struct evaluation_task {
    platform_config platform;
    scheme asked_scheme;
    vector_arithmetic arithmetic = vector_arithmetic::integer;
    std::shared_ptr<const workload> network;  ///< the input's with weights of its own; null: the input's
};

constexpr const char* to_string(vector_arithmetic arithmetic) {
    switch (arithmetic) {
        case vector_arithmetic::integer: return "integer";
        case vector_arithmetic::float32: return "float32";
    }
    return "?";
}

/// The images that every task sees, and what was known before the first of them ran.
struct evaluation_input {
    workload network;
    image_source image;  ///< normalized floats by index
    std::int64_t images = 0;
    std::vector<int> labels;            ///< by image; empty: accuracy is not known
    calibration statistics;             ///< empty where the workload's file has every format
    std::optional<range_choice> range;  ///< absent: each task by its scheme's range of activations
    network_options options;
    std::uint64_t seed = 1;
    int batch = 1;             ///< images that run at a time; a last batch that is not full runs its last image again
    std::int64_t checked = 0;  ///< so many first images are compared with the second executor, all nodes of the output
    std::string cost_directory;
    image_source calibration_image;  ///< those that `statistics` were taken from
    std::int64_t calibration_images = 0;
    activation_criterion activation_steps = activation_criterion::tensors;
    std::optional<compensation> rounding;  ///< weights are rounded on these by the error of the layers' outputs; absent: to nearest
    /// The adapters of a task with adaptive activations, before its first image.
    adapter_maker adapters;
};

/// How many images came out how, of how many. Classes of equal score rank by index.
struct accuracy_counts {
    std::int64_t images = 0, top1 = 0, top5 = 0;
};

struct evaluation {
    accuracy_counts counts;
    std::int64_t agreeing = 0;         ///< images whose best class is that of the float network
    std::int64_t checked = 0;          ///< images that the second executor ran, too
    std::string first_difference;      ///< empty: all of these were equal
    std::vector<std::string> tensors;  ///< formats, for the record: "relu1: 4 bits, step 0.0123, zero point -8"
    std::optional<report> costs;       ///< of one batch: cycles depend on no image
};

struct evaluation_result {
    accuracy_counts float_counts;
    std::vector<evaluation> tasks;  ///< in the order given
    npz_arrays arrays;              ///< what the run's dump asks for
};

/// Told how many of how many images are done, all tasks together, the float network included.
using evaluation_progress = std::function<void(std::int64_t done, std::int64_t of)>;

/// Where the outcomes of finished images are kept, and found again by what decided them: a digest of the program, the network, the platform
/// and its prices, the scheme, the formats' origin, the adapters and the images themselves.
struct kept_outcomes {
    std::string program;  ///< which one this is
    std::function<std::optional<std::string>(const std::string& key)> find;
    std::function<void(const std::string& key, const std::string& outcome)> keep;
};

/// How an evaluation is run; none of it moves results.
struct evaluation_run {
    int jobs = 1;  ///< processes at a time
    evaluation_progress progress;
    symmetree::rounding_progress rounding_progress;  ///< of each task
    std::optional<kept_outcomes> kept;  ///< outcomes are kept as soon as they are known, some hundred images at a time; absent: none is
    dump_request dump;                  ///< what of the images goes into the result's arrays; check_dump() must have passed it
};

/// Runs every image through the simulated accelerator of every task. Throws input_error with everything that can't run before the first
/// image does. The caller must not have started threads.
evaluation_result evaluate(const evaluation_input& input, const std::vector<evaluation_task>& tasks, const weight_cache& cache,
                           const evaluation_run& how);

}  // namespace symmetree
