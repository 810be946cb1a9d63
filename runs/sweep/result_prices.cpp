// What is needed to price points again, and their new prices.
#include <fmt/format.h>

#include "runs/sweep/result_store_state.h"
#include "runs/sweep/sql.h"
#include "runs/sweep/sqlite_errors.h"

namespace symmetree {

std::vector<result_store::priced_point> result_store::state::priced_points(const std::string& condition) const {
    return guarded(path, [&] {
        std::string axes;
        for (const study_column& c : origin.columns) axes += ", " + quoted_name(c.name);
        SQLite::Statement s(
            database,
            fmt::format("SELECT id, simulation, cost_table, clock_hz{} FROM point WHERE status = 'done' {} ORDER BY simulation, id", axes,
                        condition));
        std::vector<priced_point> points;
        while (s.executeStep()) {
            priced_point p{std::uint64_t(s.getColumn(0).getInt64()),
                           std::uint64_t(s.getColumn(1).getInt64()),
                           s.getColumn(2).getString(),
                           s.getColumn(3).getDouble(),
                           {}};
            for (int i = 0; i < static_cast<int>(origin.columns.size()); ++i) p.axes.push_back(value_at(s, 4 + i));
            points.push_back(std::move(p));
        }
        return points;
    });
}

std::vector<result_store::priced_point> result_store::priced_points() const { return state_->priced_points(""); }

result_store::priced_point result_store::priced_point_of(std::uint64_t id) const {
    const std::vector<priced_point> found = state_->priced_points(fmt::format("AND id = {}", id));
    if (found.empty()) throw refusal(state_->path, fmt::format("point {} is not there, or was not simulated", id));
    return found.front();
}

std::vector<std::string> result_store::cost_tables() const {
    return guarded(state_->path, [&] {
        std::vector<std::string> names;
        SQLite::Statement s(state_->database, "SELECT name FROM cost_table ORDER BY name");
        while (s.executeStep()) names.push_back(s.getColumn(0).getString());
        return names;
    });
}

std::string result_store::cost_table_text(const std::string& name) const {
    return guarded(state_->path, [&] {
        SQLite::Statement s(state_->database, "SELECT text FROM cost_table WHERE name = ?");
        s.bind(1, name);
        if (!s.executeStep()) throw refusal(state_->path, fmt::format("no cost table {}", name));
        return s.getColumn(0).getString();
    });
}

std::string result_store::counters(std::uint64_t simulation) const {
    return guarded(state_->path, [&] {
        SQLite::Statement s(state_->database, "SELECT report, report_bytes FROM simulation WHERE id = ?");
        s.bind(1, static_cast<std::int64_t>(simulation));
        if (!s.executeStep()) throw refusal(state_->path, fmt::format("no simulation {}", simulation));
        return packed_report{s.getColumn(0).getString(), std::uint64_t(s.getColumn(1).getInt64())}.counters();
    });
}

std::optional<std::pair<std::uint64_t, double>> result_store::least(const std::string& column) const {
    return guarded(state_->path, [&]() -> std::optional<std::pair<std::uint64_t, double>> {
        const std::string name = quoted_name(column);
        SQLite::Statement s(
            state_->database,
            fmt::format("SELECT id, {0} FROM point WHERE feasible AND typeof({0}) IN ('integer', 'real') ORDER BY {0}, id LIMIT 1", name));
        if (!s.executeStep()) return {};
        return std::pair{std::uint64_t(s.getColumn(0).getInt64()), s.getColumn(1).getDouble()};
    });
}

void result_store::begin() {
    guarded(state_->path, [&] {
        state_->transaction = std::make_unique<SQLite::Transaction>(state_->database);
        std::string set;
        for (std::size_t i = state_->origin.columns.size(); i < state_->columns.size(); ++i)
            set += ", " + quoted_name(state_->columns[i].name) + " = ?";
        state_->update =
            std::make_unique<SQLite::Statement>(state_->database, "UPDATE point SET cost_table = ?, feasible = ?" + set + " WHERE id = ?");
        return 0;
    });
}

void result_store::replace(std::uint64_t id, const std::string& cost_table, const std::vector<cell>& metrics, bool feasible) {
    guarded(state_->path, [&] {
        SQLite::Statement& u = *state_->update;
        u.reset();
        u.bind(1, cost_table);
        u.bind(2, feasible ? 1 : 0);
        int at = 3;
        for (const cell& value : metrics) bind(u, at++, value);
        u.bind(at, static_cast<std::int64_t>(id));
        return u.exec();
    });
}

void result_store::commit() {
    guarded(state_->path, [&] {
        state_->update.reset();
        state_->database.exec("DELETE FROM cost_table WHERE name NOT IN (SELECT cost_table FROM point WHERE cost_table IS NOT NULL)");
        state_->set("priced_again", std::int64_t{1});
        state_->transaction->commit();
        state_->transaction.reset();
        return 0;
    });
}

}  // namespace symmetree
