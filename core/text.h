#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace symmetree {

/// "[16, 3, 3, 3]"
std::string dimensions_text(const std::vector<std::int64_t>& dimensions);
/// `name` with everything that is not printable ASCII replaced, cut to 200 characters: fit for a line of a report.
std::string printable(const std::string& name);

}  // namespace symmetree
