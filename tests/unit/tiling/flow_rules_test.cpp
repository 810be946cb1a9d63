// What a dataflow's rules say is what its tiles do, for every dataflow that there is.
#include "workloads/tiling/flow_rules.h"

#include <gtest/gtest.h>

#include <map>

#include "core/enumerators.h"
#include "tests/unit/tiling/random_layers.h"

namespace symmetree {
namespace {

/// Random layers that fit in a dataflow, tile by tile. Returns how many there were.
template <class Check>
int for_each_program(dataflow flow, Check check) {
    int seen = 0;
    for (std::uint32_t seed = 1; seed <= 300; ++seed) {
        SCOPED_TRACE(std::string(to_string(flow)) + ", seed " + std::to_string(seed));
        draws d(seed);
        const layer_geometry g = any_geometry(d);
        tiling_limits limits = any_limits(d);
        limits.flow = flow;
        try {
            const layer_mapping mapping = choose_mapping(g, limits, any_outliers(d, g, limits));
            check(limits, mapping, enumerate_tiles(g, limits.trees, limits.lanes, {d.between(1, 3), d.between(1, 2)}, mapping));
            ++seen;
        } catch (const does_not_fit&) {
            continue;
        }
    }
    return seen;
}

TEST(flow_rules, say_in_how_many_banks_a_block_is_handed_over_and_how_full_they_are) {
    for (const dataflow flow : enumerators<dataflow>()) {
        const flow_rules rules = rules_of(flow);
        EXPECT_GT(for_each_program(flow,
                                   [&](const tiling_limits& limits, const layer_mapping& mapping, const tile_program& program) {
                                       EXPECT_LE(mapping.m_block, rules.longest_m_block(limits.accumulator_depth));
                                       int vectors = 0, banks = 0;
                                       for (const tile& t : program.tiles) {
                                           if (!t.last_slice) continue;
                                           if (t.first_vector == 0) vectors = banks = 0;
                                           vectors += t.vectors;
                                           ++banks;
                                           EXPECT_LE(t.vectors, rules.vectors_per_bank(limits.accumulator_depth));
                                           EXPECT_EQ(banks, rules.banks_per_block(vectors));
                                       }
                                   }),
                  100);
    }
}

TEST(flow_rules, hold_and_stream_different_operands_and_free_each_fetch_of_them_once) {
    for (const dataflow flow : enumerators<dataflow>()) {
        const flow_rules rules = rules_of(flow);
        EXPECT_NE(rules.held, rules.streamed);
        for_each_program(flow, [&](const tiling_limits&, const layer_mapping&, const tile_program& program) {
            for (const operand o : {rules.held, rules.streamed}) {
                std::map<std::int32_t, int> freed;
                for (const tile& t : program.tiles) {
                    EXPECT_EQ(freed[t.fetch_of(o)], 0) << "read after it was freed";
                    freed[t.fetch_of(o)] += t.frees(o);
                }
                EXPECT_EQ(freed.size(), (o == operand::weights ? program.weights.size() : program.inputs.size()));
                for (const auto& [fetch, times] : freed) EXPECT_EQ(times, 1) << "fetch " << fetch;
            }
        });
    }
}

TEST(flow_rules, leave_an_n_block_whole_where_they_say_so) {
    for (const dataflow flow : enumerators<dataflow>()) {
        int cut = 0;
        for_each_program(flow, [&](const tiling_limits&, const layer_mapping& mapping, const tile_program& program) {
            const std::int32_t k_blocks = program.tiles.back().k_block + 1;
            for (const weight_fill& fill : mapping.fills) cut += fill.k_blocks < k_blocks;
        });
        EXPECT_EQ(cut == 0, rules_of(flow).whole_n_blocks) << to_string(flow);
    }
}

TEST(flow_rules, give_a_sum_in_a_register_an_interval_of_one_cycle) {
    EXPECT_EQ(rules_of(dataflow::weight_stationary).write_interval(5), 5);
    EXPECT_EQ(rules_of(dataflow::output_stationary).write_interval(5), 1);
}

}  // namespace
}  // namespace symmetree
