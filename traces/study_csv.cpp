#include <fmt/format.h>

#include "traces/csv_row.h"
#include "traces/numbers.h"
#include "traces/study_view.h"
#include "traces/study_writers.h"

namespace symmetree {

namespace {

struct csv_text {
    std::string operator()(std::monostate) const { return ""; }
    std::string operator()(std::int64_t value) const { return fmt::format("{}", value); }
    std::string operator()(double value) const { return shortest(value); }
    std::string operator()(const std::string& value) const { return value; }
};

}  // namespace

std::string to_csv(const study& original) {
    const study s = with_ratios(original);
    csv_row header;
    for (const study_column& column : s.columns) header.add(column.name);
    std::string out = header.line();
    for (const std::vector<cell>& values : s.rows) {
        csv_row row;
        for (const cell& value : values) row.add(std::visit(csv_text{}, value));
        out += row.line();
    }
    return out;
}

}  // namespace symmetree
