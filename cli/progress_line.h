#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace symmetree {

/// One line that is written over on a terminal; elsewhere a line whenever another tenth is done, and every half a minute.
class progress_line {
public:
    /// `what` is counted: "points".
    explicit progress_line(std::string what);
    ~progress_line();
    /// The rate counts from what was done at the first call.
    void tell(std::uint64_t done, std::uint64_t total, const std::string& rest = {});

private:
    using clock = std::chrono::steady_clock;
    const std::string what_;
    const bool terminal_;
    const clock::time_point began_ = clock::now();
    clock::time_point told_ = began_;
    std::int64_t first_ = -1;
    std::uint64_t tenth_ = 0;
    std::size_t widest_ = 0;
};

}  // namespace symmetree
