#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace symmetree {

/// What stands for an absent value in tables.
inline constexpr const char* absent_cell = "-";

/// 1234567 -> "1,234,567".
std::string grouped(std::uint64_t value);
/// Fixed decimals with thousands separators; a value too small for them shows as "<0.01", so that it is not read as 0.
std::string grouped(double value, int decimals);
/// The shortest decimal that reads back as the same double, always recognisable as a floating-point number: "2.0".
std::string shortest(double value);

/// One unit for a whole column: what to multiply with, what to write in the header, and how many decimals.
struct scale {
    double factor = 1;
    const char* unit = "";
    int decimals = 0;

    std::string text(double value) const { return grouped(value * factor, decimals); }
    std::string text(const std::optional<double>& value) const { return value ? text(*value) : absent_cell; }
};

/// Decimals that give `largest` five digits, at most six behind the point and at least `least`.
int decimals_for(double largest, int least = 0);
/// pJ, nJ, uJ, mJ or J, from the largest value of the column, given in pJ.
scale energy_scale(double largest_pj);
/// um2 or mm2, from the largest value, given in um2.
scale area_scale(double largest_um2);
/// Plain numbers as k, M, G, T.
scale count_scale(double largest);

}  // namespace symmetree
