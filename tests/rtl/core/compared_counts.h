#pragma once

#include <cstdint>
#include <string>

#include "tests/rtl/core/core_bench.h"

namespace symmetree {

/// What a comparison of RTL and simulator covered, all of it found equal.
struct compared_counts {
    std::uint64_t cases = 0, tiles = 0, vectors = 0, sums = 0, cycles = 0;
    slot_split split;

    void add(const core_record& rtl);
};

std::string to_text(const compared_counts& counts);
compared_counts& operator+=(compared_counts& sum, const compared_counts& more);
compared_counts counts_from_text(const std::string& text);

/// Expects the row of `name` in the validation table of docs/timing-model.md to be these counts. With SYMMETREE_UPDATE_TABLES set in the
/// environment the row is written instead (target update_timing_table).
void expect_row(const std::string& name, const compared_counts& counts);

}  // namespace symmetree
