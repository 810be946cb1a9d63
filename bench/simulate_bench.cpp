// CPU time of whole simulations, beside a plain oneDNN product of the same layers in the same run. Fitting is not
// counted: weights come from the cache and inputs are quantized before the clock starts. Every simulation runs in a
// process of its own (one elaboration per process); its CPU time and peak memory come from the kernel's accounting.

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <systemc>
#include <vector>

#include "bench/floor_seconds.h"
#include "bench/run_benchmarks.h"
#include "runs/prepare.h"
#include "runs/simulate.h"
#include "workloads/files/load_workload.h"

namespace {

using namespace symmetree;

const std::string root = SYMMETREE_ROOT;

double seconds(const timeval& t) { return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec); }

struct child_cost {
    double cpu_s = 0;
    double peak_mb = 0;
};

child_cost simulate_in_child(const prepared_run& run) {
    const pid_t child = fork();
    if (child == 0) {
        int code = 0;
        try {
            benchmark::DoNotOptimize(simulate(run));
        } catch (const std::exception& e) {
            std::fprintf(stderr, "%s\n", e.what());
            code = 1;
        }
        _exit(code);
    }
    int status = 0;
    rusage usage{};
    wait4(child, &status, 0, &usage);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) throw std::runtime_error("the simulation failed");
    return {seconds(usage.ru_utime) + seconds(usage.ru_stime), static_cast<double>(usage.ru_maxrss) / 1024};
}

void simulation(benchmark::State& state, const std::string& network, const std::string& platform, bool timing_only) {
    run_request request;
    request.network = load_workload(network, root + "/workloads/nets");
    request.platform = load_platform(platform, root + "/platforms/presets");
    request.asked_scheme = request.platform.default_scheme;
    request.timing_only = timing_only;
    request.check = false;
    request.cost_directory = root + "/models/cost/tables";
    const weight_cache cache(weight_cache::default_directory());
    const prepared_run run = prepare(std::move(request), cache);
    std::int64_t macs = 0;
    for (const layer& l : run.request.network.layers) macs += product_of(l).macs();
    double least = 1e9, peak = 0;
    for (auto _ : state) {
        const child_cost cost = simulate_in_child(run);
        state.SetIterationTime(cost.cpu_s);
        least = std::min(least, cost.cpu_s);
        peak = std::max(peak, cost.peak_mb);
    }
    state.counters["least_ms"] = 1e3 * least;
    state.counters["GMAC/s"] = static_cast<double>(macs) * 1e-9 / least;
    state.counters["peak_MB"] = peak;
    state.counters["x_oneDNN"] = least / floor_seconds(run.request.network);
}

}  // namespace

int sc_main(int argc, char* argv[]) {
    for (const std::string network : {"deit_small", "resnet18"})
        for (const std::string platform : {"symq", "asymq_row_sum", "dasq", "post"})
            for (const bool timing_only : {true, false}) {
                const std::string name = fmt::format("{}/{}/{}", network, platform, timing_only ? "timing_only" : "exact");
                benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State& s) { simulation(s, network, platform, timing_only); })
                    ->UseManualTime()
                    ->Iterations(5)
                    ->Unit(benchmark::kMillisecond);
            }
    return symmetree::run_benchmarks(argc, argv);
}
