#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace symmetree {

/// Packed storage of k-bit codes: little-endian bit order, code after code, no padding between them.
/// This is the form in which tensors stand in simulated memory and buffers.
class bit_writer {
public:
    /// Appends the low `count` bits of `value`, 0 <= count <= 32.
    void put(std::uint32_t value, int count) {
        pending_ |= static_cast<std::uint64_t>(value & mask(count)) << filled_;
        filled_ += count;
        if (filled_ >= 32) flush(4);  // four bytes at a time: networks have tens of millions of codes
    }
    /// Pads with zeros to the next byte.
    void align() {
        flush((filled_ + 7) / 8);
        pending_ = 0;
        filled_ = 0;
    }
    void reserve(std::size_t bytes) { bytes_.resize(std::max(bytes_.size(), bytes + 4)); }
    /// The bytes written so far; call align() first.
    std::vector<std::uint8_t> take() {
        bytes_.resize(size_);
        size_ = 0;
        return std::move(bytes_);
    }

    static constexpr std::uint32_t mask(int count) {
        return count >= 32 ? 0xffffffffu : (std::uint32_t{1} << count) - 1;
    }

private:
    void flush(int count) {
        if (size_ + 4 > bytes_.size()) bytes_.resize(2 * size_ + 64);
        for (std::size_t i = 0; i < 4; ++i) bytes_[size_ + i] = static_cast<std::uint8_t>(pending_ >> (8 * i));
        size_ += std::size_t(count);
        pending_ >>= 8 * count;
        filled_ -= 8 * count;
    }

    std::vector<std::uint8_t> bytes_;  ///< the first size_ of them are written
    std::size_t size_ = 0;
    std::uint64_t pending_ = 0;
    int filled_ = 0;
};

/// Unpacks `count` codes of `bits` (1..16) each, the first at bit `first_bit`, without a bit_reader's chain from code to code.
/// Bits past the end read as 0.
inline void unpack_codes(const std::uint8_t* bytes, std::size_t size_bytes, std::uint64_t first_bit, int bits, bool is_signed, std::int16_t* to,
                         std::size_t count) {
    const std::uint32_t sign = is_signed ? std::uint32_t{1} << (bits - 1) : 0;
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint64_t bit = first_bit + i * std::uint64_t(bits);
        const std::size_t at = bit / 8;
        std::uint32_t word = 0;
        if (at + 4 <= size_bytes)
            word = std::uint32_t{bytes[at]} | std::uint32_t{bytes[at + 1]} << 8 | std::uint32_t{bytes[at + 2]} << 16 | std::uint32_t{bytes[at + 3]} << 24;
        else
            for (std::size_t b = 0; at + b < size_bytes; ++b) word |= std::uint32_t{bytes[at + b]} << (8 * b);
        const std::uint32_t value = (word >> (bit % 8)) & bit_writer::mask(bits);
        to[i] = static_cast<std::int16_t>((value ^ sign) - sign);
    }
}

/// Reads what bit_writer wrote.
class bit_reader {
public:
    bit_reader(const std::uint8_t* bytes, std::size_t size_bytes) : bytes_(bytes), size_(size_bytes) {}

    /// The next `count` bits (0 <= count <= 32) as an unsigned number; bits past the end read as 0.
    std::uint32_t get(int count) {
        if (filled_ < count) refill();
        const auto value = static_cast<std::uint32_t>(pending_) & bit_writer::mask(count);
        pending_ >>= count;
        filled_ -= count;
        return value;
    }
    /// The next `count` bits (1 <= count <= 32) in two's complement.
    std::int32_t get_signed(int count) {
        const std::uint32_t value = get(count);
        const std::uint32_t sign = std::uint32_t{1} << (count - 1);
        return static_cast<std::int32_t>((value ^ sign) - sign);
    }

private:
    /// Brings at least 32 bits into `pending_`; zeros past the end.
    void refill() {
        std::uint32_t next = 0;
        if (position_ + 4 <= size_) {
            for (int i = 0; i < 4; ++i) next |= std::uint32_t{bytes_[position_ + std::size_t(i)]} << (8 * i);
        } else {
            for (std::size_t i = 0; position_ + i < size_; ++i) next |= std::uint32_t{bytes_[position_ + i]} << (8 * i);
        }
        pending_ |= std::uint64_t{next} << filled_;
        position_ += 4;
        filled_ += 32;
    }

    const std::uint8_t* bytes_;
    std::size_t size_;
    std::size_t position_ = 0;
    std::uint64_t pending_ = 0;
    int filled_ = 0;
};

}  // namespace symmetree
