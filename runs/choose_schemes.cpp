#include "runs/choose_schemes.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "runs/quantize_workload.h"
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

using prices = std::vector<std::vector<layer_price>>;

/// In the budget's unit. Throws input_error where the platform's cost table has no energy for a layer.
table costs_of(const mixed_network& mixed, const scheme_budget& budget, const prices& taken) {
    if (budget.of == scheme_budget::kind::bit_operations) return bit_operations(mixed);
    table energies(taken.size());
    for (std::size_t i = 0; i < taken.size(); ++i)
        for (const layer_price& p : taken[i]) {
            if (!p.energy_uj)
                throw input_error(diagnostic{"", 0, 0, "platform " + mixed.platform.name,
                                             fmt::format("its cost table has no energy for layer {}", mixed.network.layers[i].name)});
            energies[i].push_back(*p.energy_uj);
        }
    return energies;
}

/// The network with the run's scheme as the only option.
mixed_network usual_network(const mixed_network& mixed, const scheme& run, const network_options& options) {
    return {mixed.network, mixed.platform, mixed_options(mixed.network, mixed.platform, run, {run}, options), mixed.cache, mixed.seed,
            mixed.jobs,    mixed.residuals};
}

std::vector<std::vector<layer_option>> options_of(const table& costs, const table& losses) {
    std::vector<std::vector<layer_option>> layers(costs.size());
    for (std::size_t i = 0; i < costs.size(); ++i)
        for (std::size_t k = 0; k < costs[i].size(); ++k) layers[i].push_back({costs[i][k], losses[i][k]});
    return layers;
}

/// One choice for the whole network.
struct contender {
    std::string name;
    std::vector<std::size_t> options;  ///< by layer
    double cost = 0, cycles = 0, loss = 0;
    std::optional<double> energy_uj = 0.0;

    /// Loses less, and in fewer cycles or with less energy.
    bool beats(const contender& other) const {
        return loss < other.loss && (cycles < other.cycles || energy_uj.value_or(0) < other.energy_uj.value_or(0));
    }
};

contender made(std::string name, std::vector<std::size_t> options, const table& costs, const prices& taken) {
    contender c;
    c.name = std::move(name);
    for (std::size_t i = 0; i < options.size(); ++i) {
        const layer_price& p = taken[i][options[i]];
        c.cost += costs[i][options[i]];
        c.cycles += p.cycles;
        c.energy_uj = c.energy_uj && p.energy_uj ? std::optional(*c.energy_uj + *p.energy_uj) : std::nullopt;
    }
    c.options = std::move(options);
    return c;
}

/// The options of a layer that take no more cycles and no more energy than `usual`; all of them where none is so.
std::vector<std::size_t> no_dearer(const std::vector<layer_price>& options, const layer_price& usual) {
    std::vector<std::size_t> kept;
    for (std::size_t o = 0; o < options.size(); ++o)
        if (options[o].cycles <= usual.cycles && options[o].energy_uj.value_or(0) <= usual.energy_uj.value_or(0)) kept.push_back(o);
    if (kept.empty())
        for (std::size_t o = 0; o < options.size(); ++o) kept.push_back(o);
    return kept;
}

/// choose_within() among some of the options; absent where the budget is too small for them.
std::optional<std::vector<std::size_t>> chosen_among(const std::vector<std::vector<std::size_t>>& kept,
                                                     const std::vector<std::vector<layer_option>>& layers, double budget) {
    std::vector<std::vector<layer_option>> some(kept.size());
    double least = 0;
    for (std::size_t i = 0; i < kept.size(); ++i) {
        for (const std::size_t o : kept[i]) some[i].push_back(layers[i][o]);
        least += std::min_element(some[i].begin(), some[i].end(), [](const auto& a, const auto& b) { return a.cost < b.cost; })->cost;
    }
    if (least > budget) return {};
    std::vector<std::size_t> options = choose_within(some, budget, "").options;
    for (std::size_t i = 0; i < kept.size(); ++i) options[i] = kept[i][options[i]];
    return options;
}

/// A candidate for all layers that are free.
std::vector<std::size_t> options_of_candidate(const mixed_network& mixed, const scheme& candidate, const scheme& run,
                                              const network_options& options) {
    const auto wanted = mixed_options(mixed.network, mixed.platform, run, {candidate}, options);
    std::vector<std::size_t> all;
    for (std::size_t i = 0; i < wanted.size(); ++i)
        all.push_back(static_cast<std::size_t>(std::find(mixed.schemes[i].begin(), mixed.schemes[i].end(), wanted[i].front()) -
                                               mixed.schemes[i].begin()));
    return all;
}

std::vector<scheme> schemes_of_options(const mixed_network& mixed, const std::vector<std::size_t>& options) {
    std::vector<scheme> schemes;
    for (std::size_t i = 0; i < options.size(); ++i) schemes.push_back(mixed.schemes[i][options[i]]);
    return schemes;
}

