#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace symmetree {

/// One layer in one format: what it costs (bit operations, joules) and what it loses, each in a unit of which sums over layers make sense.
struct layer_option {
    double cost = 0, loss = 0;
};

/// An option for every layer, by index, and the sums.
struct mixed_choice {
    std::vector<std::size_t> options;
    double cost = 0, loss = 0;
};

/// Options [layer][option], at least one each, so that the costs stay within `budget` and the losses are small. Greedy: every layer begins
/// with its option of least loss; then, until the budget holds, the layer moves to a cheaper option that loses least per saved cost; last,
/// what is left of the budget goes to the moves back that win most per cost. Equal ratios: the earlier layer, the earlier option. Throws
/// input_error naming `field` where even the cheapest options cost more.
mixed_choice choose_within(const std::vector<std::vector<layer_option>>& layers, double budget, const std::string& field);

}  // namespace symmetree
