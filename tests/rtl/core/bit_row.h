#pragma once

#include <cstdint>
#include <type_traits>
#include <vector>

namespace symmetree {

/// Bits in 32-bit words, low bits first.
class bit_row {
public:
    explicit bit_row(std::size_t bits = 0) : words_((bits + 31) / 32 + 1, 0) {}
    void put(std::size_t at, std::uint64_t value, int bits) {
        for (int b = 0; b < bits; ++b)
            if (value >> b & 1) words_[(at + b) / 32] |= 1u << (at + b) % 32;
    }
    std::uint32_t word(std::size_t i) const { return i < words_.size() ? words_[i] : 0; }
    /// 32 bits from bit `at`.
    std::uint32_t from(std::size_t at) const {
        const std::uint64_t two = word(at / 32) | std::uint64_t(word(at / 32 + 1)) << 32;
        return static_cast<std::uint32_t>(two >> at % 32);
    }

private:
    std::vector<std::uint32_t> words_;
};

/// Drives `bits` bits of `row` from `at` on a port of any width.
template <class Port>
void drive(Port& port, const bit_row& row, std::size_t at, int bits) {
    if constexpr (std::is_integral_v<Port>) {
        std::uint64_t value = row.from(at) | std::uint64_t(row.from(at + 32)) << 32;
        if (bits < 64) value &= (std::uint64_t{1} << bits) - 1;
        port = static_cast<Port>(value);
    } else {
        for (int i = 0; i * 32 < bits; ++i) {
            std::uint32_t value = row.from(at + 32 * std::size_t(i));
            if (bits - 32 * i < 32) value &= (1u << (bits - 32 * i)) - 1;
            port[i] = value;
        }
    }
}

template <class Port>
std::int64_t signed_field(const Port& port, int at, int bits) {
    std::uint64_t value = 0;
    for (int b = 0; b < bits; ++b) {
        std::uint64_t bit;
        if constexpr (std::is_integral_v<Port>)
            bit = std::uint64_t(port) >> (at + b) & 1;
        else
            bit = port[(at + b) / 32] >> (at + b) % 32 & 1;
        value |= bit << b;
    }
    return static_cast<std::int64_t>(value << (64 - bits)) >> (64 - bits);
}

}  // namespace symmetree
