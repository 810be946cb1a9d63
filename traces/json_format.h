#pragma once

namespace symmetree {

/// Raised when a reader of the present JSON could misunderstand the next; new fields alone do not raise it.
inline constexpr int report_format_version = 1;

}  // namespace symmetree
