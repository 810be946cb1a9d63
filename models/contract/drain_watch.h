#pragma once

#include <cstdint>
#include <vector>

#include "models/contract/descriptor.h"

namespace symmetree {

/// Sees the corrected sums of a block as they enter the requantizer; for checking, null in normal runs.
class drain_watch {
public:
    virtual ~drain_watch() = default;
    /// `sums`: [vectors][channels] of the block, bias and zero-point terms included.
    virtual void drained(const output_block& block, const std::vector<std::int64_t>& sums) = 0;
};

}  // namespace symmetree
