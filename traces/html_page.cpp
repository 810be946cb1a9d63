#include "traces/html_page.h"

#include <fmt/format.h>

#include <functional>
#include <map>

#include "core/error.h"
#include "traces/html/parts.h"
#include "traces/html_data.h"
#include "traces/study_view.h"
#include "traces/text_table.h"

namespace symmetree {

namespace {

std::string escaped(const std::string& text) {
    std::string out;
    for (const char c : one_line(text)) {
        switch (c) {
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            case '&': out += "&amp;"; break;
            case '"': out += "&quot;"; break;
            case '\'': out += "&#39;"; break;
            default: out += c;
        }
    }
    return out;
}

std::string base64_of_hex(std::string_view hex) {
    static constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string bits, out;
    for (const char c : hex) bits += fmt::format("{:04b}", c <= '9' ? c - '0' : c - 'a' + 10);
    for (std::size_t i = 0; i < bits.size(); i += 6) {
        std::string six = bits.substr(i, 6);
        six.resize(6, '0');
        out += digits[std::stoul(six, nullptr, 2)];
    }
    out.resize((out.size() + 3) / 4 * 4, '=');
    return out;
}

/// What a content security policy calls a script or a style that stands in the page.
std::string source_of(const html_parts::part& part) { return fmt::format("'sha256-{}'", base64_of_hex(part.sha256)); }

/// Nothing is fetched, and no script runs but the two that the page was built with.
std::string security_policy() {
    return fmt::format("default-src 'none'; script-src {} {}; style-src {}; base-uri 'none'; form-action 'none'",
                       source_of(html_parts::library), source_of(html_parts::script), source_of(html_parts::style));
}

/// A block for each column that has values, so that the page reads only what it draws.
std::string data_blocks(const study& s, const std::vector<column_view>& views) {
    const auto block = [](const std::string& id, const std::string& json) {
        return fmt::format("<script type=\"application/json\" id=\"{}\">{}</script>\n", id, json);
    };
    std::string out = block("study", study_json(s, views));
    for (std::size_t i = 0; i < s.columns.size(); ++i)
        if (views[i].present) out += block(fmt::format("column-{}", i), column_json(s, i, views[i].numeric));
    return out;
}

/// Replaces each `{{name}}` of the template once; what stands in for it is not searched again.
std::string filled(std::string_view page, const std::map<std::string, std::string, std::less<>>& values) {
    std::string out;
    while (true) {
        const std::size_t open = page.find("{{");
        out += page.substr(0, open);
        if (open == std::string_view::npos) return out;
        const std::size_t close = page.find("}}", open);
        const auto value = values.find(page.substr(open + 2, close - open - 2));
        if (value == values.end()) throw model_fault("the report page has a placeholder without a value");
        out += value->second;
        page.remove_prefix(close + 2);
    }
}

}  // namespace

std::string to_html(const study& original) {
    const study s = with_ratios(original);
    const std::vector<column_view> views = view_of(s);
    return filled(html_parts::page.text, {{"title", escaped(s.title)},
                                          {"security_policy", security_policy()},
                                          {"style", std::string(html_parts::style.text)},
                                          {"data", data_blocks(s, views)},
                                          {"library", std::string(html_parts::library.text)},
                                          {"script", std::string(html_parts::script.text)}});
}

}  // namespace symmetree
