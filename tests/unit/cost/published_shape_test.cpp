#include <gtest/gtest.h>

#include <cmath>

#include "tests/unit/cost/shipped_table.h"

// What must hold of any sensible table, whatever its numbers.
namespace symmetree {
namespace {

struct unit_range {
    unit_kind unit;
    int least_weight_bits, most_weight_bits, least_lanes, most_lanes;
};

/// The range that docs/cost-model.md promises.
const unit_range documented[] = {
    {unit_kind::mac_tree, 2, 9, 1, 64},
    {unit_kind::pre_subtract_tree, 2, 8, 1, 64},
    {unit_kind::widened_tree, 2, 9, 1, 64},
    {unit_kind::port_subtractor, 2, 8, 1, 64},
    {unit_kind::activation_sum_tree, 0, 0, 1, 64},
    {unit_kind::correction_every_cycle, 2, 9, 1, 256},
    {unit_kind::correction_at_drain, 2, 9, 1, 256},
    {unit_kind::pot_tree, 2, 7, 1, 64},
    {unit_kind::post_tree, 2, 7, 1, 64},
    {unit_kind::post_word_tree, 2, 7, 1, 64},
    {unit_kind::apot_tree, 4, 5, 1, 64},
    {unit_kind::level_decoder, 2, 8, 1, 64},
    {unit_kind::sparse_lane, 2, 9, 1, 64},
    {unit_kind::outlier_list, 5, 25, 1, 16},
    {unit_kind::sparse_bank_adder, 2, 9, 0, 0},
    {unit_kind::sparse_crossbar, 2, 9, 1, 256},
    {unit_kind::outlier_accumulate, 8, 32, 0, 0},
    {unit_kind::accumulator, 8, 32, 1, 4096},
    {unit_kind::requantizer, 8, 32, 0, 0},
    {unit_kind::vector_lane, 0, 0, 0, 0},
    {unit_kind::vector_polynomial, 0, 0, 0, 0},
    {unit_kind::vector_scale, 0, 0, 0, 0},
    {unit_kind::vector_norm, 0, 0, 0, 0},
    {unit_kind::vector_row, 0, 0, 0, 0},
};

void expect_not_cheaper(const unit_cost& wide, const unit_cost& narrow) {
    EXPECT_GE(wide.held->value, narrow.held->value);
    EXPECT_GE(wide.load->value, narrow.load->value);
    EXPECT_GE(wide.clock->value, narrow.clock->value);
    EXPECT_GE(wide.leakage->value, narrow.leakage->value);
    EXPECT_GE(wide.area->value, narrow.area->value);
}

TEST(published_shape, every_unit_has_a_cost_over_its_whole_range) {
    static_assert(std::size(documented) == static_cast<std::size_t>(unit_kind::vector_row) + 1, "one line per unit");
    for (const unit_range& r : documented) {
        for (int k = r.least_weight_bits; k <= r.most_weight_bits; ++k) {
            for (int a = 2; a <= 8; ++a) {
                for (int lanes = r.least_lanes; lanes <= r.most_lanes; lanes += lanes < 64 ? 1 : 61) {
                    for (const auto input : {activation_class::relu, activation_class::gelu, activation_class::dense}) {
                        const unit_cost cost = shipped_table().unit({r.unit, k, a, lanes, input, k % 2 == 0});
                        const bool chooses_nothing = r.unit == unit_kind::outlier_list && lanes == 1;
                        ASSERT_GE(cost.held->value, chooses_nothing ? 0 : 1e-9)
                            << to_string(r.unit) << " k " << k << " a " << a << " lanes " << lanes;
                        ASSERT_GT(cost.area->value, 0);
                        ASSERT_GT(cost.leakage->value, 0);
                    }
                }
            }
        }
    }
}

TEST(published_shape, wider_is_never_cheaper) {
    for (const unit_range& r : documented) {
        for (const int lanes : {r.least_lanes, (r.least_lanes + r.most_lanes) / 2, r.most_lanes}) {
            for (int a = 2; a <= 8; ++a) {
                for (int k = r.least_weight_bits; k <= r.most_weight_bits; ++k) {
                    SCOPED_TRACE(std::string(to_string(r.unit)) + " k " + std::to_string(k) + " a " + std::to_string(a));
                    const unit_cost here = shipped(r.unit, k, a, lanes);
                    if (k < r.most_weight_bits) expect_not_cheaper(shipped(r.unit, k + 1, a, lanes), here);
                    if (a < 8) expect_not_cheaper(shipped(r.unit, k, a + 1, lanes), here);
                    if (lanes < r.most_lanes) expect_not_cheaper(shipped(r.unit, k, a, lanes + 1), here);
                }
            }
        }
    }
}

TEST(published_shape, a_larger_memory_is_never_cheaper) {
    memory_cost smaller = shipped_table().memory(memory_kind::weight_buffer, {bytes(64), 128});
    for (std::uint64_t capacity = 100; capacity <= 4u << 20; capacity += capacity / 3) {
        const memory_cost larger = shipped_table().memory(memory_kind::weight_buffer, {bytes(capacity), 128});
        EXPECT_GE(larger.read_per_bit->value, smaller.read_per_bit->value) << capacity;
        EXPECT_GT(larger.area->value, smaller.area->value) << capacity;
        smaller = larger;
    }
}

constexpr std::uint64_t least_bank_bytes = 4096;  // a platform's smallest bank (docs/platform-format.md)

memory_cost banked(std::uint64_t capacity, int banks) {
    return shipped_table().memory(memory_kind::scratchpad, {bytes(capacity), 128, dram_kind{}, banks});
}

TEST(published_shape, more_banks_never_cost_more_per_access_nor_less_area) {
    constexpr double rounded = 1e-4;  // rows have five digits
    for (std::uint64_t capacity = 16384; capacity <= 4u << 20; capacity += capacity / 3 / 256 * 256)
        for (int banks = 1; banks < 256 && capacity / (2 * banks) >= least_bank_bytes; banks *= 2) {
            const memory_cost few = banked(capacity, banks), many = banked(capacity, 2 * banks);
            EXPECT_LE(many.read_per_bit->value, few.read_per_bit->value) << capacity << " bytes, " << banks << " banks";
            EXPECT_LE(many.write_per_bit->value, few.write_per_bit->value) << capacity << " bytes, " << banks << " banks";
            EXPECT_GE(many.area->value, few.area->value * (1 - rounded)) << capacity << " bytes, " << banks << " banks";
            EXPECT_GE(many.leakage->value, few.leakage->value * (1 - rounded)) << capacity << " bytes, " << banks << " banks";
        }
}

TEST(published_shape, a_larger_memory_of_as_many_banks_never_costs_less) {
    for (int banks = 1; banks <= 256; banks *= 4) {
        const std::uint64_t least = least_bank_bytes * std::uint64_t(banks);
        memory_cost smaller = banked(least, banks);
        for (std::uint64_t capacity = least + 1024; capacity <= std::uint64_t(banks) << 22; capacity += capacity / 3 / 256 * 256) {
            const memory_cost larger = banked(capacity, banks);
            EXPECT_GE(larger.read_per_bit->value, smaller.read_per_bit->value) << capacity << " bytes, " << banks << " banks";
            EXPECT_GT(larger.area->value, smaller.area->value) << capacity << " bytes, " << banks << " banks";
            EXPECT_GT(larger.leakage->value, smaller.leakage->value) << capacity << " bytes, " << banks << " banks";
            smaller = larger;
        }
    }
}

TEST(published_shape, an_access_to_a_bank_costs_the_bank_and_the_wires_to_it) {
    const memory_cost whole = banked(524288, 8), bank = banked(65536, 1);
    const double edge_mm = 1e-3 * std::sqrt(bank.area->value);
    const double wire = 0.345 * 0.9 * 0.9 / 2;  // pJ per bit and mm, as the table's rule says
    EXPECT_NEAR(whole.read_per_bit->value, bank.read_per_bit->value + wire * edge_mm * (std::sqrt(8.0) - 1), 1e-6);
    EXPECT_NEAR(whole.area->value, 8 * bank.area->value, 1e-6 * whole.area->value);
    EXPECT_NEAR(whole.leakage->value, 8 * bank.leakage->value, 1e-6 * whole.leakage->value);
}

TEST(published_shape, zero_points_cost_more_than_no_zero_points) {
    for (int k = 2; k <= 8; ++k) {
        for (int a = 2; a <= 8; ++a) {
            const unit_cost plain = shipped(unit_kind::mac_tree, k, a, 16);
            const unit_cost widened = shipped(unit_kind::widened_tree, k + 1, a, 16);
            const unit_cost subtracting = shipped(unit_kind::pre_subtract_tree, k, a, 16);
            EXPECT_GT(widened.area->value, plain.area->value);
            EXPECT_GT(subtracting.area->value, widened.area->value) << "the subtractors outweigh the wider weight registers";
            EXPECT_GT(subtracting.load->value, widened.load->value) << "a load makes the subtractors toggle";
            // Held weights: the multipliers of the two are equally wide, the subtractors rest.
            EXPECT_NEAR(subtracting.held->value, widened.held->value, 1e-5 * widened.held->value);
        }
    }
}

TEST(published_shape, post_with_a_table_is_not_smaller_than_the_multiplier_and_pot_is) {
    for (int k = 4; k <= 7; ++k) {
        for (const int a : {3, 4, 8}) {
            const double multiplier = shipped(unit_kind::mac_tree, k, a, 16).area->value;
            EXPECT_GE(shipped(unit_kind::post_tree, k, a, 16).area->value, multiplier) << "k " << k << " a " << a;
            if (a >= 4) {
                EXPECT_LT(shipped(unit_kind::pot_tree, k, a, 16).area->value, multiplier) << "k " << k << " a " << a;
            }
        }
    }
}

TEST(published_shape, a_shared_word_is_cheaper_than_rounding_each_odd_product_where_there_are_any) {
    for (int k = 2; k <= 7; ++k) {
        for (const int a : {2, 4, 8}) {
            const unit_cost each = shipped(unit_kind::post_tree, k, a, 16), word = shipped(unit_kind::post_word_tree, k, a, 16);
            EXPECT_EQ(word.area->value<each.area->value, k> 2) << "k " << k << " a " << a;
            EXPECT_EQ(word.held->value<each.held->value, k> 2) << "k " << k << " a " << a;
            EXPECT_EQ(word.load->value, each.load->value) << "k " << k << " a " << a;
        }
    }
}

TEST(published_shape, a_sparse_lane_and_its_list_cost_several_dense_lanes_and_grow_with_the_multiplexer) {
    const double dense_lane = shipped(unit_kind::mac_tree, 4, 4, 16).area->value / 16;
    const double list = shipped(unit_kind::outlier_list, list_entry_bits(4, 16, 16), 0, 8).area->value;
    EXPECT_GT(shipped(unit_kind::sparse_lane, 4, 4, 16).area->value + list, 3 * dense_lane);
    const double growth = shipped(unit_kind::sparse_lane, 4, 4, 64).held->value - shipped(unit_kind::sparse_lane, 4, 4, 16).held->value;
    EXPECT_GT(growth, shipped(unit_kind::mac_tree, 4, 4, 1).held->value) << "48 more multiplexer inputs outweigh a multiplier";
}

}  // namespace
}  // namespace symmetree
