#include "traces/figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "traces/measures.h"
#include "traces/pareto.h"
#include "traces/plots.h"
#include "traces/study_view.h"
#include "traces/text_table.h"

namespace symmetree {

namespace {

constexpr std::size_t most_bars = 40, most_series = 10, most_details = 24;

/// Points by platform, or all in one series.
std::vector<xy_series> by_platform(const study& s, const std::vector<column_view>& views, std::size_t x, std::size_t y) {
    const std::optional<std::size_t> platform = find_column(s, "platform");
    std::vector<xy_series> all;
    for (const std::vector<cell>& row : s.rows) {
        const std::optional<double> at_x = number_of(row[x]), at_y = number_of(row[y]);
        if (!at_x || !at_y) continue;
        const std::string name = platform ? views[*platform].text(row[*platform]) : "points";
        const auto found = std::find_if(all.begin(), all.end(), [&](const xy_series& series) { return series.name == name; });
        xy_series& series = found == all.end() ? all.emplace_back(xy_series{name, {}}) : *found;
        series.points.emplace_back(*at_x * views[x].factor, *at_y * views[y].factor);
    }
    return all;
}

/// The points that no other of their workload beats in both, as steps; a blank line ends a workload's line.
std::string front_data(const study& s, const std::vector<column_view>& views, std::size_t x, std::size_t y) {
    const std::optional<std::size_t> workload = find_column(s, "workload");
    const std::vector<std::string> per = workload ? std::vector<std::string>{"workload"} : std::vector<std::string>{};
    std::string data = "$front << EOD\n";
    std::optional<std::size_t> last;
    for (const std::size_t row : pareto_front(s, {{s.columns[x].name, false}, {s.columns[y].name, false}}, per)) {
        if (workload && last && s.rows[*last][*workload] != s.rows[row][*workload]) data += '\n';
        data += plot_number(*number_of(s.rows[row][x]) * views[x].factor) + ' ' +
                plot_number(*number_of(s.rows[row][y]) * views[y].factor) + '\n';
        last = row;
    }
    return data + "EOD\n";
}

void add_energy_latency(std::vector<figure>& out, const study& s, const std::vector<column_view>& views) {
    const auto latency = find_column(s, "latency_s"), energy = find_column(s, "energy_j");
    if (!latency || !energy) return;
    const auto all = by_platform(s, views, *latency, *energy);
    if (all.empty()) return;
    std::string script = axis_titles(views[*latency].heading(), views[*energy].heading()) + "set key outside right top\n";
    script += front_data(s, views, *latency, *energy) + plot_of(all, "points") +
              ", \\\n     $front using 1:2 with steps lc rgb '#000000' title 'Pareto front'";
    script += ", \\\n     $front using 1:2 with points pt 6 ps 1.6 lc rgb '#000000' notitle\n";  // a front of one point has no step
    out.push_back({"energy_latency", script, 0});
}

/// One point per row, each with its own name: schemes of one platform are what is compared.
void add_accuracy_power(std::vector<figure>& out, const study& s, const std::vector<column_view>& views) {
    const auto power = find_column(s, "power_w"), accuracy = find_column(s, "top1");
    if (!power || !accuracy) return;
    std::vector<xy_series> all;
    for (std::size_t row = 0; row < s.rows.size(); ++row) {
        const std::optional<double> x = number_of(s.rows[row][*power]), y = number_of(s.rows[row][*accuracy]);
        if (x && y) all.push_back({label_of(s, views, row), {{*x * views[*power].factor, *y}}});
    }
    if (all.empty()) return;
    out.push_back({"accuracy_power",
                   axis_titles("average " + views[*power].heading(), "top-1 accuracy (%)") + "set key outside right\n" +
                       plot_of(all, "points") + '\n',
                   0});
}

/// Where several points of a series share an x, the line goes through their median.
std::vector<std::pair<double, double>> medians(const std::vector<std::pair<double, double>>& points) {
    std::map<double, std::vector<double>> at;
    for (const auto& [x, y] : points) at[x].push_back(y);
    std::vector<std::pair<double, double>> out;
    for (auto& [x, values] : at) {
        std::sort(values.begin(), values.end());
        const std::size_t middle = values.size() / 2;
        out.emplace_back(x, values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2);
    }
    return out;
}

void add_area_width(std::vector<figure>& out, const study& s, const std::vector<column_view>& views) {
    const auto width = find_column(s, "array_weight_bits"), area = find_column(s, "area_um2");
    if (!width || !area || !views[*width].varies) return;
    auto all = by_platform(s, views, *width, *area);
    if (all.empty()) return;
    for (xy_series& series : all) series.points = medians(series.points);
    out.push_back({"area_width",
                   axis_titles(views[*width].heading(), views[*area].heading()) +
                       "set key outside right top\nset xtics 1\nset offsets 0.3, 0.3, 0, 0\n" + plot_of(all, "linespoints") + '\n',
                   0});
}

/// Bars from top to bottom, each of stacked parts: `values[part][bar]`.
struct bar_chart {
    std::string axis;
    std::vector<std::string> bars, parts;
    std::vector<std::vector<double>> values;
};

figure bars_of(const std::string& name, const bar_chart& chart) {
    const std::size_t rows = chart.bars.size();
    std::string script =
        "set xlabel " + gnuplot_quoted(chart.axis) + "\nset key outside top center horizontal\nset style fill solid border rgb '#ffffff'\n";
    script += fmt::format("set yrange [{}:-0.5]\nset xrange [0:*]\nset ytics scale 0 (", plot_number(static_cast<double>(rows) - 0.5));
    for (std::size_t i = 0; i < rows; ++i) script += fmt::format("{}{} {}", i == 0 ? "" : ", ", gnuplot_quoted(chart.bars[i]), i);
    script += ")\n$bars << EOD\n";
    for (std::size_t i = 0; i < rows; ++i) {
        double end = 0;
        script += fmt::format("{}", i);
        for (const std::vector<double>& part : chart.values) {
            script += ' ' + plot_number(end);
            end += part[i];
            script += ' ' + plot_number(end);
        }
        script += '\n';
    }
    script += "EOD\n";
    for (std::size_t p = 0; p < chart.parts.size(); ++p)
        script +=
            fmt::format("{}$bars using {}:1:{}:{}:($1-0.4):($1+0.4) with boxxyerror lc rgb '{}' title {}", p == 0 ? "plot " : ", \\\n     ",
                        2 * p + 2, 2 * p + 2, 2 * p + 3, plot_colour(p), gnuplot_quoted(chart.parts[p]));
    return {name, script + '\n', static_cast<int>(rows)};
}

/// Largest parts first; those beyond the colours there are become one.
void merge_small_parts(bar_chart& chart) {
    std::vector<std::size_t> order;
    const auto sum = [&](std::size_t p) {
        double all = 0;
        for (const double value : chart.values[p]) all += value;
        return all;
    };
    for (std::size_t p = 0; p < chart.parts.size(); ++p)
        if (sum(p) > 0) order.push_back(p);
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return sum(a) > sum(b); });
    bar_chart merged{chart.axis, chart.bars, {}, {}};
    const bool too_many = order.size() > most_series;
    for (std::size_t i = 0; i < order.size(); ++i) {
        if (!too_many || i < most_series - 1) {
            merged.parts.push_back(chart.parts[order[i]]);
            merged.values.push_back(chart.values[order[i]]);
            continue;
        }
        if (i == most_series - 1) {
            merged.parts.push_back(fmt::format("{} smaller units", order.size() - i));
            merged.values.emplace_back(chart.bars.size(), 0.0);
        }
        for (std::size_t bar = 0; bar < chart.bars.size(); ++bar) merged.values.back()[bar] += chart.values[order[i]][bar];
    }
    chart = merged;
}

