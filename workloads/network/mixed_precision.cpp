#include "workloads/network/mixed_precision.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "core/error.h"

namespace symmetree {
namespace {

using options = std::vector<layer_option>;

/// Least loss; of equal ones the least cost, then the first.
std::size_t best_of(const options& all) {
    const auto better = [](const layer_option& a, const layer_option& b) {
        return a.loss < b.loss || (a.loss == b.loss && a.cost < b.cost);
    };
    return static_cast<std::size_t>(std::min_element(all.begin(), all.end(), better) - all.begin());
}

struct move {
    std::size_t layer, option;
    double ratio;  ///< the lower, the better
};

/// The best move of any layer; `ratio_of(now, then)` is absent for moves that are none.
template <class Ratio>
std::optional<move> best_move(const std::vector<options>& layers, const mixed_choice& choice, const Ratio& ratio_of) {
    std::optional<move> best;
    for (std::size_t i = 0; i < layers.size(); ++i)
        for (std::size_t o = 0; o < layers[i].size(); ++o) {
            const std::optional<double> ratio = ratio_of(layers[i][choice.options[i]], layers[i][o]);
            if (ratio && (!best || *ratio < best->ratio)) best = {i, o, *ratio};
        }
    return best;
}

void add_up(const std::vector<options>& layers, mixed_choice& choice) {
    choice.cost = choice.loss = 0;
    for (std::size_t i = 0; i < layers.size(); ++i) {
        choice.cost += layers[i][choice.options[i]].cost;
        choice.loss += layers[i][choice.options[i]].loss;
    }
}

template <class Ratio>
bool take_best(const std::vector<options>& layers, mixed_choice& choice, const Ratio& ratio_of) {
    const std::optional<move> best = best_move(layers, choice, ratio_of);
    if (!best) return false;
    choice.options[best->layer] = best->option;
    add_up(layers, choice);
    return true;
}

double least_cost(const std::vector<options>& layers) {
    double sum = 0;
    for (const options& all : layers)
        sum += std::min_element(all.begin(), all.end(), [](const layer_option& a, const layer_option& b) { return a.cost < b.cost; })->cost;
    return sum;
}

}  // namespace

mixed_choice choose_within(const std::vector<options>& layers, double budget, const std::string& field) {
    mixed_choice choice;
    for (const options& all : layers) choice.options.push_back(best_of(all));
    add_up(layers, choice);
    const auto cheaper = [](const layer_option& now, const layer_option& then) -> std::optional<double> {
        if (!(then.cost < now.cost)) return {};
        return (then.loss - now.loss) / (now.cost - then.cost);
    };
    while (choice.cost > budget)
        if (!take_best(layers, choice, cheaper))
            throw input_error(diagnostic{
                "", 0, 0, field, fmt::format("the cheapest formats cost {:.6g}, the budget is {:.6g}", least_cost(layers), budget)});
    const auto better = [&](const layer_option& now, const layer_option& then) -> std::optional<double> {
        if (!(then.loss < now.loss) || choice.cost - now.cost + then.cost > budget) return {};
        const double price = then.cost - now.cost;
        return price > 0 ? (then.loss - now.loss) / price : -std::numeric_limits<double>::infinity();
    };
    while (take_best(layers, choice, better)) {
    }
    return choice;
}

}  // namespace symmetree
