#pragma once

#include <cstdint>
#include <vector>

namespace symmetree {

/// Packed codes, one bool a bit: the tests' own reading of the storage format, lowest bit of a code first.
class bit_list {
public:
    bit_list() = default;
    explicit bit_list(const std::vector<std::uint8_t>& bytes) {
        for (const std::uint8_t byte : bytes) append(byte, 8);
    }

    void append(std::int64_t code, int width) {
        for (int bit = 0; bit < width; ++bit) bits_.push_back(((code >> bit) & 1) != 0);
    }
    /// Appends whole bytes, zeros in what is left of the last.
    void append_bytes_to(std::vector<std::uint8_t>& bytes) const {
        for (std::size_t at = 0; at < bits_.size(); ++at) {
            if (at % 8 == 0) bytes.push_back(0);
            if (bits_[at]) bytes.back() = std::uint8_t(bytes.back() | 1u << (at % 8));
        }
    }

    /// The next code; reading past the end throws.
    std::uint32_t take(int width) {
        std::uint32_t code = 0;
        for (int bit = 0; bit < width; ++bit) code |= std::uint32_t{bits_.at(position_++)} << bit;
        return code;
    }
    std::int32_t take_signed(int width) {
        const auto code = static_cast<std::int32_t>(take(width));
        return code < 1 << (width - 1) ? code : code - (1 << width);
    }
    /// Goes on to the next byte; true when only zeros were left out.
    bool align() {
        bool clean = true;
        for (; position_ % 8 != 0; ++position_) clean = clean && !bits_.at(position_);
        return clean;
    }
    bool at_end() const { return position_ == bits_.size(); }
    std::size_t position() const { return position_; }

private:
    std::vector<bool> bits_;
    std::size_t position_ = 0;
};

}  // namespace symmetree
