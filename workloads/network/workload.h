#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/activation_class.h"
#include "core/error.h"
#include "workloads/formats/quantized_weights.h"
#include "workloads/formats/scheme.h"
#include "workloads/formats/tensor_format.h"
#include "workloads/network/graph.h"
#include "workloads/operators/layer_shapes.h"

namespace symmetree {

/// Seeded weights, for studies without a trained network. Fan-in scaled: standard deviation sqrt(2 / K).
struct seeded_weights {
    enum class kind { gaussian, student_t, skewed_outliers };
    kind distribution = kind::gaussian;
    int degrees_of_freedom = 5;    ///< student_t: 3..30
    double outlier_share = 0.005;  ///< skewed_outliers: share of weights moved out, [0, 0.1]
    double outlier_scale = 6;      ///< skewed_outliers: distance in standard deviations, [1, 100]
    double outlier_skew = 0.8;     ///< skewed_outliers: share of them on the positive side, [0, 1]
};

/// Weights in a safetensors file (F32, F16, BF16 or F64), shape [out][in/groups][kh][kw] or [out][in].
struct tensor_file_weights {
    std::string file;
    std::string tensor;
};

/// Weights already in memory (an ONNX initializer, batch norm folded), rows of K in (c, kh, kw) order.
struct loaded_weights {
    std::shared_ptr<const std::vector<float>> values;
};

using weight_source = std::variant<seeded_weights, tensor_file_weights, loaded_weights>;

/// One layer of the workload.
struct layer {
    std::string name;
    layer_shape shape;
    activation_class input = activation_class::dense;  ///< class of the activations it reads
    std::optional<int> weight_bits;                    ///< 2..8; absent: the scheme's
    std::optional<int> activation_bits;                ///< 2..8; absent: the scheme's
    weight_source weights;
    std::shared_ptr<const std::vector<float>> bias;  ///< one per output channel (conv, linear), added by product nodes; null: none
    /// Families to use in place of the run's where that is DASQ, in order of preference: the first one that the
    /// platform can run (depthwise convolutions: asymq, else symq). Empty: the run's scheme.
    std::vector<scheme_family> instead_of_dasq;
    std::optional<scheme_family> family;  ///< fixed for this layer whatever the run's scheme (symq, asymq)
    std::optional<scheme> own_scheme;     ///< the layer's format whatever the run's scheme; the four fields above then do not count
    std::shared_ptr<const quantized_weights> codes;  ///< the weights in own_scheme, fitted before; null: they are fitted when wanted
    diagnostic place;                                ///< where the layer was written, for later errors
};

/// A network as the simulator sees it.
struct workload {
    std::string name;
    std::string source;  ///< publication or file it comes from
    std::vector<layer> layers;
    std::vector<std::string> not_simulated;  ///< operators met but not simulated, e.g. "Relu x19"
    std::optional<network_graph> graph;      ///< the whole network, where every operator of it can be run
    /// By node of the graph, fixed whatever calibration says; of bits 0 the step alone. Empty: none is.
    std::vector<std::optional<tensor_format>> formats;
    std::map<std::string, tensor_format> narrowed;  ///< by tensor: of the copy that layers read, where additions read the tensor itself
    std::map<std::string, tensor_format> adapted;   ///< by tensor: of the codes behind its adapter, at beta = 1
    std::string adapters_file;                      ///< safetensors with the weights of those adapters; empty: there are none
    /// By tensor: what its channels were divided by and its readers' inputs multiplied by (workloads/network/channel_scaling.h). The
    /// weights, biases and layer norms here are those that this made.
    std::map<std::string, std::vector<double>> channel_factors;
    std::string pixels;        ///< normalization of the images as `--normalization` writes it; empty: the file has none
    std::string why_no_graph;  ///< what stands in the way otherwise: "HardSwish x3, Resize x1"
};

/// The matrix product of a layer.
product_shape product_of(const layer& l);
/// True for activation-by-activation products, which have no stored weights.
bool is_attention_product(const layer& l);
/// The format of the operand that takes the weights' place there.
inline constexpr scheme_family attention_family = scheme_family::symq;
/// True for convolutions with one input and one output channel per group.
bool is_depthwise(const layer& l);

/// Float weights of a layer, rows = N * repeat (row r = repeat_index * N + channel), columns = K in (c, kh, kw)
/// order. Seeded sources depend on (seed, layer name) only. Throws input_error for unreadable or non-finite tensors.
std::vector<float> materialize_weights(const layer& l, std::uint64_t seed);

/// Seeded float input of the layer's class, until whole networks are chained: relu max(0, z), gelu z * Phi(z), dense z, z standard normal.
/// Order: [repeat][row][element]. conv: row = y, element = x * (channels / groups) + c; linear: row = token; attention: row = vector.
std::vector<float> materialize_input(const layer& l, std::uint64_t seed);
/// Attention products only: the operand that takes the place of the weights, rows N * repeat, columns K; dense class.
std::vector<float> materialize_second_operand(const layer& l, std::uint64_t seed);

/// What `materialize_weights` would return, as text that identifies it: the cache's key. For files it holds a hash of the bytes.
std::string weights_identity(const layer& l, std::uint64_t seed);

}  // namespace symmetree
