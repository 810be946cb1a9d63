#pragma once

namespace symmetree {

/// How the activations of a layer are distributed; declared by the graph, never measured.
///   relu: never negative (ReLU, ReLU6, softmax), drawn with half zeros      gelu: skewed, a short negative tail      dense: symmetric
///   about zero
enum class activation_class { relu, gelu, dense };

constexpr const char* to_string(activation_class c) {
    switch (c) {
        case activation_class::relu: return "relu";
        case activation_class::gelu: return "gelu";
        case activation_class::dense: return "dense";
    }
    return "?";
}

}  // namespace symmetree
