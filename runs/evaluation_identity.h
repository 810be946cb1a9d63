#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runs/evaluate.h"

namespace symmetree {

/// Texts of 36 characters, each of them equal only where everything that decides the outcome of an evaluation is: core/digest.h.

/// Layers with weights, biases, codes and schemes; the graph with its constants; fixed formats.
std::string identity_of(const workload& network, std::uint64_t seed);
/// Ranges, sums and histograms of every tensor.
std::string identity_of(const calibration& seen);
std::string identity_of(const adapter_set& adapters);
/// What of a range's images a dump takes from their outcome.
std::string identity_of(const dump_request& dump, const image_range& range);
/// The floats of `count` images from the first one.
std::string identity_of_images(const image_source& image, std::int64_t first, std::int64_t count);
/// Platform, prices and scheme; not what `evaluation_input` holds.
std::string identity_of(const evaluation_task& task, const cost_table& prices);

/// By range, the float network's first and the tasks' behind them: the keys of what they find out.
std::vector<std::string> keys_of(const evaluation_input& input, const std::vector<evaluation_task>& tasks,
                                 const std::vector<cost_table>& prices, const std::vector<adapter_set>& adapters,
                                 const std::vector<image_range>& ranges, const std::string& program, const dump_request& dump);

}  // namespace symmetree
