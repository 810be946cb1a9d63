#pragma once

#include <cmath>

#include "tests/unit/tiling/random_layers.h"
#include "workloads/formats/tensor_format.h"

namespace symmetree {

/// Signed, unsigned and offset codes of 2 to 8 bits, or up to 16 with zero point 0, with steps of 2^-8 to 2^2.
inline tensor_format any_format(draws& d, int most_bits) {
    tensor_format f;
    f.bits = d.between(2, most_bits);
    const int span = 1 << f.bits;
    f.least = f.bits > 8 ? -span / 2 : d.one_of({-span / 2, -span / 2, 1 - span / 2, 0});
    f.greatest = f.least == 1 - span / 2 ? span / 2 - 1 : f.least + span - 1;
    f.zero_point = f.bits > 8 ? 0 : d.one_of({0, f.least, f.least, f.greatest, d.between(f.least, f.greatest)});
    f.step = d.once_in(4) ? std::ldexp(1.0, d.between(-8, 2)) : std::exp2(d.between(-800, 200) * 0.01);
    return f;
}

/// Uniform codes, with the extremes and the zero point more often than by chance.
inline std::vector<std::int16_t> any_codes(draws& d, const tensor_format& f, std::size_t count) {
    const bool extremes_only = d.once_in(12);
    std::vector<std::int16_t> codes;
    for (std::size_t i = 0; i < count; ++i)
        codes.push_back(static_cast<std::int16_t>(extremes_only || d.once_in(10) ? d.one_of({f.least, f.greatest, f.zero_point})
                                                                                 : d.between(f.least, f.greatest)));
    return codes;
}

}  // namespace symmetree