void add_energy_by_unit(std::vector<figure>& out, const study& s, const std::vector<column_view>& views) {
    const auto energy = find_column(s, "energy_j");
    if (!energy || !views[*energy].numeric) return;
    const double factor = views[*energy].factor;
    bar_chart chart{views[*energy].heading(), {}, {}, {}};
    std::vector<std::size_t> rows;
    for (std::size_t i = 0; i < s.rows.size() && rows.size() < most_bars; ++i)
        if (number_of(s.rows[i][*energy])) rows.push_back(i);
    for (const std::size_t row : rows) chart.bars.push_back(short_label(label_of(s, views, row)));
    const std::string suffix = " energy";
    for (std::size_t i = 0; i < s.columns.size(); ++i) {
        const std::string& title = views[i].title;
        if (s.columns[i].unit != "J" || i == *energy || title.size() <= suffix.size() ||
            title.substr(title.size() - suffix.size()) != suffix)
            continue;
        chart.parts.push_back(title.substr(0, title.size() - suffix.size()));
        std::vector<double>& values = chart.values.emplace_back();
        for (const std::size_t row : rows) values.push_back(number_of(s.rows[row][i]).value_or(0) * factor);
    }
    merge_small_parts(chart);
    if (!chart.parts.empty()) out.push_back(bars_of("energy_by_unit", chart));
}

