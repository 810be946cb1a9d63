#include "models/cost/cost_grid.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace symmetree {

bool cost_grid::add(point at, row costs) {
    for (std::size_t axis = 0; axis < axes_.size(); ++axis) {
        auto& values = axes_[axis];
        const auto place = std::lower_bound(values.begin(), values.end(), at[axis]);
        if (place == values.end() || *place != at[axis]) values.insert(place, at[axis]);
    }
    return rows_.emplace(std::move(at), std::move(costs)).second;
}

std::optional<cost_grid::point> cost_grid::gap() const {
    std::vector<std::size_t> index(axes_.size(), 0);
    for (;;) {
        point at;
        for (std::size_t axis = 0; axis < axes_.size(); ++axis) at.push_back(axes_[axis][index[axis]]);
        if (rows_.count(at) == 0) return at;
        std::size_t axis = 0;
        while (axis < axes_.size() && ++index[axis] == axes_[axis].size()) index[axis++] = 0;
        if (axis == axes_.size()) return {};
    }
}

bool cost_grid::covers(const point& at) const {
    for (std::size_t axis = 0; axis < axes_.size(); ++axis) {
        if (at[axis] < axes_[axis].front() || at[axis] > axes_[axis].back()) return false;
    }
    return true;
}

cost_grid::row cost_grid::at(const point& at) const {
    const auto exact = rows_.find(at);
    if (exact != rows_.end()) return exact->second;

    // Pin the first axis that lies between two grid lines to both of them; the recursion does the other axes.
    for (std::size_t axis = 0; axis < axes_.size(); ++axis) {
        const auto above = std::lower_bound(axes_[axis].begin(), axes_[axis].end(), at[axis]);
        if (*above == at[axis]) continue;
        point low = at, high = at;
        low[axis] = *(above - 1);
        high[axis] = *above;
        const double share = static_cast<double>(at[axis] - low[axis]) / static_cast<double>(high[axis] - low[axis]);
        row result = this->at(low);
        const row upper = this->at(high);
        for (std::size_t i = 0; i < result.size(); ++i) result[i] += share * (upper[i] - result[i]);
        return result;
    }
    return {};  // not reached: a point on grid lines of every axis has a row
}

std::string cost_grid::range() const {
    std::vector<std::string> parts;
    for (std::size_t axis = 0; axis < axes_.size(); ++axis)
        parts.push_back(fmt::format("{} {}..{}", names_[axis], axes_[axis].front(), axes_[axis].back()));
    return fmt::format("{}", fmt::join(parts, ", "));
}

std::string cost_grid::text(const point& at) const {
    std::vector<std::string> parts;
    for (std::size_t axis = 0; axis < names_.size(); ++axis) parts.push_back(fmt::format("{} {}", names_[axis], at[axis]));
    return fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace symmetree
