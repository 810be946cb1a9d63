#pragma once

#include <string>
#include <vector>

#include "workloads/network/workload.h"

namespace symmetree {

inline constexpr const char* layer_scheme_help =
    "PATTERN=SCHEME: layers of these names (* and ? as in file names, from the start of the name or behind any /) take that one; the last "
    "that fits wins";

/// True where the pattern fits the whole name or all that stands behind one of its slashes: `layer3.*` fits `/layer3/layer3.0/conv1/Conv`.
bool fits_layer(const std::string& pattern, const std::string& name);

/// Gives layers schemes of their own, each entry a PATTERN=SCHEME; codes that they brought in another format are left behind. Products of
/// activations take the activations' width on both sides, as symq. Throws input_error naming `option`: text without a pattern, a wrong
/// scheme, a pattern that fits no layer (with the names there are).
void apply_layer_schemes(const std::vector<std::string>& entries, const std::string& option, workload& network);

}  // namespace symmetree
