#include "runs/sweep/result_store.h"

#include <gmock/gmock.h>
#include <sqlite3.h>

#include <cmath>
#include <limits>

#include "runs/child_process.h"
#include "runs/sweep/query.h"
#include "tests/unit/sweep/support.h"

// What is put into a result file comes out of it again, to the bit, whatever it is called.

namespace symmetree {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const std::vector<std::string> evil{"\"); DROP TABLE point;--",
                                    "<script>alert(1)</script>",
                                    "a'b\"c`d[e]",
                                    "two\nlines",
                                    "../../etc/passwd",
                                    "%s%n",
                                    "ä\xff\xfe",
                                    " ",
                                    "--",
                                    "NULL",
                                    "rowid",
                                    "select"};

sweep_origin origin_of(const std::vector<std::string>& axes) {
    sweep_origin origin;
    origin.spec = "name: <b>\nworkload: w\nplatform: p\naxes: [{axis: seed, values: [1]}]\n";
    origin.spec_file = "a'b\".yaml";
    origin.version = "0 (test)";
    origin.points = 9;
    for (const std::string& name : axes) origin.columns.push_back({name, column_role::axis, ""});
    origin.files = {{"'; DROP TABLE input; --", "00"}, {"x", "11"}};
    origin.minimize = {"energy_j", "latency_s"};
    return origin;
}

std::vector<cell> metrics_with(double first) {
    std::vector<cell> values;
    for (const metric& m : metrics_of(report{})) values.push_back(m.name == "exact" ? cell(std::string("exact")) : cell(first));
    return values;
}

stored_simulation simulation_of(std::vector<std::uint64_t> ids, std::vector<cell> axes, const std::string& report = "{}") {
    stored_simulation s;
    s.digest = "digest of " + std::to_string(ids.front());
    s.report = packed_report::of(report);
    for (const std::uint64_t id : ids) s.points.push_back({id, point_status::done, "", true, axes, "prices", metrics_with(0.1)});
    return s;
}

stored_point refused_point(std::uint64_t id, std::vector<cell> axes) {
    return {id, point_status::refused, "does not fit", false, std::move(axes), "", {}};
}

/// SQL as an outsider does it.
void outside(const std::string& path, const std::string& sql) {
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open(path.c_str(), &db), SQLITE_OK);
    char* error = nullptr;
    EXPECT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, &error), SQLITE_OK) << (error ? error : "");
    sqlite3_free(error);
    sqlite3_close(db);
}

class store_test : public testing::Test {
protected:
    folder_of_files files_;
    const std::string path_ = files_.path("r.db");
};

TEST_F(store_test, keeps_whole_and_real_numbers_to_the_bit) {
    const std::vector<cell> values{std::numeric_limits<std::int64_t>::max(),
                                   std::numeric_limits<std::int64_t>::min(),
                                   std::int64_t{0},
                                   0.1,
                                   -0.0,
                                   1.0,
                                   1e308,
                                   std::numeric_limits<double>::denorm_min(),
                                   std::nextafter(1.0, 2.0),
                                   9007199254740993.0,
                                   std::string("7"),
                                   std::string("1e3"),
                                   std::string(""),
                                   cell()};
    std::vector<std::string> names;
    for (std::size_t i = 0; i < values.size(); ++i) names.push_back("c" + std::to_string(i));
    {
        result_store store = result_store::create(path_, origin_of(names));
        store.add(simulation_of({3}, values));
        store.finish();
    }
    const study s = result_store::open(path_, false).load("t");
    ASSERT_EQ(s.rows.size(), 1u);
    for (std::size_t i = 0; i < values.size(); ++i) {
        EXPECT_EQ(s.rows[0][i], values[i]) << i;
        EXPECT_EQ(s.rows[0][i].index(), values[i].index()) << i;
        if (const auto* real = std::get_if<double>(&values[i]))
            EXPECT_EQ(std::signbit(std::get<double>(s.rows[0][i])), std::signbit(*real)) << i;
    }
}

