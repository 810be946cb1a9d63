#pragma once

#include <string>
#include <vector>

#include "runs/sensitivity.h"
#include "traces/study.h"

namespace symmetree {

/// Most that all layers may take together, in bit operations or in uJ: an amount, or a share in per cent of what they take at the scheme of
/// the run.
struct scheme_budget {
    enum class kind { bit_operations, energy };
    kind of = kind::bit_operations;
    double amount = 0;
    bool is_share = false;
    std::string option;  ///< who set it, for messages

    double within(double whole) const { return is_share ? whole * amount / 100 : amount; }
};

/// `2.5e9`, or `50%`. Throws input_error naming `option`.
scheme_budget parse_budget(scheme_budget::kind of, const std::string& option, const std::string& text);

/// The schemes that layers got under a budget, and what every other one would have cost and lost.
struct scheme_choice {
    std::vector<scheme> schemes;  ///< by layer
    study rows;                   ///< one for each option of each layer
    std::string summary;
};

/// Chooses among the options of `mixed` so that the costs stay within the budget. Losses are those of the outputs over `images`, of the
/// weights where it is null. `run` and `options` say what a share is a share of. Throws input_error.
scheme_choice choose_schemes(const mixed_network& mixed, const scheme& run, const network_options& options, const scheme_budget& budget,
                             const measured_images* images, const std::string& cost_directory);

}  // namespace symmetree
