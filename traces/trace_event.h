#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace symmetree {

/// Single events of the Trace Event Format, as JSON objects:
/// https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
/// Times are picoseconds here and microseconds there, with all their decimals. What is called a `json` text is valid JSON already.

/// A JSON string in printable ASCII; invalid UTF-8 becomes U+FFFD. `<`, `>` and `&` are escaped, so that a page may embed it.
std::string json_string(std::string_view text);

/// A slice ("X"); `category` and `args_json`, an object, are left out when empty.
struct slice_event {
    int process = 0, thread = 0;
    std::uint64_t begin_ps = 0, end_ps = 0;
    std::string_view name_json, category, args_json;
};
std::string to_json(const slice_event& e);

/// The value of a counter from a time on ("C").
std::string counter_event(int process, std::uint64_t at_ps, std::string_view name_json, std::uint64_t value);

/// Name and place in the order of processes or threads ("M").
std::string process_metadata(int process, std::string_view name_json, int sort_index);
std::string thread_metadata(int process, int thread, std::string_view name_json, int sort_index);

}  // namespace symmetree
