#pragma once

#include <cstdint>

namespace symmetree {

/// A number with its unit in the type; only like units add up.
template <class Tag, class Representation>
struct quantity {
    using representation = Representation;
    Representation value{};

    constexpr quantity() = default;
    constexpr explicit quantity(Representation v) : value(v) {}

    constexpr quantity& operator+=(quantity other) {
        value += other.value;
        return *this;
    }
    constexpr quantity& operator-=(quantity other) {
        value -= other.value;
        return *this;
    }
    friend constexpr quantity operator+(quantity a, quantity b) { return quantity(a.value + b.value); }
    friend constexpr quantity operator-(quantity a, quantity b) { return quantity(a.value - b.value); }
    friend constexpr quantity operator*(quantity a, Representation n) { return quantity(a.value * n); }
    friend constexpr quantity operator*(Representation n, quantity a) { return quantity(n * a.value); }
    friend constexpr bool operator==(quantity a, quantity b) { return a.value == b.value; }
    friend constexpr bool operator!=(quantity a, quantity b) { return a.value != b.value; }
    friend constexpr bool operator<(quantity a, quantity b) { return a.value < b.value; }
    friend constexpr bool operator<=(quantity a, quantity b) { return a.value <= b.value; }
    friend constexpr bool operator>(quantity a, quantity b) { return a.value > b.value; }
    friend constexpr bool operator>=(quantity a, quantity b) { return a.value >= b.value; }
};

using cycles = quantity<struct cycles_tag, std::uint64_t>;
using bytes = quantity<struct bytes_tag, std::uint64_t>;
using bits = quantity<struct bits_tag, std::uint64_t>;
using picojoule = quantity<struct picojoule_tag, double>;
using microwatt = quantity<struct microwatt_tag, double>;
using square_micrometre = quantity<struct square_micrometre_tag, double>;

/// ceil(a / b) for non-negative a and positive b.
constexpr std::uint64_t ceil_div(std::uint64_t a, std::uint64_t b) { return (a + b - 1) / b; }

/// Smallest number of bits that tell `n` values apart: ceil(log2 n), 0 for n <= 1.
constexpr int index_bits(std::uint64_t n) {
    int count = 0;
    while ((std::uint64_t{1} << count) < n) ++count;
    return count;
}

/// Whole bytes that hold `b` bits.
constexpr bytes bytes_of(bits b) { return bytes(ceil_div(b.value, 8)); }

}  // namespace symmetree