TEST_F(store_test, keeps_names_of_any_text_as_names) {
    std::vector<cell> values;
    for (const std::string& name : evil) values.emplace_back(name + " as a value");
    {
        result_store store = result_store::create(path_, origin_of(evil));
        store.add(simulation_of({1, 2}, values));
        store.add({refused_point(4, values)});
        store.add_notes(evil);
        for (const std::string& name : evil) store.add_cost_table(name, name, name, name);
        store.finish();
    }
    const result_store store = result_store::open(path_, false);
    EXPECT_EQ(store.origin().spec, origin_of({}).spec);
    EXPECT_EQ(store.origin().spec_file, "a'b\".yaml");
    EXPECT_EQ(store.origin().files, origin_of({}).files);
    EXPECT_THAT(store.origin().minimize, ElementsAre("energy_j", "latency_s"));
    const study s = store.load("t");
    ASSERT_EQ(s.rows.size(), 2u);
    for (std::size_t i = 0; i < evil.size(); ++i) {
        EXPECT_EQ(s.columns[i].name, evil[i]);
        EXPECT_EQ(s.columns[i].role, column_role::axis);
        EXPECT_EQ(s.rows[0][i], values[i]);
        EXPECT_EQ(store.cost_table_text(evil[i]), evil[i]);
        EXPECT_THAT(s.notes, testing::Contains(evil[i]));
    }
    EXPECT_EQ(store.priced_points().at(1).axes, values);
}

TEST_F(store_test, counts_and_settles_all_but_failed_points) {
    result_store store = result_store::create(path_, origin_of({"a"}));
    store.add(simulation_of({0, 5}, {std::int64_t{1}}));
    store.add({refused_point(2, {std::int64_t{1}})});
    stored_simulation failed = simulation_of({7}, {std::int64_t{1}});
    failed.report = {};
    failed.points[0].status = point_status::failed;
    failed.points[0].reason = "crashed";
    failed.points[0].metrics.clear();
    store.add(failed);
    EXPECT_EQ(store.count(point_status::done), 2u);
    EXPECT_EQ(store.count(point_status::refused), 1u);
    EXPECT_EQ(store.count(point_status::failed), 1u);
    EXPECT_THAT(store.settled(), ElementsAre(0u, 2u, 5u));
    EXPECT_THAT(store.load("t").notes, ElementsAre("failed (1 points): crashed", "refused (1 points): does not fit"));
    EXPECT_THAT(store.feasible_ids(), ElementsAre(0u, 5u));
    store.add(simulation_of({7}, {std::int64_t{1}}));
    EXPECT_EQ(store.count(point_status::failed), 0u);
    EXPECT_THAT(store.settled(), ElementsAre(0u, 2u, 5u, 7u));
}

TEST_F(store_test, keeps_reports_of_any_size) {
    std::string large;
    for (int i = 0; i < 200000; ++i) large += std::to_string(i * 7919 % 1000003);
    result_store store = result_store::create(path_, origin_of({"a"}));
    store.add(simulation_of({0}, {cell()}, large));
    store.add(simulation_of({1}, {cell()}, std::string(1 << 20, ' ')));
    EXPECT_EQ(store.counters(0), large);
    EXPECT_EQ(store.counters(1), std::string(1 << 20, ' '));
    EXPECT_THAT(problems_of([&] { store.counters(2); }), ElementsAre(path_ + ": no simulation 2"));
}

TEST_F(store_test, refuses_damaged_reports) {
    {
        result_store store = result_store::create(path_, origin_of({"a"}));
        store.add(simulation_of({0}, {cell()}, "a report"));
        store.finish();
    }
    for (const char* damage : {"UPDATE simulation SET report = x'00'", "UPDATE simulation SET report_bytes = 3",
                               "UPDATE simulation SET report_bytes = 1000000000000000000", "UPDATE simulation SET report_bytes = -1",
                               "UPDATE simulation SET report = x''"}) {
        outside(path_, damage);
        EXPECT_THAT(problems_of([&] { result_store::open(path_, false).counters(0); }),
                    ElementsAre(HasSubstr("a stored report is damaged")))
            << damage;
    }
}

