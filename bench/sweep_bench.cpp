// Points per second of whole sweeps, timing only, two jobs at a time, and what a sweep costs beyond its simulations: the CPU time
// of all its processes over that of the same simulations run bare, one child process each, in the same run. Weights come from the cache.

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <string>
#include <systemc>

#include "core/temporary_folder.h"
#include "platforms/child_process.h"
#include "platforms/simulate.h"
#include "platforms/sweep/run_sweep.h"

namespace {

using namespace symmetree;

const std::string root = SYMMETREE_ROOT;

/// 64 shapes and memories of four formats, each priced at two clocks: 256 simulations, 512 points.
std::string sweep_of(const std::string& network) {
    return fmt::format(
        "name: bench\nworkload: {}\naxes:\n"
        "  - {{axis: platform, values: [symq, asymq_row_sum, dasq, post]}}\n"
        "  - {{axis: platform.dma.outstanding, powers_of_two: 1..8}}\n"
        "  - {{axis: platform.dram.latency_cycles, range: 20..160, step: 20}}\n"
        "  - {{axis: platform.accumulators.depth, values: [128, 256]}}\n"
        "  - {{axis: platform.clock_hz, values: [5e8, 1e9]}}\n",
        network);
}

sweep_space space_of(const std::string& network) {
    return sweep_space(parse_sweep(sweep_of(network), "bench.yaml"), {root + "/workloads/nets", root + "/platforms/presets", root + "/models/cost/tables"});
}

/// CPU time of a child process and of all that it waited for.
double cpu_seconds_of(const std::function<std::string()>& work) {
    const child_outcome outcome = child_process(work).wait();
    outcome.result_or_throw();
    return outcome.cpu_s;
}

double bare_seconds(const sweep_space& space, const sweep_plan& plan, const weight_cache& cache) {
    double sum = 0;
    for (const planned_simulation& s : plan.simulations) {
        run_request request = *space.point(s.points.front()).request;
        sum += cpu_seconds_of([&] {
            benchmark::DoNotOptimize(simulate(prepare(std::move(request), cache)));
            return std::string();
        });
    }
    return sum;
}

/// All that `symmetree sweep` does, reading and checking included.
std::string whole_sweep(const std::string& network, const std::string& output, const weight_cache& cache) {
    const sweep_space space = space_of(network);
    const sweep_plan plan = plan_of(space);
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

void sweep(benchmark::State& state, const std::string& network) {
    const sweep_space space = space_of(network);
    const sweep_plan plan = plan_of(space);
    const weight_cache cache(weight_cache::default_directory());
    const temporary_folder folder;
    whole_sweep(network, folder.path() + "/warm.db", cache);
    double bare = 1e9, whole = 1e9, wall = 1e9;
    int round = 0;
    for (auto _ : state) {
        bare = std::min(bare, bare_seconds(space, plan, cache));
        const std::string output = fmt::format("{}/{}.db", folder.path(), ++round);
        const auto before = std::chrono::steady_clock::now();
        whole = std::min(whole, cpu_seconds_of([&] { return whole_sweep(network, output, cache); }));
        const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - before).count();
        wall = std::min(wall, took);
        state.SetIterationTime(took);
    }
    const double points = static_cast<double>(plan.points());
    state.counters["points"] = points;
    state.counters["simulations"] = static_cast<double>(plan.simulations.size());
    state.counters["points/s"] = points / wall;
    state.counters["cpu_ms/point"] = 1e3 * whole / points;
    state.counters["x_bare"] = whole / bare;
}

}  // namespace

int sc_main(int argc, char* argv[]) {
    for (const std::string network : {"resnet20", "deit_small"})
        benchmark::RegisterBenchmark(network.c_str(), [=](benchmark::State& s) { sweep(s, network); })->UseManualTime()->Iterations(3)->Unit(benchmark::kSecond);
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}

int main(int argc, char* argv[]) {
    setenv("SC_COPYRIGHT_MESSAGE", "DISABLE", 1);
    return sc_core::sc_elab_and_sim(argc, argv);
}
