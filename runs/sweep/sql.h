#pragma once

#include <SQLiteCpp/Statement.h>

#include <string>

#include "traces/study.h"

namespace symmetree {

/// A name of any text as an SQL identifier.
inline std::string quoted_name(const std::string& name) {
    std::string out = "\"";
    for (const char c : name) {
        if (c == '"') out += '"';
        out += c;
    }
    return out + '"';
}

/// Binds a cell to parameter `index`, counted from 1.
inline void bind(SQLite::Statement& statement, int index, const cell& value) {
    if (const auto* whole = std::get_if<std::int64_t>(&value))
        statement.bind(index, static_cast<std::int64_t>(*whole));
    else if (const auto* real = std::get_if<double>(&value))
        statement.bind(index, *real);
    else if (const auto* text = std::get_if<std::string>(&value))
        statement.bind(index, *text);
    else
        statement.bind(index);
}

/// The value of column `index`, counted from 0; a blob is text.
inline cell value_at(SQLite::Statement& statement, int index) {
    const SQLite::Column column = statement.getColumn(index);
    if (column.isNull()) return {};
    if (column.isInteger()) return static_cast<std::int64_t>(column.getInt64());
    if (column.isFloat()) return column.getDouble();
    return column.getString();
}

}  // namespace symmetree
