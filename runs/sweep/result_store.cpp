#include "runs/sweep/result_store.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <cstring>
#include <filesystem>
#include <fstream>

#include "core/error.h"
#include "runs/sweep/sql.h"
#include "runs/sweep/sqlite_errors.h"

namespace symmetree {
namespace {

constexpr int schema_version = 2;
constexpr int deflate_level = 1;  // an eighth of the text; 6 saves another fifth and takes three times as long

input_error refusal(const std::string& path, const std::string& message) { return input_error(diagnostic{path, 0, 0, "", message}); }

}  // namespace

/// Held while a sweep writes: a second one on the same file would mix its rows with the first one's. Forked workers do not hold
/// it, so that it is free as soon as the sweep itself is gone.
class writer_lock {
public:
    explicit writer_lock(const std::string& database)
        : path_(database + ".lock"), file_(::open(path_.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0644)) {
        if (file_ < 0) throw refusal(database, fmt::format("can't be written: {}", std::strerror(errno)));
        struct flock whole {};
        whole.l_type = F_WRLCK;
        if (fcntl(file_, F_SETLK, &whole) == 0 && is_there()) return;
        close(file_);
        throw refusal(database, "another process is writing to it");
    }
    ~writer_lock() {
        unlink(path_.c_str());
        close(file_);
    }
    writer_lock(const writer_lock&) = delete;
    writer_lock& operator=(const writer_lock&) = delete;

private:
    /// Not the file that the last holder has just removed.
    bool is_there() const {
        struct stat named {
        }, locked{};
        return stat(path_.c_str(), &named) == 0 && fstat(file_, &locked) == 0 && named.st_ino == locked.st_ino;
    }

