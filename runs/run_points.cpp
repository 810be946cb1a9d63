#include "runs/run_points.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "compile/layer_scheme.h"
#include "core/temporary_folder.h"
#include "platforms/auto_clock.h"
#include "runs/pricing.h"
#include "runs/simulate.h"
#include "runs/worker_pool.h"
#include "traces/writers.h"

namespace symmetree {
namespace {

std::vector<report> run_with_cache(const std::vector<run_request>& requests, const weight_cache& cache, int jobs) {
    child_process fitting([&] {
        for (const run_request& r : requests) fit_weights(r.network, r.platform, r.asked_scheme, cache, r.seed, r.threads, layers_alone);
        return std::string();
    });
    fitting.wait().result_or_throw();

    std::vector<report> reports;
    std::vector<std::optional<child_outcome>> outcomes(requests.size());
    worker_task task;
    task.work = [&](std::size_t i) { return to_json(simulate(prepare(requests[i], cache))); };
    task.take = [&](std::size_t i, const child_outcome& outcome) {
        outcomes[i] = outcome;
        // Of several failures the first request's is told, whichever came first.
        for (std::size_t next = reports.size(); next < outcomes.size() && outcomes[next]; ++next) {
            reports.push_back(report_from_json(outcomes[next]->result_or_throw()));
            outcomes[next].emplace();
        }
    };
    run_tasks(requests.size(), {jobs, 0}, task);
    return reports;
}

/// Loads and checks the cost tables before anything is fitted, and settles the clocks; the children inherit both.
void load_prices(std::vector<run_request>& requests) {
    std::map<std::string, cost_table> loaded;
    const auto table = [&](const std::string& name, const std::string& directory) {
        const auto known = loaded.find(name);
        return known != loaded.end() ? known->second : loaded.emplace(name, cost_table::load(name, directory)).first->second;
    };
    diagnostics problems;
    for (run_request& request : requests) {
        try {
            if (!request.prices) request.prices = table(request.platform.cost_table, request.cost_directory);
            prices_of(request);
            if (request.platform.auto_clock)
                settle_clock(request.platform, table(clock_table_of(request.platform), request.cost_directory));
        } catch (const input_error& e) {
            for (const diagnostic& d : e.problems()) problems.add(d);
        }
    }
    problems.throw_if_any();
}

}  // namespace

void require_runnable_alone(const std::vector<run_request>& requests) {
    diagnostics problems;
    for (const run_request& request : requests) {
        // One reason often holds for a whole network: it is told once, at its first layer, with how many more there are.
        std::vector<std::pair<std::string, std::vector<const layer*>>> refused;
        for (const layer& l : request.network.layers) {
            const scheme used = scheme_of(l, request.asked_scheme, request.platform);
            const auto reason = why_not_alone(request.platform, used);
            if (!reason) continue;
            const std::string message = fmt::format("{} can't run on platform {}: {}", to_string(used), request.platform.name, *reason);
            const auto known = std::find_if(refused.begin(), refused.end(), [&](const auto& r) { return r.first == message; });
            if (known == refused.end())
                refused.push_back({message, {&l}});
            else
                known->second.push_back(&l);
        }
        for (const auto& [message, layers] : refused) {
            diagnostic d = layers.front()->place;
            d.field = fmt::format("layer {}", layers.front()->name);
            if (layers.size() > 1) d.field += fmt::format(" and {} more", layers.size() - 1);
            d.message = message;
            problems.add(std::move(d));
        }
    }
    problems.throw_if_any();
}

std::vector<report> run_points(std::vector<run_request> requests, const weight_cache& cache, int jobs) {
    require_runnable_alone(requests);
    load_prices(requests);
    if (cache.enabled()) return run_with_cache(requests, cache, jobs);
    const temporary_folder folder;
    return run_with_cache(requests, weight_cache(folder.path()), jobs);
}

}  // namespace symmetree
