#pragma once

#include "runs/evaluate.h"

namespace symmetree {

// The network that a task of an evaluation runs, step by step.

/// The task's own workload or the input's.
const workload& network_of(const evaluation_input& input, const evaluation_task& task);
/// With copies of the tensors that are read in two formats.
requantized_network requantized(const evaluation_input& input, const evaluation_task& task);
format_chooser chooser_of(const evaluation_input& input, const evaluation_task& task, const requantized_network& copied);
/// All but the adapters. Throws input_error with every layer that can't run.
quantized_network quantized(const evaluation_input& input, const evaluation_task& task, const requantized_network& copied,
                            const weight_cache& cache);
/// None where no tensor is adaptive.
adapter_set adapters_of(const evaluation_input& input, const evaluation_task& task, const weight_cache& cache);
/// As it runs.
quantized_network complete_network(const evaluation_input& input, const evaluation_task& task, const adapter_set& adapters,
                                   const weight_cache& cache);

}  // namespace symmetree
