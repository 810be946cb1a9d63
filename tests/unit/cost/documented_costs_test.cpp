#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <sstream>

#include "tests/unit/cost/shipped_table.h"

// docs/cost-model.md quotes one line of costs per unit; the table must give the same digits.
namespace symmetree {
namespace {

void expect_documented(const std::string& line, unit_kind unit) {
    std::string numbers = line;
    for (char& c : numbers) {
        if (c == '|' || c == ',') c = ' ';
    }
    std::istringstream in(numbers);
    std::string name;
    unit_key key = key_of(unit, 0, 0, 0);
    double held = 0, load = 0, clock = 0, area = 0;
    in >> name >> key.held_bits >> key.activation_bits >> key.extent >> held >> load >> clock >> area;
    ASSERT_TRUE(in) << line;
    const unit_cost cost = shipped_table().unit(key);
    EXPECT_NEAR(cost.held->value, held, 0.00051) << line;
    EXPECT_NEAR(cost.load->value, load, 0.00051) << line;
    EXPECT_NEAR(cost.clock->value, clock, 0.00051) << line;
    EXPECT_NEAR(cost.area->value, area, 0.51) << line;
}

TEST(documented_costs, are_those_of_the_table) {
    std::ifstream in(SYMMETREE_ROOT "/docs/cost-model.md");
    int found = 0;
    bool inside = false;
    for (std::string line; std::getline(in, line);) {
        inside = line.rfind("| unit | key", 0) == 0 || (inside && !line.empty());
        for (const unit_kind kind : enumerators<unit_kind>()) {
            if (!inside || line.rfind(std::string("| `") + to_string(kind) + "` |", 0) != 0) continue;
            expect_documented(line, kind);
            ++found;
        }
    }
    EXPECT_EQ(std::size_t(found), enumerator_count<unit_kind>);
}

}  // namespace
}  // namespace symmetree
