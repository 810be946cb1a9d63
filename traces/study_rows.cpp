#include "traces/study_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "traces/numbers.h"
#include "traces/text_table.h"

namespace symmetree {
namespace {

struct table_text {
    std::string operator()(std::monostate) const { return absent_cell; }
    std::string operator()(std::int64_t value) const { return fmt::format("{}", value); }
    std::string operator()(double value) const { return fmt::format("{:.6g}", value); }
    std::string operator()(const std::string& value) const { return value; }
};

struct json_value {
    nlohmann::ordered_json operator()(std::monostate) const { return nullptr; }
    template <class T>
    nlohmann::ordered_json operator()(const T& value) const {
        return value;
    }
};

bool holds_text(const study& s, std::size_t column) {
    return std::any_of(s.rows.begin(), s.rows.end(), [&](const auto& row) { return std::holds_alternative<std::string>(row[column]); });
}

}  // namespace

std::string rows_as_table(const study& s) {
    std::vector<table_column> columns;
    for (std::size_t c = 0; c < s.columns.size(); ++c) columns.push_back({s.columns[c].name, s.columns[c].unit, holds_text(s, c)});
    text_table table(std::move(columns));
    for (const std::vector<cell>& values : s.rows) {
        std::vector<std::string> row;
        for (const cell& value : values) row.push_back(std::visit(table_text{}, value));
        table.add_row(std::move(row));
    }
    return table.text();
}

std::string rows_as_json(const study& s) {
    nlohmann::ordered_json rows = nlohmann::ordered_json::array();
    for (const std::vector<cell>& values : s.rows) {
        nlohmann::ordered_json row = nlohmann::ordered_json::object();
        for (std::size_t c = 0; c < values.size(); ++c) row[s.columns[c].name] = std::visit(json_value{}, values[c]);
        rows.push_back(std::move(row));
    }
    return rows.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace symmetree
