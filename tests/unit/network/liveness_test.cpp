// From what steps touch to the steps between which each thing is needed.
#include "workloads/network/liveness.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "core/error.h"

namespace symmetree {
namespace {

TEST(a_lifetime, goes_from_the_first_step_to_the_last_that_touches_a_thing) {
    const std::vector<lifetime> alive = lifetimes_of(3, {{1}, {0, 1, 0}, {}, {2}, {0}});
    EXPECT_EQ(alive[0].first, 1u);
    EXPECT_EQ(alive[0].last, 4u);
    EXPECT_EQ(alive[1].first, 0u);
    EXPECT_EQ(alive[1].last, 1u);
    EXPECT_EQ(alive[2].first, 3u);
    EXPECT_EQ(alive[2].last, 3u);
}

TEST(a_lifetime, is_that_of_a_search_step_by_step) {
    std::mt19937 random(7);
    for (int round = 0; round < 200; ++round) {
        const std::size_t count = 1 + random() % 6, steps = 1 + random() % 8;
        std::vector<std::vector<std::size_t>> touched(steps);
        for (std::size_t thing = 0; thing < count; ++thing)
            for (std::uint32_t times = 1 + random() % 4; times > 0; --times) touched[random() % steps].push_back(thing);
        const std::vector<lifetime> alive = lifetimes_of(count, touched);
        for (std::size_t thing = 0; thing < count; ++thing) {
            const auto touches = [&](std::size_t step) { return std::count(touched[step].begin(), touched[step].end(), thing) > 0; };
            ASSERT_TRUE(touches(alive[thing].first) && touches(alive[thing].last)) << "round " << round;
            for (std::size_t step = 0; step < steps; ++step)
                if (step < alive[thing].first || step > alive[thing].last) ASSERT_FALSE(touches(step)) << "round " << round;
        }
    }
}

TEST(a_lifetime, is_asked_only_of_what_is_used_and_known) {
    EXPECT_THROW(lifetimes_of(2, {{0}, {0}}), model_fault);
    EXPECT_THROW(lifetimes_of(1, {{0, 1}}), model_fault);
}

}  // namespace
}  // namespace symmetree
