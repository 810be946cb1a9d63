#include "models/cost/lane_composition.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "core/units.h"

namespace symmetree {
namespace {

using form = lane_composition::form;
using equations = std::array<form, lane_composition::terms>;
constexpr std::size_t terms = lane_composition::terms;

form terms_of(const cost_grid::point& at) {
    const auto k = static_cast<double>(at[0]), a = static_cast<double>(at[1]), lanes = static_cast<double>(at[2]);
    const double sum_bits = k + a + index_bits(static_cast<std::uint64_t>(at[2])) + 1;
    return {lanes * k * a, lanes * k, lanes * a, lanes, sum_bits, 1};
}

/// Gauss with partial pivots; nothing for a matrix that has no inverse.
std::optional<form> solve(equations a, form b) {
    constexpr double nothing = 1e-12;  // of a pivot against the largest number of its column before
    form largest{};
    for (const form& row : a)
        for (std::size_t j = 0; j < terms; ++j) largest[j] = std::max(largest[j], std::abs(row[j]));
    for (std::size_t i = 0; i < terms; ++i) {
        std::size_t pivot = i;
        for (std::size_t r = i + 1; r < terms; ++r)
            if (std::abs(a[r][i]) > std::abs(a[pivot][i])) pivot = r;
        if (!(std::abs(a[pivot][i]) > nothing * largest[i])) return {};
        std::swap(a[i], a[pivot]);
        std::swap(b[i], b[pivot]);
        for (std::size_t r = i + 1; r < terms; ++r) {
            const double factor = a[r][i] / a[i][i];
            for (std::size_t j = i; j < terms; ++j) a[r][j] -= factor * a[i][j];
            b[r] -= factor * b[i];
        }
    }
    for (std::size_t i = terms; i-- > 0;) {
        for (std::size_t j = i + 1; j < terms; ++j) b[i] -= a[i][j] * b[j];
        b[i] /= a[i][i];
    }
    return b;
}

/// Coefficients of one column. Costs that are all 0 give zeros, absent ones are absent here, too.
std::optional<form> fit_column(const std::vector<std::pair<form, double>>& rows) {
    const auto is = [&](auto what) { return std::all_of(rows.begin(), rows.end(), [&](const auto& row) { return what(row.second); }); };
    form same{};
    if (is([](double cost) { return cost == 0; })) return same;
    same.fill(std::numeric_limits<double>::quiet_NaN());
    if (is([](double cost) { return std::isnan(cost); })) return same;
    if (!is([](double cost) { return cost > 0; })) return {};  // no relative error of 0
    equations normal{};
    form right{};
    for (const auto& [x, cost] : rows)
        for (std::size_t i = 0; i < terms; ++i) {
            for (std::size_t j = 0; j < terms; ++j) normal[i][j] += x[i] * x[j] / (cost * cost);
            right[i] += x[i] / cost;
        }
    return solve(normal, right);
}

}  // namespace

std::optional<lane_composition> lane_composition::fit(const cost_grid& rows) {
    if (rows.axis_names() != std::vector<std::string>{"weight_bits", "activation_bits", "lanes"} || rows.empty()) return {};
    const std::vector<std::int64_t>& lanes = rows.axis(2);
    const std::int64_t least = lanes[lanes.size() < 2 ? 0 : lanes.size() - 2];
    lane_composition fitted;
    for (std::size_t column = 0; column < rows.rows().begin()->second.size(); ++column) {
        std::vector<std::pair<form, double>> known;
        for (const auto& [at, costs] : rows.rows())
            if (at[2] >= least) known.emplace_back(terms_of(at), costs[column]);
        const std::optional<form> coefficients = fit_column(known);
        if (!coefficients) return {};
        fitted.coefficients_.push_back(*coefficients);
    }
    return fitted;
}

cost_grid::row lane_composition::at(const cost_grid::point& at) const {
    const form x = terms_of(at);
    cost_grid::row costs;
    for (const form& c : coefficients_) {
        double cost = 0;
        for (std::size_t i = 0; i < terms; ++i) cost += c[i] * x[i];
        costs.push_back(std::isnan(cost) ? cost : std::max(0.0, cost));
    }
    return costs;
}

}  // namespace symmetree
