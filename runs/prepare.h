#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compile/layer_plan.h"
#include "compile/network_formats.h"
#include "compile/program.h"
#include "compile/quantized_network.h"
#include "models/cost/cost_table.h"
#include "platforms/platform_config.h"
#include "workloads/network/weight_cache.h"
#include "workloads/network/workload.h"

namespace symmetree {

/// What to run. Everything is validated by prepare(), before a kernel exists.
struct run_request {
    workload network;
    platform_config platform;
    scheme asked_scheme;  ///< the run's scheme; single layers may differ
    std::uint64_t seed = 1;
    bool timing_only = false;
    bool check = true;                 ///< compare with the reference product (exact runs only)
    std::string vcd_path;              ///< empty: no trace
    std::string timeline_path;         ///< empty: no timeline
    std::string cost_directory;        ///< where shipped cost tables are
    int threads = 2;                   ///< for fitting
    std::optional<cost_table> prices;  ///< the platform's cost table where it is loaded already
};

/// One layer, quantized, cut and checked against the platform: a network of one product, with an input of its own.
struct prepared_layer {
    formatted_product product;  ///< attention: the weights are the second operand; without codes when timing only
    product_integers integers;
    std::optional<quantized_activations> input;  ///< absent when timing only
    layer_plan plan;                             ///< with addresses
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

/// What the host runs for the layer: its outputs are signed with zero point 0, their step is lone_output_step().
program program_of(const platform_config& platform, const prepared_layer& l);

}  // namespace symmetree
