#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "workloads/formats/scheme.h"

namespace symmetree {

/// Finds the nearest level among codes of sign and magnitude (number_format.h): code = sign << (bits-1) | field, and a field of all ones
/// is zero. What a field means is the family's: an exponent (PoT, POST), two indices (APoT).
class shift_levels {
public:
    shift_levels(scheme_family family, int bits);

    /// Magnitude of a field; 0 for all ones.
    double magnitude(std::size_t field) const { return magnitude_of_field_[field]; }
    /// Field of all ones.
    std::size_t zero() const { return magnitudes_.size() - 1; }
    double largest() const { return magnitudes_.front(); }
    int sign_bit() const { return 1 << (bits_ - 1); }

    /// Exponent field of the magnitude nearest to t >= 0; of two equally near ones the even, or where both are even or odd the smaller.
    std::size_t nearest(double t) const { return fields_[rank_of(t)]; }
    double nearest_magnitude(double t) const { return magnitudes_[rank_of(t)]; }
    /// Value of a code, without the step.
    double value(int code) const { return code & sign_bit() ? -magnitude(exponent_of(code)) : magnitude(exponent_of(code)); }
    /// Code of t; zero has no sign.
    int code(double t) const;

private:
    std::size_t rank_of(double t) const;
    std::size_t exponent_of(int code) const { return static_cast<std::size_t>(code & (sign_bit() - 1)); }

    int bits_;
    std::vector<double> magnitude_of_field_;
    // By rank: falling magnitudes, the last is 0.
    std::vector<double> magnitudes_;
    std::vector<std::size_t> fields_;
    std::vector<double> bounds_;      // t >= bounds_[r]: a rank up to r; the last is 0
    std::vector<std::size_t> start_;  // by -floor(log2 t): the least rank that t in this octave can take; the last is zero()
};

}  // namespace symmetree
