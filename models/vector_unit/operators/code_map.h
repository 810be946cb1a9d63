#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace symmetree {

/// out[i] = function(in[i]). Tensors have more elements than their codes have values, so the values are looked up.
template <class Function>
void map_codes(const std::int16_t* in, std::int16_t* out, std::size_t count, Function function) {
    if (count == 0) return;
    const auto [least, greatest] = std::minmax_element(in, in + count);
    const std::int32_t first = *least, last = *greatest;
    if (static_cast<std::size_t>(last - first) >= count) {
        for (std::size_t i = 0; i < count; ++i) out[i] = static_cast<std::int16_t>(function(std::int32_t{in[i]}));
        return;
    }
    std::vector<std::int16_t> table;
    for (std::int32_t code = first; code <= last; ++code) table.push_back(static_cast<std::int16_t>(function(code)));
    for (std::size_t i = 0; i < count; ++i) out[i] = table[static_cast<std::size_t>(in[i] - first)];
}

}  // namespace symmetree