TEST_F(store_test, refuses_a_file_that_exists) {
    files_.write("r.db", "mine");
    EXPECT_THAT(problems_of([&] { result_store::create(path_, origin_of({})); }),
                ElementsAre(path_ + ": exists already; go on with --resume, or name another file"));
    EXPECT_FALSE(std::filesystem::exists(path_ + ".lock"));
    EXPECT_FALSE(std::filesystem::exists(path_ + ".new"));
}

TEST_F(store_test, leaves_nothing_beside_a_finished_file) {
    {
        result_store store = result_store::create(path_, origin_of({}));
        EXPECT_FALSE(store.finished());
        store.finish();
        EXPECT_TRUE(store.finished());
    }
    std::vector<std::string> left;
    for (const auto& entry : std::filesystem::directory_iterator(files_.path(""))) left.push_back(entry.path().filename().string());
    EXPECT_THAT(left, ElementsAre("r.db"));
}

TEST_F(store_test, writes_ahead_while_it_runs) {
    result_store store = result_store::create(path_, origin_of({}));
    store.add({refused_point(0, {})});
    EXPECT_TRUE(std::filesystem::exists(path_ + "-wal"));
    EXPECT_EQ(result_store::open(path_, false).count(point_status::refused), 1u);
}

TEST_F(store_test, finishes_while_somebody_reads) {
    result_store store = result_store::create(path_, origin_of({}));
    const result_store reader = result_store::open(path_, false);
    store.add({refused_point(0, {})});
    store.finish();
    EXPECT_TRUE(store.finished());
    EXPECT_EQ(reader.count(point_status::refused), 1u);
}

TEST_F(store_test, replaces_what_was_left_of_an_unfinished_creation) {
    files_.write("r.db.new", "half of a database");
    files_.write("r.db.lock", "");
    result_store store = result_store::create(path_, origin_of({}));
    EXPECT_EQ(store.count(point_status::done), 0u);
    EXPECT_FALSE(std::filesystem::exists(path_ + ".new"));
}

TEST_F(store_test, takes_names_that_mean_something_to_sqlite_as_file_names) {
    const std::filesystem::path before = std::filesystem::current_path();
    std::filesystem::current_path(files_.path(""));
    for (const std::string name : {":memory:", "file:x.db?mode=memory", "file:y.db"}) {
        result_store::create(name, origin_of({})).finish();
        EXPECT_TRUE(std::filesystem::exists(files_.path(name)));
        EXPECT_EQ(result_store::open(name, false).origin().points, 9u);
    }
    std::filesystem::current_path(before);
}

TEST_F(store_test, refuses_what_is_no_result_of_a_sweep) {
    EXPECT_THAT(problems_of([&] { result_store::open(path_, false); }), ElementsAre(path_ + ": no such file"));
    files_.write("r.db", "");
    EXPECT_THAT(problems_of([&] { result_store::open(path_, true); }), ElementsAre(path_ + ": no SQLite database"));
    files_.write("r.db", "SQLite format 3");
    EXPECT_THAT(problems_of([&] { result_store::open(path_, false); }), ElementsAre(path_ + ": no SQLite database"));
    files_.write("r.db", std::string("SQLite format 3\0", 16) + std::string(4096, 'x'));
    EXPECT_THAT(problems_of([&] { result_store::open(path_, false); }), ElementsAre(HasSubstr(path_ + ": ")));
    EXPECT_THAT(problems_of([&] { result_store::open(files_.path(""), false); }), ElementsAre(HasSubstr("no SQLite database")));
    std::filesystem::remove(path_);
    outside(path_, "CREATE TABLE point (a)");
    EXPECT_THAT(problems_of([&] { result_store::open(path_, true); }), ElementsAre(path_ + ": not the result of a sweep"));
    outside(path_, "CREATE TABLE sweep (a)");
    EXPECT_THAT(problems_of([&] { result_store::open(path_, false); }), SizeIs(1));
    EXPECT_FALSE(std::filesystem::exists(path_ + ".lock"));
}

