#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace symmetree {

// The one definition of an enumeration's extent is its `constexpr to_string`: a switch over every enumerator without a `default`, so that
// the compiler asks for the name of a new one, and "?" for every value behind the last.

/// How many enumerators there are.
template <class Enumeration>
inline constexpr std::size_t enumerator_count = [] {
    std::size_t count = 0;
    while (std::string_view(to_string(static_cast<Enumeration>(count))) != "?") ++count;
    return count;
}();

/// Every enumerator in order; an enumeration ends where its to_string() knows no more and says "?".
template <class Enumeration>
const std::vector<Enumeration>& enumerators() {
    static const std::vector<Enumeration> all = [] {
        std::vector<Enumeration> found;
        for (int i = 0; std::string_view(to_string(static_cast<Enumeration>(i))) != "?"; ++i) found.push_back(static_cast<Enumeration>(i));
        return found;
    }();
    return all;
}

}  // namespace symmetree
