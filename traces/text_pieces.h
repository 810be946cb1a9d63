#pragma once

#include <string>
#include <string_view>

#include "core/output_file.h"

namespace symmetree {

/// Hands a long text on in pieces of moderate size, so that no writer holds the whole of it.
class text_pieces {
public:
    explicit text_pieces(const text_sink& sink) : sink_(sink) {}

    void add(std::string_view text) {
        pending_ += text;
        if (pending_.size() >= piece_bytes) flush();
    }
    /// After the last add().
    void flush() {
        sink_(pending_);
        pending_.clear();
    }

private:
    static constexpr std::size_t piece_bytes = 1 << 16;
    const text_sink& sink_;
    std::string pending_;
};

}  // namespace symmetree
