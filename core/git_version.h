#pragma once

namespace symmetree {

/// What this program was built from: the project's version and `git describe --always --dirty`, "0.1.0 (abc1234)".
extern const char* const git_version;

}  // namespace symmetree
