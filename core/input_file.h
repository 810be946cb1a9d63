#pragma once

#include <string>

namespace symmetree {

/// The bytes of a whole file. Throws input_error naming it when it can't be read; a folder can't.
std::string content_of(const std::string& path);

}  // namespace symmetree
