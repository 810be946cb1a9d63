#include "core/input_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "core/error.h"

namespace symmetree {

std::string content_of(const std::string& path) {
    std::error_code ignored;
    std::ifstream in(path, std::ios::binary);
    if (!in) throw input_error(diagnostic{path, 0, 0, "", fmt::format("can't be read: {}", std::strerror(errno))});
    if (std::filesystem::is_directory(path, ignored)) throw input_error(diagnostic{path, 0, 0, "", "can't be read: a folder"});
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace symmetree
