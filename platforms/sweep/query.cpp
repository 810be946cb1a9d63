#include "platforms/sweep/query.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include "core/error.h"
#include "platforms/sweep/result_store.h"
#include "platforms/sweep/sql.h"

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

}  // namespace

study query_rows(const std::string& path, const std::string& sql) {
    result_store::open(path, false);  // says what is wrong with a file that is none of ours
    try {
        SQLite::Database database(path, SQLite::OPEN_READONLY, 10000);
        sqlite3_set_authorizer(database.getHandle(), only_reading, nullptr);
        sqlite3_db_config(database.getHandle(), SQLITE_DBCONFIG_DQS_DML, 0, nullptr);  // a misspelt column is an error, not a text
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
