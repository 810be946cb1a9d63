#pragma once

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
        while (filled_ >= 8) {
            bytes_.push_back(static_cast<std::uint8_t>(pending_));
            pending_ >>= 8;
            filled_ -= 8;
        }
    }
    /// Pads with zeros to the next byte.
    void align() {
        if (filled_ > 0) bytes_.push_back(static_cast<std::uint8_t>(pending_));
        pending_ = 0;
        filled_ = 0;
    }
    std::size_t size_bytes() const { return bytes_.size(); }
    /// The bytes written so far; call align() first.
    const std::vector<std::uint8_t>& bytes() const { return bytes_; }
    std::vector<std::uint8_t> take() { return std::move(bytes_); }

    static constexpr std::uint32_t mask(int count) {
        return count >= 32 ? 0xffffffffu : (std::uint32_t{1} << count) - 1;
    }

private:
    std::vector<std::uint8_t> bytes_;
    std::uint64_t pending_ = 0;
    int filled_ = 0;
};

/// Reads what bit_writer wrote.
class bit_reader {
public:
    bit_reader(const std::uint8_t* bytes, std::size_t size_bytes) : bytes_(bytes), size_(size_bytes) {}

    /// The next `count` bits (0 <= count <= 32) as an unsigned number; bits past the end read as 0.
    std::uint32_t get(int count) {
        while (filled_ < count) {
            pending_ |= static_cast<std::uint64_t>(position_ < size_ ? bytes_[position_] : 0) << filled_;
            ++position_;
            filled_ += 8;
        }
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
    const std::uint8_t* bytes_;
    std::size_t size_;
    std::size_t position_ = 0;
    std::uint64_t pending_ = 0;
    int filled_ = 0;
};

}  // namespace symmetree
