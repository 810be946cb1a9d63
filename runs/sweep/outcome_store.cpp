#include "runs/sweep/outcome_store.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include <filesystem>

#include "core/digest.h"
#include "runs/sweep/sqlite_errors.h"

namespace symmetree {
namespace {

constexpr int application_id = 0x53794576;  // "SyEv": what tells such a file from any other database

}  // namespace

struct outcome_store::state {
    /// SQLite gives a meaning to ":memory:" and "file:..."; here they are file names like any other.
    explicit state(const std::string& file)
        : path(file), database(std::filesystem::absolute(file).string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, sqlite_wait_ms) {
        SQLite::Transaction all(database, SQLite::TransactionBehavior::IMMEDIATE);
        const bool is_new = database.execAndGet("SELECT count(*) FROM sqlite_master").getInt() == 0;
        if (!is_new && database.execAndGet("PRAGMA application_id").getInt() != application_id)
            throw input_error(diagnostic{path, 0, 0, "--resume", "holds something else than finished images: name another file"});
        database.exec("CREATE TABLE IF NOT EXISTS outcome (key TEXT PRIMARY KEY, digest TEXT NOT NULL, text TEXT NOT NULL)");
        database.exec(fmt::format("PRAGMA application_id = {}", application_id));
        all.commit();
        database.exec("PRAGMA journal_mode = WAL");
        database.exec("PRAGMA synchronous = FULL");  // of a commit every few seconds
    }

    std::string path;
    SQLite::Database database;
};

outcome_store::outcome_store(const std::string& path) : state_(guarded(path, [&] { return std::make_unique<state>(path); })) {}
outcome_store::~outcome_store() = default;

std::optional<std::string> outcome_store::find(const std::string& key) const {
    return guarded(state_->path, [&]() -> std::optional<std::string> {
        SQLite::Statement s(state_->database, "SELECT text, digest FROM outcome WHERE key = ?");
        s.bind(1, key);
        if (!s.executeStep()) return {};
        const std::string text = s.getColumn(0).getString();
        if (digest_of(text) != s.getColumn(1).getString()) return {};
        return text;
    });
}

void outcome_store::keep(const std::string& key, const std::string& text) {
    guarded(state_->path, [&] {
        SQLite::Statement s(state_->database, "INSERT OR REPLACE INTO outcome VALUES (?, ?, ?)");
        s.bind(1, key);
        s.bind(2, digest_of(text));
        s.bind(3, text);
        return s.exec();
    });
}

}  // namespace symmetree
