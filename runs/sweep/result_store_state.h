#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runs/sweep/result_store.h"
#include "runs/sweep/writer_lock.h"

namespace symmetree {

/// The open file of a result_store. What is in it: result_schema.cpp; points and simulations: result_rows.cpp; new prices:
/// result_prices.cpp.
struct result_store::state {
    /// SQLite gives a meaning to ":memory:" and "file:..."; here they are file names like any other.
    state(std::string file, int mode);

    void set(const char* name, const cell& value);
    cell get(const char* name) const;
    std::string text(const char* name) const;
    std::uint64_t whole(const char* name) const;
    void prepare_inserts();
    /// Nothing more is added: an open statement would keep the log from being closed.
    void drop_inserts();
    void put(const stored_point& p, std::optional<std::uint64_t> simulation);
    void put(const stored_simulation& simulation, std::uint64_t id);
    /// A new file's tables and what is known before the first point. No journal: the file is thrown away when this fails.
    void write_origin(const sweep_origin& from);
    void read_origin();
    std::vector<priced_point> priced_points(const std::string& condition) const;

    std::string path;
    std::unique_ptr<writer_lock> lock;
    SQLite::Database database;
    sweep_origin origin;
    std::vector<study_column> columns;  ///< of `point`: labels, axes, metrics
    std::unique_ptr<SQLite::Statement> insert, insert_simulation, insert_timing;
    std::unique_ptr<SQLite::Statement> update;
    std::unique_ptr<SQLite::Transaction> transaction;
};

}  // namespace symmetree
