#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runs/fit_adapters.h"
#include "runs/sensitivity.h"
#include "runs/tensor_errors.h"
#include "workloads/files/quantized_workload.h"
#include "workloads/quantize/compensated.h"
#include "workloads/quantize/error_report.h"

namespace symmetree {

// From a network to the workload that keeps its formats and codes: what `quantize` does.

/// The platform whose circuits decide what a layer can be: the named one, or with an empty name the shipped one of the scheme's family at
/// its widths. It has a vector unit in any case, since nothing that is computed here depends on its lanes.
platform_config platform_for(const scheme& run, const std::string& name, const std::string& platforms_directory);

/// What every layer is stored as. Throws input_error with every layer that the platform can't run.
std::vector<scheme> runnable_schemes(const workload& network, const platform_config& platform, const scheme& run,
                                     const network_options& options);

/// The network with its weights rounded by the error of the layers' outputs on the images (runs/compensate.h), in the formats of the run.
workload with_rounded_weights(const workload& network, const platform_config& platform, const scheme& run, const network_options& options,
                              const measured_images& images, step_criterion steps, const weight_cache& cache, std::uint64_t seed, int jobs);

/// The network with formats for the tensors of fewer than 8 bits whose steps follow the network's scores (runs/activation_search.h), its
/// weights rounded meanwhile as they will be.
workload with_steps_by_logits(const workload& network, const platform_config& platform, const scheme& run, const network_options& options,
                              const measured_images& images, const std::optional<step_criterion>& compensated, const weight_cache& cache,
                              std::uint64_t seed, int jobs);

/// Fits the weights of every layer that has some, and says what that does to them.
std::vector<weight_error_report> keep_weights(quantized_workload& q, const weight_cache& cache, int jobs);

/// Chooses the formats of all tensors, and where layers have adaptive activations their adapters, by the images.
void keep_formats(quantized_workload& q, const platform_config& platform, const scheme& run, const network_options& options,
                  const measured_images& images, const adapter_maker& adapters, const weight_cache& cache, int jobs);

/// What the adapters of a workload add to it, counted as Zhou et al. do in their Table 1: parameters of 32 bits beside weights at their
/// widths, and two operations of full precision for each of the adapters' weights beside the layers' QOPS.
struct adapter_overhead {
    std::size_t adapters = 0;
    std::size_t parameters = 0;
    double storage_share = 0, operations_share = 0;
};
adapter_overhead overhead_of(const quantized_workload& q);

/// True where a tensor has another step for each image, so that there is no one step whose errors could be told.
bool is_adaptive(const std::vector<scheme>& schemes);

/// What the formats do to the tensors between operators: report_tensors() of the network in integers.
std::vector<tensor_error_report> tensor_errors_of(const workload& network, const platform_config& platform, const scheme& run,
                                                  const network_options& options, const measured_images& images, const weight_cache& cache,
                                                  std::uint64_t seed, int jobs);

}  // namespace symmetree
