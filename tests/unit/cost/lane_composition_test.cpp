#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <map>
#include <sstream>

#include "core/error.h"
#include "models/cost/cost_rows.h"
#include "models/cost/cost_table.h"

namespace symmetree {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr int ceil_log2(int n) { return n <= 1 ? 0 : 1 + ceil_log2((n + 1) / 2); }

/// A tree of known parts.
double area_of_parts(int k, int a, int lanes) {
    return 7.0 * lanes * k * a + 3.0 * lanes * k + 2.0 * lanes * a + 5.0 * lanes + 11.0 * (k + a + ceil_log2(lanes) + 1) + 13.0;
}

/// Rows of such trees at 2, 4 and 16 lanes. Those at 2 lanes are off by half, and must not count.
std::string table_of_parts(const std::string& composed, bool lanes_of_a_kind = false) {
    std::string rows;
    for (const int k : {2, 3, 5, 8})
        for (const int a : {2, 4, 8})
            for (const int lanes : {2, 4, 16}) {
                if (lanes_of_a_kind && lanes != 16) continue;
                const double area = area_of_parts(k, a, lanes) * (lanes == 2 ? 1.5 : 1);
                std::ostringstream row;
                row << "      - [" << k << ", " << a << ", " << lanes << ", 0, " << area << "]\n";
                rows += row.str();
            }
    return "name: parts\nlabel: made up\nnot_modelled: []\nunits:\n  - unit: mac_tree\n    rule: r\n    source: s\n    origin: published\n"
           "    classes: [relu]\n    streams: [dense]\n" +
           composed + "    columns: [weight_bits, activation_bits, lanes, dsps, area_um2]\n    rows:\n" + rows + "memories: []\n";
}

unit_key mac(int k, int a, int lanes) { return {unit_kind::mac_tree, k, a, lanes, activation_class::relu, false}; }

std::string refusal(const cost_table& table, const unit_key& key) {
    try {
        table.unit(key);
    } catch (const input_error& e) {
        return e.what();
    }
    return "not refused";
}

TEST(lane_composition, finds_the_parts_again_at_every_shape_beyond_the_rows) {
    const cost_table table = cost_table::parse(table_of_parts("    composed_lanes: 64\n"), "parts.yaml");
    for (int k = 2; k <= 8; ++k)
        for (int a = 2; a <= 8; ++a)
            for (int lanes = 17; lanes <= 64; ++lanes) {
                const unit_cost cost = table.unit(mac(k, a, lanes));
                ASSERT_NEAR(cost.area->value, area_of_parts(k, a, lanes), 1e-8 * area_of_parts(k, a, lanes));
                ASSERT_EQ(cost.dsps.value(), 0) << "a cost of 0 in all rows";
                ASSERT_FALSE(cost.held || cost.delay_ns) << "a column that the rows lack";
                ASSERT_EQ(table.origin(mac(k, a, lanes)), price_origin::composed);
            }
}

TEST(lane_composition, leaves_rows_and_what_lies_between_them_as_they_are) {
    const cost_table table = cost_table::parse(table_of_parts("    composed_lanes: 64\n"), "parts.yaml");
    const cost_table plain = cost_table::parse(table_of_parts(""), "parts.yaml");
    for (int lanes = 2; lanes <= 16; ++lanes) {
        EXPECT_EQ(table.unit(mac(4, 4, lanes)).area->value, plain.unit(mac(4, 4, lanes)).area->value);
        EXPECT_EQ(table.origin(mac(4, 4, lanes)), price_origin::interpolated) << "no row has 4 bits of weights";
    }
    EXPECT_EQ(table.origin(mac(5, 4, 16)), price_origin::published);
    EXPECT_EQ(table.origin(mac(5, 4, 15)), price_origin::interpolated);
}

TEST(lane_composition, ends_where_the_table_says_and_keeps_to_the_widths_of_the_rows) {
    const cost_table table = cost_table::parse(table_of_parts("    composed_lanes: 40\n"), "parts.yaml");
    EXPECT_EQ(table.origin(mac(4, 4, 40)), price_origin::composed);
    for (const unit_key& key : {mac(4, 4, 41), mac(9, 4, 20), mac(1, 4, 20), mac(4, 9, 20), mac(4, 4, 1)}) {
        EXPECT_FALSE(table.has(key));
        EXPECT_THAT(refusal(table, key), AllOf(HasSubstr("mac_tree: no cost for weight_bits"),
                                               HasSubstr("weight_bits 2..8, activation_bits 2..8, lanes 2..16, composed to 40 lanes")));
    }
    const cost_table plain = cost_table::parse(table_of_parts(""), "parts.yaml");
    EXPECT_THAT(refusal(plain, mac(4, 4, 17)), HasSubstr("lanes 2..16"));
}

TEST(lane_composition, wants_rows_that_determine_it) {
    const auto complaint = [](const std::string& text) -> std::string {
        try {
            cost_table::parse(text, "parts.yaml");
        } catch (const input_error& e) {
            return e.what();
        }
        return "no complaint";
    };
    EXPECT_THAT(complaint(table_of_parts("    composed_lanes: 64\n", true)),
                AllOf(HasSubstr("parts.yaml:11:21"), HasSubstr("composed_lanes"), HasSubstr("six coefficients")));
    EXPECT_THAT(complaint(table_of_parts("    composed_lanes: 65\n")), HasSubstr("composed_lanes"));
    std::string one_is_zero = table_of_parts("    composed_lanes: 64\n");
    const std::string cost = "[8, 8, 16, 0,";
    one_is_zero.replace(one_is_zero.find(cost), cost.size(), "[8, 8, 16, 1,");
    EXPECT_THAT(complaint(one_is_zero), HasSubstr("costs all 0 or all above"));
    std::string of_no_kind = table_of_parts("");
    of_no_kind.replace(of_no_kind.find("published"), 9, "composed");
    EXPECT_THAT(complaint(of_no_kind), AllOf(HasSubstr("parts.yaml:8:13"), HasSubstr("origin"), HasSubstr("'composed'")));
}

// ---- the shipped tables

constexpr unit_column judged[] = {unit_column::area, unit_column::held, unit_column::load, unit_column::clock};
using errors = std::map<unit_column, double>;

void note(errors& worst, const cost_grid::row& composed, const cost_grid::row& known) {
    for (const unit_column column : judged) {
        const auto place = static_cast<std::size_t>(column);
        worst[column] = std::max(worst[column], std::abs(composed[place] / known[place] - 1));
    }
}

/// What docs/cost-model.md says of a unit, "More lanes than rows", as shares: area, held, load, clock.
errors documented_errors(const std::string& heading, unit_kind unit) {
    std::ifstream in(SYMMETREE_ROOT "/docs/cost-model.md");
    bool inside = false;
    for (std::string line; std::getline(in, line);) {
        if (line.rfind("| " + heading, 0) == 0) inside = true;
        if (!inside || line.rfind(std::string("| `") + to_string(unit) + "` |", 0) != 0) continue;
        std::istringstream cells(line.substr(line.find('|', 1)));
        errors found;
        char bar = 0, percent = 0;
        double value = 0;
        for (const unit_column column : judged) {
            cells >> bar >> value >> percent;
            found[column] = value / 100;
        }
        EXPECT_TRUE(cells) << line;
        return found;
    }
    ADD_FAILURE() << "docs/cost-model.md has no line of " << to_string(unit) << " below " << heading;
    return {};
}

void expect_as_documented(const std::string& heading, const std::map<unit_kind, errors>& measured) {
    for (const auto& [unit, worst] : measured) {
        const errors said = documented_errors(heading, unit);
        for (const auto& [column, error] : worst)
            EXPECT_NEAR(error, said.at(column), 0.00051) << to_string(unit) << ' ' << to_string(column) << ' ' << heading;
    }
}

TEST(lane_composition, fits_every_committed_row_as_closely_as_is_documented) {
    const cost_rows table = read_cost_rows(SYMMETREE_ROOT "/models/cost/tables/osu018.yaml");
    std::map<unit_kind, errors> worst;
    std::map<unit_kind, int> rows;
    for (const unit_rows& unit : table.units) {
        if (!unit.composed) continue;
        const auto& lanes = unit.grid.axis(2);
        for (const auto& [at, known] : unit.grid.rows()) {
            if (at[2] < lanes[lanes.size() - 2]) continue;
            note(worst[unit.unit], unit.composed->at(at), known);
            ++rows[unit.unit];
        }
    }
    EXPECT_EQ(rows, (std::map<unit_kind, int>{
                        {unit_kind::mac_tree, 3 * 64}, {unit_kind::pre_subtract_tree, 3 * 56}, {unit_kind::widened_tree, 3 * 56}}));
    expect_as_documented("largest error over the rows", worst);
}

struct fresh_tree {
    unit_kind unit{};
    activation_class input{};
    cost_grid::point at;
    cost_grid::row costs;
};

std::vector<fresh_tree> fresh_trees() {
    std::ifstream in(SYMMETREE_ROOT "/tests/unit/cost/fresh_lanes.txt");
    std::vector<fresh_tree> trees;
    for (std::string line; std::getline(in, line);) {
        if (line.empty() || line[0] == '#') continue;
        std::istringstream words(line);
        std::string unit, input;
        fresh_tree tree;
        tree.at.resize(3);
        tree.costs.resize(enumerator_count<unit_column>);
        words >> unit >> input >> tree.at[0] >> tree.at[1] >> tree.at[2];
        for (std::size_t column = 0; column <= static_cast<std::size_t>(unit_column::delay); ++column) words >> tree.costs[column];
        EXPECT_TRUE(words) << line;
        tree.unit = enumerator_named<unit_kind>(unit).value();
        tree.input = enumerator_named<activation_class>(input).value();
        trees.push_back(std::move(tree));
    }
    return trees;
}

TEST(lane_composition, meets_fresh_syntheses_as_closely_as_is_documented) {
    const cost_rows table = read_cost_rows(SYMMETREE_ROOT "/models/cost/tables/osu018.yaml");
    std::map<unit_kind, errors> worst;
    for (const fresh_tree& tree : fresh_trees()) {
        const auto rows = std::find_if(table.units.begin(), table.units.end(), [&](const unit_rows& r) {
            return r.serves({tree.unit, 0, 0, 0, tree.input, false});
        });
        ASSERT_TRUE(rows->composed);
        note(worst[tree.unit], rows->composed->at(tree.at), tree.costs);
    }
    EXPECT_EQ(worst.size(), 3u);
    expect_as_documented("largest error at fresh", worst);
}

TEST(lane_composition, has_no_delay) {
    const cost_table table = cost_table::load("osu018", SYMMETREE_ROOT "/models/cost/tables");
    EXPECT_TRUE(table.unit(mac(4, 4, 16)).delay_ns.has_value());
    EXPECT_FALSE(table.unit(mac(4, 4, 17)).delay_ns.has_value());
}

TEST(lane_composition, ratio_45nm_serves_1_to_64_lanes) {
    const cost_table table = cost_table::load("ratio_45nm", SYMMETREE_ROOT "/models/cost/tables");
    for (const unit_kind unit : {unit_kind::mac_tree, unit_kind::pre_subtract_tree, unit_kind::widened_tree}) {
        double before = 0;
        for (int lanes = 1; lanes <= 64; ++lanes) {
            const unit_key key{unit, 4, 4, lanes, activation_class::relu, false};
            ASSERT_TRUE(table.has(key)) << to_string(unit) << ' ' << lanes;
            const unit_cost cost = table.unit(key);
            EXPECT_GT(cost.area->value, before) << to_string(unit) << ' ' << lanes;
            EXPECT_TRUE(cost.has_energy());
            before = cost.area->value;
            EXPECT_EQ(table.origin(key) == price_origin::composed, lanes > 16) << lanes;
        }
        EXPECT_FALSE(table.has({unit, 4, 4, 65, activation_class::relu, false}));
    }
}

}  // namespace
}  // namespace symmetree
