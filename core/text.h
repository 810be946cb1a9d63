#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace symmetree {

inline bool starts_with(const std::string& text, const std::string& start) { return text.compare(0, start.size(), start) == 0; }
inline bool ends_with(const std::string& text, const std::string& end) {
    return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

/// "[16, 3, 3, 3]"
std::string dimensions_text(const std::vector<std::int64_t>& dimensions);
/// A whole number without sign or leading zeros, or nothing.
std::optional<int> whole_number(const std::string& text);
/// `name` with everything that is not printable ASCII replaced, cut to 200 characters: fit for a line of a report.
std::string printable(const std::string& name);

}  // namespace symmetree