TEST_F(store_test, refuses_another_format) {
    result_store::create(path_, origin_of({})).finish();
    outside(path_, "UPDATE sweep SET value = 4 WHERE name = 'format'");
    EXPECT_THAT(problems_of([&] { result_store::open(path_, false); }), ElementsAre(path_ + ": its format is 4, this program reads 3"));
    outside(path_, "UPDATE sweep SET value = 'x' WHERE name = 'format'");
    EXPECT_THAT(problems_of([&] { result_store::open(path_, false); }),
                ElementsAre(path_ + ": no format in it: not the result of a sweep"));
    outside(path_, "DELETE FROM sweep");
    EXPECT_THAT(problems_of([&] { result_store::open(path_, true); }), ElementsAre(path_ + ": no format in it: not the result of a sweep"));
}

TEST_F(store_test, refuses_a_second_writer) {
    const result_store first = result_store::create(path_, origin_of({}));
    const auto second = [&] { return child_process([&] { return result_store::open(path_, true).origin().spec; }).wait(); };
    const child_outcome outcome = second();
    EXPECT_EQ(outcome.ended, child_outcome::kind::wrong_input);
    EXPECT_THAT(outcome.problems.at(0).text(), path_ + ": another process is writing to it");
    EXPECT_EQ(child_process([&] { return std::to_string(result_store::open(path_, false).origin().points); }).wait().text, "9");
    EXPECT_EQ(second().ended, child_outcome::kind::wrong_input) << "the refused one took the lock along";
}

TEST_F(store_test, is_free_again_when_its_writer_is_gone_whatever_its_children_do) {
    child_process writer([&] {
        const result_store store = result_store::create(path_, origin_of({}));
        return std::string("done");
    });
    writer.wait();
    const result_store store = result_store::open(path_, true);
    SUCCEED();
}

TEST_F(store_test, merges_what_it_does_not_have_and_points_that_failed_elsewhere) {
    const std::string other = files_.path("o'ther\".db");
    result_store store = result_store::create(path_, origin_of({"a"}));
    store.add(simulation_of({0}, {std::int64_t{1}}, "zero"));
    stored_simulation failed = simulation_of({1}, {std::int64_t{2}});
    failed.report = {};
    failed.points[0].status = point_status::failed;
    store.add(failed);
    {
        result_store part = result_store::create(other, origin_of({"a"}));
        part.add(simulation_of({1}, {std::int64_t{2}}, "one"));
        part.add_notes({"a note"});
        stored_simulation lost = failed;
        lost.points[0].id = 0;
        part.add(lost);
        part.finish();
    }
    store.merge(other);
    EXPECT_EQ(store.count(point_status::done), 2u);
    EXPECT_EQ(store.counters(0), "zero");
    EXPECT_EQ(store.counters(1), "one");
    EXPECT_THAT(store.load("t").notes, ElementsAre("a note"));
    store.merge(other);
    EXPECT_EQ(store.count(point_status::done), 2u);
}

TEST_F(store_test, refuses_to_merge_another_sweep) {
    const std::string other = files_.path("other.db");
    sweep_origin origin = origin_of({"a"});
    origin.spec += "# another\n";
    result_store::create(other, origin).finish();
    result_store store = result_store::create(path_, origin_of({"a"}));
    EXPECT_THAT(problems_of([&] { store.merge(other); }), ElementsAre(other + ": holds another sweep"));
}

