#pragma once

#include <string>
#include <vector>

#include "platforms/platform_config.h"
#include "runs/prepare.h"
#include "workloads/network/workload.h"

namespace symmetree {

inline layer linear_layer(int tokens, int in, int out) {
    layer l;
    l.shape = linear_shape{tokens, in, out};
    return l;
}

inline layer attention_layer(int rows, int inner, int columns, int count) {
    layer l;
    l.shape = matmul_shape{rows, inner, columns, count};
    return l;
}

/// Square image, square kernel, padding all round.
inline layer conv_layer(int in_channels, int size, int out_channels, int kernel, int stride = 1, int padding = 0, int groups = 1,
                        int dilation = 1) {
    conv_shape s;
    s.in_channels = in_channels;
    s.in_height = s.in_width = size;
    s.out_channels = out_channels;
    s.kernel_height = s.kernel_width = kernel;
    s.stride_height = s.stride_width = stride;
    s.pad_top = s.pad_left = s.pad_bottom = s.pad_right = padding;
    s.dilation_height = s.dilation_width = dilation;
    s.groups = groups;
    layer l;
    l.shape = s;
    return l;
}

inline layer with_input(layer l, activation_class input) {
    l.input = input;
    return l;
}

inline layer with_layer_widths(layer l, int weight_bits, int activation_bits) {
    l.weight_bits = weight_bits;
    l.activation_bits = activation_bits;
    return l;
}

/// Layers named layer0, layer1, ... unless they have names.
inline workload network_of(std::vector<layer> layers) {
    workload w;
    w.name = "test";
    for (std::size_t i = 0; i < layers.size(); ++i)
        if (layers[i].name.empty()) layers[i].name = "layer" + std::to_string(i);
    w.layers = std::move(layers);
    return w;
}

inline const std::string presets_directory = SYMMETREE_ROOT "/platforms/presets";
inline const std::string nets_directory = SYMMETREE_ROOT "/workloads/nets";
inline const std::string tables_directory = SYMMETREE_ROOT "/models/cost/tables";

inline platform_config preset(const std::string& name) { return load_platform(name, presets_directory); }

/// `network` on `platform` under the platform's own scheme; exact and checked.
inline run_request request_of(const platform_config& platform, workload network) {
    run_request r;
    r.network = std::move(network);
    r.platform = platform;
    r.asked_scheme = platform.default_scheme;
    r.cost_directory = tables_directory;
    r.threads = 1;
    return r;
}

inline run_request timing_of(run_request r) {
    r.timing_only = true;
    return r;
}

}  // namespace symmetree
