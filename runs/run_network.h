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
    std::vector<layer_result> steps;   ///< by step of the program; cycles depend on no image, so they are those of the first
};

/// Runs images one after the other on the simulated accelerator: every step of every image through the SystemC modules. `next` gives the
/// codes of the next image in the order of the input's axes, or nothing; `finished` takes what came out, and by then a record, which wants
/// values, has it from inside. One call per process.
void run_network(const network_program& program, const platform_config& platform, bool with_values,
                 const std::function<std::optional<std::vector<std::int16_t>>()>& next,
                 const std::function<void(const network_result&)>& finished, probe* probe = nullptr, network_record* record = nullptr);

/// The codes of an image of floats.
std::vector<std::int16_t> codes_of(const float* values, std::size_t count, const tensor_format& format);

}  // namespace symmetree
