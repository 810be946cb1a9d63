#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "workloads/calibration/tensor_statistics.h"
#include "workloads/graph/float_executor.h"
#include "workloads/network/workload.h"

namespace symmetree {

/// What the float network showed over a set of images.
struct calibration {
    std::vector<tensor_statistics> nodes;  ///< by node of the graph; empty: nothing was run
    std::int64_t images = 0;
};

/// Scores to which an attention mask was added count, if they are further below the greatest of their row, as this far below it: e^-12 is
/// less than half of the smallest step that probabilities can have, 2^-15, so that softmax makes 0 of both. The mask's -100 would
/// otherwise set the step of all scores.
constexpr float deepest_score = 12;
/// By node: the length of softmax's rows where the node adds a mask and nothing but softmax reads it; else 0.
std::vector<std::size_t> masked_score_rows(const network_graph& graph);
/// Raises what lies deeper, row by row.
void raise_deep_scores(std::vector<float>& scores, std::size_t row);

/// The normalized floats of an image, in the order of the input's axes; several threads ask at the same time.
using image_source = std::function<std::vector<float>(std::int64_t index)>;
/// Told how many images are done, by one thread at a time.
using calibration_progress = std::function<void(std::int64_t images)>;

/// Runs the first `count` images through the float network on up to `threads` threads, all of them joined on return. Statistics are taken
/// of pieces of images and put together in the order of the images: they do not depend on `threads`, to the last bit. Throws input_error
/// without an image, where an image has another size than the network's input, and where a value is not finite, naming the node and the
/// image; of several images the first one is named.
calibration calibrate(const workload& network, const float_executor& executor, const image_source& image, std::int64_t count, int threads,
                      const calibration_progress& progress = {});

}  // namespace symmetree
