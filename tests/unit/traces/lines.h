#pragma once

#include <sstream>
#include <string>
#include <vector>

namespace symmetree {

inline std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

/// The lines of one section: from its title to the next title, without blank lines.
inline std::vector<std::string> section_of(const std::string& text, const std::string& title) {
    std::vector<std::string> found;
    bool inside = false;
    int blanks = 0;
    for (const std::string& line : lines_of(text)) {
        if (line == title) {
            inside = true;
            continue;
        }
        if (!inside) continue;
        if (line.empty() && ++blanks == 2) break;
        if (!line.empty()) found.push_back(line);
    }
    return found;
}

}  // namespace symmetree
