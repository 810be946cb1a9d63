#pragma once

#include <optional>
#include <string>

#include "platforms/platform_config.h"
#include "workloads/network/workload.h"

namespace symmetree {

/// The scheme a layer really uses on a platform: its own family and widths, DASQ's replacement, or the run's scheme.
scheme scheme_of(const layer& l, const scheme& run, const platform_config& platform);

/// The problem that a layer can't run on a platform.
diagnostic refusal(const layer& l, const platform_config& platform, const std::string& why);

/// Why a layer can't run by itself: what why_not() says, and that nothing chooses the step of adaptive activations there.
std::optional<std::string> why_not_alone(const platform_config& platform, const scheme& used);

}  // namespace symmetree
