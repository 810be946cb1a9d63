#include <gmock/gmock.h>

#include <random>

#include "core/error.h"
#include "traces/pareto.h"

// The front against its definition, on every pair of rows.

namespace symmetree {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

study table_of(const std::vector<std::string>& names, std::vector<std::vector<cell>> rows) {
    study s;
    for (const std::string& n : names) s.columns.push_back({n, column_role::metric, ""});
    s.rows = std::move(rows);
    return s;
}

double number(const cell& c) { return std::holds_alternative<double>(c) ? std::get<double>(c) : double(std::get<std::int64_t>(c)); }

/// Rows that no other row betters, first ones of equals, straight from the words.
std::vector<std::size_t> naive_front(const study& s, const std::vector<std::size_t>& columns, const std::vector<bool>& up) {
    const auto value = [&](std::size_t row, std::size_t i) { return number(s.rows[row][columns[i]]) * (up[i] ? -1 : 1); };
    const auto takes_part = [&](std::size_t row) {
        return std::none_of(columns.begin(), columns.end(),
                            [&](std::size_t c) { return std::holds_alternative<std::monostate>(s.rows[row][c]); });
    };
    std::vector<std::size_t> front;
    for (std::size_t r = 0; r < s.rows.size(); ++r) {
        if (!takes_part(r)) continue;
        bool stays = true;
        for (std::size_t o = 0; o < s.rows.size() && stays; ++o) {
            if (o == r || !takes_part(o)) continue;
            bool no_worse = true, better = false;
            for (std::size_t i = 0; i < columns.size(); ++i) {
                no_worse = no_worse && value(o, i) <= value(r, i);
                better = better || value(o, i) < value(r, i);
            }
            if (no_worse && (better || o < r)) stays = false;
        }
        if (stays) front.push_back(r);
    }
    const auto values = [&](std::size_t row) {
        std::vector<double> all;
        for (std::size_t i = 0; i < columns.size(); ++i) all.push_back(value(row, i));
        return all;
    };
    std::sort(front.begin(), front.end(), [&](std::size_t a, std::size_t b) { return values(a) < values(b); });
    return front;
}

TEST(front, agrees_with_its_definition_on_random_rows) {
    std::mt19937 random(7);
    for (int round = 0; round < 600; ++round) {
        const std::size_t objectives = 1 + random() % 3, rows = random() % 60;
        const int values = 1 + static_cast<int>(random() % 12);  // few values: many ties and duplicates
        std::vector<std::vector<cell>> cells;
        for (std::size_t r = 0; r < rows; ++r) {
            std::vector<cell> row;
            for (int c = 0; c < 3; ++c) {
                const int value = static_cast<int>(random() % unsigned(values)) - 2;
                row.push_back(random() % 20 == 0 ? cell()
                              : random() % 2     ? cell(std::int64_t{value})
                                                 : cell(value + (random() % 4 == 0 ? 0.5 : 0.0)));
            }
            cells.push_back(row);
        }
        const study s = table_of({"a", "b", "c"}, cells);
        std::vector<objective> wanted;
        std::vector<std::size_t> columns;
        std::vector<bool> up;
        for (std::size_t i = 0; i < objectives; ++i) {
            up.push_back(random() % 2 == 0);
            columns.push_back(i);
            wanted.push_back({std::string(1, static_cast<char>('a' + i)), up.back()});
        }
        EXPECT_EQ(pareto_front(s, wanted), naive_front(s, columns, up))
            << "round " << round << ", " << objectives << " objectives, " << rows << " rows";
    }
}

TEST(front, of_one_objective_is_the_first_least_row) {
    EXPECT_THAT(pareto_front(table_of({"a"}, {{std::int64_t{3}}, {1.0}, {std::int64_t{1}}, {cell()}}), {{"a", false}}), ElementsAre(1u));
    EXPECT_THAT(pareto_front(table_of({"a"}, {{std::int64_t{3}}, {1.0}}), {{"a", true}}), ElementsAre(0u));
}

TEST(front, of_nothing_is_empty) {
    EXPECT_THAT(pareto_front(table_of({"a"}, {}), {{"a", false}}), IsEmpty());
    EXPECT_THAT(pareto_front(table_of({"a"}, {{cell()}}), {{"a", false}}), IsEmpty());
}

TEST(front, refuses_a_column_that_is_not_there_or_holds_text) {
    const study s = table_of({"a", "name"}, {{std::int64_t{1}, std::string("x")}});
    EXPECT_THAT(
        [&] {
            pareto_front(s, {{"b", false}});
        },
        testing::ThrowsMessage<input_error>(HasSubstr("b: no such column; there are a, name")));
    EXPECT_THAT([&] { pareto_front(s, {{"name", false}}); }, testing::ThrowsMessage<input_error>(HasSubstr("name: holds text")));
}

TEST(front, of_groups_is_the_front_of_each) {
    const study s = table_of({"net", "a", "b"}, {{std::string("large"), 10.0, 10.0},
                                                 {std::string("small"), 1.0, 2.0},
                                                 {std::string("large"), 9.0, 11.0},
                                                 {std::string("small"), 2.0, 3.0}});
    EXPECT_THAT(pareto_front(s, {{"a", false}, {"b", false}}, {"net"}), ElementsAre(2u, 0u, 1u));
    EXPECT_THAT(pareto_front(s, {{"a", false}, {"b", false}}), ElementsAre(1u));
}

}  // namespace
}  // namespace symmetree
