#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compile/layer_plan.h"
#include "compile/memory_map.h"
#include "compile/network_formats.h"
#include "compile/program.h"
#include "compile/quantized_network.h"
#include "models/cost/cost_table.h"
#include "platforms/platform_config.h"
#include "workloads/network/weight_cache.h"
#include "workloads/network/workload.h"

namespace symmetree {

/// Images of a batch at most.
inline constexpr int most_batch = 1024;

/// What to run. Everything is validated by prepare(), before a kernel exists.
struct run_request {
    workload network;
    platform_config platform;
    scheme asked_scheme;  ///< the run's scheme; single layers may differ
    std::uint64_t seed = 1;
    int batch = 1;  ///< images that pass each layer before the next layer begins; image i has the input of seed + i
    bool timing_only = false;
    bool check = true;                 ///< compare with the reference product (exact runs only)
    std::string vcd_path;              ///< empty: no trace
    std::string timeline_path;         ///< empty: no timeline
    std::string cost_directory;        ///< where shipped cost tables are
    int threads = 2;                   ///< for fitting
    std::optional<cost_table> prices;  ///< the platform's cost table where it is loaded already
};

/// The codes that an image of a batch brings, in the formats of the first image.
struct image_codes {
    std::vector<std::int16_t> input;
    std::vector<std::int8_t> second_operand;  ///< attention
};

/// One layer, quantized, cut and checked against the platform: a network of one product, with an input of its own.
struct prepared_layer {
    formatted_product product;  ///< attention: the weights are the second operand; without codes when timing only
    product_integers integers;
    std::optional<quantized_activations> input;  ///< of the first image; absent when timing only
    std::vector<image_codes> further;            ///< of the images behind it; none when timing only
    layer_plan plan;                             ///< with addresses
    memory_map memory;                           ///< what stands there
};

struct prepared_run {
    prepared_run() = default;
    prepared_run(prepared_run&&) = default;
    prepared_run& operator=(prepared_run&&) = default;  // the layers point into the request, so no copies

    run_request request;
    std::vector<prepared_layer> layers;
    std::vector<std::string> notes;
};

/// Layers that run one by one are no network's first and last.
constexpr network_options layers_alone{false};

/// Settles the accumulators and the clock of a platform that leaves them to the run.
/// Throws input_error with every layer that can't run: scheme refused, does not fit the buffers, accumulators too
/// narrow, larger than DRAM.
prepared_run prepare(run_request request, const weight_cache& cache);

/// The operands of all images of the batch, one behind the other. With values.
quantized_activations inputs_of(const prepared_layer& l);
quantized_weights stored_operands_of(const prepared_layer& l);

/// True where one doorbell runs all layers, as a sequencer that reads ahead wants it; otherwise each has its own.
bool runs_in_turn(const platform_config& platform);

/// What the host runs for the layer: its outputs are signed with zero point 0, their step is lone_output_step().
program program_of(const platform_config& platform, const prepared_layer& l);

}  // namespace symmetree
