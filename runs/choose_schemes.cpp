#include "runs/choose_schemes.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <numeric>

#include "workloads/network/mixed_precision.h"

namespace symmetree {
namespace {

using table = std::vector<std::vector<double>>;

const char* unit_of(const scheme_budget& budget) {
    switch (budget.of) {
        case scheme_budget::kind::bit_operations: return "BOPs";
        case scheme_budget::kind::energy: return "uJ";
    }
    return "?";
}

table costs_of(const mixed_network& mixed, const scheme_budget& budget, const std::string& cost_directory) {
    switch (budget.of) {
        case scheme_budget::kind::bit_operations: return bit_operations(mixed);
        case scheme_budget::kind::energy: return energies_uj(mixed, cost_directory);
    }
    return {};
}

/// What the network takes at the scheme of the run.
double usual_cost(const mixed_network& mixed, const scheme& run, const network_options& options, const scheme_budget& budget,
                  const std::string& cost_directory) {
    const mixed_network usual{mixed.network,  mixed.platform, mixed_options(mixed.network, mixed.platform, run, {run}, options),
                              mixed.cache,    mixed.seed,     mixed.jobs,
                              mixed.residuals};
    const table costs = costs_of(usual, budget, cost_directory);
    return std::accumulate(costs.begin(), costs.end(), 0.0, [](double sum, const auto& layer) { return sum + layer.front(); });
}

std::vector<std::vector<layer_option>> options_of(const table& costs, const table& losses) {
    std::vector<std::vector<layer_option>> layers(costs.size());
    for (std::size_t i = 0; i < costs.size(); ++i)
        for (std::size_t k = 0; k < costs[i].size(); ++k) layers[i].push_back({costs[i][k], losses[i][k]});
    return layers;
}

study rows_of(const mixed_network& mixed, const std::vector<std::vector<layer_option>>& layers, const mixed_choice& choice,
              const char* unit) {
    study rows;
    rows.columns = {{"layer", column_role::axis, ""},
                    {"scheme", column_role::axis, ""},
                    {"cost", column_role::metric, unit},
                    {"loss", column_role::metric, ""},
                    {"chosen", column_role::metric, ""}};
    for (std::size_t i = 0; i < layers.size(); ++i)
        for (std::size_t k = 0; k < layers[i].size(); ++k)
            rows.rows.push_back({mixed.network.layers[i].name, to_string(mixed.schemes[i][k]), layers[i][k].cost, layers[i][k].loss,
                                 std::string(choice.options[i] == k ? "yes" : "no")});
    return rows;
}

}  // namespace

scheme_budget parse_budget(scheme_budget::kind of, const std::string& option, const std::string& text) {
    scheme_budget budget;
    budget.of = of;
    budget.option = option;
    budget.is_share = !text.empty() && text.back() == '%';
    const char* const last = text.data() + text.size() - (budget.is_share ? 1 : 0);
    const auto [end, problem] = std::from_chars(text.data(), last, budget.amount);
    if (problem != std::errc{} || end != last || !(budget.amount > 0) || !std::isfinite(budget.amount))
        throw input_error(
            diagnostic{"", 0, 0, option, fmt::format("a number above 0, or a share such as 50%, is wanted, given '{}'", text)});
    return budget;
}

scheme_choice choose_schemes(const mixed_network& mixed, const scheme& run, const network_options& options, const scheme_budget& budget,
                             const measured_images* images, const std::string& cost_directory) {
    const table costs = costs_of(mixed, budget, cost_directory);
    const double whole = usual_cost(mixed, run, options, budget, cost_directory), most = budget.within(whole);
    const auto layers = options_of(costs, images ? output_losses(mixed, *images) : weight_losses(mixed));
    const mixed_choice choice = choose_within(layers, most, budget.option);

    scheme_choice result;
    result.rows = rows_of(mixed, layers, choice, unit_of(budget));
    for (std::size_t i = 0; i < layers.size(); ++i) result.schemes.push_back(mixed.schemes[i][choice.options[i]]);
    result.summary = fmt::format("{:.6g} {} of a budget of {:.6g} ({} takes {:.6g}); losses of {} add up to {:.6g}", choice.cost,
                                 unit_of(budget), most, to_string(run), whole, images ? "the outputs" : "the weights", choice.loss);
    return result;
}

}  // namespace symmetree
