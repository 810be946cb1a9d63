// Which places go into the scratchpad, and where.
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <numeric>
#include <random>

#include "compile/scratchpad.h"

namespace symmetree {
namespace {

using offsets = std::vector<std::optional<std::uint64_t>>;

std::vector<wanted_place> random_places(std::uint64_t seed, std::size_t count) {
    std::mt19937_64 engine(seed);
    const auto from = [&](std::uint64_t low, std::uint64_t high) { return low + engine() % (high - low + 1); };
    std::vector<wanted_place> all;
    for (std::size_t i = 0; i < count; ++i) {
        wanted_place p;
        p.bytes = from(1, 6) * 64 - (from(0, 3) == 0 ? 17 : 0);
        p.moved_bytes = p.bytes * from(1, 4);
        p.alive.first = from(0, 6);
        p.alive.last = p.alive.first + from(0, 4);
        p.stays = from(0, 3) == 0;
        if (p.stays) p.alive = {0, 10};
        all.push_back(p);
    }
    return all;
}

std::uint64_t kept_traffic(const std::vector<wanted_place>& wanted, const offsets& found) {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < wanted.size(); ++i) sum += found[i] ? wanted[i].moved_bytes : 0;
    return sum;
}

bool is_sound(const std::vector<wanted_place>& wanted, const offsets& found, std::uint64_t capacity) {
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (!found[i]) continue;
        if (*found[i] % place_alignment != 0 || *found[i] + wanted[i].bytes > capacity) return false;
        for (std::size_t j = 0; j < i; ++j) {
            if (!found[j] || wanted[i].alive.first > wanted[j].alive.last || wanted[j].alive.first > wanted[i].alive.last) continue;
            if (*found[i] < *found[j] + wanted[j].bytes && *found[j] < *found[i] + wanted[i].bytes) return false;
        }
    }
    return true;
}

/// The most traffic that any choice of places and offsets keeps: every place at every multiple of 64 bytes, or nowhere.
std::uint64_t best_traffic(const std::vector<wanted_place>& wanted, std::uint64_t capacity, std::size_t next, offsets& found) {
    if (next == wanted.size()) return kept_traffic(wanted, found);
    found[next].reset();
    std::uint64_t best = best_traffic(wanted, capacity, next + 1, found);
    for (std::uint64_t at = 0; at + wanted[next].bytes <= capacity; at += place_alignment) {
        found[next] = at;
        if (is_sound(wanted, found, capacity)) best = std::max(best, best_traffic(wanted, capacity, next + 1, found));
    }
    found[next].reset();
    return best;
}

TEST(scratchpad_offsets, share_no_byte_while_they_live_and_stay_inside) {
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        const auto wanted = random_places(seed, 30);
        const std::uint64_t capacity = 64 * (1 + seed % 24);
        EXPECT_TRUE(is_sound(wanted, scratchpad_offsets(wanted, capacity), capacity)) << "seed " << seed;
    }
}

TEST(scratchpad_offsets, of_all_places_save_no_less_than_those_of_some) {
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        const auto wanted = random_places(seed, 30);
        const std::uint64_t capacity = 64 * (1 + seed % 40);
        const std::uint64_t all = kept_traffic(wanted, scratchpad_offsets(wanted, capacity));
        for (const bool stays : {false, true}) {
            std::vector<wanted_place> some;
            std::copy_if(wanted.begin(), wanted.end(), std::back_inserter(some), [&](const wanted_place& p) { return p.stays == stays; });
            EXPECT_GE(all, kept_traffic(some, scratchpad_offsets(some, capacity))) << "seed " << seed;
        }
    }
}

TEST(scratchpad_offsets, hold_everything_where_everything_fits_side_by_side) {
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
        const auto wanted = random_places(seed, 30);
        for (const auto& offset : scratchpad_offsets(wanted, 30 * 6 * 64)) EXPECT_TRUE(offset) << "seed " << seed;
    }
}

TEST(scratchpad_offsets, hold_what_follows_each_other_in_the_room_of_two) {
    std::vector<wanted_place> chain;
    for (std::size_t i = 0; i < 20; ++i) chain.push_back({1000, 2000, {i, i + 1}});
    for (const auto& offset : scratchpad_offsets(chain, 2048)) EXPECT_TRUE(offset);
    for (const auto& offset : scratchpad_offsets(chain, 999)) EXPECT_FALSE(offset);
}

TEST(scratchpad_offsets, put_a_result_over_the_operand_that_ends_with_it) {
    std::vector<wanted_place> chain{
        {1024, 2048, {0, 1}}, {512, 1024, {1, 2}, false, {0}}, {512, 1024, {2, 3}, false, {1}}, {256, 512, {0, 3}}};
    const offsets found = scratchpad_offsets(chain, 1280);
    for (const auto& offset : found) ASSERT_TRUE(offset);
    EXPECT_EQ(*found[1], *found[0]);
    EXPECT_EQ(*found[2], *found[1]);
    chain[1].over.clear();
    EXPECT_FALSE(scratchpad_offsets(chain, 1280)[1]) << "1024, 512 and 256 bytes at once";
}

TEST(scratchpad_offsets, prefer_what_saves_most) {
    const std::vector<wanted_place> rivals{{512, 512, {0, 3}}, {512, 2048, {1, 2}}, {512, 1024, {3, 3}}};
    const offsets found = scratchpad_offsets(rivals, 512);
    EXPECT_FALSE(found[0]);
    EXPECT_TRUE(found[1]);
    EXPECT_TRUE(found[2]);
}

TEST(scratchpad_offsets, keep_nearly_the_traffic_of_the_best_choice) {
    double worst = 1, sum = 0;
    constexpr std::uint64_t cases = 60;
    for (std::uint64_t seed = 1; seed <= cases; ++seed) {
        const auto wanted = random_places(seed, 5);
        const std::uint64_t capacity = 64 * (2 + seed % 7);
        offsets none(wanted.size());
        const std::uint64_t best = best_traffic(wanted, capacity, 0, none);
        const double share = best == 0 ? 1 : double(kept_traffic(wanted, scratchpad_offsets(wanted, capacity))) / double(best);
        EXPECT_LE(share, 1) << "seed " << seed;
        worst = std::min(worst, share);
        sum += share;
    }
    EXPECT_GE(worst, 0.7);
    EXPECT_GE(sum / cases, 0.97);
}

}  // namespace
}  // namespace symmetree
