#pragma once

#include <SQLiteCpp/Exception.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include <string>

#include "core/error.h"

namespace symmetree {

constexpr int sqlite_wait_ms = 10000;  ///< for another process that writes

inline input_error refusal(const std::string& path, const std::string& message) { return input_error(diagnostic{path, 0, 0, "", message}); }

/// Runs `work`; what SQLite refuses becomes an input_error about `path`.
template <class Work>
auto guarded(const std::string& path, Work work) {
    try {
        return work();
    } catch (const SQLite::Exception& e) {
        const bool full = e.getErrorCode() == SQLITE_FULL || e.getErrorCode() == SQLITE_IOERR;
        const char* const advice = full ? "; what was finished is kept: make room and go on with --resume" : "";
        throw input_error(diagnostic{path, 0, 0, "", fmt::format("{}{}", e.what(), advice)});
    }
}

}  // namespace symmetree
