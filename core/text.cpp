#include "core/text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>

namespace symmetree {

std::string dimensions_text(const std::vector<std::int64_t>& dimensions) { return fmt::format("[{}]", fmt::join(dimensions, ", ")); }

std::optional<int> whole_number(const std::string& text) {
    int value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool plain = !text.empty() && text[0] >= '0' && text[0] <= '9' && (text.size() == 1 || text[0] != '0');
    if (!plain || problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::string printable(const std::string& name) {
    constexpr std::size_t longest = 200;
    std::string out = name.substr(0, longest);
    for (char& c : out)
        if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7f) c = '_';
    return out;
}

}  // namespace symmetree
