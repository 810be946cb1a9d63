#include "cli/progress_line.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace symmetree {

progress_line::progress_line(std::string what) : what_(std::move(what)), terminal_(isatty(STDERR_FILENO) != 0) {}

progress_line::~progress_line() {
    if (terminal_ && widest_ > 0) std::fputc('\n', stderr);
}

void progress_line::tell(std::uint64_t done, std::uint64_t total, const std::string& rest) {
    const auto now = clock::now();
    const double elapsed = std::chrono::duration<double>(now - began_).count();
    if (first_ < 0) first_ = static_cast<std::int64_t>(done);
    const bool due = terminal_ ? now - told_ > std::chrono::milliseconds(100)
                               : now - told_ > std::chrono::seconds(30) || (total > 0 && done * 10 / total > tenth_);
    if (!due) return;
    told_ = now;
    tenth_ = total > 0 ? done * 10 / total : 0;
    const double rate = elapsed > 0 ? double(done - std::uint64_t(first_)) / elapsed : 0;
    std::string line = fmt::format("{}/{} {}, {:.1f}/s", done, total, what_, rate);
    if (rate > 0) line += fmt::format(", {:.0f} s left", double(total - done) / rate);
    line += rest;
    if (terminal_)
        std::fprintf(stderr, "\r%-*s", static_cast<int>(widest_), line.c_str());
    else
        std::fprintf(stderr, "%s\n", line.c_str());
    widest_ = std::max(widest_, line.size());
}

}  // namespace symmetree