void add_latency_by_layer(std::vector<figure>& out, const study& s) {
    for (std::size_t d = 0; d < std::min(s.details.size(), most_details); ++d) {
        const report& r = s.details[d];
        if (r.layers.empty() || r.clock_hz <= 0) continue;
        bar_chart chart{fmt::format("time (us), {} on {}, {}", r.workload, r.platform, r.scheme), {}, {}, {}};
        for (const layer_report& layer : r.layers) chart.bars.push_back(short_label(layer.name));
        for (const counter<slot_split>& part : counters_of<slot_split>) {
            std::string name = part.name;
            std::replace(name.begin(), name.end(), '_', ' ');
            std::vector<double> values;
            for (const layer_report& layer : r.layers) values.push_back(static_cast<double>(layer.split.*part.count) / r.clock_hz * 1e6);
            if (std::all_of(values.begin(), values.end(), [](double value) { return value == 0; })) continue;
            chart.parts.push_back(name);
            chart.values.push_back(std::move(values));
        }
        if (!chart.parts.empty()) out.push_back(bars_of(fmt::format("latency_by_layer_{}", d + 1), chart));
    }
}

}  // namespace

std::string gnuplot_quoted(const std::string& text) {
    std::string out = "'";
    for (const char c : one_line(text)) {
        if (c == '\'') out += '\'';
        out += c;
    }
    return out + '\'';
}

std::vector<figure> figures_of(const study& s) {
    const std::vector<column_view> views = view_of(s);
    std::vector<figure> out;
    add_accuracy_power(out, s, views);
    add_energy_latency(out, s, views);
    add_energy_by_unit(out, s, views);
    add_area_width(out, s, views);
    add_latency_by_layer(out, s);
    return out;
}

std::string gnuplot_script(const figure& f, figure_format format) {
    const int width = f.rows == 0 ? 720 : 960, height = f.rows == 0 ? 400 : 150 + 18 * f.rows;
    // `noenhanced`: an underscore in a name is an underscore.
    std::string terminal;
    switch (format) {
        case figure_format::svg:
            terminal = fmt::format("set terminal svg noenhanced size {},{} font 'DejaVu Sans,12' background rgb 'white'\n", width, height);
            break;
        case figure_format::png:
            terminal =
                fmt::format("set terminal pngcairo noenhanced size {},{} font 'DejaVu Sans,12' fontscale 2 linewidth 2 pointscale 2\n",
                            2 * width, 2 * height);
            break;
    }
    return terminal + "set encoding utf8\nset grid lc rgb '#dddddd' lt 1\nset border 3\nset tics nomirror\n" + f.script;
}

}  // namespace symmetree
