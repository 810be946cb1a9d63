#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace symmetree {

/// The shortest writing of an exact decimal between 0 and 100 with at most nine digits after the point
/// ("98.0" -> "98", "099.50" -> "99.5"); nothing when the text is no such number.
std::optional<std::string> normalised_percentage(const std::string& text);

/// Number of listed outliers among `size` weights: (1 - sparsity / 100) * size of the exact decimal, rounded half to
/// even in integer arithmetic. Throws model_fault when `sparsity` is no percentage.
std::int64_t outlier_count(const std::string& sparsity, std::int64_t size);

}  // namespace symmetree
