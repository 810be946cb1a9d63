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
            case '[':
            case ']': out += std::string("{") + c + '}'; break;  // "\\ [" would be an optional argument
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
    std::string out = "% needs \\usepackage[T1]{fontenc} and \\usepackage{booktabs}\n\\begin{table}\n  \\centering\n  \\caption{";
    out += caption_of(s, views) + "}\n  \\begin{tabular}{" + alignment + "}\n    \\toprule\n    ";
    out += table_line(columns, [&](std::size_t i) { return escaped(views[i].title); });
    out += "    " + table_line(columns, [&](std::size_t i) { return unit_text(views[i].unit); }) + "    \\midrule\n";
    for (const std::vector<cell>& row : s.rows)
        out += "    " + table_line(columns, [&](std::size_t i) { return cell_text(views[i], row[i]); });
    return out + "    \\bottomrule\n  \\end{tabular}\n\\end{table}\n";
}

}  // namespace symmetree
