#pragma once

#include <cstddef>
#include <vector>

namespace symmetree {

/// The first and the last step that touch something; between them its place is taken.
struct lifetime {
    std::size_t first = 0, last = 0;
};

/// Lifetimes of things 0 .. count-1 from what each step touches, steps in their order; a step may name a thing twice.
/// model_fault: a thing that no step touches, or one beyond the count.
std::vector<lifetime> lifetimes_of(std::size_t count, const std::vector<std::vector<std::size_t>>& touched_by_step);

}  // namespace symmetree
