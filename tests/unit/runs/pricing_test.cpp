#include "runs/pricing.h"

#include <gmock/gmock.h>

#include "models/activity/layer_result.h"
#include "platforms/platform_config.h"

namespace symmetree {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Key;
using testing::Not;

platform_config symq() { return load_platform("symq", SYMMETREE_ROOT "/platforms/presets"); }

/// One layer of 1000 cycles that moved this many bytes through the vector unit's banks.
report of_one_layer(const platform_config& platform, std::uint64_t vector_bytes) {
    report r;
    layer_report& l = r.layers.emplace_back();
    l.cycles = 1000;
    layer_result done;
    done.cycles = l.cycles;
    done.done.memories[memory_kind::vector_banks].read_bytes = vector_bytes;
    l.units = activity_of(platform, done, activation_class::relu);
    l.memories = memory_activity_of(platform, done);
    price(r, platform, cost_table::load("ratio_45nm", SYMMETREE_ROOT "/models/cost/tables"));
    return r;
}

TEST(pricing, charges_a_vector_unit_that_worked) {
    platform_config wider = symq();
    wider.vector_unit.lanes *= 2;
    const report r = of_one_layer(symq(), 8), of_wider = of_one_layer(wider, 8);
    EXPECT_THAT(r.area_um2, Contains(Key("vector_lane")));
    EXPECT_THAT(r.area_um2, Contains(Key("vector_banks")));
    EXPECT_GT(of_wider.total_area_um2(), r.total_area_um2());
    EXPECT_GT(of_wider.energy_j(), r.energy_j());
    EXPECT_THAT(r.cost_not_modelled, Not(Contains(HasSubstr("idle in a run"))));
}

TEST(pricing, leaves_out_an_idle_vector_unit_and_says_so) {
    platform_config without = symq();
    without.vector_unit.lanes = 0;
    const report r = of_one_layer(symq(), 0), of_none = of_one_layer(without, 0);
    EXPECT_EQ(r.total_area_um2(), of_none.total_area_um2());
    EXPECT_EQ(r.energy_j(), of_none.energy_j());
    EXPECT_EQ(r.layers[0].memories.count(memory_kind::vector_banks), 0u);
    EXPECT_THAT(r.cost_not_modelled, Contains(HasSubstr("idle in a run of layers alone")));
    EXPECT_THAT(of_none.cost_not_modelled, Not(Contains(HasSubstr("idle in a run"))));
}

/// A stored run is priced again and again.
TEST(pricing, twice_is_pricing_once) {
    report r = of_one_layer(symq(), 0);
    const report once = r;
    price(r, symq(), cost_table::load("ratio_45nm", SYMMETREE_ROOT "/models/cost/tables"));
    EXPECT_EQ(r.total_area_um2(), once.total_area_um2());
    EXPECT_EQ(r.cost_not_modelled, once.cost_not_modelled);
}

}  // namespace
}  // namespace symmetree
