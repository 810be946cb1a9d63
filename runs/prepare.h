#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compile/channel_records.h"
#include "compile/layer_plan.h"
#include "compile/layer_scheme.h"
#include "models/cost/cost_table.h"
#include "platforms/platform_config.h"
#include "workloads/network/weight_cache.h"
#include "workloads/network/workload.h"

namespace symmetree {

/// What to run. Everything is validated by prepare(), before a kernel exists.
struct run_request {
    workload network;
    platform_config platform;
    scheme format;  ///< the run's scheme; single layers may differ
    std::uint64_t seed = 1;
    bool timing_only = false;
    bool check = true;                 ///< compare with the reference product (exact runs only)
    std::string vcd_path;              ///< empty: no trace
    std::string timeline_path;         ///< empty: no timeline
    std::string cost_directory;        ///< where shipped cost tables are
    int threads = 2;                   ///< for fitting
    std::optional<cost_table> prices;  ///< the platform's cost table where it is loaded already
};

/// One layer, quantized, cut and checked against the platform.
struct prepared_layer {
    const layer* what = nullptr;
    scheme used;  ///< family and widths of this very layer
    bool on_side_array = false;
    quantized_weights weights;  ///< attention: the second operand; without codes when timing only
    activation_format format;
    std::optional<quantized_activations> input;  ///< absent when timing only
    layer_plan plan;
};

struct prepared_run {
    prepared_run() = default;
    prepared_run(prepared_run&&) = default;
    prepared_run& operator=(prepared_run&&) = default;  // the layers point into the request, so no copies

    run_request request;
    std::vector<prepared_layer> layers;
    std::vector<std::string> notes;
};

/// Fits what is not in the cache yet; nothing else. Uses threads, so it belongs into a process of its own.
void fit_weights(const workload& network, const platform_config& platform, const scheme& format, std::uint64_t seed,
                 const weight_cache& cache, int threads);

/// Throws input_error with every layer that can't run: scheme refused, does not fit the buffers, accumulators too
/// narrow, larger than DRAM.
prepared_run prepare(run_request request, const weight_cache& cache);

/// The layer's constants: outputs are signed with zero point 0, their step lone_output_step(). Timing only: zero points and shifts alone.
std::vector<channel_record> channel_records(const prepared_layer& l);

}  // namespace symmetree
