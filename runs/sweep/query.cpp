#include "runs/sweep/query.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include "core/error.h"
#include "runs/sweep/result_store.h"
#include "runs/sweep/sql.h"
#include "runs/sweep/sqlite_errors.h"
#include "runs/sweep/stored_reports.h"
#include "traces/writers.h"

namespace symmetree {
namespace {

/// Reading, and asking for the schema; no other file comes in by ATTACH.
int only_reading(void*, int action, const char*, const char* detail, const char*, const char*) {
    switch (action) {
        case SQLITE_SELECT:
        case SQLITE_READ:
        case SQLITE_RECURSIVE: return SQLITE_OK;
        case SQLITE_FUNCTION: return detail && std::string(detail) == "load_extension" ? SQLITE_DENY : SQLITE_OK;
        default: return SQLITE_DENY;
    }
}

/// SQLite would leave out what comes after the first statement, and take an open parameter for an absent value.
void require_one_statement(SQLite::Database& database, const std::string& sql) {
    sqlite3_stmt* first = nullptr;
    const char* rest = nullptr;
    if (sqlite3_prepare_v2(database.getHandle(), sql.c_str(), -1, &first, &rest) != SQLITE_OK)
        throw SQLite::Exception(database.getHandle());
    const bool open = first && sqlite3_bind_parameter_count(first) > 0;
    sqlite3_finalize(first);
    sqlite3_stmt* second = nullptr;
    const bool more = sqlite3_prepare_v2(database.getHandle(), rest, -1, &second, nullptr) != SQLITE_OK || second;
    sqlite3_finalize(second);
    if (!first || more) throw SQLite::Exception("one SELECT is wanted");
    if (open) throw SQLite::Exception("a SELECT without parameters is wanted");
}

/// SQL's report_json(id): the whole report of a point, as `run --format json` writes it. An error where the point was not simulated.
void report_json(sqlite3_context* context, int, sqlite3_value** arguments) {
    try {
        const auto& store = *static_cast<const result_store*>(sqlite3_user_data(context));
        const std::string text = to_json(report_of_point(store, std::uint64_t(sqlite3_value_int64(arguments[0]))));
        sqlite3_result_text64(context, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
    } catch (const std::exception& e) {
        sqlite3_result_error(context, e.what(), -1);
    }
}

}  // namespace

study query_rows(const std::string& path, const std::string& sql) {
    result_store store = result_store::open(path, false);  // says what is wrong with a file that is none of ours
    try {
        SQLite::Database database(path, SQLite::OPEN_READONLY, sqlite_wait_ms);
        sqlite3_set_authorizer(database.getHandle(), only_reading, nullptr);
        sqlite3_db_config(database.getHandle(), SQLITE_DBCONFIG_DQS_DML, 0, nullptr);  // a misspelt column is an error, not a text
        sqlite3_create_function(database.getHandle(), "report_json", 1, SQLITE_UTF8, &store, report_json, nullptr, nullptr);
        require_one_statement(database, sql);
        SQLite::Statement statement(database, sql);
        study s;
        s.title = sql;
        for (int c = 0; c < statement.getColumnCount(); ++c) s.columns.push_back({statement.getColumnName(c), column_role::axis, ""});
        while (statement.executeStep()) {
            std::vector<cell> row;
            for (int c = 0; c < statement.getColumnCount(); ++c) row.push_back(value_at(statement, c));
            s.rows.push_back(std::move(row));
        }
        return s;
    } catch (const SQLite::Exception& e) {
        throw input_error(diagnostic{path, 0, 0, "query", e.what()});
    }
}

}  // namespace symmetree
