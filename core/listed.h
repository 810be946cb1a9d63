#pragma once

#include <string>
#include <vector>

namespace symmetree {

/// Words as a sentence lists them, `last` before the last one: "a, b and c".
inline std::string listed(const std::vector<std::string>& words, const std::string& last) {
    std::string out;
    for (std::size_t i = 0; i < words.size(); ++i) out += (i == 0 ? "" : i + 1 < words.size() ? ", " : " " + last + " ") + words[i];
    return out;
}

}  // namespace symmetree
