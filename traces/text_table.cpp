#include "traces/text_table.h"

#include <fmt/format.h>

#include <algorithm>

namespace symmetree {

namespace {

constexpr const char* gap = "  ";

/// Code points of UTF-8 text, which is what a terminal's columns follow for the names that occur.
std::size_t width_of(const std::string& text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

std::vector<std::string> words_of(const std::string& title) {
    std::vector<std::string> words(1);
    for (const char c : title) {
        if (c == ' ' || c == '_') {
            words.emplace_back();
        } else {
            words.back() += c;
        }
    }
    return words;
}

/// Words joined into lines no wider than `width`; every word fits.
std::vector<std::string> wrapped(const std::vector<std::string>& words, std::size_t width) {
    std::vector<std::string> lines;
    for (const std::string& word : words) {
        if (!lines.empty() && width_of(lines.back()) + 1 + width_of(word) <= width) {
            lines.back() += ' ' + word;
        } else {
            lines.push_back(word);
        }
    }
    return lines;
}

}  // namespace

std::string one_line(const std::string& text) {
    std::string out;
    for (const char c : text) {
        const auto code = static_cast<unsigned char>(c);
        if (c == '\n')
            out += "\\n";
        else if (c == '\t')
            out += "\\t";
        else if (c == '\r')
            out += "\\r";
        else if (code < 0x20 || code == 0x7f)
            out += fmt::format("\\x{:02x}", code);
        else
            out += c;
    }
    return out;
}

void text_table::add_row(std::vector<std::string> cells) {
    cells.resize(columns_.size());
    for (std::string& cell : cells) cell = one_line(cell);
    rows_.push_back(std::move(cells));
}

/// The lines of the heading; settles the widths, since a title word may be wider than every cell.
std::vector<std::vector<std::string>> text_table::heading(std::vector<std::size_t>& widths) const {
    std::vector<std::vector<std::string>> titles;
    std::size_t height = 0;
    for (std::size_t c = 0; c < columns_.size(); ++c) {
        const std::vector<std::string> words = words_of(columns_[c].title);
        widths[c] = std::max(widths[c], width_of(columns_[c].unit));
        for (const std::string& word : words) widths[c] = std::max(widths[c], width_of(word));
        titles.push_back(wrapped(words, widths[c]));
        height = std::max(height, titles.back().size());
    }
    std::vector<std::vector<std::string>> lines(height, std::vector<std::string>(columns_.size()));
    std::vector<std::string> units;
    for (std::size_t c = 0; c < columns_.size(); ++c) {
        const std::size_t top = height - titles[c].size();
        for (std::size_t l = 0; l < titles[c].size(); ++l) lines[top + l][c] = titles[c][l];
        units.push_back(columns_[c].unit);
    }
    const bool any_unit = std::any_of(units.begin(), units.end(), [](const std::string& unit) { return !unit.empty(); });
    if (any_unit) lines.push_back(units);
    return lines;
}

std::string text_table::line(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths) const {
    std::string out;
    for (std::size_t c = 0; c < cells.size(); ++c) {
        const std::string padding(widths[c] - width_of(cells[c]), ' ');
        if (c > 0) out += gap;
        out += columns_[c].left_aligned ? cells[c] + padding : padding + cells[c];
    }
    out.erase(out.find_last_not_of(' ') + 1);
    return out + '\n';
}

std::string text_table::text() const {
    std::vector<std::size_t> widths(columns_.size(), 0);
    for (const auto& row : rows_) {
        for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], width_of(row[c]));
    }
    const auto head = heading(widths);
    std::vector<std::string> dashes;
    for (const std::size_t width : widths) dashes.emplace_back(width, '-');

    std::string out;
    for (const auto& cells : head) out += line(cells, widths);
    out += line(dashes, widths);
    for (std::size_t r = 0; r < rows_.size(); ++r) {
        if (std::find(rules_.begin(), rules_.end(), r) != rules_.end()) out += line(dashes, widths);
        out += line(rows_[r], widths);
    }
    return out;
}

}  // namespace symmetree