/// What the whole network loses with these options, its weights rounded as they will be; the sum over its layers where there are no images.
double loss_of(const contender& c, const mixed_network& mixed, const scheme& run, const network_options& options, const table& losses,
               const choice_images* images) {
    if (!images) {
        double sum = 0;
        for (std::size_t i = 0; i < losses.size(); ++i) sum += losses[i][c.options[i]];
        return sum;
    }
    workload network = mixed.network;
    const std::vector<scheme> schemes = schemes_of_options(mixed, c.options);
    for (std::size_t i = 0; i < schemes.size(); ++i) network.layers[i].own_scheme = schemes[i];
    if (images->compensated)
        network = with_rounded_weights(network, mixed.platform, run, options, images->all, *images->compensated, mixed.cache, mixed.seed,
                                       mixed.jobs);
    measured_images some = images->all;
    some.count = images_within_seconds(network, some.count);
    return outputs_loss(network, mixed, some);
}

/// Within the budget, of least loss; one that another beats, within the budget or not, only where there is no other.
const contender& best_of(const std::vector<contender>& all, double budget) {
    const auto is_beaten = [&](const contender& c) {
        return std::any_of(all.begin(), all.end(), [&](const contender& o) { return o.beats(c); });
    };
    const contender* best = nullptr;
    for (const contender& c : all) {
        if (c.cost > budget) continue;
        if (!best || std::pair(is_beaten(c), c.loss) < std::pair(is_beaten(*best), best->loss)) best = &c;
    }
    return *best;  // a mix holds the budget, or choose_within() has refused it
}

study contender_rows(const std::vector<contender>& all, const contender& best, const char* unit) {
    study rows;
    rows.columns = {{"choice", column_role::axis, ""},         {"cost", column_role::metric, unit},   {"loss", column_role::metric, ""},
                    {"cycles", column_role::metric, "cycles"}, {"energy", column_role::metric, "uJ"}, {"chosen", column_role::metric, ""}};
    for (const contender& c : all)
        rows.rows.push_back(
            {c.name, c.cost, c.loss, c.cycles, c.energy_uj ? cell(*c.energy_uj) : cell(), std::string(&c == &best ? "yes" : "no")});
    return rows;
}

study rows_of(const mixed_network& mixed, const std::vector<std::vector<layer_option>>& layers, const std::vector<std::size_t>& chosen,
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
                                 std::string(chosen[i] == k ? "yes" : "no")});
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

scheme_choice choose_schemes(const mixed_network& mixed, const std::vector<scheme>& candidates, const scheme& run,
                             const network_options& options, const scheme_budget& budget, const choice_images* images,
                             const std::string& cost_directory) {
    const mixed_network usual = usual_network(mixed, run, options);
    const prices taken = layer_prices(mixed, cost_directory), usually_taken = layer_prices(usual, cost_directory);
    const table costs = costs_of(mixed, budget, taken), usual_costs = costs_of(usual, budget, usually_taken);
    const std::vector<std::size_t> firsts(usual_costs.size(), 0);
    const double whole = made("", firsts, usual_costs, usually_taken).cost, most = budget.within(whole);

    std::optional<measured_images> some;
    if (images) some.emplace(images->all).count = std::min(images->by_layer, images->all.count);
    const table losses = some ? output_losses(mixed, *some) : weight_losses(mixed);
    const auto layers = options_of(costs, losses);

    std::vector<contender> all = {made("mixed", choose_within(layers, most, budget.option).options, costs, taken)};
    std::vector<std::vector<std::size_t>> kept;
    for (std::size_t i = 0; i < taken.size(); ++i) kept.push_back(no_dearer(taken[i], usually_taken[i].front()));
    if (auto chosen = chosen_among(kept, layers, most)) all.push_back(made("mixed, nowhere dearer", std::move(*chosen), costs, taken));
    for (const scheme& c : candidates) all.push_back(made(to_string(c), options_of_candidate(mixed, c, run, options), costs, taken));
    for (contender& c : all) c.loss = loss_of(c, mixed, run, options, losses, images);
    const contender& best = best_of(all, most);

    scheme_choice result;
    result.schemes = schemes_of_options(mixed, best.options);
    result.rows = rows_of(mixed, layers, best.options, unit_of(budget));
    result.contenders = contender_rows(all, best, unit_of(budget));
    result.summary = fmt::format("{}: {:.6g} {} of a budget of {:.6g} ({} takes {:.6g}); {} lose {:.6g}", best.name, best.cost,
                                 unit_of(budget), most, to_string(run), whole, images ? "the outputs" : "the weights", best.loss);
    return result;
}

}  // namespace symmetree
