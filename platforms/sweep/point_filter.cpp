#include "platforms/sweep/point_filter.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include "platforms/sweep/sql.h"

namespace symmetree {
namespace {

/// Reads columns and calls functions; whatever else SQL can do is not for a constraint.
int only_expressions(void*, int action, const char*, const char*, const char*, const char*) {
    return action == SQLITE_SELECT || action == SQLITE_READ || action == SQLITE_FUNCTION ? SQLITE_OK : SQLITE_DENY;
}

/// The expression over one row whose columns are bound.
std::string query_of(const std::string& expression, const std::vector<study_column>& columns) {
    std::string row;
    for (const study_column& c : columns) row += fmt::format("{}? AS {}", row.empty() ? "" : ", ", quoted_name(c.name));
    return "SELECT (\n" + expression + "\n) FROM (SELECT " + row + ")";
}

}  // namespace

struct point_filter::state {
    SQLite::Database database{":memory:", SQLite::OPEN_READWRITE};
    std::vector<SQLite::Statement> before, after;

    static bool holds(std::vector<SQLite::Statement>& statements, const std::vector<cell>& values) {
        for (SQLite::Statement& s : statements) {
            s.reset();
            for (std::size_t i = 0; i < values.size(); ++i) bind(s, static_cast<int>(i) + 1, values[i]);
            if (!s.executeStep() || s.getColumn(0).isNull() || s.getColumn(0).getDouble() == 0) return false;
        }
        return true;
    }
};

point_filter::point_filter(const std::vector<sweep_constraint>& constraints, const std::vector<study_column>& known,
                           const std::vector<study_column>& metrics)
    : state_(std::make_unique<state>()) {
    sqlite3_set_authorizer(state_->database.getHandle(), only_expressions, nullptr);
    sqlite3_db_config(state_->database.getHandle(), SQLITE_DBCONFIG_DQS_DML, 0, nullptr);  // "lanse" is a wrong name, not a text
    std::vector<study_column> all = known;
    all.insert(all.end(), metrics.begin(), metrics.end());
    diagnostics problems;
    const auto prepare = [&](const sweep_constraint& c, const std::vector<study_column>& columns) {
        SQLite::Statement s(state_->database, query_of(c.expression, columns));
        if (s.getColumnCount() != 1) throw SQLite::Exception("one expression is wanted");
        return s;
    };
    for (const sweep_constraint& c : constraints) {
        diagnostic d = c.place;
        if (c.expression.find(';') != std::string::npos || c.expression.find('?') != std::string::npos) {
            d.message = "one expression is wanted, without ';' and '?'";
            problems.add(d);
            continue;
        }
        try {
            state_->before.push_back(prepare(c, known));
            continue;
        } catch (const SQLite::Exception&) {
            // It may read a metric.
        }
        try {
            state_->after.push_back(prepare(c, all));
        } catch (const SQLite::Exception& e) {
            d.message = fmt::format("'{}': {}", c.expression, e.what());
            problems.add(d);
        }
    }
    problems.throw_if_any();
}

point_filter::~point_filter() = default;

bool point_filter::keeps(const std::vector<cell>& known) { return state::holds(state_->before, known); }

bool point_filter::feasible(const std::vector<cell>& known, const std::vector<cell>& metrics) {
    std::vector<cell> all = known;
    all.insert(all.end(), metrics.begin(), metrics.end());
    return state::holds(state_->after, all);
}

}  // namespace symmetree
