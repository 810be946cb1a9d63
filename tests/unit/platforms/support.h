#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "core/error.h"
#include "platforms/platform_config.h"

namespace symmetree {

/// How a failed expectation shows a diagnostic.
inline void PrintTo(const diagnostic& problem, std::ostream* out) { *out << problem.text(); }

inline const std::string shipped_directory = SYMMETREE_ROOT "/platforms/presets";

inline platform_config shipped(const std::string& name) { return load_platform(name, shipped_directory); }

/// What parsing `yaml` complains about; empty when it is sound.
inline std::vector<diagnostic> problems_of(const std::string& yaml) {
    try {
        parse_platform(yaml, "p.yaml");
    } catch (const input_error& e) {
        return e.problems();
    }
    return {};
}

/// The smallest file of a platform, with `rest` below it.
inline std::string minimal(const std::string& rest, const std::string& scheme = "symq") {
    return "name: p\nscheme: " + scheme + "\n" + rest;
}

/// The lines of `text`, without their ends.
inline std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    for (std::size_t start = 0; start < text.size();) {
        const std::size_t end = text.find('\n', start);
        lines.push_back(text.substr(start, end - start));
        if (end == std::string::npos) break;
        start = end + 1;
    }
    return lines;
}

/// `lines` as one text again.
inline std::string text_of(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) text += line + "\n";
    return text;
}

}  // namespace symmetree
