#include "runs/sweep/sweep_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "compile/layer_scheme.h"
#include "core/digest.h"
#include "models/activity/layer_result.h"
#include "runs/pricing.h"
#include "runs/sweep/point_filter.h"

namespace symmetree {
namespace {

constexpr std::size_t most_problems = 50;

/// Absent where the table has no area for something on the chip, or the run settles the accumulators.
cell area_um2_of(const run_request& r) {
    if (r.platform.auto_accumulators) return {};
    const platform_config charged = without_vector_unit(r.platform);
    double sum = 0;
    for (const auto& [unit, area] : area_of(installed_units(charged), priced(charged), *r.prices)) {
        if (!area) return {};
        sum += *area;
    }
    return sum;
}

/// The weights that a request needs fitted, as text.
std::string weights_of(const run_request& r) {
    std::string key = fmt::format("{} {}", r.network.name, r.seed);
    for (const layer& l : r.network.layers) key += "\n" + to_string(scheme_of(l, r.asked_scheme, r.platform));
    return key;
}

/// Collects the problems of all points, each told once.
class problem_list {
public:
    void add(const input_error& e) {
        for (const diagnostic& d : e.problems())
            if (all_.size() < most_problems && seen_.insert(d.text()).second) all_.push_back(d);
    }
    bool full() const { return all_.size() >= most_problems; }
    void throw_if_any() const {
        if (!all_.empty()) throw input_error(all_);
    }

private:
    std::vector<diagnostic> all_;
    std::set<std::string> seen_;
};

}  // namespace

std::uint64_t sweep_plan::points() const {
    std::uint64_t sum = refused.size();
    for (const planned_simulation& s : simulations) sum += s.points.size();
    return sum;
}

std::vector<study_column> known_columns(const sweep_space& space) {
    std::vector<study_column> columns = space.columns();
    columns.push_back({"area_um2", column_role::metric, "um2"});
    return columns;
}

std::vector<cell> known_cells(const sweep_space& space, std::uint64_t index, const sweep_point& point) {
    std::vector<cell> cells = space.cells(index, point);
    cells.push_back(point.request ? area_um2_of(*point.request) : cell());
    return cells;
}

sweep_plan plan_sweep(const sweep_space& space) {
    point_filter filter(space.spec().constraints, known_columns(space), [] {
        std::vector<study_column> metrics;
        for (const metric& m : metrics_of(report{}))
            if (m.name != "area_um2") metrics.push_back({m.name, column_role::metric, m.unit});
        return metrics;
    }());
    sweep_plan plan;
    problem_list problems;
    std::unordered_map<std::string, std::size_t> known;
    std::unordered_set<std::string> fitted;
    for (std::uint64_t i = 0; i < space.size() && !problems.full(); ++i) {
        try {
            const sweep_point point = space.point(i);
            if (!point.request) {
                plan.refused.push_back({i, point_status::refused, point.refusal, false, space.cells(i, point), "", {}});
                continue;
            }
            const std::vector<cell> cells = known_cells(space, i, point);
            const bool sized = !point.request->platform.auto_accumulators;
            if (!(sized ? filter.keeps(cells) : filter.keeps_unsized(cells))) {
                ++plan.left_out;
                continue;
            }
            const std::string digest = digest_of(point.simulation_key());
            const auto [at, fresh] = known.emplace(digest, plan.simulations.size());
            if (fresh) plan.simulations.push_back({digest, {}});
            plan.simulations[at->second].points.push_back(i);
            if (fitted.insert(digest_of(weights_of(*point.request))).second) plan.to_fit.push_back(i);
        } catch (const input_error& e) {
            problems.add(e);
        }
    }
    problems.throw_if_any();
    return plan;
}

}  // namespace symmetree
