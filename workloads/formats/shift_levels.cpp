#include "workloads/formats/shift_levels.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

#include "workloads/formats/number_format.h"

namespace symmetree {
namespace {

/// -floor(log2 t) for normal t > 0, from the exponent field; more than any level has for smaller t.
int octave_of(double t) {
    std::uint64_t word;
    std::memcpy(&word, &t, sizeof word);
    return 1023 - static_cast<int>(word >> 52);
}

}  // namespace

shift_levels::shift_levels(scheme_family family, int bits) : bits_(bits) {
    const number_format format(family, bits);
    for (int field = 0; field < sign_bit(); ++field) magnitude_of_field_.push_back(format.level(field));
    fields_.resize(magnitude_of_field_.size());
    std::iota(fields_.begin(), fields_.end(), std::size_t{0});
    std::sort(fields_.begin(), fields_.end(),
              [&](std::size_t a, std::size_t b) { return magnitude_of_field_[a] > magnitude_of_field_[b]; });
    for (const std::size_t field : fields_) magnitudes_.push_back(magnitude_of_field_[field]);
    for (std::size_t r = 0; r < zero(); ++r) {
        const double middle = (magnitudes_[r] + magnitudes_[r + 1]) / 2;
        const std::size_t larger = fields_[r], smaller = fields_[r + 1];
        const bool up = larger % 2 == smaller % 2 ? larger < smaller : larger % 2 == 0;
        bounds_.push_back(up ? middle : std::nextafter(middle, 2.0));  // a tie goes up, or t must lie above the middle
    }
    const int octaves = octave_of(bounds_.back()) + 1;
    for (int octave = 0; octave < octaves; ++octave) {
        const double above = std::ldexp(1.0, 1 - octave);
        start_.push_back(static_cast<std::size_t>(std::count_if(bounds_.begin(), bounds_.end(), [&](double b) { return b >= above; })));
    }
    start_.push_back(zero());
    bounds_.push_back(0);
}

std::size_t shift_levels::rank_of(double t) const {
    // Without branches, since neighbouring weights take them at random. An octave holds three bounds at most (APoT at 5 bits).
    std::size_t e = start_[static_cast<std::size_t>(std::clamp(octave_of(t), 0, static_cast<int>(start_.size()) - 1))];
    e += t < bounds_[e];
    e += t < bounds_[e];
    e += t < bounds_[e];
    return e;
}

int shift_levels::code(double t) const {
    const std::size_t e = nearest(std::fabs(t));
    return static_cast<int>(e) | (t < 0 && e != zero() ? sign_bit() : 0);
}

}  // namespace symmetree
