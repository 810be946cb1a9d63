#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace symmetree {

/// Finds the nearest of a rising list of levels. A code is a place in the list.
class listed_levels {
public:
    /// `count` levels, at least one.
    listed_levels(const std::int8_t* levels, std::size_t count);

    /// Of two equally near levels the one of smaller magnitude, then the negative one; of equal levels the first.
    int code(double t) const;
    double value(int code) const { return levels_[static_cast<std::size_t>(code)]; }
    /// Largest magnitude.
    double largest() const;

private:
    std::vector<double> levels_;
    std::vector<double> bounds_;  ///< t above bounds_[i], or on it where that is the nearer to zero: a code beyond i
};

}  // namespace symmetree
