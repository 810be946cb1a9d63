// Counters as values: what is added, subtracted and compared is every counter of a group, of every unit, memory and stream.
#include <gtest/gtest.h>

#include "models/activity/layer_result.h"

namespace symmetree {
namespace {

struct half_listed {
    std::uint64_t listed = 0, forgotten = 0;
};
struct listed_twice {
    std::uint64_t first = 0, second = 0;
};

}  // namespace

template <>
inline constexpr std::array counters_of<half_listed> = {counter<half_listed>{"listed", &half_listed::listed}};
template <>
inline constexpr std::array counters_of<listed_twice> = {counter<listed_twice>{"first", &listed_twice::first},
                                                         counter<listed_twice>{"second", &listed_twice::first}};

namespace {

TEST(a_table_of_counters, is_refused_where_it_misses_one_or_has_one_twice) {
    EXPECT_TRUE(lists_every_counter<unit_counters>());
    EXPECT_FALSE(lists_every_counter<half_listed>());
    EXPECT_FALSE(lists_every_counter<listed_twice>());
}

/// Every counter another number, from `first` on.
template <class Group>
Group numbered(std::uint64_t& next) {
    Group group;
    for (const counter<Group>& c : counters_of<Group>) group.*c.count = next++;
    return group;
}

engine_counts numbered_counts(std::uint64_t next) {
    engine_counts counts;
    for (const unit_kind unit : enumerators<unit_kind>()) counts.units[unit] = numbered<unit_counters>(next);
    for (const memory_kind memory : enumerators<memory_kind>()) counts.memories[memory] = numbered<memory_counters>(next);
    for (const dma_stream stream : enumerators<dma_stream>()) counts.streams[stream] = numbered<stream_counters>(next);
    return counts;
}

template <class Group>
void expect_each(const Group& group, std::uint64_t expected) {
    for (const counter<Group>& c : counters_of<Group>) {
        if (c.join == counter_join::sum) {
            EXPECT_EQ(group.*c.count, expected) << c.name;
        }
    }
}

TEST(a_difference_of_running_totals, leaves_out_no_counter_of_a_unit_a_memory_or_a_stream) {
    const engine_counts between = numbered_counts(1000) - numbered_counts(1);
    for (const unit_counters& unit : between.units) expect_each(unit, 999);
    for (const memory_counters& memory : between.memories) expect_each(memory, 999);
    for (const stream_counters& stream : between.streams) expect_each(stream, 999);
}

TEST(a_sum_of_two_cores, has_every_counter_of_both_and_the_copies_of_one) {
    engine_counts sum = numbered_counts(0);
    sum += numbered_counts(7);
    EXPECT_EQ(sum.units[unit_kind::mac_tree].instances, 7u);
    std::uint64_t next = 0;
    for (const unit_kind unit : enumerators<unit_kind>()) {
        const auto one = numbered<unit_counters>(next);
        EXPECT_EQ(sum.units[unit].idle, 2 * one.idle + 7) << to_string(unit);
    }
    const engine_counts back = sum - numbered_counts(7);
    EXPECT_EQ(back.memories, numbered_counts(0).memories);
    EXPECT_EQ(back.streams, numbered_counts(0).streams);
}

TEST(counters, are_equal_when_each_is) {
    std::uint64_t next = 5;
    const auto split = numbered<slot_split>(next);
    for (const counter<slot_split>& part : counters_of<slot_split>) {
        slot_split other = split;
        EXPECT_TRUE(other == split);
        ++(other.*part.count);
        EXPECT_TRUE(other != split) << part.name;
    }
}

TEST(enumerators, are_all_and_only_those_that_have_a_name) {
    EXPECT_EQ(enumerators<memory_kind>().back(), memory_kind::scratchpad);
    EXPECT_EQ(enumerators<unit_kind>().front(), unit_kind::mac_tree);
    EXPECT_EQ(enumerator_count<dma_stream>, 7u);
    EXPECT_STREQ(to_string(static_cast<dma_stream>(enumerator_count<dma_stream>)), "?");
}

}  // namespace
}  // namespace symmetree
