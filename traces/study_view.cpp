#include "traces/study_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <unordered_map>

#include "core/text.h"
#include "traces/measures.h"
#include "traces/numbers.h"

namespace symmetree {

namespace {

/// By these whole designs are judged; the other known metrics explain them and wait until a reader asks.
const std::set<std::string> judged_by{"cycles", "latency_s", "energy_j", "power_w", "area_um2", "utilization", "weight_bits_stored"};

constexpr std::size_t colour_groups = 8;

const std::set<std::string>& known_metrics() {
    static const std::set<std::string> names = [] {
        std::set<std::string> all;
        for (const metric& m : metrics_of(report{})) all.insert(m.name);
        return all;
    }();
    return names;
}

std::string title_of(const study_column& column) {
    if (column.role == column_role::axis) return column.name;
    std::string title = column.name;
    for (const auto& [unit, suffix] : {std::pair{"J", "_j"}, {"s", "_s"}, {"W", "_w"}, {"um2", "_um2"}, {"Hz", "_hz"}, {"dB", "_db"}})
        if (column.unit == unit && ends_with(title, suffix)) title.resize(title.size() - std::string(suffix).size());
    for (std::size_t i = 1; i + 1 < title.size(); ++i)
        if (title[i] == '_' && title[i - 1] != '_' && title[i + 1] != '_') title[i] = ' ';
    return title;
}

/// One unit for the column, from its largest value.
void set_scale(column_view& view, const study_column& column, double largest, bool whole) {
    const auto take = [&](const scale& s) { view.unit = s.unit, view.factor = s.factor, view.decimals = s.decimals; };
    view.unit = column.unit;
    if (column.unit == "s" || column.unit == "J" || column.unit == "W" || column.unit == "Hz") {
        static constexpr std::array prefixes{"p", "n", "u", "m", "", "k", "M", "G", "T"};
        const int thousands = largest > 0 ? std::clamp(static_cast<int>(std::floor(std::log10(largest) / 3)), -4, 4) : 0;
        view.factor = std::pow(10.0, -3 * thousands);
        view.unit = prefixes[static_cast<std::size_t>(std::ptrdiff_t{thousands} + 4)] + column.unit;
        view.decimals = decimals_for(largest * view.factor);
    } else if (column.unit == "um2") {
        take(area_scale(largest));
    } else if (column.name == "utilization") {
        take({100, "%", 2});
    } else if (column.unit.empty() && !whole && column.role == column_role::metric && largest >= 1e4) {
        take(count_scale(largest));
    } else {
        view.decimals = whole ? 0 : decimals_for(largest);
    }
}

column_view column_view_of(const study& s, std::size_t index) {
    const study_column& column = s.columns[index];
    column_view view;
    bool text = false, whole = true;
    double largest = 0;
    std::set<cell> different;
    for (const std::vector<cell>& row : s.rows) {
        const cell& value = row[index];
        view.varies = view.varies || value != s.rows.front()[index];
        if (different.size() <= colour_groups) different.insert(value);
        if (std::holds_alternative<std::monostate>(value)) continue;
        view.present = true;
        text = text || std::holds_alternative<std::string>(value);
        whole = whole && !std::holds_alternative<double>(value);
        const std::optional<double> number = number_of(value);
        if (number && std::isfinite(*number)) largest = std::max(largest, std::fabs(*number));
    }
    view.numeric = view.present && !text;
    view.few_values = different.size() <= colour_groups;
    view.title = title_of(column);
    if (view.numeric) set_scale(view, column, largest, whole);
    const bool accuracy = starts_with(column.name, "accuracy") || starts_with(column.name, "top1") || starts_with(column.name, "top5");
    view.larger_is_better = accuracy || column.name == "utilization" || column.unit == "dB";
    view.shown = column.role == column_role::axis || judged_by.count(column.name) > 0 || known_metrics().count(column.name) == 0;
    return view;
}

/// The values of a row that its baseline must share, as one text; `skipped` are the columns that it need not.
std::string key_of(const study& s, const std::vector<cell>& row, const std::set<std::string>& skipped, bool with_widths) {
    std::string key;
    for (std::size_t i = 0; i < s.columns.size(); ++i) {
        const std::string& name = s.columns[i].name;
        const bool width = name == "array_weight_bits" || name == "array_activation_bits";
        if (width ? !with_widths : s.columns[i].role != column_role::axis || skipped.count(name) > 0) continue;
        if (const auto number = number_of(row[i]))
            key += fmt::format("n{};", *number);
        else if (const auto* text = std::get_if<std::string>(&row[i]))
            key += fmt::format("t{}:{};", text->size(), *text);
        else
            key += "-;";
    }
    return key;
}

/// Rows of the baseline platform by key; a key that several share leads to none.
class baseline_rows {
public:
    baseline_rows(const study& s, std::size_t platform, std::set<std::string> skipped, bool with_widths)
        : study_(s), skipped_(std::move(skipped)), with_widths_(with_widths) {
        for (std::size_t i = 0; i < s.rows.size(); ++i) {
            if (s.rows[i][platform] != cell(s.baseline)) continue;
            const auto [entry, fresh] = rows_.emplace(key_of(s, s.rows[i], skipped_, with_widths_), i);
            if (!fresh) entry->second = s.rows.size();
        }
    }
    std::optional<std::size_t> of(std::size_t row) const {
        const auto found = rows_.find(key_of(study_, study_.rows[row], skipped_, with_widths_));
        if (found == rows_.end() || found->second == study_.rows.size()) return {};
        return found->second;
    }

private:
    const study& study_;
    const std::set<std::string> skipped_;
    const bool with_widths_;
    std::unordered_map<std::string, std::size_t> rows_;
};

std::vector<std::optional<std::size_t>> baselines_of(const study& s, std::size_t platform) {
    // The same scheme first: a platform that ran several has one baseline row for each.
    const baseline_rows same_scheme(s, platform, {"platform"}, true), same_width(s, platform, {"platform", "scheme"}, true),
        only_one(s, platform, {"platform", "scheme"}, false);
    std::vector<std::optional<std::size_t>> all;
    for (std::size_t i = 0; i < s.rows.size(); ++i) {
        std::optional<std::size_t> base = same_scheme.of(i);
        if (!base) base = same_width.of(i);
        if (!base) base = only_one.of(i);
        all.push_back(base);
    }
    return all;
}

cell quotient(const cell& a, const cell& b) {
    const std::optional<double> above = number_of(a), below = number_of(b);
    if (!above || !below || *below == 0) return {};
    return *above / *below;
}

}  // namespace

std::string column_view::text(double value) const { return grouped(value * factor, decimals); }

std::string column_view::text(const cell& value) const {
    if (const auto* name = std::get_if<std::string>(&value)) return *name;
    const std::optional<double> number = number_of(value);
    return number ? text(*number) : absent_cell;
}

std::string column_view::heading() const { return unit.empty() || unit == title ? title : title + " (" + unit + ")"; }

std::optional<std::size_t> find_column(const study& s, const std::string& name) {
    for (std::size_t i = 0; i < s.columns.size(); ++i)
        if (s.columns[i].name == name) return i;
    return {};
}

std::optional<double> number_of(const cell& value) {
    if (const auto* whole = std::get_if<std::int64_t>(&value)) return static_cast<double>(*whole);
    if (const auto* real = std::get_if<double>(&value)) return *real;
    return {};
}

std::vector<column_view> view_of(const study& s) {
    std::vector<column_view> views;
    for (std::size_t i = 0; i < s.columns.size(); ++i) views.push_back(column_view_of(s, i));
    return views;
}

study with_ratios(study s) {
    const std::optional<std::size_t> platform = find_column(s, "platform");
    if (s.baseline.empty() || !platform) return s;
    const auto baselines = baselines_of(s, *platform);
    for (const auto& [metric_name, ratio_name] :
         {std::pair{"latency_s", "latency_ratio"}, {"energy_j", "energy_ratio"}, {"power_w", "power_ratio"}, {"area_um2", "area_ratio"}}) {
        const std::optional<std::size_t> column = find_column(s, metric_name);
        if (!column || find_column(s, ratio_name)) continue;
        s.columns.push_back({ratio_name, column_role::metric, ""});
        for (std::size_t i = 0; i < s.rows.size(); ++i)
            s.rows[i].push_back(baselines[i] ? quotient(s.rows[i][*column], s.rows[*baselines[i]][*column]) : cell());
    }
    return s;
}

std::string label_of(const study& s, const std::vector<column_view>& views, std::size_t row) {
    std::string label;
    for (std::size_t i = 0; i < s.columns.size(); ++i) {
        if (s.columns[i].role != column_role::axis || !views[i].varies) continue;
        label += (label.empty() ? "" : ", ") + views[i].text(s.rows[row][i]);
    }
    if (!label.empty()) return label;
    const std::optional<std::size_t> platform = find_column(s, "platform");
    return platform ? views[*platform].text(s.rows[row][*platform]) : fmt::format("point {}", row + 1);
}

std::vector<std::size_t> table_columns(const study& s, const std::vector<column_view>& views) {
    std::vector<std::size_t> all;
    const bool any_axis_varies = s.rows.size() > 1;
    for (std::size_t i = 0; i < s.columns.size(); ++i) {
        const bool axis = s.columns[i].role == column_role::axis;
        if (axis ? views[i].varies || !any_axis_varies : views[i].shown && views[i].present) all.push_back(i);
    }
    return all;
}

std::vector<std::string> shared_axes(const study& s, const std::vector<column_view>& views) {
    std::vector<std::string> all;
    for (std::size_t i = 0; i < s.columns.size() && s.rows.size() > 1; ++i)
        if (s.columns[i].role == column_role::axis && views[i].present && !views[i].varies)
            all.push_back(views[i].heading() + ": " + views[i].text(s.rows.front()[i]));
    return all;
}

}  // namespace symmetree