    std::string path_;
    int file_;
};

namespace {

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

packed_report packed_report::of(const std::string& counters) {
    uLongf length = compressBound(counters.size());
    packed_report packed{std::string(length, '\0'), counters.size()};
    compress2(reinterpret_cast<Bytef*>(packed.bytes.data()), &length, reinterpret_cast<const Bytef*>(counters.data()), counters.size(),
              deflate_level);
    packed.bytes.resize(length);
    return packed;
}

std::string packed_report::counters() const {
    if (size / 1100 > bytes.size()) throw refusal("", "a stored report is damaged");  // zlib packs a thousandfold at most
    std::string out(size, '\0');
    uLongf length = size;
    const int failed =
        uncompress(reinterpret_cast<Bytef*>(out.data()), &length, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
    if (failed != Z_OK || length != size) throw refusal("", "a stored report is damaged");
    return out;
}

struct result_store::state {
    /// SQLite gives a meaning to ":memory:" and "file:..."; here they are file names like any other.
    state(std::string file, int mode) : path(std::move(file)), database(std::filesystem::absolute(path).string(), mode, 10000) {}

    void set(const char* name, const cell& value) {
        SQLite::Statement s(database, "INSERT OR REPLACE INTO sweep VALUES (?, ?)");
        s.bind(1, name);
        bind(s, 2, value);
        s.exec();
    }

    cell get(const char* name) const {
        SQLite::Statement s(database, "SELECT value FROM sweep WHERE name = ?");
        s.bind(1, name);
        return s.executeStep() ? value_at(s, 0) : cell();
    }

    std::string text(const char* name) const {
        const cell value = get(name);
        const auto* found = std::get_if<std::string>(&value);
        if (!found) throw refusal(path, fmt::format("no {} in it: not the result of a sweep", name));
        return *found;
    }

    std::uint64_t whole(const char* name) const {
        const cell value = get(name);
        const auto* found = std::get_if<std::int64_t>(&value);
        if (!found) throw refusal(path, fmt::format("no {} in it: not the result of a sweep", name));
        return std::uint64_t(*found);
    }

    void prepare_inserts() {
        std::string marks;
        for (std::size_t i = 0; i < 6 + columns.size(); ++i) marks += i ? ", ?" : "?";
        insert = std::make_unique<SQLite::Statement>(database, "INSERT OR REPLACE INTO point VALUES (" + marks + ")");
        insert_simulation = std::make_unique<SQLite::Statement>(database, "INSERT OR REPLACE INTO simulation VALUES (?, ?, ?, ?)");
        insert_timing = std::make_unique<SQLite::Statement>(database, "INSERT OR REPLACE INTO timing VALUES (?, ?, ?, ?)");
    }

    /// Nothing more is added: an open statement would keep the log from being closed.
    void drop_inserts() {
        insert.reset();
        insert_simulation.reset();
        insert_timing.reset();
    }

    void put(const stored_point& p, std::optional<std::uint64_t> simulation) {
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

    void put(const stored_simulation& simulation, std::uint64_t id) {
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

    /// A new file's tables and what is known before the first point. No journal: the file is thrown away when this fails.
    void write_origin(const sweep_origin& from) {
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

    void read_origin() {
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

    std::vector<priced_point> priced_points(const std::string& condition) const {
        return guarded(path, [&] {
            std::string axes;
            for (const study_column& c : origin.columns) axes += ", " + quoted_name(c.name);
            SQLite::Statement s(
                database,
                fmt::format("SELECT id, simulation, cost_table, clock_hz{} FROM point WHERE status = 'done' {} ORDER BY simulation, id",
                            axes, condition));
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

    std::string path;
    std::unique_ptr<writer_lock> lock;
    SQLite::Database database;
    sweep_origin origin;
    std::vector<study_column> columns;  ///< of `point`: labels, axes, metrics
    std::unique_ptr<SQLite::Statement> insert, insert_simulation, insert_timing;
    std::unique_ptr<SQLite::Statement> update;
    std::unique_ptr<SQLite::Transaction> transaction;
};

result_store::result_store(std::unique_ptr<state> s) : state_(std::move(s)) {}
result_store::~result_store() = default;
result_store::result_store(result_store&&) noexcept = default;

result_store result_store::create(const std::string& path, const sweep_origin& origin) {
    auto lock = std::make_unique<writer_lock>(path);
    if (std::filesystem::exists(path)) throw refusal(path, "exists already; go on with --resume, or name another file");
    // Under another name until it is whole: whatever stands at `path` can be gone on with.
    const std::string unfinished = path + ".new";
    std::error_code failed;
    std::filesystem::remove(unfinished, failed);
    try {
        guarded(path, [&] {
            state(unfinished, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE).write_origin(origin);
            return 0;
        });
    } catch (...) {
        std::filesystem::remove(unfinished, failed);
        throw;
    }
    std::filesystem::rename(unfinished, path, failed);
    if (failed) throw refusal(path, "can't be written: " + failed.message());
    result_store store = guarded(path, [&] { return writable(path, std::move(lock)); });
    store.write_ahead();
    return store;
}

bool result_store::is_database(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    char head[16] = {};
    file.read(head, sizeof(head));
    return file && std::memcmp(head, "SQLite format 3", 16) == 0;
}

result_store result_store::open(const std::string& path, bool to_write) {
    if (!std::filesystem::exists(path)) throw refusal(path, "no such file");
    if (!is_database(path)) throw refusal(path, "no SQLite database");
    if (to_write) {
        auto lock = std::make_unique<writer_lock>(path);
        return guarded(path, [&] { return writable(path, std::move(lock)); });
    }
    return guarded(path, [&] {
        auto s = std::make_unique<state>(path, SQLite::OPEN_READONLY);
        s->read_origin();
        return result_store(std::move(s));
    });
}

result_store result_store::writable(const std::string& path, std::unique_ptr<writer_lock> lock) {
    auto s = std::make_unique<state>(path, SQLite::OPEN_READWRITE);
    s->lock = std::move(lock);
    s->read_origin();
    s->prepare_inserts();
    return result_store(std::move(s));
}

void result_store::write_ahead() {
    guarded(state_->path, [&] {
        state_->database.exec("PRAGMA journal_mode = WAL");
        return state_->database.exec("PRAGMA synchronous = NORMAL");
    });
}

const sweep_origin& result_store::origin() const { return state_->origin; }

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

void result_store::add_cost_table(const std::string& name, const std::string& label, const std::string& file, const std::string& text) {
    guarded(state_->path, [&] {
        SQLite::Statement s(state_->database, "INSERT OR REPLACE INTO cost_table VALUES (?, ?, ?, ?)");
        s.bind(1, name);
        s.bind(2, label);
        s.bind(3, file);
        s.bind(4, text);
        return s.exec();
    });
}

void result_store::add_notes(const std::vector<std::string>& notes) {
    guarded(state_->path, [&] {
        for (const std::string& note : notes) {
            SQLite::Statement s(state_->database, "INSERT OR IGNORE INTO note VALUES (?)");
            s.bind(1, note);
            s.exec();
        }
        return 0;
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

void result_store::finish() {
    guarded(state_->path, [&] {
        state_->drop_inserts();
        state_->set("finished", std::int64_t{1});
        try {
            state_->database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
            state_->database.exec("PRAGMA journal_mode = DELETE");
        } catch (const SQLite::Exception& e) {
            if (e.getErrorCode() != SQLITE_BUSY) throw;  // somebody reads it just now: the log stays beside it
        }
        return 0;
    });
}

bool result_store::finished() const {
    return guarded(state_->path, [&] { return state_->get("finished") == cell(std::int64_t{1}); });
}

bool result_store::has_differences() const {
    return guarded(state_->path,
                   [&] { return state_->database.execAndGet("SELECT count(*) FROM point WHERE exact = 'differs'").getInt() > 0; });
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

std::vector<result_store::priced_point> result_store::priced_points() const { return state_->priced_points(""); }

result_store::priced_point result_store::priced_point_of(std::uint64_t id) const {
    const std::vector<priced_point> found = state_->priced_points(fmt::format("AND id = {}", id));
    if (found.empty()) throw refusal(state_->path, fmt::format("point {} is not there, or was not simulated", id));
    return found.front();
}

std::vector<std::uint64_t> result_store::feasible_ids() const {
    return guarded(state_->path, [&] {
        std::vector<std::uint64_t> ids;
        SQLite::Statement s(state_->database, "SELECT id FROM point WHERE status = 'done' AND feasible ORDER BY id");
        while (s.executeStep()) ids.push_back(std::uint64_t(s.getColumn(0).getInt64()));
        return ids;
    });
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
