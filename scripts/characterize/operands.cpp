#include <cstdio>
#include <exception>
#include <nlohmann/json.hpp>
#include <string>
#include <variant>

#include "workloads/files/load_workload.h"
#include "workloads/formats/number_format.h"
#include "workloads/network/workload.h"
#include "workloads/quantize/quantize.h"

// Operands of one layer as the project's own quantizers make them, for the characterisation flow:
//   operands SCHEME CLASS SEED               a seeded Gaussian layer of 16 channels and 576 inputs, 64 vectors
//   operands SCHEME CLASS SEED MODEL LAYER   the weights of a model's layer in its place
// Writes JSON: weights[channel][input], zero_points[channel], outliers [channel, input, value], outlier_shifts[channel],
// activations[vector][input].

namespace {

using namespace symmetree;
using nlohmann::json;

constexpr int channels = 16, inputs = 576, vectors = 64;

activation_class class_of(const std::string& name) {
    for (const auto c : {activation_class::relu, activation_class::gelu, activation_class::dense}) {
        if (name == to_string(c)) return c;
    }
    throw input_error(diagnostic{"", 0, 0, "class", "relu, gelu or dense, given '" + name + "'"});
}

layer seeded_layer() {
    layer l;
    l.name = "characterisation";
    l.shape = linear_shape{vectors, inputs, channels};
    l.weights = seeded_weights{};
    return l;
}

layer layer_of_model(const std::string& file, const std::string& name) {
    for (const layer& l : load_workload(file, "").layers) {
        if (l.name == name) return l;
    }
    throw input_error(diagnostic{file, 0, 0, name, "no such layer"});
}

json operands(const scheme& s, activation_class input, std::uint64_t seed, const layer& source) {
    const product_shape shape = product_of(source);
    const std::int64_t rows = shape.n * shape.repeat;
    const quantized_weights weights = quantize_weights(materialize_weights(source, seed), rows, shape.k, s, 1, shape.n);

    layer reader = seeded_layer();
    reader.shape = linear_shape{vectors, static_cast<int>(shape.k), channels};
    reader.input = input;
    const quantized_activations x = quantize_activations(materialize_input(reader, seed), s.activation_bits, s.activation_range, input,
                                                         traits_of(s.family).activations());

    json out;
    out["scheme"] = to_string(s);
    out["class"] = to_string(input);
    out["seed"] = seed;
    out["activation_zero_point"] = x.zero_point;
    for (std::int64_t row = 0; row < rows; ++row) {
        const auto begin = weights.codes.begin() + row * shape.k;
        out["weights"].push_back(std::vector<int>(begin, begin + shape.k));
        out["zero_points"].push_back(weights.zero_point_of(row));
        out["outlier_shifts"].push_back(weights.outlier_shift.empty() ? 0 : weights.outlier_shift[static_cast<std::size_t>(row)]);
        if (weights.levels.empty()) continue;
        const std::int8_t* const levels = weights.levels_of(row);
        out["levels"].push_back(std::vector<int>(levels, levels + (std::size_t{1} << weights.bits)));
    }
    out["outliers"] = json::array();
    for (const outlier& o : weights.outliers) out["outliers"].push_back({o.row, o.column, o.value});
    for (std::int64_t m = 0; m < vectors; ++m) {
        const auto begin = x.codes.begin() + m * shape.k;
        out["activations"].push_back(std::vector<int>(begin, begin + shape.k));
    }
    return out;
}

}  // namespace

int main(int argc, char* argv[]) {
    if (argc != 4 && argc != 6) {
        std::fputs("usage: operands SCHEME CLASS SEED [MODEL LAYER]\n", stderr);
        return static_cast<int>(exit_code::wrong_input);
    }
    try {
        const layer source = argc == 6 ? layer_of_model(argv[4], argv[5]) : seeded_layer();
        std::puts(operands(parse_scheme(argv[1]), class_of(argv[2]), std::stoull(argv[3]), source).dump().c_str());
    } catch (const std::exception& e) {
        std::fprintf(stderr, "operands: %s\n", e.what());
        return static_cast<int>(exit_code::wrong_input);
    }
    return static_cast<int>(exit_code::done);
}
