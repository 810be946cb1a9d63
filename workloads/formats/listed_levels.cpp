#include "workloads/formats/listed_levels.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace symmetree {

listed_levels::listed_levels(const std::int8_t* levels, std::size_t count) : levels_(levels, levels + count) {
    for (std::size_t i = 0; i + 1 < count; ++i) {
        const double middle = (levels_[i] + levels_[i + 1]) / 2;
        // The bound itself belongs to the lower code; where the upper one is nearer to zero, the bound is the number just below.
        const bool tie_goes_up = std::fabs(levels_[i + 1]) < std::fabs(levels_[i]);
        bounds_.push_back(levels_[i] == levels_[i + 1] ? std::numeric_limits<double>::infinity()
                          : tie_goes_up                ? std::nextafter(middle, -std::numeric_limits<double>::infinity())
                                                       : middle);
    }
}

int listed_levels::code(double t) const { return static_cast<int>(std::lower_bound(bounds_.begin(), bounds_.end(), t) - bounds_.begin()); }

double listed_levels::largest() const { return std::max(std::fabs(levels_.front()), std::fabs(levels_.back())); }

}  // namespace symmetree
