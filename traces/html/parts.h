#pragma once

#include <string_view>

/// The files of this folder and Chart.js, put into the program by embed.cmake. The digests let the page's content security
/// policy name exactly these scripts and this style.
namespace symmetree::html_parts {

struct part {
    std::string_view text;
    std::string_view sha256;  ///< hexadecimal
};

extern const part page, style, library, script;

}  // namespace symmetree::html_parts
