#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "compile/quantized_network.h"
#include "reference/reference_network.h"
#include "runs/run_network.h"
#include "tests/unit/workloads/files.h"
#include "workloads/calibration/calibration.h"
#include "workloads/calibration/tensor_formats.h"
#include "workloads/files/load_workload.h"

namespace symmetree {

/// A network of five products with a residual addition, small enough to try every choice of formats.
inline const char* const small_network_text =
    "name: small\n"
    "layers:\n"
    "  - {name: stem, conv: {in: [2, 6, 6], out_channels: 8, kernel: 3, padding: 1}, input: dense}\n"
    "  - {name: body/a, conv: {in: [8, 6, 6], out_channels: 8, kernel: 3, padding: 1}, input: relu, weights: {student_t: {}}}\n"
    "  - {name: body/b, conv: {in: [8, 6, 6], out_channels: 8, kernel: 3, padding: 1}, input: relu}\n"
    "  - {name: body/c, conv: {in: [8, 6, 6], out_channels: 12, kernel: 1}, input: relu}\n"
    "  - {name: head, linear: {tokens: 1, in: 12, out: 5}, input: relu}\n"
    "graph:\n"
    "  - {op: input, name: image, shape: [1, 2, 6, 6]}\n"
    "  - {op: product, layer: stem}\n"
    "  - {op: relu}\n"
    "  - {op: product, layer: body/a}\n"
    "  - {op: relu}\n"
    "  - {op: product, layer: body/b}\n"
    "  - {op: add, from: [body/b, stem.relu]}\n"
    "  - {op: relu, name: joined}\n"
    "  - {op: product, layer: body/c}\n"
    "  - {op: relu, name: last}\n"
    "  - {op: mean, name: mean, first_axis: 2, axes: 2}\n"
    "  - {op: product, layer: head}\n";

inline std::vector<float> small_image(std::int64_t index) {
    std::vector<float> image(2 * 6 * 6);
    for (std::size_t i = 0; i < image.size(); ++i)
        image[i] = static_cast<float>(
            1.5 * std::sin(static_cast<double>(index + 1) * 0.61 * static_cast<double>(i % 17) + 0.3 * static_cast<double>(i)));
    return image;
}

inline platform_config platform_named(const std::string& name) {
    platform_config platform = load_platform(name, SYMMETREE_ROOT "/platforms/presets");
    platform.vector_unit.lanes = 4;
    return platform;
}

/// The small network in a folder of its own, calibrated on eight images.
struct small_network {
    testing_files::temporary_directory directory;
    std::string file = directory.write("small.yaml", small_network_text);
    workload network = load_workload_yaml(file);
    float_executor executor{network, float_weights_of(network, 1)};
    calibration seen = calibrate(network, executor, small_image, 8, 2);
    weight_cache cache{""};

    format_chooser chooser_for(const workload& w) const {
        return [this, &w](std::size_t node, int bits, activation_coding coding) { return format_for(w, seen, {}, node, bits, coding); };
    }
    quantized_network quantized(const workload& w, const platform_config& platform, const scheme& run) const {
        return quantize_network(w, platform, run, chooser_for(w), cache, 1, 1);
    }
};

/// Squared error of the scores over images 100 to 139, other ones than those that anything is chosen on.
inline double scores_error(const quantized_network& q, const float_executor& executor, const image_source& image) {
    const network_graph& graph = *q.network.graph;
    double sum = 0;
    for (std::int64_t i = 100; i < 140; ++i) {
        const std::vector<float> pixels = image(i), wanted = executor.run(pixels.data());
        const auto scores = reference_network(q, codes_of(pixels.data(), pixels.size(), q.nodes[graph.input].format))[graph.output];
        for (std::size_t s = 0; s < scores.size(); ++s) {
            const double rest = q.nodes[graph.output].format.value_of(scores[s]) - static_cast<double>(wanted[s]);
            sum += rest * rest;
        }
    }
    return sum;
}

}  // namespace symmetree
