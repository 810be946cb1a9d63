// Points per second of whole sweeps, timing only, two jobs at a time, and what a sweep costs beyond its simulations: the CPU time of all
// its processes over that of a program without any of a sweep (docs/scaling.md, "The simulation itself"), in the same run. Weights come
// from the cache.

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <malloc.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <string>
#include <systemc>
#include <vector>

#include "bench/run_benchmarks.h"
#include "core/temporary_folder.h"
#include "runs/child_process.h"
#include "runs/pricing.h"
#include "runs/simulate.h"
#include "runs/sweep/run_sweep.h"
#include "workloads/files/load_workload.h"
#include "workloads/network/workload.h"

namespace {

using namespace symmetree;

const std::string root = SYMMETREE_ROOT;

struct sweep_size {
    std::string network;
    int latencies = 8;  ///< of the memory: 32 simulations each
    int prices = 1;     ///< points per simulation
};

const std::vector<std::string> platforms{"symq", "asymq_row_sum", "dasq", "post"};

/// Four formats on 64 memories and shapes (fewer with fewer latencies), at one clock or more.
std::string sweep_of(const sweep_size& size) {
    return fmt::format(
        "name: bench\nworkload: {}\naxes:\n"
        "  - {{axis: platform, values: [{}]}}\n"
        "  - {{axis: platform.dma.outstanding, powers_of_two: 1..8}}\n"
        "  - {{axis: platform.dram.latency_cycles, range: 20..{}, step: 20}}\n"
        "  - {{axis: platform.accumulators.depth, values: [128, 256]}}\n"
        "  - {{axis: platform.clock_hz, range: 1000000000..{}, step: 1000000}}\n",
        size.network, fmt::join(platforms, ", "), 20 * size.latencies, 1000000000 + 1000000 * (size.prices - 1));
}

const shipped_directories shipped{root + "/workloads/nets", root + "/platforms/presets", root + "/models/cost/tables"};

sweep_space space_of(const sweep_size& size) { return sweep_space(parse_sweep(sweep_of(size), "bench.yaml"), shipped); }

/// CPU time of a child process and of all that it waited for.
double cpu_seconds_of(const std::function<std::string()>& work) {
    const child_outcome outcome = child_process(work).wait();
    outcome.result_or_throw();
    return outcome.cpu_s;
}

/// One simulation and what else is priced from it.
using bare_simulation = std::vector<run_request>;

std::vector<bare_simulation> requests_of(const sweep_space& space, const sweep_plan& plan) {
    std::vector<bare_simulation> all;
    for (const planned_simulation& s : plan.simulations) {
        all.emplace_back();
        for (const std::uint64_t id : s.points) all.back().push_back(*space.point(id).request);
    }
    return all;
}

/// Of this process and of all that it waited for.
double cpu_seconds() {
    double sum = 0;
    for (const int who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
        rusage used{};
        getrusage(who, &used);
        for (const timeval& t : {used.ru_utime, used.ru_stime})
            sum += static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
    }
    return sum;
}

/// The simulations themselves: the files are read once, then each simulation is prepared, run and priced in a process of its own. What
/// is to be run is there already, in a process that has made it as a sweep does: forks and page faults depend on what a parent holds.
/// Gives the CPU time as text.
std::string bare_simulations(const sweep_size& size, const weight_cache& cache) {
    const sweep_space space = space_of(size);
    const std::vector<bare_simulation> simulations = requests_of(space, plan_sweep(space));
    const double before = cpu_seconds();
    benchmark::DoNotOptimize(load_workload(size.network, shipped.networks));
    for (const std::string& platform : platforms) benchmark::DoNotOptimize(load_platform(platform, shipped.platforms));
    benchmark::DoNotOptimize(cost_table::load(simulations.front().front().platform.cost_table, shipped.costs));
    malloc_trim(0);  // as run_sweep does
    for (const bare_simulation& s : simulations) {
        child_process simulation([&] {
            report run = simulate(prepare(s.front(), cache));
            benchmark::DoNotOptimize(metrics_of(run));
            for (std::size_t i = 1; i < s.size(); ++i) {
                price(run, s[i].platform, *s[i].prices);
                benchmark::DoNotOptimize(metrics_of(run));
            }
            return std::string();
        });
        simulation.wait().result_or_throw();
    }
    return fmt::format("{}", cpu_seconds() - before);
}

/// All that `symmetree sweep` does, reading and checking included.
std::string whole_sweep(const sweep_size& size, const std::string& output, const weight_cache& cache) {
    const sweep_space space = space_of(size);
    const sweep_plan plan = plan_sweep(space);
    sweep_origin origin;
    origin.spec = space.spec().text;
    origin.points = space.size();
    origin.columns = space.columns();
    result_store store = result_store::create(output, origin);
    sweep_limits limits;
    limits.jobs = 2;
    const std::atomic<bool> never{false};
    const sweep_progress end = run_sweep(space, plan, store, cache, limits, never, [](const sweep_progress&) {});
    store.finish();
    if (end.done != end.total) throw model_fault(fmt::format("{} of {} points done", end.done, end.total));
    return {};
}

void sweep(benchmark::State& state, const sweep_size& size) {
    const sweep_space space = space_of(size);
    const sweep_plan plan = plan_sweep(space);
    const weight_cache cache(weight_cache::default_directory());
    const temporary_folder folder;
    whole_sweep(size, folder.path() + "/warm.db", cache);
    double bare = 1e9, whole = 1e9, wall = 1e9;
    int round = 0;
    for (auto _ : state) {
        bare = std::min(bare, std::stod(child_process([&] { return bare_simulations(size, cache); }).wait().result_or_throw()));
        const std::string output = fmt::format("{}/{}.db", folder.path(), ++round);
        const auto before = std::chrono::steady_clock::now();
        whole = std::min(whole, cpu_seconds_of([&] { return whole_sweep(size, output, cache); }));
        const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - before).count();
        wall = std::min(wall, took);
        state.SetIterationTime(took);
    }
    const double points = static_cast<double>(plan.points());
    state.counters["points"] = points;
    state.counters["simulations"] = static_cast<double>(plan.simulations.size());
    state.counters["points/s"] = points / wall;
    state.counters["cpu_ms/point"] = 1e3 * whole / points;
    state.counters["bare_ms"] = 1e3 * bare / static_cast<double>(plan.simulations.size());
    state.counters["x_bare"] = whole / bare;
}

}  // namespace

int sc_main(int argc, char* argv[]) {
    for (const sweep_size& size : {sweep_size{"resnet20", 8, 1}, {"resnet20", 8, 2}, {"deit_small", 2, 1}, {"deit_small", 2, 2}}) {
        const std::string name = fmt::format("{}/prices:{}", size.network, size.prices);
        benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State& s) { sweep(s, size); })
            ->UseManualTime()
            ->Iterations(3)
            ->Unit(benchmark::kSecond);
    }
    return symmetree::run_benchmarks(argc, argv);
}
