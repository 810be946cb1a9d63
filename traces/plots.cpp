#include "traces/plots.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

namespace symmetree {

namespace {

constexpr std::size_t longest_label = 48;

/// Shapes and dashes repeat the distinction.
constexpr std::array colours{"#0072b2", "#d55e00", "#117733", "#aa4499", "#8f6b00", "#332288", "#009e9e", "#882255", "#767676", "#e36c9a"};

/// Five stops of viridis: even in lightness, for colour-blind readers, too.
constexpr const char* heat_colours = "0 '#440154', 1 '#3b528b', 2 '#21918c', 3 '#5ec962', 4 '#fde725'";

std::string datablock(std::size_t index, const std::vector<std::pair<double, double>>& points) {
    std::string out = fmt::format("$data{} << EOD\n", index);
    for (const auto& [x, y] : points) out += plot_number(x) + ' ' + plot_number(y) + '\n';
    return out + "EOD\n";
}

}  // namespace

std::string plot_number(double value) { return std::isfinite(value) ? fmt::format("{:.9g}", value) : "NaN"; }

std::string axis_titles(const std::string& x, const std::string& y) {
    return "set xlabel " + gnuplot_quoted(x) + "\nset ylabel " + gnuplot_quoted(y) + '\n';
}

const char* plot_colour(std::size_t i) { return colours[i % colours.size()]; }

std::string plot_of(const std::vector<xy_series>& all, const char* style) {
    std::string data, plot;
    for (std::size_t i = 0; i < all.size(); ++i) {
        data += datablock(i, all[i].points);
        plot += fmt::format("{}$data{} using 1:2 with {} lc rgb '{}' pt {} dt {} ps 0.8 title {}", plot.empty() ? "plot " : ", \\\n     ",
                            i, style, plot_colour(i), 5 + 2 * (i % 5), 1 + i % 4, gnuplot_quoted(all[i].name));
    }
    return data + plot;
}

std::string short_label(const std::string& text) {
    if (text.size() <= longest_label) return text;
    std::size_t end = longest_label;
    while (end > 0 && (text[end] & 0xc0) == 0x80) --end;  // between two characters of UTF-8
    return text.substr(0, end) + "...";
}

figure heat_map_figure(const std::string& name, const heat_map& map) {
    std::string script =
        "set xlabel " + gnuplot_quoted(map.x) + "\nset cblabel " + gnuplot_quoted(map.colour) + "\nunset grid\nunset key\n";
    script += fmt::format("set xrange [{}:{}]\nset yrange [{}:-0.5]\nset palette defined ({})\nset ytics scale 0 (", plot_number(map.left),
                          plot_number(map.right), plot_number(static_cast<double>(map.rows.size()) - 0.5), heat_colours);
    for (std::size_t i = 0; i < map.rows.size(); ++i)
        script += fmt::format("{}{} {}", i == 0 ? "" : ", ", gnuplot_quoted(short_label(map.rows[i])), i);
    script += ")\n$cells << EOD\n";
    for (std::size_t row = 0; row < map.values.size(); ++row) {
        const double width = (map.right - map.left) / static_cast<double>(map.values[row].size());
        for (std::size_t column = 0; column < map.values[row].size(); ++column) {
            if (!std::isfinite(map.values[row][column])) continue;
            const double left = map.left + width * static_cast<double>(column);
            script += plot_number(left) + ' ' + plot_number(left + width) + fmt::format(" {} ", row) +
                      plot_number(map.values[row][column]) + '\n';
        }
    }
    script += "EOD\nset style fill solid noborder\nplot $cells using (($1+$2)/2):3:1:2:($3-0.5):($3+0.5):4 with boxxyerror lc palette\n";
    return {name, script, static_cast<int>(map.rows.size())};
}

}  // namespace symmetree
