#include "Vaccumulator_sets.h"
#include "Vactivation_sum_tree_sets.h"
#include "Vapot_tree_sets.h"
#include "Vcorrection_at_drain_sets.h"
#include "Vcorrection_every_cycle_sets.h"
#include "Vlevel_decoder_sets.h"
#include "Vmac_tree_sets.h"
#include "Vmac_tree_signed_sets.h"
#include "Voutlier_accumulate_sets.h"
#include "Voutlier_list_sets.h"
#include "Vport_subtractor_sets.h"
#include "Vpost_tree_sets.h"
#include "Vpost_two_sum_tree_sets.h"
#include "Vpost_word_tree_sets.h"
#include "Vpot_tree_sets.h"
#include "Vpre_subtract_tree_sets.h"
#include "Vrequantizer_sets.h"
#include "Vsparse_bank_adder_sets.h"
#include "Vsparse_crossbar_sets.h"
#include "Vsparse_lane_sets.h"
#include "Vweight_registers_sets.h"
#include "Vwidened_tree_sets.h"
#include "tests/rtl/twins.h"

namespace symmetree {
namespace {

constexpr std::uint64_t vectors = 100'000;

template <class Model, class Twin>
void check(std::uint64_t seed) {
    verilated_bench<Model, Twin>(seed).run(vectors);
}

TEST(dense_array, mac_tree) { check<Vmac_tree_sets, mac_twin>(1); }
TEST(dense_array, mac_tree_without_modes) { check<Vmac_tree_signed_sets, signed_mac_twin>(2); }
TEST(dense_array, widened_tree) { check<Vwidened_tree_sets, mac_twin>(3); }
TEST(dense_array, weight_registers) { check<Vweight_registers_sets, weight_registers_twin>(4); }
TEST(dense_array, level_decoder) { check<Vlevel_decoder_sets, level_decoder_twin>(19); }
TEST(zero_point, pre_subtract_tree) { check<Vpre_subtract_tree_sets, pre_subtract_twin>(5); }
TEST(zero_point, port_subtractor) { check<Vport_subtractor_sets, port_subtractor_twin>(20); }
TEST(zero_point, activation_sum_tree) { check<Vactivation_sum_tree_sets, activation_sum_twin>(6); }
TEST(zero_point, correction_every_cycle) { check<Vcorrection_every_cycle_sets, correction_every_cycle_twin>(7); }
TEST(zero_point, correction_at_drain) { check<Vcorrection_at_drain_sets, correction_at_drain_twin>(8); }
TEST(shift_lut, pot_tree) { check<Vpot_tree_sets, power_twin<false>>(9); }
TEST(shift_lut, post_tree) { check<Vpost_tree_sets, power_twin<true>>(10); }
TEST(shift_lut, post_word_tree) { check<Vpost_word_tree_sets, shared_word_twin>(20); }
TEST(shift_lut, post_two_sum_tree) { check<Vpost_two_sum_tree_sets, two_sum_twin>(11); }
TEST(shift_lut, apot_tree) { check<Vapot_tree_sets, apot_twin>(12); }
TEST(sparse, sparse_lane) { check<Vsparse_lane_sets, sparse_lane_twin>(13); }
TEST(sparse, sparse_bank_adder) { check<Vsparse_bank_adder_sets, bank_adder_twin>(14); }
TEST(sparse, sparse_crossbar) { check<Vsparse_crossbar_sets, crossbar_twin>(15); }
TEST(sparse, outlier_list) { check<Voutlier_list_sets, outlier_list_twin>(16); }
TEST(sparse, outlier_accumulate) { check<Voutlier_accumulate_sets, outlier_accumulate_twin>(20); }
TEST(accumulators, accumulator) { check<Vaccumulator_sets, accumulator_twin>(17); }
TEST(requantizer, requantizer) { check<Vrequantizer_sets, requantizer_twin>(18); }

}  // namespace
}  // namespace symmetree
