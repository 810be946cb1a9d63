#include "runs/sweep/point_filter.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <set>

#include "runs/sweep/sql.h"

namespace symmetree {
namespace {

/// Functions that give another answer the next time, by which a resumed sweep would not be the same one, or load code.
const std::set<std::string> refused_functions{"random",    "randomblob",   "load_extension", "date",
                                              "time",      "datetime",     "julianday",      "strftime",
                                              "unixepoch", "current_date", "current_time",   "current_timestamp"};

/// Reads columns and calls functions; whatever else SQL can do is not for a constraint.
int only_expressions(void*, int action, const char*, const char* name, const char*, const char*) {
    if (action == SQLITE_FUNCTION) return name && refused_functions.count(name) > 0 ? SQLITE_DENY : SQLITE_OK;
    return action == SQLITE_SELECT || action == SQLITE_READ ? SQLITE_OK : SQLITE_DENY;
}

/// The expression over one row whose columns are bound.
std::string query_of(const std::string& expression, const std::vector<study_column>& columns) {
    std::string row;
    for (const study_column& c : columns) row += fmt::format("{}? AS {}", row.empty() ? "" : ", ", quoted_name(c.name));
    return "SELECT (\n" + expression + "\n) FROM (SELECT " + row + ")";
}

input_error blamed(const sweep_constraint& constraint, const SQLite::Exception& e) {
    diagnostic d = constraint.place;
    d.message = fmt::format("'{}': {}", constraint.expression, e.what());
    return input_error(std::move(d));
}

}  // namespace

struct point_filter::state {
    struct condition {
        sweep_constraint constraint;
        SQLite::Statement statement;
        bool reads_area = false;
    };

    SQLite::Database database{":memory:", SQLite::OPEN_READWRITE};
    std::vector<condition> before, after;

    SQLite::Statement prepare(const sweep_constraint& c, const std::vector<study_column>& columns) {
        // What closes the parenthesis that it stands in, to go on with SQL of its own, fits one of the two at most.
        const SQLite::Statement enclosed(database, query_of("(" + c.expression + "\n)", columns));
        SQLite::Statement s(database, query_of(c.expression, columns));
        if (s.getColumnCount() != 1 || s.getBindParameterCount() != static_cast<int>(columns.size()))
            throw SQLite::Exception("one expression is wanted");
        return s;
    }

    bool is_one(const sweep_constraint& c, const std::vector<study_column>& columns) {
        try {
            prepare(c, columns);
            return true;
        } catch (const SQLite::Exception&) {
            return false;
        }
    }

    static bool holds(condition& c, const std::vector<cell>& values) {
        SQLite::Statement& s = c.statement;
        try {
            s.reset();
            for (std::size_t i = 0; i < values.size(); ++i) bind(s, static_cast<int>(i) + 1, values[i]);
            return s.executeStep() && !s.getColumn(0).isNull() && s.getColumn(0).getDouble() != 0;
        } catch (const SQLite::Exception& e) {
            throw blamed(c.constraint, e);
        }
    }

    static bool all_hold(std::vector<condition>& conditions, const std::vector<cell>& values) {
        return std::all_of(conditions.begin(), conditions.end(), [&](condition& c) { return holds(c, values); });
    }
};

point_filter::point_filter(const std::vector<sweep_constraint>& constraints, const std::vector<study_column>& known,
                           const std::vector<study_column>& metrics)
    : state_(std::make_unique<state>()) {
    sqlite3_set_authorizer(state_->database.getHandle(), only_expressions, nullptr);
    sqlite3_db_config(state_->database.getHandle(), SQLITE_DBCONFIG_DQS_DML, 0, nullptr);  // "lanse" is a wrong name, not a text
    std::vector<study_column> all = known;
    all.insert(all.end(), metrics.begin(), metrics.end());
    std::vector<study_column> but_area;
    for (const study_column& c : known)
        if (c.name != "area_um2") but_area.push_back(c);
    diagnostics problems;
    for (const sweep_constraint& c : constraints) {
        try {
            SQLite::Statement prepared = state_->prepare(c, known);
            state_->before.push_back({c, std::move(prepared), !state_->is_one(c, but_area)});
            continue;
        } catch (const SQLite::Exception&) {
            // It may read a metric.
        }
        try {
            state_->after.push_back({c, state_->prepare(c, all), false});
        } catch (const SQLite::Exception& e) {
            problems.add(blamed(c, e).problems().front());
        }
    }
    problems.throw_if_any();
}

point_filter::~point_filter() = default;

bool point_filter::keeps(const std::vector<cell>& known) { return state::all_hold(state_->before, known); }

bool point_filter::keeps_unsized(const std::vector<cell>& known) {
    return std::all_of(state_->before.begin(), state_->before.end(),
                       [&](state::condition& c) { return c.reads_area || state::holds(c, known); });
}

bool point_filter::feasible(const std::vector<cell>& known, const std::vector<cell>& metrics) {
    std::vector<cell> all = known;
    all.insert(all.end(), metrics.begin(), metrics.end());
    return state::all_hold(state_->after, all);
}

}  // namespace symmetree
