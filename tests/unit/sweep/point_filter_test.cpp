#include "runs/sweep/point_filter.h"

#include <gmock/gmock.h>

#include "tests/unit/sweep/support.h"

// Constraints: expressions over a point's columns, and nothing else that SQL could do.

namespace symmetree {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::vector<study_column> known{{"lanes", column_role::axis, ""},
                                      {"trees", column_role::axis, ""},
                                      {"scheme", column_role::axis, ""},
                                      {"a \"b", column_role::axis, ""}};
const std::vector<study_column> metrics{{"energy_j", column_role::metric, "J"}, {"cycles", column_role::metric, ""}};

point_filter filter_of(const std::vector<std::string>& expressions) {
    std::vector<sweep_constraint> constraints;
    for (const std::string& e : expressions)
        constraints.push_back({e, diagnostic{"s.yaml", 10 + static_cast<int>(constraints.size()), 5,
                                             "constraints[" + std::to_string(constraints.size()) + "]", ""}});
    return point_filter(constraints, known, metrics);
}

std::vector<cell> row(cell lanes, cell trees = std::int64_t{16}, cell scheme = std::string("symq"), cell last = std::int64_t{1}) {
    return {lanes, trees, scheme, last};
}

bool keeps(const std::string& expression, const std::vector<cell>& values) { return filter_of({expression}).keeps(values); }

TEST(constraint, over_axes_is_decided_before_a_point_runs) {
    EXPECT_TRUE(keeps("lanes * trees == 256", row(std::int64_t{16})));
    EXPECT_FALSE(keeps("lanes * trees == 256", row(std::int64_t{8})));
    EXPECT_TRUE(keeps("lanes BETWEEN 4 AND 8 OR scheme = 'pot'", row(std::int64_t{8})));
    EXPECT_TRUE(keeps("scheme LIKE 'sym%' AND lanes % 2", row(std::int64_t{3})));
    EXPECT_TRUE(keeps("\"a \"\"b\" = 1", row(std::int64_t{3})));
    EXPECT_TRUE(keeps("CASE scheme WHEN 'symq' THEN 1 ELSE 0 END -- a comment", row(std::int64_t{3})));
    EXPECT_TRUE(keeps("scheme <> 'a;b?'", row(std::int64_t{3})));
    EXPECT_TRUE(keeps("lanes > 0.5", row(0.75)));
}

TEST(constraint, over_a_metric_waits_for_it) {
    point_filter filter = filter_of({"energy_j < 1e-3", "lanes > 4", "energy_j * lanes < 1"});
    EXPECT_TRUE(filter.keeps(row(std::int64_t{8})));
    EXPECT_FALSE(filter.keeps(row(std::int64_t{2})));
    EXPECT_TRUE(filter.feasible(row(std::int64_t{8}), {1e-4, std::int64_t{5}}));
    EXPECT_FALSE(filter.feasible(row(std::int64_t{8}), {1e-2, std::int64_t{5}}));
}

TEST(constraint, over_the_area_waits_where_it_is_not_known_yet) {
    const std::vector<study_column> with_area{{"lanes", column_role::axis, ""}, {"area_um2", column_role::metric, "um2"}};
    const auto constraint = [](const char* expression) { return sweep_constraint{expression, diagnostic{"s.yaml", 1, 1, "", ""}}; };
    point_filter filter({constraint("lanes > 4"), constraint("area_um2 < 100")}, with_area, metrics);
    EXPECT_TRUE(filter.keeps_unsized({std::int64_t{8}, cell()}));
    EXPECT_FALSE(filter.keeps_unsized({std::int64_t{2}, cell()}));
    EXPECT_FALSE(filter.keeps({std::int64_t{8}, cell()}));
    EXPECT_FALSE(filter.keeps({std::int64_t{8}, 101.0}));
    EXPECT_TRUE(filter.keeps({std::int64_t{8}, 99.0}));
}

TEST(constraint, over_an_absent_value_does_not_hold) {
    EXPECT_FALSE(keeps("lanes < 5", row(cell())));
    EXPECT_FALSE(keeps("NOT lanes < 5", row(cell())));
    EXPECT_FALSE(keeps("NULL", row(std::int64_t{1})));
    EXPECT_TRUE(keeps("lanes IS NULL", row(cell())));
    EXPECT_FALSE(filter_of({"energy_j < 1"}).feasible(row(std::int64_t{1}), {cell(), std::int64_t{1}}));
}

TEST(constraint, is_exact_on_whole_numbers_beyond_doubles) {
    EXPECT_TRUE(keeps("lanes = 9007199254740993", row(std::int64_t{9007199254740993})));
    EXPECT_FALSE(keeps("lanes = 9007199254740993", row(std::int64_t{9007199254740992})));
}

TEST(no_constraint, keeps_every_point) {
    point_filter filter = filter_of({});
    EXPECT_TRUE(filter.keeps(row(cell())));
    EXPECT_TRUE(filter.feasible(row(cell()), {cell(), cell()}));
}

TEST(unknown_column, is_refused_at_its_line) {
    EXPECT_THAT(problems_of([] {
                    filter_of({"lanes < 4", "lanse < 4", "\"treees\" = 1"});
                }),
                ElementsAre("s.yaml:11:5: constraints[1]: 'lanse < 4': no such column: lanse",
                            "s.yaml:12:5: constraints[2]: '\"treees\" = 1': no such column: treees"));
}

class no_expression : public testing::TestWithParam<const char*> {};

TEST_P(no_expression, is_refused_at_its_line) {
    EXPECT_THAT(problems_of([] { filter_of({GetParam()}); }),
                ElementsAre(HasSubstr("s.yaml:10:5: constraints[0]: '" + std::string(GetParam()) + "': ")))
        << GetParam();
}

INSTANTIATE_TEST_SUITE_P(each, no_expression,
                         testing::Values("", " ", "lanes <", ")", "lanes < 4; DROP TABLE point", "lanes < 4; DROP TABLE point; --",
                                         "1) FROM point; DROP TABLE point; --", "1) FROM (SELECT 1", "1) FROM (SELECT 1) --", "1) /*",
                                         "1) --", "1)))/*", "(1) /*", "1) UNION SELECT (2", "1) UNION SELECT (2)--", "1, 2", "1), (2",
                                         "lanes = ?", "lanes = :x", "lanes = @x", "lanes = $x", "lanes = ?1", "ATTACH 'x.db' AS x",
                                         "1) ; ATTACH 'x.db' AS x; --", "PRAGMA writable_schema = 1", "load_extension('x')",
                                         "load_extension('x', 'y') IS NULL", "LOAD_EXTENSION('x')", "random() > 0", "randomblob(4) > 0",
                                         "strftime('%s') > 0", "current_timestamp > 0", "no_such_function(1)",
                                         "(SELECT count(*) FROM point)", "EXISTS (SELECT 1 FROM sweep)",
                                         "(WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r)",
                                         "sum(lanes) > 1 OVER", "1 AS x", "DELETE FROM sqlite_master"));

TEST(constraint, that_fails_on_a_point_is_blamed) {
    EXPECT_THAT(problems_of([] { keeps("abs(lanes) > 0", row(std::numeric_limits<std::int64_t>::min())); }),
                ElementsAre(HasSubstr("s.yaml:10:5: constraints[0]: 'abs(lanes) > 0': integer overflow")));
}

TEST(constraint, finds_no_table_but_its_own_row) {
    EXPECT_TRUE(keeps("(SELECT count(*) FROM sqlite_master) = 0", row(std::int64_t{1})));
    EXPECT_TRUE(keeps("SELECT max(lanes, trees) = 16", row(std::int64_t{1})));
}

}  // namespace
}  // namespace symmetree
