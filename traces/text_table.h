#pragma once

#include <string>
#include <vector>

namespace symmetree {

/// A column's heading. The title breaks at spaces and underscores to the width of the cells; the unit has a line of its own.
struct table_column {
    std::string title;
    std::string unit;
    bool left_aligned = false;
};

/// Lays out cells in columns as wide as their widest cell: nothing is ever cut.
class text_table {
public:
    explicit text_table(std::vector<table_column> columns) : columns_(std::move(columns)) {}

    /// One cell per column; control characters in cells are shown as escapes.
    void add_row(std::vector<std::string> cells);
    /// A rule before the next row.
    void add_rule() { rules_.push_back(rows_.size()); }
    bool empty() const { return rows_.empty(); }
    std::string text() const;

private:
    std::vector<std::vector<std::string>> heading(std::vector<std::size_t>& widths) const;
    std::string line(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths) const;

    std::vector<table_column> columns_;
    std::vector<std::vector<std::string>> rows_;
    std::vector<std::size_t> rules_;
};

/// Text on one line: control characters as \n, \t, \x1b.
std::string one_line(const std::string& text);

}  // namespace symmetree
