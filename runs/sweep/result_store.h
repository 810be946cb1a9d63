#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "traces/study.h"

namespace symmetree {

enum class point_status {
    done,     ///< simulated
    refused,  ///< can't be run: the reason says what does not go together or does not fit
    failed,   ///< crashed, ran out of time or memory, or met a fault; tried again by --resume
};
constexpr const char* to_string(point_status status) {
    switch (status) {
        case point_status::done: return "done";
        case point_status::refused: return "refused";
        case point_status::failed: return "failed";
    }
    return "?";
}

/// One row of table `point`.
struct stored_point {
    std::uint64_t id = 0;
    point_status status = point_status::done;
    std::string reason;
    bool feasible = true;
    std::vector<cell> axes;  ///< label and axis columns
    std::string cost_table;
    std::vector<cell> metrics;  ///< empty: absent
};

/// A report's counters (traces/packed_counters.h) as they are stored: deflated, with their size before.
struct packed_report {
    std::string bytes;
    std::uint64_t size = 0;

    static packed_report of(const std::string& counters);
    std::string counters() const;  ///< throws input_error when the bytes are damaged
};

/// One simulation and the points that were priced from it.
struct stored_simulation {
    std::string digest;    ///< of what was simulated
    packed_report report;  ///< empty when it failed
    std::vector<stored_point> points;
    double wall_s = 0, cpu_s = 0;
    std::uint64_t peak_bytes = 0;
};

/// What a sweep was made from.
struct sweep_origin {
    std::string spec, spec_file, version;
    std::uint64_t points = 0;                                ///< of the sweep, before constraints
    std::vector<study_column> columns;                       ///< label and axis columns
    std::vector<std::pair<std::string, std::string>> files;  ///< what was read, with digests
    std::vector<std::string> minimize;
    bool priced_again = false;  ///< by a table that the sweep does not name
};

/// Results of a sweep in one SQLite file (schema: docs/sweep-format.md). Every call of add() is one transaction: after
/// a crash a simulation is there with all its points, or not at all.
/// Whatever the file system or SQLite refuses is an input_error that names the file.
class result_store {
public:
    /// A new file; throws input_error when `path` exists.
    static result_store create(const std::string& path, const sweep_origin& origin);
    /// An existing one; `to_write`: nobody else may write until it is closed.
    static result_store open(const std::string& path, bool to_write);
    /// From now on what is added goes to a write-ahead log, which can be read at the same time; until finish(). A new file does so.
    void write_ahead();
    /// True when the file starts as SQLite's do.
    static bool is_database(const std::string& path);

    ~result_store();
    result_store(result_store&&) noexcept;

    const sweep_origin& origin() const;
    std::uint64_t count(point_status status) const;
    /// Points that need not run again.
    std::set<std::uint64_t> settled() const;

    void add(const stored_simulation& simulation);
    void add(const std::vector<stored_point>& refused);
    void add_cost_table(const std::string& name, const std::string& label, const std::string& file, const std::string& text);
    void add_notes(const std::vector<std::string>& notes);
    /// Takes every row of another store of the same sweep that is not here yet.
    void merge(const std::string& other);
    /// Marks the sweep as run to its end and leaves one file without a write-ahead log.
    void finish();
    bool finished() const;
    /// True when some point's outputs differ from the reference.
    bool has_differences() const;

    /// Rows of `point` as a study, in the order of their ids; refused and failed points are counted in its notes.
    study load(const std::string& title) const;
    /// Ids, then what is needed to price them again.
    struct priced_point {
        std::uint64_t id;
        std::uint64_t simulation;
        std::string cost_table;
        double clock_hz;
        std::vector<cell> axes;
    };
    std::vector<priced_point> priced_points() const;
    priced_point priced_point_of(std::uint64_t id) const;
    std::vector<std::string> cost_tables() const;
    std::string cost_table_text(const std::string& name) const;
    /// Ids of the rows that load() gives.
    std::vector<std::uint64_t> feasible_ids() const;
    std::string counters(std::uint64_t simulation) const;
    /// The feasible point with the least value of a column, and that value; nothing where no point has a number there.
    std::optional<std::pair<std::uint64_t, double>> least(const std::string& column) const;
    /// New prices of one simulation's points, in the transaction that `reprice` opened.
    void begin();
    void replace(std::uint64_t id, const std::string& cost_table, const std::vector<cell>& metrics, bool feasible);
    void commit();

    struct state;

private:
    static result_store writable(const std::string& path, std::unique_ptr<class writer_lock> lock);

    explicit result_store(std::unique_ptr<state> s);
    std::unique_ptr<state> state_;
};

}  // namespace symmetree