TEST_F(store_test, replaces_prices_wholly_or_not_at_all) {
    {
        result_store store = result_store::create(path_, origin_of({"a"}));
        store.add(simulation_of({0}, {std::int64_t{1}}));
        store.add(simulation_of({1}, {std::int64_t{2}}));
        store.add_cost_table("prices", "l", "f", "t");
    }
    const auto first_of = [&](const result_store& s) { return std::get<double>(s.load("t").rows.at(0).at(3)); };
    {
        result_store store = result_store::open(path_, true);
        store.begin();
        store.replace(0, "other", metrics_with(0.7), false);
    }
    EXPECT_EQ(first_of(result_store::open(path_, false)), 0.1);
    {
        result_store store = result_store::open(path_, true);
        store.begin();
        store.add_cost_table("other", "l", "f", "new");
        for (const std::uint64_t id : {0, 1}) store.replace(id, "other", metrics_with(0.7), id == 0);
        store.commit();
    }
    const result_store store = result_store::open(path_, false);
    EXPECT_EQ(first_of(store), 0.7);
    EXPECT_THAT(store.feasible_ids(), ElementsAre(0u));
    EXPECT_EQ(store.cost_table_text("other"), "new");
    EXPECT_THAT(problems_of([&] { store.cost_table_text("prices"); }), SizeIs(1)) << "a table that prices nothing any more";
}

class query_test : public store_test {
protected:
    query_test() {
        result_store store = result_store::create(path_, origin_of({"a", "we\"ird"}));
        store.add(simulation_of({0, 1}, {std::int64_t{1}, std::string("<i>")}));
        store.finish();
    }
    std::vector<std::string> problems(const std::string& sql) const {
        return problems_of([&] { query_rows(path_, sql); });
    }
};

TEST_F(query_test, gives_rows_and_names) {
    const study s = query_rows(path_, "SELECT id, \"we\"\"ird\" AS \"x y\", 0.1 AS r, NULL FROM point ORDER BY id DESC");
    ASSERT_EQ(s.rows.size(), 2u);
    EXPECT_EQ(s.columns[1].name, "x y");
    EXPECT_THAT(s.rows[0], ElementsAre(cell(std::int64_t{1}), cell(std::string("<i>")), cell(0.1), cell()));
    EXPECT_THAT(query_rows(path_, "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 4) SELECT sum(n) FROM r").rows,
                ElementsAre(ElementsAre(cell(std::int64_t{10}))));
    EXPECT_THAT(query_rows(path_, "SELECT 1 WHERE 0").rows, IsEmpty());
    EXPECT_THAT(query_rows(path_, "SELECT count(*) FROM point; -- with a comment\n ;").rows, SizeIs(1));
}

TEST_F(query_test, refuses_everything_but_one_select) {
    for (const char* sql : {"",
                            " ",
                            "-- nothing",
                            "DELETE FROM point",
                            "DROP TABLE point",
                            "INSERT INTO note VALUES ('x')",
                            "UPDATE point SET status = 'failed'",
                            "CREATE TABLE x (a)",
                            "CREATE TEMP TABLE x (a)",
                            "ATTACH 'other.db' AS o",
                            "ATTACH ':memory:' AS o",
                            "PRAGMA journal_mode = DELETE",
                            "PRAGMA writable_schema = 1",
                            "VACUUM",
                            "VACUUM INTO 'copy.db'",
                            "REINDEX",
                            "BEGIN",
                            "SELECT load_extension('x')",
                            "SELECT LOAD_EXTENSION('x')",
                            "SELECT 1; DROP TABLE point",
                            "SELECT 1; SELECT 2",
                            "SELECT nothing FROM point",
                            "SELECT \"nothing\" FROM point",
                            "SELECT * FROM nothing",
                            "SELEKT",
                            "SELECT ?",
                            "SELECT abs(-9223372036854775807 - 1)"})
        EXPECT_THAT(problems(sql), ElementsAre(HasSubstr(path_ + ": query: "))) << sql;
    EXPECT_EQ(query_rows(path_, "SELECT count(*) FROM point WHERE status = 'done'").rows[0][0], cell(std::int64_t{2}));
    EXPECT_FALSE(std::filesystem::exists("copy.db"));
}

}  // namespace
}  // namespace symmetree
