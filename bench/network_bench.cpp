// CPU time of whole networks, image in, scores out, every operator exact on the simulated accelerator, beside plain oneDNN products of the
// same layers in the same run. Calibration, fitting and compilation are not counted: codes of weights and images stand ready before the
// clock starts. Every simulation runs in a process of its own; its CPU time and peak memory come from the kernel's accounting.

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <systemc>
#include <vector>

#include "bench/floor_seconds.h"
#include "bench/run_benchmarks.h"
#include "compile/quantized_network.h"
#include "runs/child_process.h"
#include "runs/run_network.h"
#include "workloads/calibration/calibration.h"
#include "workloads/calibration/choose_format.h"
#include "workloads/files/load_workload.h"
#include "workloads/images/random_images.h"

namespace {

using namespace symmetree;

const std::string root = SYMMETREE_ROOT;
constexpr int calibration_images = 2;

/// A network in integers with the codes of its images, ready to run.
struct ready_network {
    platform_config platform;
    quantized_network integers;
    network_program program;
    std::vector<std::vector<std::int16_t>> images;
};

ready_network prepared(const std::string& network, const std::string& platform, int images) {
    ready_network r;
    r.platform = load_platform(platform, root + "/platforms/presets");
    const workload w = load_workload(network, root + "/workloads/nets");
    const extents& shape = w.graph->nodes[w.graph->input].shape;
    const auto drawn = [&](int count, const std::string& purpose) {
        return random_images(count, static_cast<int>(shape[1]), static_cast<int>(shape[2]), static_cast<int>(shape[3]), 1, purpose);
    };
    const image_set seen = drawn(calibration_images, "calibration"), run = drawn(images, "run");
    const float_executor executor(w, float_weights_of(w, 1));
    const calibration statistics = calibrate(
        w, executor, [&](std::int64_t i) { return seen.image(i, no_normalization()); }, calibration_images, 1);
    const auto choose = [&](std::size_t node, int bits, activation_coding coding) {
        return choose_format(statistics.nodes[node], range_choice{}, bits, w.graph->nodes[node].kind, coding);
    };
    r.integers = quantize_network(w, r.platform, r.platform.default_scheme, choose, weight_cache(weight_cache::default_directory()), 1, 1);
    r.program = compile(r.integers, r.platform, true);
    for (int i = 0; i < images; ++i) {
        const std::vector<float> values = run.image(i, no_normalization());
        r.images.push_back(codes_of(values.data(), values.size(), r.integers.nodes[w.graph->input].format));
    }
    return r;
}

child_outcome simulated(const ready_network& r) {
    return child_process([&] {
               std::size_t next = 0;
               run_network(
                   r.program, r.platform, true,
                   [&]() -> std::optional<std::vector<std::int16_t>> {
                       if (next == r.images.size()) return {};
                       return r.images[next++];
                   },
                   [](const network_result& result) { benchmark::DoNotOptimize(result.scores.data()); });
               return std::string();
           })
        .wait();
}

void whole_network(benchmark::State& state, const std::string& network, const std::string& platform, int images) {
    const ready_network r = prepared(network, platform, images);
    double least = 1e9, peak = 0;
    for (auto _ : state) {
        const child_outcome outcome = simulated(r);
        outcome.result_or_throw();
        state.SetIterationTime(outcome.cpu_s);
        least = std::min(least, outcome.cpu_s);
        peak = std::max(peak, static_cast<double>(outcome.peak_bytes) / (1 << 20));
    }
    state.counters["least_ms_per_image"] = 1e3 * least / images;
    state.counters["images/s"] = images / least;
    state.counters["peak_MB"] = peak;
    state.counters["x_oneDNN"] = least / images / floor_seconds(r.integers.network);
}

struct measured {
    const char* network;
    int images;
};

}  // namespace

int sc_main(int argc, char* argv[]) {
    for (const measured& m :
         {measured{"resnet20", 100}, measured{"fashion_resnet", 100}, measured{"fashion_vit", 100}, measured{"deit_small", 1}})
        for (const std::string platform : {"symq", "dasq"}) {
            const std::string name = fmt::format("{}/{}/{}_images", m.network, platform, m.images);
            benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State& s) { whole_network(s, m.network, platform, m.images); })
                ->UseManualTime()
                ->Iterations(5)
                ->Unit(benchmark::kMillisecond);
        }
    return symmetree::run_benchmarks(argc, argv);
}
