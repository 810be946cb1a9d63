#include "traces/pareto.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
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
    for (std::size_t c = 0; c < s.columns.size(); ++c) {
        if (s.columns[c].name != name) continue;
        if (holds_numbers(s, c)) return c;
        throw input_error(diagnostic{"", 0, 0, name, "holds text: no objective"});
    }
    std::vector<std::string> names;
    for (std::size_t c = 0; c < s.columns.size(); ++c)
        if (holds_numbers(s, c)) names.push_back(s.columns[c].name);
    throw input_error(diagnostic{"", 0, 0, name, fmt::format("no such column; numbers are in {}", fmt::join(names, ", "))});
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

}  // namespace

std::vector<std::size_t> pareto_front(const study& s, const std::vector<objective>& objectives) {
    std::vector<std::size_t> columns;
    for (const objective& o : objectives) columns.push_back(column_of(s, o.column));
    std::vector<candidate> candidates;
    for (std::size_t row = 0; row < s.rows.size(); ++row) {
        candidate c{row, {}};
        for (std::size_t i = 0; i < columns.size(); ++i) {
            const std::optional<double> value = number_in(s.rows[row][columns[i]]);
            if (value) c.values.push_back(objectives[i].maximize ? -*value : *value);
        }
        if (c.values.size() == columns.size()) candidates.push_back(std::move(c));
    }
    // In lexicographic order only an earlier candidate can cover a later one.
    std::sort(candidates.begin(), candidates.end(), [](const candidate& a, const candidate& b) { return a.values != b.values ? a.values < b.values : a.row < b.row; });
    std::vector<candidate> front;
    for (candidate& c : candidates) {
        // With two objectives the last one of the front has the least second value.
        const bool two = objectives.size() <= 2;
        const bool covered = two ? !front.empty() && covers(front.back(), c)
                                 : std::any_of(front.begin(), front.end(), [&](const candidate& f) { return covers(f, c); });
        if (!covered) front.push_back(std::move(c));
    }
    std::vector<std::size_t> rows;
    for (const candidate& c : front) rows.push_back(c.row);
    return rows;
}

}  // namespace symmetree
