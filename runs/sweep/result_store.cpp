#include "runs/sweep/result_store.h"

#include <fmt/format.h>

#include <cstring>
#include <filesystem>
#include <fstream>

#include "runs/sweep/result_store_state.h"
#include "runs/sweep/sql.h"
#include "runs/sweep/sqlite_errors.h"

namespace symmetree {

result_store::state::state(std::string file, int mode)
    : path(std::move(file)), database(std::filesystem::absolute(path).string(), mode, sqlite_wait_ms) {}

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

}  // namespace symmetree
