#include <cctype>

#include "traces/study_view.h"
#include "traces/study_writers.h"
#include "traces/text_table.h"

namespace symmetree {

namespace {

/// Text that Markdown shows as it is. An underscore inside a word is none of its marks and stays readable in the source.
std::string escaped(const std::string& text) {
    const std::string line = one_line(text);
    const auto in_word = [&](std::size_t i) { return i < line.size() && std::isalnum(static_cast<unsigned char>(line[i])); };
    std::string out;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else if (c == '&')
            out += "&amp;";
        else if (c == '_' && i > 0 && in_word(i - 1) && in_word(i + 1))
            out += c;
        else if (std::string("\\`*_[]|~#").find(c) != std::string::npos)
            out += std::string("\\") + c;
        else
            out += c;
    }
    return out;
}

}  // namespace

std::string to_markdown(const study& original) {
    const study s = with_ratios(original);
    const std::vector<column_view> views = view_of(s);
    const std::vector<std::size_t> columns = table_columns(s, views);
    std::string out = "## " + escaped(s.title) + "\n\n";
    for (const std::string& shared : shared_axes(s, views)) out += escaped(shared) + "  \n";
    if (!s.baseline.empty()) out += "Ratios refer to " + escaped(s.baseline) + ".\n";
    out += "\n|";
    for (const std::size_t i : columns) out += ' ' + escaped(views[i].heading()) + " |";
    out += "\n|";
    for (const std::size_t i : columns) out += views[i].numeric ? " ---: |" : " --- |";
    out += '\n';
    for (const std::vector<cell>& row : s.rows) {
        out += '|';
        for (const std::size_t i : columns) out += ' ' + escaped(views[i].text(row[i])) + " |";
        out += '\n';
    }
    if (!s.notes.empty()) out += '\n';
    for (const std::string& note : s.notes) out += "* " + escaped(note) + '\n';
    return out;
}

}  // namespace symmetree
