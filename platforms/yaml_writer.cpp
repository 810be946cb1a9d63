#include "platforms/yaml_writer.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>

namespace symmetree {

bool is_printable_ascii(const std::string& text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

std::string quoted(const std::string& text) {
    if (is_printable_ascii(text) && text.find_first_of("\"\\") == std::string::npos) return '"' + text + '"';
    YAML::Emitter out;
    out << YAML::DoubleQuoted << text;
    return out.c_str();
}

std::string plain(const std::string& text) {
    YAML::Emitter out;
    out << text;
    return out.c_str();
}

}  // namespace symmetree
