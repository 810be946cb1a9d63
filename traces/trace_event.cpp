#include "traces/trace_event.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace symmetree {

namespace {

constexpr std::uint64_t ps_per_us = 1'000'000;

std::string microseconds(std::uint64_t ps) {
    std::string text = fmt::format("{}", ps / ps_per_us);
    if (ps % ps_per_us == 0) return text;
    text += fmt::format(".{:06}", ps % ps_per_us);
    return text.substr(0, text.find_last_not_of('0') + 1);
}

/// Both metadata events of a process or a thread.
std::string metadata(std::string_view what, int process, int thread, std::string_view name_json, int sort_index) {
    return fmt::format(
        "{{\"ph\":\"M\",\"name\":\"{0}_name\",\"pid\":{1},\"tid\":{2},\"args\":{{\"name\":{3}}}}},\n"
        "{{\"ph\":\"M\",\"name\":\"{0}_sort_index\",\"pid\":{1},\"tid\":{2},\"args\":{{\"sort_index\":{4}}}}}",
        what, process, thread, name_json, sort_index);
}

}  // namespace

std::string json_string(std::string_view text) {
    const std::string quoted = nlohmann::json(text).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
    std::string out;
    for (const char c : quoted) {
        if (c == '<' || c == '>' || c == '&')
            out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        else
            out += c;
    }
    return out;
}

std::string to_json(const slice_event& e) {
    std::string out = fmt::format("{{\"ph\":\"X\",\"pid\":{},\"tid\":{},\"ts\":{},\"dur\":{},\"name\":{}", e.process, e.thread,
                                  microseconds(e.begin_ps), microseconds(e.end_ps - e.begin_ps), e.name_json);
    if (!e.category.empty()) out += fmt::format(",\"cat\":\"{}\"", e.category);
    if (!e.args_json.empty()) out += fmt::format(",\"args\":{}", e.args_json);
    return out + '}';
}

// Counters belong to a process; readers that want a thread get the process's main one.
std::string counter_event(int process, std::uint64_t at_ps, std::string_view name_json, std::uint64_t value) {
    return fmt::format("{{\"ph\":\"C\",\"pid\":{0},\"tid\":{0},\"ts\":{1},\"name\":{2},\"args\":{{\"value\":{3}}}}}", process,
                       microseconds(at_ps), name_json, value);
}

std::string process_metadata(int process, std::string_view name_json, int sort_index) {
    return metadata("process", process, process, name_json, sort_index);
}

std::string thread_metadata(int process, int thread, std::string_view name_json, int sort_index) {
    return metadata("thread", process, thread, name_json, sort_index);
}

}  // namespace symmetree
