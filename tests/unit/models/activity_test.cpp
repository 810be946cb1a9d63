#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "models/activity/layer_result.h"
#include "tests/unit/tiling/random_layers.h"

namespace symmetree {
namespace {

/// Every platform kind: arrays, zero-point units with both corrections, sparse units with both assignments.
std::vector<accelerator_config> all_platforms() {
    std::vector<accelerator_config> all;
    for (const array_kind kind : {array_kind::pot, array_kind::post}) {
        accelerator_config config;
        config.array.kind = kind;
        config.side_array = array_config{};
        config.side_array->trees = 4;
        all.push_back(config);
    }
    for (const zero_point_unit unit : enumerators<zero_point_unit>())
        for (const correction_form form : {correction_form::every_cycle, correction_form::at_drain})
            for (const int lanes : {0, 4})
                for (const outlier_assignment assignment : {outlier_assignment::row_banked, outlier_assignment::pooled}) {
                    accelerator_config config;
                    config.zero_point = unit;
                    config.correction = form;
                    config.sparse.lanes = lanes;
                    config.sparse.assignment = assignment;
                    config.vector_unit.lanes = lanes;
                    all.push_back(config);
                    config.sparse.engine = outlier_engine::decoupled;
                    all.push_back(config);
                }
    return all;
}

/// Counts that units could have reached: at most one operation per instance and cycle.
layer_result any_result(draws& d, const accelerator_config& config) {
    layer_result r;
    r.cycles = std::uint64_t(d.between(1, 100000));
    const auto some = [&](int instances) {
        unit_counters c;
        c.vectors = d.once_in(4)   ? 0
                    : d.once_in(4) ? std::uint64_t(instances) * r.cycles
                                   : std::uint64_t(d.between(0, instances * int(r.cycles)));
        c.loads = std::uint64_t(d.between(0, 1000));
        return c;
    };
    auto& units = r.done.units;
    units[array_circuit(config, false)] = some(config.array.trees);
    if (config.side_array) {
        r.on_side_array = d.once_in(2);
        if (r.on_side_array) {
            units[array_circuit(config, false)] = {};
            units[array_circuit(config, true)] = some(config.side_array->trees);
        }
    }
    units[unit_kind::activation_sum_tree] = some(1);
    units[unit_kind::correction_every_cycle] = some(config.array.trees);
    units[unit_kind::sparse_lane] = units[unit_kind::outlier_list] = units[unit_kind::sparse_crossbar] = some(config.sparse.lanes);
    units[unit_kind::sparse_bank_adder] = some(config.array.trees);
    units[unit_kind::accumulator] = some(config.array.trees);
    if (config.sparse.engine == outlier_engine::decoupled && config.sparse.lanes > 0)
        units[unit_kind::outlier_accumulate] = some(config.array.trees);
    units[unit_kind::requantizer] = some(config.drain_width);
    units[unit_kind::requantizer].stalled = std::uint64_t(d.between(0, int(r.cycles)));
    units[unit_kind::correction_at_drain].vectors = units[unit_kind::requantizer].vectors;
    if (config.vector_unit.lanes > 0) {
        for (const unit_kind lane : {unit_kind::vector_lane, unit_kind::vector_polynomial, unit_kind::vector_scale, unit_kind::vector_norm})
            units[lane].vectors = some(config.vector_unit.lanes).vectors;
        units[unit_kind::vector_row].vectors = some(1).vectors;
    }
    r.split.memory = std::uint64_t(d.between(0, int(r.cycles)));
    r.split.outlier = (r.cycles - r.split.memory) / 2;
    return r;
}

TEST(activity, accounts_for_every_cycle_of_every_instance) {
    const std::vector<accelerator_config> platforms = all_platforms();
    for (std::size_t p = 0; p < platforms.size(); ++p) {
        const accelerator_config& config = platforms[p];
        const unit_activity installed = installed_units(config);
        for (std::uint32_t seed = 0; seed < 60; ++seed) {
            SCOPED_TRACE("platform " + std::to_string(p) + ", seed " + std::to_string(seed));
            draws d(seed);
            const layer_result r = any_result(d, config);
            const unit_activity units = activity_of(config, r, activation_class::dense);
            ASSERT_EQ(units.size(), installed.size());
            for (const auto& [key, c] : units) {
                ASSERT_EQ(c.busy + c.stalled + c.idle, c.instances * r.cycles) << to_string(key.unit);
                ASSERT_LE(std::max(c.stalled, c.idle), c.instances * r.cycles) << to_string(key.unit);  // the sum would hide a wrap-around
                ASSERT_EQ(c.busy, c.vectors) << to_string(key.unit);
                ASSERT_EQ(installed.at(key).instances, c.instances) << to_string(key.unit);
                ASSERT_LE(c.stalled, c.instances * (r.split.stalled() + r.done.units[unit_kind::requantizer].stalled))
                    << to_string(key.unit);
                if (c.vectors == 0) {
                    ASSERT_EQ(c.stalled, 0u) << to_string(key.unit);
                }
            }
        }
    }
}

/// The units of a platform as text, with how many there are.
std::map<std::string, std::uint64_t> census(const accelerator_config& config) {
    std::map<std::string, std::uint64_t> units;
    for (const auto& [key, c] : installed_units(config)) units[to_string(key.unit)] += c.instances;
    return units;
}

TEST(installed_units, are_those_of_the_configuration) {
    accelerator_config config;
    config.array.trees = 8;
    config.drain_width = 3;
    using units = std::map<std::string, std::uint64_t>;
    EXPECT_EQ(census(config), (units{{"mac_tree", 8}, {"accumulator", 8}, {"requantizer", 3}}));
    config.zero_point = zero_point_unit::pre_subtract;
    EXPECT_EQ(census(config), (units{{"pre_subtract_tree", 8}, {"accumulator", 8}, {"requantizer", 3}}));
    config.zero_point = zero_point_unit::port_subtract;
    EXPECT_EQ(census(config), (units{{"widened_tree", 8}, {"port_subtractor", 1}, {"accumulator", 8}, {"requantizer", 3}}));
    config.zero_point = zero_point_unit::widened;
    EXPECT_EQ(census(config), (units{{"widened_tree", 8}, {"accumulator", 8}, {"requantizer", 3}}));
    config.zero_point = zero_point_unit::row_sum;
    config.correction = correction_form::every_cycle;
    EXPECT_EQ(census(config),
              (units{{"mac_tree", 8}, {"activation_sum_tree", 1}, {"correction_every_cycle", 8}, {"accumulator", 8}, {"requantizer", 3}}));
    config.correction = correction_form::at_drain;
    EXPECT_EQ(census(config),
              (units{{"mac_tree", 8}, {"activation_sum_tree", 1}, {"correction_at_drain", 3}, {"accumulator", 9}, {"requantizer", 3}}));
    config.zero_point = zero_point_unit::none;
    config.sparse.lanes = 2;
    EXPECT_EQ(
        census(config),
        (units{
            {"mac_tree", 8}, {"sparse_lane", 2}, {"outlier_list", 2}, {"sparse_bank_adder", 8}, {"accumulator", 8}, {"requantizer", 3}}));
    config.sparse.assignment = outlier_assignment::pooled;
    EXPECT_EQ(census(config), (units{{"mac_tree", 8},
                                     {"sparse_lane", 2},
                                     {"outlier_list", 2},
                                     {"sparse_bank_adder", 8},
                                     {"sparse_crossbar", 2},
                                     {"accumulator", 8},
                                     {"requantizer", 3}}));
    config.sparse.engine = outlier_engine::decoupled;
    EXPECT_EQ(census(config)["outlier_accumulate"], 8u);
    EXPECT_EQ(census(config)["accumulator"], 16u) << "one for even vectors, one for odd ones";
    config.sparse.lanes = 0;
    EXPECT_EQ(census(config).count("outlier_accumulate"), 0u) << "no outliers, no way for them";
    config.array.kind = array_kind::post;
    config.side_array = array_config{};
    config.side_array->trees = 4;
    EXPECT_EQ(census(config), (units{{"post_tree", 8}, {"mac_tree", 4}, {"accumulator", 8}, {"requantizer", 3}}));
}

TEST(installed_units, of_the_vector_unit_are_its_circuits) {
    accelerator_config config;
    config.vector_unit.lanes = 6;
    const std::map<std::string, std::uint64_t> units = census(config);
    for (const char* circuit : {"vector_lane", "vector_polynomial", "vector_scale", "vector_norm"})
        EXPECT_EQ(units.at(circuit), 6u) << circuit;
    EXPECT_EQ(units.at("vector_row"), 1u);
}

TEST(activity, of_the_vector_unit_is_that_of_each_circuit) {
    accelerator_config config;
    config.vector_unit.lanes = 4;
    layer_result r;
    r.cycles = 100;
    r.split.memory = 30;
    std::uint64_t operations = 160;
    for (const unit_kind circuit : {unit_kind::vector_lane, unit_kind::vector_polynomial, unit_kind::vector_scale, unit_kind::vector_norm})
        r.done.units[circuit].vectors = operations /= 2;
    r.done.units[unit_kind::vector_row].vectors = 1;
    std::map<std::string, std::uint64_t> busy;
    for (const auto& [key, c] : activity_of(config, r, activation_class::dense)) {
        if (std::string(to_string(key.unit)).rfind("vector_", 0) != 0) continue;
        busy[to_string(key.unit)] = c.vectors;
        EXPECT_EQ(c.stalled, 0u);
        EXPECT_EQ(c.idle, c.instances * 100 - c.vectors);
    }
    EXPECT_EQ(busy, (std::map<std::string, std::uint64_t>{
                        {"vector_lane", 80}, {"vector_polynomial", 40}, {"vector_scale", 20}, {"vector_norm", 10}, {"vector_row", 1}}));
}

TEST(installed_units, of_widened_codes_are_one_bit_wider) {
    accelerator_config config;
    config.zero_point = zero_point_unit::widened;
    EXPECT_EQ(installed_units(config).begin()->first.held_bits, config.array.weight_bits + 1);
}

TEST(activity, of_the_accumulators_includes_that_of_the_activation_sums_where_they_are_kept) {
    layer_result r;
    r.cycles = 100;
    r.done.units[unit_kind::accumulator].vectors = 600;
    r.done.units[unit_kind::activation_sum_tree].vectors = 40;
    accelerator_config config;
    config.zero_point = zero_point_unit::row_sum;
    const auto accumulated = [&] {
        for (const auto& [key, c] : activity_of(config, r, activation_class::relu))
            if (key.unit == unit_kind::accumulator) return c.vectors;
        return std::uint64_t(0);
    };
    config.correction = correction_form::at_drain;
    EXPECT_EQ(accumulated(), 640u);
    config.correction = correction_form::every_cycle;
    EXPECT_EQ(accumulated(), 600u);
}

TEST(activity, goes_to_the_array_that_ran_the_layer) {
    accelerator_config config;
    config.array.kind = array_kind::pot;
    config.side_array = array_config{};
    layer_result r;
    r.cycles = 100;
    r.on_side_array = true;
    r.done.units[unit_kind::mac_tree].vectors = 50;
    r.split.memory = 10;
    for (const auto& [key, c] : activity_of(config, r, activation_class::relu)) {
        EXPECT_EQ(key.input, activation_class::relu);
        EXPECT_EQ(c.vectors, key.unit == unit_kind::mac_tree ? 50u : 0u) << to_string(key.unit);
        EXPECT_EQ(c.stalled, key.unit == unit_kind::mac_tree ? 160u : 0u) << to_string(key.unit);
    }
}

}  // namespace
}  // namespace symmetree
