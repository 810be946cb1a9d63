// Points and simulations: written as they are done, read as a study.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "runs/sweep/result_store_state.h"
#include "runs/sweep/sql.h"
#include "runs/sweep/sqlite_errors.h"

namespace symmetree {

void result_store::state::prepare_inserts() {
    std::string marks;
    for (std::size_t i = 0; i < 6 + columns.size(); ++i) marks += i ? ", ?" : "?";
    insert = std::make_unique<SQLite::Statement>(database, "INSERT OR REPLACE INTO point VALUES (" + marks + ")");
    insert_simulation = std::make_unique<SQLite::Statement>(database, "INSERT OR REPLACE INTO simulation VALUES (?, ?, ?, ?)");
    insert_timing = std::make_unique<SQLite::Statement>(database, "INSERT OR REPLACE INTO timing VALUES (?, ?, ?, ?)");
}

void result_store::state::drop_inserts() {
    insert.reset();
    insert_simulation.reset();
    insert_timing.reset();
}

void result_store::state::put(const stored_point& p, std::optional<std::uint64_t> simulation) {
    insert->reset();
    insert->clearBindings();
    insert->bind(1, static_cast<std::int64_t>(p.id));
    if (simulation) insert->bind(2, static_cast<std::int64_t>(*simulation));
    insert->bind(3, to_string(p.status));
    if (!p.reason.empty()) insert->bind(4, p.reason);
    if (p.status == point_status::done) insert->bind(5, p.feasible ? 1 : 0);
    if (!p.cost_table.empty()) insert->bind(6, p.cost_table);
    int at = 7;
    for (const cell& value : p.axes) bind(*insert, at++, value);
    for (const cell& value : p.metrics) bind(*insert, at++, value);
    insert->exec();
}

void result_store::state::put(const stored_simulation& simulation, std::uint64_t id) {
    const std::string& bytes = simulation.report.bytes;
    insert_simulation->reset();
    insert_simulation->bind(1, static_cast<std::int64_t>(id));
    insert_simulation->bind(2, simulation.digest);
    insert_simulation->bind(3, static_cast<std::int64_t>(simulation.report.size));
    insert_simulation->bind(4, bytes.data(), static_cast<int>(bytes.size()));
    insert_simulation->exec();
    insert_timing->reset();
    insert_timing->bind(1, static_cast<std::int64_t>(id));
    insert_timing->bind(2, simulation.wall_s);
    insert_timing->bind(3, simulation.cpu_s);
    insert_timing->bind(4, static_cast<std::int64_t>(simulation.peak_bytes));
    insert_timing->exec();
}

void result_store::add(const stored_simulation& simulation) {
    guarded(state_->path, [&] {
        SQLite::Transaction all(state_->database);
        std::optional<std::uint64_t> id;
        if (simulation.report.size > 0) {
            id = simulation.points.front().id;  // the same in every run, however the points were spread
            state_->put(simulation, *id);
        }
        for (const stored_point& p : simulation.points) state_->put(p, id);
        all.commit();
        return 0;
    });
}

void result_store::add(const std::vector<stored_point>& refused) {
    guarded(state_->path, [&] {
        SQLite::Transaction all(state_->database);
        for (const stored_point& p : refused) state_->put(p, {});
        all.commit();
        return 0;
    });
}

std::uint64_t result_store::count(point_status status) const {
    return guarded(state_->path, [&] {
        SQLite::Statement s(state_->database, "SELECT count(*) FROM point WHERE status = ?");
        s.bind(1, to_string(status));
        s.executeStep();
        return std::uint64_t(s.getColumn(0).getInt64());
    });
}

std::set<std::uint64_t> result_store::settled() const {
    return guarded(state_->path, [&] {
        std::set<std::uint64_t> ids;
        SQLite::Statement s(state_->database, "SELECT id FROM point WHERE status <> 'failed'");
        while (s.executeStep()) ids.insert(ids.end(), std::uint64_t(s.getColumn(0).getInt64()));
        return ids;
    });
}

void result_store::merge(const std::string& other) {
    guarded(state_->path, [&] {
        if (open(other, false).origin().spec != origin().spec) throw refusal(other, "holds another sweep");
        SQLite::Statement attach(state_->database, "ATTACH ? AS other");
        attach.bind(1, other);
        attach.exec();
        {
            SQLite::Transaction all(state_->database);
            for (const char* table : {"input", "cost_table", "note", "simulation", "timing"})
                state_->database.exec(fmt::format("INSERT OR IGNORE INTO main.{0} SELECT * FROM other.{0}", table));
            // A point that failed in one place may have been done in another.
            state_->database.exec(
                "INSERT OR REPLACE INTO main.point SELECT * FROM other.point WHERE status <> 'failed' OR id NOT IN (SELECT id FROM "
                "main.point)");
            all.commit();
        }
        return state_->database.exec("DETACH other");
    });
}

bool result_store::has_differences() const {
    return guarded(state_->path,
                   [&] { return state_->database.execAndGet("SELECT count(*) FROM point WHERE exact = 'differs'").getInt() > 0; });
}

std::vector<std::uint64_t> result_store::feasible_ids() const {
    return guarded(state_->path, [&] {
        std::vector<std::uint64_t> ids;
        SQLite::Statement s(state_->database, "SELECT id FROM point WHERE status = 'done' AND feasible ORDER BY id");
        while (s.executeStep()) ids.push_back(std::uint64_t(s.getColumn(0).getInt64()));
        return ids;
    });
}

study result_store::load(const std::string& title) const {
    return guarded(state_->path, [&] {
        study s;
        s.title = title;
        s.columns = state_->columns;
        s.columns.insert(s.columns.begin() + static_cast<std::ptrdiff_t>(state_->origin.columns.size()),
                         {"cost_table", column_role::axis, ""});
        std::vector<std::string> names;
        for (const study_column& c : s.columns) names.push_back(quoted_name(c.name));
        SQLite::Statement rows(state_->database,
                               fmt::format("SELECT {} FROM point WHERE status = 'done' AND feasible ORDER BY id", fmt::join(names, ", ")));
        while (rows.executeStep()) {
            std::vector<cell> row;
            row.reserve(s.columns.size());
            for (int i = 0; i < static_cast<int>(s.columns.size()); ++i) row.push_back(value_at(rows, i));
            s.rows.push_back(std::move(row));
        }
        s.provenance = {{"sweep", state_->origin.spec_file}, {"version", state_->origin.version}};
        for (const auto& [file, digest] : state_->origin.files) s.provenance.emplace_back("input", file + " (" + digest + ")");
        SQLite::Statement tables(state_->database, "SELECT name, label FROM cost_table ORDER BY name");
        while (tables.executeStep())
            s.provenance.emplace_back("cost table", tables.getColumn(0).getString() + " (" + tables.getColumn(1).getString() + ")");
        SQLite::Statement notes(state_->database, "SELECT text FROM note ORDER BY text");
        while (notes.executeStep()) s.notes.push_back(notes.getColumn(0).getString());
        SQLite::Statement left(
            state_->database,
            "SELECT status, reason, count(*) FROM point WHERE status <> 'done' GROUP BY status, reason ORDER BY status, reason");
        while (left.executeStep())
            s.notes.push_back(fmt::format("{} ({} points): {}", left.getColumn(0).getString(), left.getColumn(2).getInt64(),
                                          left.getColumn(1).getString()));
        return s;
    });
}

}  // namespace symmetree
