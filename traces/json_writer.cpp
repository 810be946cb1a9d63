#include "traces/json_writer.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "traces/numbers.h"

namespace symmetree {
namespace {

constexpr std::size_t line_width = 220;  // a unit's counters on one line

bool is_plain(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < 0x7f && c != '"' && c != '\\'; });
}

}  // namespace

void json_writer::open(char bracket, layout how) {
    begin_value();
    open_.push_back({how, bracket == '{' ? '}' : ']', out_.size(), {}});
    out_ += bracket;
}

void json_writer::close() {
    const level closed = std::move(open_.back());
    open_.pop_back();
    if (closed.how == layout::lines && !closed.empty) out_ += indent(open_.size());
    out_ += closed.closing;
    const std::size_t outer = 2 * open_.size();
    if (closed.how == layout::row && !closed.empty && out_.size() - closed.start + outer > line_width) break_row(closed);
}

json_writer& json_writer::key(std::string_view name) {
    begin_item();
    append_text(name);
    out_ += ": ";
    after_key_ = true;
    return *this;
}

void json_writer::value(double number) {
    begin_value();
    if (std::isfinite(number))
        out_ += shortest(number);
    else
        append_text(shortest(number));
}

void json_writer::begin_value() {
    if (after_key_)
        after_key_ = false;
    else if (!open_.empty())
        begin_item();
}

void json_writer::begin_item() {
    level& now = open_.back();
    if (now.how == layout::lines) {
        if (!now.empty) out_ += ',';
        out_ += indent(open_.size());
    } else {
        if (!now.empty) out_ += ", ";
        now.items.push_back(out_.size());
    }
    now.empty = false;
}

void json_writer::append_text(std::string_view text) {
    if (is_plain(text)) {
        out_ += '"';
        out_ += text;
        out_ += '"';
        return;
    }
    out_ += nlohmann::json(std::string(text)).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void json_writer::append_whole(std::int64_t number) {
    char digits[24];
    out_.append(digits, std::to_chars(digits, digits + sizeof(digits), number).ptr);
}

void json_writer::append_count(std::uint64_t number) {
    char digits[24];
    out_.append(digits, std::to_chars(digits, digits + sizeof(digits), number).ptr);
}

/// The same members, each on a line of its own.
void json_writer::break_row(const level& row) {
    const std::string text = out_.substr(row.start);
    out_.resize(row.start + 1);
    for (std::size_t i = 0; i < row.items.size(); ++i) {
        const std::size_t begin = row.items[i] - row.start;
        const bool last = i + 1 == row.items.size();
        const std::size_t end = last ? text.size() - 1 : row.items[i + 1] - row.start - 2;
        out_ += indent(open_.size() + 1) + text.substr(begin, end - begin) + (last ? "" : ",");
    }
    out_ += indent(open_.size()) + row.closing;
}

}  // namespace symmetree
