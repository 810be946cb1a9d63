#include "models/issue/issue_math.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/tiling/random_layers.h"

namespace symmetree {
namespace {

/// One K-slice of an accumulator, evaluated vector by vector as docs/timing-model.md has it.
struct naive_slice {
    std::int64_t outlier_cycles = 1;
    std::vector<std::int64_t> issues;
    std::int64_t write(std::size_t vector) const { return issues[vector] + outlier_cycles - 1; }
};

/// issue_m = max(issue_(m-1) + max(s, R), write of the slice before + H - (s - 1)).
naive_slice issue_naively(std::int64_t start, std::size_t vectors, const tile_pace& pace, const naive_slice* before, slot_split& split) {
    naive_slice slice;
    slice.outlier_cycles = std::int64_t(pace.outlier_cycles);
    for (std::size_t m = 0; m < vectors; ++m) {
        std::int64_t at = m == 0 ? start : slice.issues.back() + std::int64_t(std::max(pace.outlier_cycles, pace.input_cycles));
        if (before) at = std::max(at, before->write(m) + std::int64_t(pace.write_interval) - (slice.outlier_cycles - 1));
        for (std::int64_t slot = m == 0 ? at : slice.issues.back() + 1; slot < at; ++slot) {
            if (slot < slice.issues.back() + std::int64_t(pace.outlier_cycles))
                ++split.outlier;
            else if (slot < slice.issues.back() + std::int64_t(pace.input_cycles))
                ++split.input;
            else
                ++split.hazard;
        }
        slice.issues.push_back(at);
    }
    return slice;
}

void expect_equal(const slot_split& a, const slot_split& b) {
    ASSERT_EQ(a.outlier, b.outlier);
    ASSERT_EQ(a.input, b.input);
    ASSERT_EQ(a.memory, b.memory);
    ASSERT_EQ(a.weight_port, b.weight_port);
    ASSERT_EQ(a.hazard, b.hazard);
    ASSERT_EQ(a.drain, b.drain);
}

TEST(issue_tile, follows_the_recurrence_over_chains_of_slices) {
    int uneven = 0, held = 0;
    for (std::uint32_t seed = 0; seed < 6000; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        draws d(seed);
        const std::size_t vectors = std::size_t(d.one_of({1, 1, 2, 3, 5, 9, 20}));
        const auto interval = std::uint64_t(d.one_of({1, 2, 3, 8, 16})), input = std::uint64_t(d.one_of({1, 1, 2, 5}));
        issue_run run;
        naive_slice naive;
        std::uint64_t outlier_before = 1;
        for (int slice = 0; slice < 6; ++slice) {
            const tile_pace pace{std::uint64_t(d.once_in(2) ? 1 : d.between(1, 12)), input, interval};
            const bool first = slice == 0;
            std::uint64_t start = std::uint64_t(d.between(0, 5));
            if (!first) start = run.last() + std::max(outlier_before, input) + (d.once_in(2) ? 0 : std::uint64_t(d.between(0, 20)));
            slot_split split, naive_split;
            const naive_slice next = issue_naively(std::int64_t(start), vectors, pace, first ? nullptr : &naive, naive_split);
            if (!first) start = std::max(start, hazard_bound(run, outlier_before, pace, 0));
            ASSERT_EQ(std::int64_t(start), next.issues[0]);
            run = issue_tile(start, vectors, pace, first ? nullptr : &run, outlier_before, split);
            for (std::size_t v = 0; v < vectors; ++v)
                ASSERT_EQ(std::int64_t(run.at(v)), next.issues[v]) << "slice " << slice << " vector " << v;
            ASSERT_EQ(std::int64_t(run.last()), next.issues.back());
            ASSERT_EQ(run.pace, pace.pace());
            ASSERT_EQ(run.count, vectors);
            expect_equal(split, naive_split);
            ASSERT_EQ(split.stalled() + vectors, run.last() - run.first + 1) << "a slot belongs to nobody or to two";
            uneven += !run.uneven.empty();
            held += split.hazard > 0;
            naive = next;
            outlier_before = pace.outlier_cycles;
            if (HasFatalFailure()) return;
        }
    }
    EXPECT_GT(uneven, 500);
    EXPECT_GT(held, 200);
}

TEST(hazard_bound, lets_a_write_follow_after_exactly_the_interval) {
    const issue_run before{10, 1, 1, {}};
    EXPECT_EQ(hazard_bound(before, 1, {1, 1, 4}, 0), 14u);  // writes at 10 and 14
    EXPECT_EQ(hazard_bound(before, 3, {1, 1, 4}, 0), 16u);  // writes at 12 and 16
    EXPECT_EQ(hazard_bound(before, 1, {3, 1, 4}, 0), 12u);  // writes at 10 and 14
    EXPECT_EQ(hazard_bound(before, 1, {30, 1, 4}, 0), 0u);
}

TEST(attribute_slots, gives_each_slot_to_the_first_condition_that_is_not_met) {
    for (std::uint32_t seed = 0; seed < 5000; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        draws d(seed);
        const auto from = std::uint64_t(d.between(0, 30)), length = std::uint64_t(d.between(0, 20));
        const auto any = [&] { return d.once_in(3) ? std::uint64_t{0} : std::uint64_t(d.between(0, 60)); };
        slot_bounds bounds{any(), any(), any(), any(), any(), any()};
        if (d.once_in(2)) bounds.drain = from + length;
        std::uint64_t naive[6] = {};
        const std::uint64_t ends[6] = {bounds.outlier, bounds.input, bounds.memory, bounds.weight_port, bounds.hazard, bounds.drain};
        std::vector<int> cause_of;
        for (std::uint64_t slot = from; slot < from + length; ++slot) {
            cause_of.push_back(-1);
            for (int cause = 0; cause < 6 && cause_of.back() < 0; ++cause)
                if (slot < ends[cause]) {
                    ++naive[cause];
                    cause_of.back() = cause;
                }
        }
        slot_split split;
        std::uint64_t visited = from;
        attribute_slots(split, from, from + length, bounds, [&](stall_cause cause, std::uint64_t begin, std::uint64_t end) {
            ASSERT_EQ(begin, visited) << "runs of slots leave a gap";
            ASSERT_LT(begin, end);
            for (std::uint64_t slot = begin; slot < end; ++slot)
                ASSERT_EQ(cause_of[std::size_t(slot - from)], static_cast<int>(cause) - static_cast<int>(stall_cause::outlier));
            visited = end;
        });
        const std::uint64_t got[6] = {split.outlier, split.input, split.memory, split.weight_port, split.hazard, split.drain};
        for (int cause = 0; cause < 6; ++cause) ASSERT_EQ(got[cause], naive[cause]) << "cause " << cause;
        if (length > 0 && *std::max_element(ends, ends + 6) >= from + length) {
            ASSERT_EQ(split.stalled(), length);
        }
        if (HasFatalFailure()) return;
    }
}

TEST(attribute_slots, adds_to_what_is_there) {
    slot_split split;
    split.memory = 5;
    split.ideal = 7;
    attribute_slots(split, 3, 3, {9, 9, 9, 9, 9, 9});
    EXPECT_EQ(split.stalled(), 5u);
    attribute_slots(split, 3, 8, {0, 4, 8, 8, 8, 8});
    EXPECT_EQ(split.input, 1u);
    EXPECT_EQ(split.memory, 9u);
    EXPECT_EQ(split.issued(), 7u);
}

}  // namespace
}  // namespace symmetree
