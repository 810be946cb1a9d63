#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runs/compensate.h"
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
    study contenders;             ///< one for each choice that was tried on the whole network
    std::string summary;
};

/// What losses are measured on.
struct choice_images {
    measured_images all;                        ///< of whole networks, as many as images_within_seconds() (runs/compensate.h) lets
    std::int64_t by_layer = 0;                  ///< the first of them, of one layer at a time
    std::optional<step_criterion> compensated;  ///< of whole networks: how their weights will be rounded; absent: to nearest
};

/// Chooses among the options of `mixed`, which are those of the candidates, so that the costs stay within the budget: a mix by the losses
/// of the layers one at a time, then on the whole network the best of it, of a mix that takes nowhere more cycles or energy than the run's
/// scheme, and of every candidate for all layers (docs/quantize.md, "Mixed precision"). Losses are those of the outputs over `images`, of
/// the weights where it is null. `run` and `options` say what a share is a share of. Simulates, so the caller must not have threads
/// running. Throws input_error.
scheme_choice choose_schemes(const mixed_network& mixed, const std::vector<scheme>& candidates, const scheme& run,
                             const network_options& options, const scheme_budget& budget, const choice_images* images,
                             const std::string& cost_directory);

}  // namespace symmetree
