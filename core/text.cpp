#include "core/text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace symmetree {

std::string dimensions_text(const std::vector<std::int64_t>& dimensions) { return fmt::format("[{}]", fmt::join(dimensions, ", ")); }

std::string printable(const std::string& name) {
    constexpr std::size_t longest = 200;
    std::string out = name.substr(0, longest);
    for (char& c : out)
        if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7f) c = '_';
    return out;
}

}  // namespace symmetree
