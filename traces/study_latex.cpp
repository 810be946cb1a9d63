#include "traces/study_view.h"
#include "traces/study_writers.h"
#include "traces/text_table.h"

namespace symmetree {

namespace {

/// Text that LaTeX sets as it is.
std::string escaped(const std::string& text) {
    std::string out;
    for (const char c : one_line(text)) {
        switch (c) {
            case '\\': out += "\\textbackslash{}"; break;
            case '~': out += "\\textasciitilde{}"; break;
            case '^': out += "\\textasciicircum{}"; break;
            case '<': out += "\\textless{}"; break;
            case '>': out += "\\textgreater{}"; break;
            case '|': out += "\\textbar{}"; break;
            case '"': out += "\\textquotedbl{}"; break;
            case '`': out += "\\textasciigrave{}"; break;
            case '-': out += "{-}"; break;  // two of them would become a dash
            case '*':
            case '[':
            case ']': out += std::string("{") + c + '}'; break;  // after "\\" they would belong to it
            case '{':
            case '}':
            case '$':
            case '&':
            case '#':
            case '_':
            case '%': out += std::string("\\") + c; break;
            default: out += c;
        }
    }
    return out;
}

std::string unit_text(const std::string& unit) {
    if (unit == "um2") return "\\textmu{}m\\textsuperscript{2}";
    if (unit == "mm2") return "mm\\textsuperscript{2}";
    if (unit.size() == 2 && unit[0] == 'u') return "\\textmu{}" + unit.substr(1);
    return escaped(unit);
}

std::string cell_text(const column_view& view, const cell& value) {
    if (std::holds_alternative<std::monostate>(value)) return "--";
    return escaped(view.text(value));
}

template <class Text>
std::string table_line(const std::vector<std::size_t>& columns, Text text) {
    std::string out;
    for (std::size_t c = 0; c < columns.size(); ++c) out += (c == 0 ? "" : " & ") + text(columns[c]);
    return out + " \\\\\n";
}

/// A heading with a line per word: a column is as wide as its numbers.
std::string heading_of(const column_view& view) {
    std::string words = escaped(view.title);
    for (std::size_t at = 0; (at = words.find(' ', at)) != std::string::npos; at += 2) words.replace(at, 1, "\\\\");
    return std::string("\\shortstack[") + (view.numeric ? 'r' : 'l') + "]{" + words + '}';
}

std::string caption_of(const study& s, const std::vector<column_view>& views) {
    std::string caption = escaped(s.title);
    for (const std::string& shared : shared_axes(s, views)) caption += "; " + escaped(shared);
    if (!s.baseline.empty()) caption += "; ratios refer to " + escaped(s.baseline);
    return caption + '.';
}

}  // namespace

std::string to_latex(const study& original) {
    const study s = with_ratios(original);
    const std::vector<column_view> views = view_of(s);
    const std::vector<std::size_t> columns = table_columns(s, views);
    std::string alignment;
    for (const std::size_t i : columns) alignment += views[i].numeric ? 'r' : 'l';
    // Shrunk to the width of the text where it is wider.
    std::string out =
        "% needs \\usepackage[T1]{fontenc}, \\usepackage{booktabs} and \\usepackage{graphicx}\n\\begin{table}\n  \\centering\n  \\caption{";
    out += caption_of(s, views) +
           "}\n  \\setlength{\\tabcolsep}{4pt}\n  \\resizebox{\\ifdim\\width>\\linewidth\\linewidth\\else\\width\\fi}{!}{%\n";
    out += "  \\begin{tabular}{" + alignment + "}\n    \\toprule\n    ";
    out += table_line(columns, [&](std::size_t i) { return heading_of(views[i]); });
    out += "    " + table_line(columns, [&](std::size_t i) { return views[i].unit == views[i].title ? "" : unit_text(views[i].unit); }) +
           "    \\midrule\n";
    for (const std::vector<cell>& row : s.rows)
        out += "    " + table_line(columns, [&](std::size_t i) { return cell_text(views[i], row[i]); });
    return out + "    \\bottomrule\n  \\end{tabular}}\n\\end{table}\n";
}

}  // namespace symmetree
