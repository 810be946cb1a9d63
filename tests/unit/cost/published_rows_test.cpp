#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/unit/cost/shipped_table.h"

// The rows of published_45nm.yaml derived a second time from the published figures. Each function follows the `rule` of the
// unit in the file, in energy and area separately and without the generator's helpers, so that a slip in either shows.
namespace symmetree {
namespace {

// Figures of the two families; the second one enters as ratio to its own 32-bit multiplier.
constexpr double to_first_pj = 3.1 / 8.63, to_first_um2 = 3495.0 / 4600.0;
constexpr double multiply_pj = 0.2 / 64, multiply_um2 = 282.0 / 64, adder_pj = 0.03 / 8, adder_um2 = 36.0 / 8;
constexpr double register_pj = 0.009 * to_first_pj, register_um2 = 6 * to_first_um2, clock_pj = 0.00794 * to_first_pj;
constexpr double mux_pj = 0.4165 / 160 * to_first_pj, mux_um2 = 249.6 / 160 * to_first_um2;
constexpr double gate_pj = 0.01799 / 32 * to_first_pj, gate_um2 = 50.4 / 32 * to_first_um2;

int log2_up(int n) { return static_cast<int>(std::ceil(std::log2(n) - 1e-9)); }

/// Sum of the widths of all adders of a tree, walked operand by operand.
double tree_bits(int lanes, double operand_bits) {
    double bits = 0;
    for (int operands = lanes; operands > 1; operands /= 2) {
        operand_bits += 1;
        const int sums = operands / 2;
        bits += sums * operand_bits;
    }
    return bits;
}

/// Numbers of primitive circuits; what they cost is one line each.
struct parts {
    double multiplier = 0, adder = 0, flop = 0, mux = 0, gate = 0;
    double pj() const { return multiplier * multiply_pj + adder * adder_pj + flop * register_pj + mux * mux_pj + gate * gate_pj; }
    double um2() const { return multiplier * multiply_um2 + adder * adder_um2 + flop * register_um2 + mux * mux_um2 + gate * gate_um2; }
};

void expect_row(const unit_cost& row, double held, double load, double clocked_bits, double area, const std::string& where) {
    SCOPED_TRACE(where);
    const auto near = [](double expected) { return std::abs(expected) * 2e-5 + 1e-12; };  // six digits stand in the file
    EXPECT_NEAR(row.held->value, held, near(held)) << "held";
    EXPECT_NEAR(row.load->value, load, near(load)) << "load";
    EXPECT_NEAR(row.clock->value, clocked_bits * clock_pj, near(clocked_bits * clock_pj)) << "clock";
    EXPECT_NEAR(row.area->value, area, near(area)) << "area";
    EXPECT_NEAR(row.leakage->value, 0.012 * area, near(0.012 * area)) << "leakage";
}

std::string at(int k, int a, int lanes) { return "k " + std::to_string(k) + " a " + std::to_string(a) + " lanes " + std::to_string(lanes); }

void expect_multiplier_tree(unit_kind unit, int k, int a, int lanes) {
    const bool subtracts = unit == unit_kind::pre_subtract_tree;
    const int port = subtracts ? k + 1 : k;
    const int out = port + a + log2_up(lanes);
    const parts logic{1.0 * lanes * port * a, tree_bits(lanes, port + a), 1.0 * out, 0, 1.0 * lanes * (port + a - 1)};
    const parts weights{0, subtracts ? 1.0 * lanes * port : 0, 2.0 * k * (subtracts ? lanes + 1 : lanes), 0, 0};
    expect_row(shipped(unit, k, a, lanes), logic.pj(), weights.pj(), out, logic.um2() + weights.um2(),
               to_string(unit) + (" " + at(k, a, lanes)));
}

/// Multiplexers of a shifter of words of `word` bits, `a` of them filled, by up to `farthest` places.
double shifter_muxes(int a, int word, int farthest) {
    double muxes = 0;
    int reach = a;
    for (int distance = 1; distance <= farthest && distance <= word; distance *= 2) {
        reach = std::min(word, reach + distance);
        muxes += reach;
    }
    return muxes;
}

void expect_shift_tree(unit_kind unit, int k, int a, int lanes) {
    const bool post = unit != unit_kind::pot_tree, table = post && k > 2, rounds = table && unit == unit_kind::post_tree;
    const int word = a + 4;
    const int farthest = post ? (1 << (k - 2)) - 1 : (1 << (k - 1)) - 2;
    const double muxes = (table ? word : 0) + shifter_muxes(a, word, farthest);
    const int out = word + 1 + log2_up(lanes);
    const parts logic{lanes * (table ? a * word / 2.0 : 0), tree_bits(lanes, word + 1) + (rounds ? lanes * word : 0), 1.0 * out,
                      lanes * muxes, 2.0 * lanes * word};
    const parts weights{0, 0, 2.0 * k * lanes, 0, 0};
    expect_row(shipped(unit, k, a, lanes), logic.pj(), weights.pj(), out, logic.um2() + weights.um2(),
               to_string(unit) + (" " + at(k, a, lanes)));
}

TEST(published_rows, multiplier_trees_follow_their_rule_at_every_width) {
    for (const int lanes : {1, 4, 8, 16, 32, 64}) {
        for (int a = 2; a <= 8; ++a) {
            for (int k = 2; k <= 9; ++k) {
                expect_multiplier_tree(unit_kind::mac_tree, k, a, lanes);
                expect_multiplier_tree(unit_kind::widened_tree, k, a, lanes);
                if (k <= 8) expect_multiplier_tree(unit_kind::pre_subtract_tree, k, a, lanes);
            }
        }
    }
}

TEST(published_rows, shift_trees_follow_their_rule_at_every_width) {
    for (const int lanes : {1, 4, 8, 16, 32, 64}) {
        for (int a = 2; a <= 8; ++a) {
            for (int k = 2; k <= 7; ++k) {
                expect_shift_tree(unit_kind::pot_tree, k, a, lanes);
                expect_shift_tree(unit_kind::post_tree, k, a, lanes);
                expect_shift_tree(unit_kind::post_word_tree, k, a, lanes);
            }
        }
    }
}

TEST(published_rows, trees_of_two_shifts_follow_their_rule) {
    for (const int lanes : {1, 4, 8, 16, 32, 64}) {
        for (int a = 2; a <= 8; ++a) {
            for (const int k : {4, 5}) {
                const int word = a + 4, out = word + 2 + log2_up(lanes);
                const double muxes =
                    k == 4 ? shifter_muxes(a, word, 3) + shifter_muxes(a, word, 2) : shifter_muxes(a, word, 4) + shifter_muxes(a, word, 5);
                const parts logic{0, tree_bits(lanes, word + 2) + lanes * word, 1.0 * out, lanes * muxes, 4.0 * lanes * word};
                const parts weights{0, 0, 2.0 * k * lanes, 0, 0};
                expect_row(shipped(unit_kind::apot_tree, k, a, lanes), logic.pj(), weights.pj(), out, logic.um2() + weights.um2(),
                           at(k, a, lanes));
            }
        }
    }
}

TEST(published_rows, row_sum_units_follow_their_rule) {
    for (const int lanes : {1, 4, 8, 16, 32, 64}) {
        for (int a = 2; a <= 8; ++a) {
            const int out = a + log2_up(lanes);
            const parts sum{0, tree_bits(lanes, a), 1.0 * out, 0, 0};
            expect_row(shipped(unit_kind::activation_sum_tree, 0, a, lanes), sum.pj(), 0, out, sum.um2(), "sum " + at(0, a, lanes));
            for (int k = 2; k <= 9; ++k) {
                const parts zero_point{0, 0, 2.0 * k, 0, 0};
                for (const auto& [unit, sum_bits] :
                     {std::pair(unit_kind::correction_every_cycle, out), std::pair(unit_kind::correction_at_drain, out + 8)}) {
                    const parts logic{1.0 * k * sum_bits, k + sum_bits + 1.0, 1.0 * (k + sum_bits), 0, 0};
                    expect_row(shipped(unit, k, a, lanes), logic.pj(), zero_point.pj(), k + sum_bits, logic.um2() + zero_point.um2(),
                               to_string(unit) + (" " + at(k, a, lanes)));
                }
            }
        }
    }
}

TEST(published_rows, sparse_units_follow_their_rule) {
    for (int a = 2; a <= 8; ++a) {
        for (int k = 2; k <= 9; ++k) {
            for (const int lanes : {1, 4, 8, 16, 32, 64}) {
                const int selected = k + a + 3, product = k + a + 7;
                const parts logic{1.0 * k * a, 0, 1.0 * (selected + product), (lanes - 1.0) * a + 3.0 * product, k + a - 1.0};
                expect_row(shipped(unit_kind::sparse_lane, k, a, lanes), logic.pj(), 0, selected + product, logic.um2(),
                           "lane " + at(k, a, lanes));
            }
            const double gathered = k + a + 10;
            const parts adder{0, gathered, gathered, 0, 0};
            expect_row(shipped(unit_kind::sparse_bank_adder, k, a, 0), adder.pj(), 0, gathered, adder.um2(), "bank adder " + at(k, a, 0));
            for (const int trees : {1, 7, 16, 100, 256}) {
                expect_row(shipped(unit_kind::sparse_crossbar, k, a, trees), trees * gathered * gate_pj + gathered * adder_pj, 0, 0,
                           trees * gathered * (gate_um2 + adder_um2), "crossbar " + at(k, a, trees));
            }
        }
    }
}

TEST(published_rows, of_lists_grow_with_their_entries) {
    for (const int entry : {5, 15, 25})
        for (const int entries : {1, 2, 4, 8, 16}) {
            const parts shown{0, 0, 0, (entries - 1.0) * entry, 0}, held{0, 0, 2.0 * entries * entry, 0, 0};
            expect_row(shipped(unit_kind::outlier_list, entry, 0, entries), shown.pj(), 2 * entry * register_pj, 0,
                       shown.um2() + held.um2(), "list " + at(entry, 0, entries));
        }
}

TEST(published_rows, of_subtractors_at_the_port_have_an_adder_for_every_code) {
    for (const int k : {2, 5, 8})
        for (const int codes : {1, 16, 42, 64}) {
            const parts all{0, 1.0 * codes * (k + 1), 0, 0, 0};
            expect_row(shipped(unit_kind::port_subtractor, k, 0, codes), all.pj(), 0, 0, all.um2(), "subtractors " + at(k, 0, codes));
        }
}

TEST(published_rows, of_decoders_have_a_tree_of_multiplexers_for_every_code) {
    for (const int level : {2, 5, 8})
        for (const int code : {2, 3, 4, 6})
            for (const int codes : {1, 16, 42, 64}) {
                const int levels = 1 << code;
                const parts changing{0, 0, 0, 1.0 * codes * level * (code + 1), 0}, all{0, 0, 0, 1.0 * codes * level * levels, 0},
                    table{0, 0, 2.0 * levels * level, 0, 0};
                expect_row(shipped(unit_kind::level_decoder, level, code, codes), changing.pj(), table.pj(), 0, all.um2() + table.um2(),
                           "decoder " + at(level, code, codes));
            }
}

double storage_um2(double bits) {
    const double block = 65536.0 * 8;
    if (bits > block) return bits / block * 0.346 * (block + 256 * std::sqrt(block));
    return std::min(bits * register_um2, 0.346 * (bits + 256 * std::sqrt(bits)));
}

double storage_pj(double bytes) { return std::max(register_pj, 10.0 / 64 * std::sqrt(bytes / 8192)); }

TEST(published_rows, accumulators_and_requantizers_follow_their_rule) {
    for (const int width : {8, 16, 24, 32}) {
        const parts logic{0, 1.0 * width, 1.0 * width, 0, 0}, beside{0, 1.0 * width, width + 21.0, 3.0 * width + 21, 27};
        expect_row(shipped(unit_kind::outlier_accumulate, width, 0, 0), beside.pj(), 0, width + 21, beside.um2(),
                   "outlier_accumulate " + at(width, 0, 0));
        for (int depth = 1; depth <= 4096; depth *= 2) {
            const double bits = 1.0 * width * depth;
            expect_row(shipped(unit_kind::accumulator, width, 0, depth), logic.pj() + 2 * width * storage_pj(bits / 8), 0, width,
                       logic.um2() + 2 * storage_um2(bits), "accumulator " + at(width, 0, depth));
        }
    }
    for (int width = 8; width <= 32; ++width) {
        const parts logic{32.0 * width, 3.0 * width, 8, 6.0 * (width + 32), 0};
        const parts scale{0, 0, 38, 0, 0};
        expect_row(shipped(unit_kind::requantizer, width, 0, 0), logic.pj(), scale.pj(), 8, logic.um2() + scale.um2(), "requantizer");
    }
}

TEST(published_rows, vector_units_follow_their_rule) {
    const auto expect = [](unit_kind unit, int a, const parts& logic) {
        expect_row(shipped(unit, 0, a, 0), logic.pj(), 0, 0, logic.um2(), to_string(unit) + (" " + at(0, a, 0)));
    };
    for (int a = 2; a <= 16; ++a) {
        const double x = a + 1;  // a code less its zero point
        const double sum = x + 16;
        expect(unit_kind::vector_lane, a, {30 * x, 5 * x + 2 * sum, 2 * x + 2 * sum + a, 5 * sum, 0});
        const double scaled = x + 19;
        expect(unit_kind::vector_polynomial, a,
               {19 * x + 15 * 15 + 18 * 15, x + scaled + 15 + 31 + 37, x + 2 * scaled + 134, 5 * scaled + 5 * 21, 0});
        const double product = a + 32;
        expect(unit_kind::vector_scale, a, {21.0 * 17 + (a + 17) * 15, product + 3 * x, 38 + 2 * product + a, 6 * product, 0});
        const double row_sum = a + 17, squares = 2 * a + 18, deviation = a + 18, normal = deviation + 17;
        expect(unit_kind::vector_norm, a,
               {x * x + 17 * x + 17 * deviation + 24 * 16, 4 * x + row_sum + squares + deviation + normal + 96,
                3 * x + row_sum + squares + deviation + normal + 120 + a, 6 * normal + 5 * 48, 0});
        const parts digits{0, 38, 55, 38, 0}, rest{17.0 * squares + row_sum * row_sum + 17 * 15, 126, 0, 6 * 63, 0};
        expect_row(shipped(unit_kind::vector_row, 0, a, 0), 33 * digits.pj() + rest.pj(), 0, 0, 2 * digits.um2() + rest.um2(),
                   "vector_row " + at(0, a, 0));
    }
}

TEST(published_rows, memories_follow_their_rule) {
    for (const memory_kind kind : {memory_kind::weight_buffer, memory_kind::activation_buffer, memory_kind::output_buffer}) {
        for (std::uint64_t capacity = 64; capacity <= 4u << 20; capacity *= 2) {
            const memory_cost cost = shipped_table().memory(kind, {bytes(capacity), 128});
            const double pj = storage_pj(static_cast<double>(capacity)), area = storage_um2(8.0 * static_cast<double>(capacity));
            EXPECT_NEAR(cost.read_per_bit->value, pj, pj * 1e-5) << capacity;
            EXPECT_EQ(cost.write_per_bit, cost.read_per_bit);
            EXPECT_NEAR(cost.area->value, area, area * 1e-5) << capacity;
            EXPECT_NEAR(cost.leakage->value, 0.012 * area, area * 1e-6) << capacity;
        }
    }
    EXPECT_DOUBLE_EQ(64 * shipped_table().memory(memory_kind::weight_buffer, {bytes(8192), 64}).read_per_bit->value, 10);
    EXPECT_DOUBLE_EQ(32 * shipped_table().memory(memory_kind::dram, {bytes(0), 0}).read_per_bit->value, 640);
    EXPECT_EQ(shipped_table().memory(memory_kind::dram, {bytes(0), 0}).area->value, 0);
    const auto per_bit = [](dram_kind kind) { return shipped_table().memory(memory_kind::dram, {bytes(0), 0, kind}).read_per_bit->value; };
    EXPECT_DOUBLE_EQ(per_bit(dram_kind::ddr3_1600), 640.0 / 32);
    EXPECT_DOUBLE_EQ(per_bit(dram_kind::lpddr4), 8);
    EXPECT_DOUBLE_EQ(per_bit(dram_kind::lpddr5), 8 * 0.7);
}

}  // namespace
}  // namespace symmetree
