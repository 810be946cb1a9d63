#include <gtest/gtest.h>

#include "core/enumerators.h"
#include "models/cost/cost_table.h"

// The tables that scripts/characterize wrote: they answer for the shipped platforms, and say what they lack.
namespace symmetree {
namespace {

/// How far the grid of the committed tables goes for every unit.
constexpr int widest_weight = 8, widest_activation = 8;
constexpr activation_class classes[] = {activation_class::relu, activation_class::gelu, activation_class::dense};

cost_table shipped_as(const std::string& name) { return cost_table::load(name, SYMMETREE_ROOT "/models/cost/tables"); }

/// All units that the shipped platforms have at w x a bits.
std::vector<unit_key> keys_of(int w, int a) {
    std::vector<unit_key> keys{{unit_kind::mac_tree, w, a, 16, {}, false},
                               {unit_kind::mac_tree, w, a, 4, {}, false},  // beside a shift array
                               {unit_kind::pre_subtract_tree, w, a, 16, {}, false},
                               {unit_kind::widened_tree, w + 1, a, 16, {}, false},
                               {unit_kind::port_subtractor, w, 0, std::min(64, 128 / w), {}, false},
                               {unit_kind::activation_sum_tree, 0, a, 16, {}, false},
                               {unit_kind::correction_every_cycle, w, a, 16, {}, false},
                               {unit_kind::correction_at_drain, w, a, 16, {}, false},
                               {unit_kind::sparse_lane, w, a, 16, {}, true},
                               {unit_kind::outlier_list, list_entry_bits(w, 16, 16), 0, 8, {}, true},
                               {unit_kind::sparse_bank_adder, w, a, 16, {}, true},
                               {unit_kind::sparse_crossbar, w, a, 16, {}, true},
                               {unit_kind::sparse_crossbar, w, a, 8, {}, true},
                               {unit_kind::outlier_accumulate, 32, 0, 0, {}, true},
                               {unit_kind::accumulator, 32, 0, 256, {}, false},
                               {unit_kind::requantizer, 32, 0, 0, {}, false}};
    if (w <= 7) {
        keys.push_back({unit_kind::pot_tree, w, a, 16, {}, false});
        keys.push_back({unit_kind::post_tree, w, a, 16, {}, false});
        if (a == 4) keys.push_back({unit_kind::post_word_tree, w, a, 16, {}, false});  // derived there alone so far
    }
    return keys;
}

template <class Check>
void for_every_lookup(const cost_table& table, Check check) {
    for (int w = 2; w <= widest_weight; ++w) {
        for (int a = 2; a <= widest_activation; ++a) {
            for (unit_key key : keys_of(w, a)) {
                for (const activation_class input : classes) {
                    key.input = input;
                    SCOPED_TRACE(std::string(to_string(key.unit)) + " w " + std::to_string(w) + " a " + std::to_string(a));
                    ASSERT_NO_THROW(check(key, table.unit(key)));
                }
            }
        }
    }
}

TEST(synthesised_tables, ratio_45nm_prices_the_units_of_the_shipped_platforms) {
    const cost_table table = shipped_as("ratio_45nm");
    for_every_lookup(table, [](const unit_key&, const unit_cost& cost) {
        ASSERT_TRUE(cost.has_energy() && cost.area);
        EXPECT_GT(cost.held->value, 0);
        EXPECT_GT(cost.area->value, 0);
    });
    EXPECT_TRUE(table.memory(memory_kind::weight_buffer, {bytes(131072), 128}).has_energy());
    for (const dram_kind kind : enumerators<dram_kind>()) EXPECT_TRUE(table.memory(memory_kind::dram, {bytes(0), 0, kind}).has_energy());
}

TEST(synthesised_tables, memories_of_ratio_45nm_are_the_published_ones) {
    const cost_table ratio = shipped_as("ratio_45nm"), published = shipped_as("published_45nm");
    for (std::uint64_t capacity = 64; capacity <= 4u << 20; capacity *= 4) {
        const memory_cost a = ratio.memory(memory_kind::output_buffer, {bytes(capacity), 64});
        const memory_cost b = published.memory(memory_kind::output_buffer, {bytes(capacity), 64});
        EXPECT_NEAR(a.read_per_bit->value, b.read_per_bit->value, 1e-4 * b.read_per_bit->value);
        EXPECT_NEAR(a.area->value, b.area->value, 1e-4 * b.area->value);
    }
}

constexpr unit_kind vector_units[] = {unit_kind::vector_lane, unit_kind::vector_polynomial, unit_kind::vector_scale, unit_kind::vector_norm,
                                      unit_kind::vector_row};

TEST(synthesised_tables, vector_units_of_ratio_45nm_are_the_published_ones) {
    const cost_table ratio = shipped_as("ratio_45nm"), published = shipped_as("published_45nm");
    for (const unit_kind unit : vector_units) {
        for (const int a : {2, 8, 16}) {
            const unit_cost r = ratio.unit({unit, 0, a, 0, {}, false}), p = published.unit({unit, 0, a, 0, {}, false});
            EXPECT_NEAR(r.held->value, p.held->value, 1e-4 * p.held->value) << to_string(unit) << a;
            EXPECT_NEAR(r.area->value, p.area->value, 1e-4 * p.area->value) << to_string(unit) << a;
        }
    }
}

TEST(synthesised_tables, osu018_calls_the_vector_unit_absent) {
    const cost_table table = shipped_as("osu018");
    for (const unit_kind unit : vector_units) {
        const unit_cost cost = table.unit({unit, 0, 8, 0, {}, false});
        EXPECT_FALSE(cost.has_energy() || cost.area || cost.delay_ns) << to_string(unit);
    }
}

TEST(synthesised_tables, osu018_has_logic_with_delays_and_no_memories) {
    const cost_table table = shipped_as("osu018");
    for_every_lookup(table, [](const unit_key& key, const unit_cost& cost) {
        EXPECT_GT(cost.delay_ns.value_or(0), 0);
        EXPECT_EQ(cost.has_energy(), key.unit != unit_kind::accumulator);
        EXPECT_EQ(cost.area.has_value(), key.unit != unit_kind::accumulator);
    });
    EXPECT_FALSE(table.memory(memory_kind::weight_buffer, {bytes(131072), 128}).has_energy());
}

TEST(synthesised_tables, say_where_they_come_from) {
    for (const char* name : {"osu018", "ratio_45nm"}) {
        const cost_table table = shipped_as(name);
        std::string all;
        for (const std::string& text : table.provenance()) all += text + '\n';
        for (const char* word : {"date: ", "command: characterize", "yosys 0.23", "grid: "})
            EXPECT_NE(all.find(word), std::string::npos) << name << " lacks " << word;
    }
}

// What was measured, as facts that another synthesis should find as well.
TEST(synthesised_tables, a_zero_point_costs_area_in_every_form) {
    const cost_table table = shipped_as("osu018");
    for (int w = 2; w <= widest_weight; ++w) {
        for (int a = 2; a <= widest_activation; ++a) {
            const auto area = [&](unit_kind unit, int k) {
                return table.unit({unit, k, a, 16, activation_class::relu, false}).area->value;
            };
            EXPECT_GT(area(unit_kind::widened_tree, w + 1), area(unit_kind::mac_tree, w));
            EXPECT_GT(area(unit_kind::pre_subtract_tree, w), area(unit_kind::mac_tree, w));
            if (w >= 4) {
                EXPECT_GT(area(unit_kind::pre_subtract_tree, w), area(unit_kind::widened_tree, w + 1));
            }
        }
    }
}

// A list keeps its entries twice; each bit takes a multiplexer to write and, of n, n - 1 to read. A lane keeps value, activation, shift and
// the product with its tree, that of 16 twice.
TEST(synthesised_tables, a_sparse_lane_and_its_list_keep_all_that_they_show) {
    const cost_table table = shipped_as("osu018");
    const double flip_flop_um2 = 96, multiplexer_um2 = 40;  // DFFPOSX1; AOI22X1, the smallest cell that selects
    for (const int entry : {5, 15, 25})
        for (const int entries : {1, 2, 4, 8, 16}) {
            const double area = table.unit({unit_kind::outlier_list, entry, 0, entries, activation_class::relu, true}).area->value;
            EXPECT_GT(area, 2 * entries * entry * flip_flop_um2 + (2 * entries - 1) * entry * multiplexer_um2) << entry << " x " << entries;
        }
    for (int w = 2; w <= widest_weight; ++w)
        for (int a = 2; a <= widest_activation; ++a) {
            const double area = table.unit({unit_kind::sparse_lane, w, a, 16, activation_class::relu, true}).area->value;
            EXPECT_GT(area, ((w + a + 3) + (w + a + 7) + 2 * 4) * flip_flop_um2 + 15 * a * multiplexer_um2) << w << " x " << a;
        }
}

TEST(synthesised_tables, dense_activations_cost_more_than_relu_ones) {
    const cost_table table = shipped_as("osu018");
    for (int w = 3; w <= widest_weight; ++w) {
        for (const int a : {4, 8}) {
            const auto held = [&](activation_class input) { return table.unit({unit_kind::mac_tree, w, a, 16, input, false}).held->value; };
            EXPECT_GT(held(activation_class::dense), 1.1 * held(activation_class::relu)) << w << " x " << a;
        }
    }
}

}  // namespace
}  // namespace symmetree
