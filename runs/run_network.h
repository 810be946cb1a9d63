#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "compile/network_program.h"
#include "core/probe.h"
#include "models/activity/layer_result.h"
#include "runs/network_record.h"

namespace symmetree {

/// What the accelerator left behind for one image.
struct network_result {
    std::vector<std::int16_t> scores;  ///< codes of the output, in the order of its axes
    std::vector<layer_result> steps;   ///< by step of the program, of the batch that the image is in; cycles depend on no image
};

/// Runs images on the simulated accelerator, as many at a time as the program's batch: every step of every image through the SystemC
/// modules. `next` gives the codes of the next image in the order of the input's axes, or nothing; a last batch that is not full runs its
/// last image again. `finished` takes what came out, image by image, and by then a record, which wants values and batches of one, has it
/// from inside. One call per process.
void run_network(const network_program& program, const platform_config& platform, bool with_values,
                 const std::function<std::optional<std::vector<std::int16_t>>()>& next,
                 const std::function<void(const network_result&)>& finished, probe* probe = nullptr, network_record* record = nullptr);

/// The codes of an image of floats.
std::vector<std::int16_t> codes_of(const float* values, std::size_t count, const tensor_format& format);

}  // namespace symmetree
