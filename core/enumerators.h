#pragma once

#include <string_view>
#include <vector>

namespace symmetree {

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
