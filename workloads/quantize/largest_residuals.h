#pragma once

#include <cstdint>
#include <vector>

namespace symmetree {

/// Which elements of a matrix belong to its n of largest magnitude, ties by index: those above `magnitude`, and those
/// equal to it up to index `last_tie` (row * columns + column).
struct magnitude_threshold {
    double magnitude = 0;
    std::int64_t last_tie = -1;

    bool admits(double size, std::int64_t index) const { return size > magnitude || (size == magnitude && index <= last_tie); }
};

/// An element of a matrix: index = row * columns + column.
struct sized_element {
    double magnitude = 0;
    std::int64_t index = 0;

    /// First in the order of the list: larger, and of equal ones the earlier.
    friend bool operator<(const sized_element& a, const sized_element& b) {
        return a.magnitude != b.magnitude ? a.magnitude > b.magnitude : a.index < b.index;
    }
};

/// The threshold that admits exactly `count` of the elements, 1 <= count <= their number; these stand first afterwards.
magnitude_threshold nth_largest(std::vector<sized_element>& elements, std::int64_t count);

/// Rows of doubles with a stride, as the fits keep them.
struct strided_rows {
    const double* values = nullptr;
    std::int64_t rows = 0, columns = 0;
    std::size_t stride = 0;

    const double* row(std::int64_t i) const { return values + static_cast<std::size_t>(i) * stride; }
};

/// The threshold that admits exactly `count` elements, 1 <= count <= rows * columns; `largest` is the largest magnitude.
magnitude_threshold nth_largest(const strided_rows& matrix, std::int64_t count, double largest, int threads);

}  // namespace symmetree
