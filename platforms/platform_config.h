#pragma once

#include <optional>
#include <string>

#include "models/accelerator/accelerator_config.h"
#include "workloads/scheme.h"

namespace symmetree {

/// A platform as written, with every default filled in. Immutable after validation.
struct platform_config : accelerator_config {
    std::string name;
    std::string description;
    scheme default_scheme;                   ///< the scheme the platform implies
    std::string cost_table = "published_45nm";
};

/// Loads and validates a shipped platform or a path; throws input_error with all problems.
platform_config load_platform(const std::string& name_or_path, const std::string& shipped_directory);
platform_config parse_platform(const std::string& yaml, const std::string& file_name);
/// The effective configuration as YAML, every field with its value; parse_platform of it gives the same platform.
std::string to_yaml(const platform_config& config);
/// The block diagram in text.
std::string block_diagram(const platform_config& config);

/// The platform at another multiplier width: array ports and implied scheme set together.
platform_config with_widths(platform_config config, std::optional<int> weight_bits, std::optional<int> activation_bits);

}  // namespace symmetree
