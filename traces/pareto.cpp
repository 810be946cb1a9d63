#include "traces/pareto.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <optional>

#include "core/error.h"

namespace symmetree {
namespace {

std::optional<double> number_in(const cell& value) {
    if (const auto* whole = std::get_if<std::int64_t>(&value)) return static_cast<double>(*whole);
    if (const auto* real = std::get_if<double>(&value)) return *real;
    return {};
}

bool holds_numbers(const study& s, std::size_t column) {
    return std::none_of(s.rows.begin(), s.rows.end(), [&](const auto& row) { return std::holds_alternative<std::string>(row[column]); });
}

std::size_t column_of(const study& s, const std::string& name) {
    std::vector<std::string> names;
    for (std::size_t c = 0; c < s.columns.size(); ++c) {
        if (s.columns[c].name == name) return c;
        names.push_back(s.columns[c].name);
    }
    throw input_error(diagnostic{"", 0, 0, name, fmt::format("no such column; there are {}", fmt::join(names, ", "))});
}

std::size_t numeric_column(const study& s, const std::string& name) {
    const std::size_t column = column_of(s, name);
    if (!holds_numbers(s, column)) throw input_error(diagnostic{"", 0, 0, name, "holds text: no objective"});
    return column;
}

/// Rows by their values in `columns`, groups in the order of their first rows.
std::vector<std::vector<std::size_t>> groups_of(const study& s, const std::vector<std::size_t>& columns) {
    std::map<std::vector<cell>, std::size_t> known;
    std::vector<std::vector<std::size_t>> groups;
    for (std::size_t row = 0; row < s.rows.size(); ++row) {
        std::vector<cell> key;
        for (const std::size_t c : columns) key.push_back(s.rows[row][c]);
        const auto [at, fresh] = known.emplace(std::move(key), groups.size());
        if (fresh) groups.emplace_back();
        groups[at->second].push_back(row);
    }
    return groups;
}

/// A row and its objectives, turned so that less is better.
struct candidate {
    std::size_t row;
    std::vector<double> values;
};

bool covers(const candidate& a, const candidate& b) {
    for (std::size_t i = 0; i < a.values.size(); ++i)
        if (a.values[i] > b.values[i]) return false;
    return true;
}

std::vector<std::size_t> front_of(const study& s, const std::vector<std::size_t>& rows, const std::vector<objective>& objectives,
                                  const std::vector<std::size_t>& columns) {
    std::vector<candidate> candidates;
    for (const std::size_t row : rows) {
        candidate c{row, {}};
        for (std::size_t i = 0; i < columns.size(); ++i) {
            const std::optional<double> value = number_in(s.rows[row][columns[i]]);
            if (value) c.values.push_back(objectives[i].maximize ? -*value : *value);
        }
        if (c.values.size() == columns.size()) candidates.push_back(std::move(c));
    }
    // In lexicographic order only an earlier candidate can cover a later one.
    std::sort(candidates.begin(), candidates.end(),
              [](const candidate& a, const candidate& b) { return a.values != b.values ? a.values < b.values : a.row < b.row; });
    std::vector<candidate> front;
    for (candidate& c : candidates) {
        // With two objectives the last one of the front has the least second value.
        const bool covered = columns.size() <= 2
                                 ? !front.empty() && covers(front.back(), c)
                                 : std::any_of(front.begin(), front.end(), [&](const candidate& f) { return covers(f, c); });
        if (!covered) front.push_back(std::move(c));
    }
    std::vector<std::size_t> chosen;
    for (const candidate& c : front) chosen.push_back(c.row);
    return chosen;
}

}  // namespace

std::vector<std::size_t> pareto_front(const study& s, const std::vector<objective>& objectives, const std::vector<std::string>& per) {
    std::vector<std::size_t> columns, parting, front;
    for (const objective& o : objectives) columns.push_back(numeric_column(s, o.column));
    for (const std::string& name : per) parting.push_back(column_of(s, name));
    for (const std::vector<std::size_t>& group : groups_of(s, parting))
        for (const std::size_t row : front_of(s, group, objectives, columns)) front.push_back(row);
    return front;
}

}  // namespace symmetree
