// Places in memory and the steps that need them.
#include "compile/memory_map.h"

#include <gmock/gmock.h>

#include "core/error.h"

namespace symmetree {
namespace {

using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

constexpr memory_space dram = memory_space::dram;

TEST(a_memory_map, places_one_thing_behind_the_other_at_multiples_of_64_bytes) {
    memory_map map;
    EXPECT_EQ(map.end(dram), 0u);
    EXPECT_EQ(map.reserve(dram, "descriptors", 256), 0u);
    EXPECT_EQ(map.reserve(dram, "tables", 65), 256u);
    EXPECT_EQ(map.reserve(dram, "weights", 64), 384u);
    EXPECT_EQ(map.end(dram), 448u);
    EXPECT_EQ(map.reserve(dram, "input", 1), 448u);
    EXPECT_EQ(map.end(dram), 449u);
    EXPECT_EQ(map.next(dram), 512u);
    ASSERT_EQ(map.places().size(), 4u);
    EXPECT_EQ(map.places()[1].name, "tables");
    EXPECT_EQ(map.places()[1].address, 256u);
    EXPECT_EQ(map.places()[1].bytes, 65u);
}

TEST(a_memory_map, gives_nothing_the_address_of_the_next_place) {
    memory_map map;
    map.reserve(dram, "tables", 10);
    EXPECT_EQ(map.reserve(dram, "parameters", 0), 64u);
    EXPECT_EQ(map.reserve(dram, "weights", 8), 64u);
    EXPECT_EQ(map.places().size(), 2u);
}

TEST(a_memory_map, knows_a_place_by_any_address_in_it) {
    memory_map map;
    const std::uint64_t a = map.reserve(dram, "a", 100), b = map.reserve(dram, "b", 10);
    map.note_steps({{a + 99}, {b}, {b + 9, a}, {b}});
    EXPECT_EQ(map.places()[0].alive.first, 0u);
    EXPECT_EQ(map.places()[0].alive.last, 2u);
    EXPECT_EQ(map.places()[1].alive.first, 1u);
    EXPECT_EQ(map.places()[1].alive.last, 3u);
}

TEST(a_memory_map, refuses_a_step_that_uses_what_nobody_placed) {
    memory_map map;
    map.reserve(dram, "a", 100);
    try {
        map.note_steps({{0, 100}});
        FAIL() << "address 100 is free";
    } catch (const model_fault& e) {
        EXPECT_THAT(e.what(), HasSubstr("address 100,"));
    }
}

TEST(addresses_of_a_layer, name_outliers_and_beta_only_where_it_has_them) {
    layer_descriptor d;
    d.tables_address = 1, d.weights_address = 2, d.outliers_address = 3, d.input_address = 4, d.output_address = 5;
    EXPECT_THAT(addresses_of(d), UnorderedElementsAre(1, 2, 4, 5));
    d.outlier_bits = 4;
    d.scale_address = 6;
    EXPECT_THAT(addresses_of(d), UnorderedElementsAre(1, 2, 3, 4, 5, 6));
}

TEST(addresses_of_a_step, name_second_tensor_parameters_and_betas_only_where_it_has_them) {
    vector_descriptor d;
    d.a.address = 1, d.b.address = 2, d.result.address = 3, d.parameters_address = 4;
    EXPECT_THAT(addresses_of(d), UnorderedElementsAre(1, 3));
    d.has_second = 1;
    d.parameters_bytes = 8;
    d.scale_address[0] = 5;
    d.scale_address[1] = 6;
    EXPECT_THAT(addresses_of(d), UnorderedElementsAre(1, 2, 3, 4, 5, 6));
}

TEST(an_address_range, holds_bytes_from_its_first_to_its_last) {
    const address_range range{100, 50};
    EXPECT_TRUE(range.holds(100, 50));
    EXPECT_TRUE(range.holds(149, 1));
    EXPECT_FALSE(range.holds(99, 1));
    EXPECT_FALSE(range.holds(149, 2));
    EXPECT_FALSE(range.holds(150, 1));
    EXPECT_FALSE(range.holds(100, ~std::uint64_t{0}));
}

}  // namespace
}  // namespace symmetree
