#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

namespace symmetree {

/// Four codes of up to 8 bits, taken at once: 16 bits each in a 64-bit word, or closed up as they are stored.
namespace four_codes {

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "words are loaded and stored as they stand in memory");

constexpr std::uint64_t low_bits(int count) { return (std::uint64_t{1} << count) - 1; }
constexpr std::uint64_t of_each(std::uint64_t code) { return code * 0x0001000100010001; }
constexpr std::uint64_t of_each_pair(std::uint64_t pair) { return pair * 0x0000000100000001; }

/// The low `bits` of each code, one after the other.
constexpr std::uint32_t close_up(std::uint64_t codes, int bits) {
    codes &= of_each(low_bits(bits));
    const std::uint64_t pairs = (codes | codes >> (16 - bits)) & of_each_pair(low_bits(2 * bits));
    return static_cast<std::uint32_t>((pairs | pairs >> (32 - 2 * bits)) & low_bits(4 * bits));
}

/// The first four codes of `closed`, unsigned.
constexpr std::uint64_t spread(std::uint32_t closed, int bits) {
    const std::uint64_t pairs = (closed | std::uint64_t{closed} << (32 - 2 * bits)) & of_each_pair(low_bits(2 * bits));
    return (pairs | pairs << (16 - bits)) & of_each(low_bits(bits));
}

/// Unsigned codes as two's complement, given the place of the sign bit; 0: as they are.
constexpr std::uint64_t extend(std::uint64_t codes, std::uint64_t sign) {
    const std::uint64_t guard = of_each(0x8000);  // keeps a code's borrow from the next
    return (((codes ^ of_each(sign)) | guard) - of_each(sign)) ^ guard;
}

}  // namespace four_codes

/// Packed storage of k-bit codes: little-endian bit order, code after code, no padding between them.
/// This is the form in which tensors stand in simulated memory and buffers.
class bit_writer {
public:
    /// Appends the low `count` bits of `value`, 0 <= count <= 32.
    void put(std::uint32_t value, int count) {
        if (size_ + sizeof(pending_) > bytes_.size()) bytes_.resize(2 * size_ + 64);
        pending_ |= static_cast<std::uint64_t>(value & mask(count)) << filled_;
        std::memcpy(bytes_.data() + size_, &pending_, sizeof(pending_));  // the byte begun too: the next call writes it again
        filled_ += static_cast<unsigned>(count);
        size_ += filled_ / 8;
        pending_ >>= filled_ / 8 * 8;
        filled_ %= 8;
    }
    /// Appends the low `bits` (1..16) of each of `count` codes.
    void put_codes(const std::int16_t* codes, std::size_t count, int bits) {
        std::size_t i = 0;
        for (; bits <= 8 && i + 4 <= count; i += 4) {
            std::uint64_t four;
            std::memcpy(&four, codes + i, sizeof(four));
            put(four_codes::close_up(four, bits), 4 * bits);
        }
        for (; i < count; ++i) put(static_cast<std::uint32_t>(codes[i]), bits);
    }
    /// Pads with zeros to the next byte.
    void align() {
        if (filled_ > 0) ++size_;
        pending_ = 0;
        filled_ = 0;
    }
    void reserve(std::size_t bytes) { bytes_.resize(std::max(bytes_.size(), bytes + sizeof(pending_))); }
    /// The bytes written so far; call align() first.
    std::vector<std::uint8_t> take() {
        bytes_.resize(size_);
        size_ = 0;
        return std::move(bytes_);
    }

    static constexpr std::uint32_t mask(int count) { return count >= 32 ? 0xffffffffu : (std::uint32_t{1} << count) - 1; }

private:
    std::vector<std::uint8_t> bytes_;  ///< the first size_ of them are written
    std::size_t size_ = 0;
    std::uint64_t pending_ = 0;  ///< the byte begun
    unsigned filled_ = 0;        ///< its bits, 0..7
};

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
        if (position_ + sizeof(next) <= size_)
            std::memcpy(&next, bytes_ + position_, sizeof(next));
        else
            for (std::size_t i = 0; position_ + i < size_; ++i) next |= std::uint32_t{bytes_[position_ + i]} << (8 * i);
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

/// Unpacks `count` codes of `bits` (1..16) each from the first byte on; bits past the end read as 0.
inline void unpack_codes(const std::uint8_t* bytes, std::size_t size_bytes, int bits, bool is_signed, std::int16_t* to, std::size_t count) {
    const std::uint32_t sign = is_signed ? std::uint32_t{1} << (bits - 1) : 0;
    std::size_t i = 0, at = 0;
    for (; bits <= 8 && i + 8 <= count && at + 8 <= size_bytes; i += 8, at += std::size_t(bits)) {  // eight codes are `bits` bytes
        std::uint64_t word;
        std::memcpy(&word, bytes + at, sizeof(word));
        const std::uint64_t eight[] = {four_codes::extend(four_codes::spread(static_cast<std::uint32_t>(word), bits), sign),
                                       four_codes::extend(four_codes::spread(static_cast<std::uint32_t>(word >> 4 * bits), bits), sign)};
        std::memcpy(to + i, eight, sizeof(eight));
    }
    bit_reader rest(bytes + at, size_bytes - at);
    for (; i < count; ++i) to[i] = static_cast<std::int16_t>((rest.get(bits) ^ sign) - sign);
}

}  // namespace symmetree
