#include "runs/task_network.h"

#include "runs/activation_formats.h"

namespace symmetree {

const workload& network_of(const evaluation_input& input, const evaluation_task& task) {
    return task.network ? *task.network : input.network;
}

requantized_network requantized(const evaluation_input& input, const evaluation_task& task) {
    return with_requantized_tensors(network_of(input, task),
                                    schemes_of(network_of(input, task), task.platform, task.asked_scheme, input.options),
                                    input.options.residuals);
}

format_chooser chooser_of(const evaluation_input& input, const evaluation_task& task, const requantized_network& copied) {
    return copies_chooser(network_of(input, task), copied, input.statistics, range_of(input.range, task.asked_scheme));
}

quantized_network quantized(const evaluation_input& input, const evaluation_task& task, const requantized_network& copied,
                            const weight_cache& cache) {
    return quantize_network(copied.network, task.platform, task.asked_scheme, chooser_of(input, task, copied), cache, input.seed, 1,
                            input.options);
}

adapter_set adapters_of(const evaluation_input& input, const evaluation_task& task, const weight_cache& cache) {
    const requantized_network copied = requantized(input, task);
    if (copied.adaptive.empty()) return {};
    return input.adapters(quantized(input, task, copied, cache), copied);
}

quantized_network complete_network(const evaluation_input& input, const evaluation_task& task, const adapter_set& adapters,
                                   const weight_cache& cache) {
    const requantized_network copied = requantized(input, task);
    quantized_network q = quantized(input, task, copied, cache);
    attach_adapters(q, copied, adapters);
    return q;
}

}  // namespace symmetree
