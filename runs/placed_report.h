#pragma once

#include <string>
#include <vector>

#include "compile/memory_map.h"
#include "platforms/platform_config.h"
#include "traces/report.h"

namespace symmetree {

/// What a program has in memory and where, for reports. `layers`: names by step; `prefix` stands before every place's name.
std::vector<placed_bytes_report> places_of(const memory_map& memory, const std::vector<layer_report>& layers,
                                           const std::string& prefix = "");

/// How much of what was wanted in the scratchpad stands there, and what has to be loaded before the first inference, in words.
std::string scratchpad_note(const platform_config& platform, const std::vector<placed_bytes_report>& places);

}  // namespace symmetree
