// What stands in a result file beside the points: tables, columns, what the sweep was made from. Schema: docs/sweep-format.md.
#include <fmt/format.h>

#include "runs/sweep/result_store_state.h"
#include "runs/sweep/sql.h"
#include "runs/sweep/sqlite_errors.h"

namespace symmetree {
namespace {

constexpr int schema_version = 3;

std::vector<study_column> metric_columns() {
    std::vector<study_column> columns;
    for (const metric& m : metrics_of(report{})) columns.push_back({m.name, column_role::metric, m.unit});
    return columns;
}

constexpr const char* fixed_tables = R"(
CREATE TABLE sweep (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE input (file TEXT NOT NULL, digest TEXT NOT NULL, PRIMARY KEY (file, digest)) WITHOUT ROWID;
CREATE TABLE column_of_point (position INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, role TEXT NOT NULL, unit TEXT NOT NULL);
CREATE TABLE cost_table (name TEXT PRIMARY KEY, label TEXT NOT NULL, file TEXT NOT NULL, text TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE note (text TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE simulation (id INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE, report_bytes INTEGER NOT NULL, report BLOB NOT NULL);
CREATE TABLE timing (simulation INTEGER PRIMARY KEY, wall_s REAL NOT NULL, cpu_s REAL NOT NULL, peak_bytes INTEGER NOT NULL);
)";

std::string point_table(const std::vector<study_column>& columns) {
    std::string text =
        "CREATE TABLE point (id INTEGER PRIMARY KEY, simulation INTEGER REFERENCES simulation, "
        "status TEXT NOT NULL, reason TEXT, feasible INTEGER, cost_table TEXT";
    for (const study_column& c : columns) text += ", " + quoted_name(c.name);
    return text + ")";
}

const char* role_word(column_role role) { return role == column_role::axis ? "axis" : "metric"; }

}  // namespace

void result_store::state::set(const char* name, const cell& value) {
    SQLite::Statement s(database, "INSERT OR REPLACE INTO sweep VALUES (?, ?)");
    s.bind(1, name);
    bind(s, 2, value);
    s.exec();
}

cell result_store::state::get(const char* name) const {
    SQLite::Statement s(database, "SELECT value FROM sweep WHERE name = ?");
    s.bind(1, name);
    return s.executeStep() ? value_at(s, 0) : cell();
}

std::string result_store::state::text(const char* name) const {
    const cell value = get(name);
    const auto* found = std::get_if<std::string>(&value);
    if (!found) throw refusal(path, fmt::format("no {} in it: not the result of a sweep", name));
    return *found;
}

std::uint64_t result_store::state::whole(const char* name) const {
    const cell value = get(name);
    const auto* found = std::get_if<std::int64_t>(&value);
    if (!found) throw refusal(path, fmt::format("no {} in it: not the result of a sweep", name));
    return std::uint64_t(*found);
}

void result_store::state::write_origin(const sweep_origin& from) {
    database.exec("PRAGMA journal_mode = OFF");
    SQLite::Transaction all(database);
    columns = from.columns;
    for (const study_column& c : metric_columns()) columns.push_back(c);
    database.exec(fixed_tables);
    database.exec(point_table(columns));
    set("format", std::int64_t{schema_version});
    set("spec", from.spec);
    set("spec_file", from.spec_file);
    set("version", from.version);
    set("points", std::int64_t(from.points));
    for (std::size_t i = 0; i < from.minimize.size(); ++i) set(fmt::format("minimize {:02}", i).c_str(), from.minimize[i]);
    for (std::size_t i = 0; i < columns.size(); ++i) {
        SQLite::Statement c(database, "INSERT INTO column_of_point VALUES (?, ?, ?, ?)");
        c.bind(1, static_cast<int>(i));
        c.bind(2, columns[i].name);
        c.bind(3, role_word(columns[i].role));
        c.bind(4, columns[i].unit);
        c.exec();
    }
    for (const auto& [file, digest] : from.files) {
        SQLite::Statement f(database, "INSERT INTO input VALUES (?, ?)");
        f.bind(1, file);
        f.bind(2, digest);
        f.exec();
    }
    all.commit();
}

void result_store::state::read_origin() {
    if (!database.tableExists("sweep") || !database.tableExists("point")) throw refusal(path, "not the result of a sweep");
    if (whole("format") != schema_version)
        throw refusal(path, fmt::format("its format is {}, this program reads {}", whole("format"), schema_version));
    origin.spec = text("spec");
    origin.spec_file = text("spec_file");
    origin.version = text("version");
    origin.points = whole("points");
    SQLite::Statement c(database, "SELECT name, role, unit FROM column_of_point ORDER BY position");
    while (c.executeStep()) {
        const study_column column{c.getColumn(0).getString(),
                                  c.getColumn(1).getString() == "axis" ? column_role::axis : column_role::metric,
                                  c.getColumn(2).getString()};
        columns.push_back(column);
        if (column.role == column_role::axis) origin.columns.push_back(column);
    }
    origin.priced_again = get("priced_again") == cell(std::int64_t{1});
    SQLite::Statement f(database, "SELECT file, digest FROM input ORDER BY file, digest");
    while (f.executeStep()) origin.files.emplace_back(f.getColumn(0).getString(), f.getColumn(1).getString());
    SQLite::Statement m(database, "SELECT value FROM sweep WHERE name LIKE 'minimize %' ORDER BY name");
    while (m.executeStep()) origin.minimize.push_back(m.getColumn(0).getString());
}

}  // namespace symmetree
