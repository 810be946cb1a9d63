// Fits of weights over the layer shapes of DeiT-S (Touvron et al., 2021), seeded Gaussian weights.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdint>
#include <thread>
#include <utility>
#include <vector>

#include "core/random.h"
#include "workloads/formats/quantized_weights.h"
#include "workloads/formats/scheme.h"
#include "workloads/quantize/quantize.h"

namespace {

struct matrix {
    std::int64_t rows = 0, columns = 0;
    std::vector<float> weights;
};

std::vector<std::pair<std::int64_t, std::int64_t>> deit_small_shapes() {
    std::vector<std::pair<std::int64_t, std::int64_t>> shapes{{384, 768}};
    for (int block = 0; block < 12; ++block) shapes.insert(shapes.end(), {{1152, 384}, {384, 384}, {1536, 384}, {384, 1536}});
    shapes.push_back({1000, 384});
    return shapes;
}

const std::vector<matrix>& deit_small() {
    static const std::vector<matrix> layers = [] {
        std::vector<matrix> made;
        for (const auto& [rows, columns] : deit_small_shapes()) {
            const symmetree::random_stream stream(made.size(), "quantize_bench");
            std::vector<float> weights(static_cast<std::size_t>(rows * columns));
            for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = static_cast<float>(stream.normal(i));
            made.push_back({rows, columns, std::move(weights)});
        }
        return made;
    }();
    return layers;
}

void fit_deit_small(benchmark::State& state, const char* scheme_text) {
    const symmetree::scheme scheme = symmetree::parse_scheme(scheme_text);
    const int threads = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
    const std::vector<matrix>& layers = deit_small();
    std::int64_t weights = 0;
    for (auto _ : state) {
        for (const matrix& m : layers) {
            benchmark::DoNotOptimize(symmetree::quantize_weights(m.weights, m.rows, m.columns, scheme, threads));
            weights += m.rows * m.columns;
        }
    }
    state.SetItemsProcessed(weights);
}

void fit_one_layer(benchmark::State& state, const char* scheme_text) {
    const symmetree::scheme scheme = symmetree::parse_scheme(scheme_text);
    const matrix& m = deit_small().front();
    for (auto _ : state) benchmark::DoNotOptimize(symmetree::quantize_weights(m.weights, m.rows, m.columns, scheme, 1));
    state.SetItemsProcessed(state.iterations() * m.rows * m.columns);
}

}  // namespace

BENCHMARK_CAPTURE(fit_deit_small, symq_w4, "symq:w4a4")->Unit(benchmark::kSecond)->UseRealTime();
BENCHMARK_CAPTURE(fit_deit_small, asymq_w4, "asymq:w4a4")->Unit(benchmark::kSecond)->UseRealTime();
BENCHMARK_CAPTURE(fit_deit_small, symq_w4_tensor, "symq:w4a4:tensor")->Unit(benchmark::kSecond)->UseRealTime();
BENCHMARK_CAPTURE(fit_deit_small, dasq_w3, "dasq:w3a3:sw4:p98")->Unit(benchmark::kSecond)->UseRealTime();
BENCHMARK_CAPTURE(fit_deit_small, dasq_w4, "dasq:w4a4:sw4:p98")->Unit(benchmark::kSecond)->UseRealTime();
BENCHMARK_CAPTURE(fit_deit_small, dasq_w8, "dasq:w8a8:sw4:p98")->Unit(benchmark::kSecond)->UseRealTime();
BENCHMARK_CAPTURE(fit_deit_small, pot_w4, "pot:w4a4:g4")->Unit(benchmark::kSecond)->UseRealTime();
BENCHMARK_CAPTURE(fit_deit_small, post_w4, "post:w4a4:g4")->Unit(benchmark::kSecond)->UseRealTime();
BENCHMARK_CAPTURE(fit_one_layer, symq_w4, "symq:w4a4")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(fit_one_layer, symq_w4_truncate, "symq:w4a4:truncate")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(fit_one_layer, post_w7, "post:w7a4:g4")->Unit(benchmark::kMillisecond);
