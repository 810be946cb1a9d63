#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <utility>

#include "core/enumerators.h"
#include "core/limits.h"
#include "core/listed.h"
#include "core/safetensors.h"
#include "core/yaml_reader.h"
#include "workloads/files/graph_yaml.h"
#include "workloads/files/load_workload.h"
#include "workloads/files/quantized_workload.h"
#include "workloads/files/yaml_fields.h"
#include "workloads/formats/number_format.h"
#include "workloads/network/workload.h"
#include "workloads/operators/layer_checks.h"

// The workload format, field by field: docs/workload-format.md.

namespace symmetree {
namespace {

/// What the layers of one file share while it is read.
struct reading {
    explicit reading(std::filesystem::path directory) : sources(std::move(directory)) {}

    diagnostics problems;
    tensor_sources sources;
    activation_class input = activation_class::dense;
    bool has_input = false;  ///< `defaults` names an input class
    weight_source weights = seeded_weights{};
};

const std::vector<std::pair<std::string, activation_class>> input_names = {
    {"relu", activation_class::relu}, {"gelu", activation_class::gelu}, {"dense", activation_class::dense}};

conv_shape read_conv(yaml_reader& reader) {
    conv_shape s;
    const std::vector<std::int64_t> in = reader.integers("in", 3, 3, 1, largest_extent);
    s.in_channels = static_cast<int>(in[0]);
    s.in_height = static_cast<int>(in[1]);
    s.in_width = static_cast<int>(in[2]);
    s.out_channels = extent(reader, "out_channels");
    read_axes(reader, "kernel", {}, s.kernel_height, s.kernel_width);
    read_axes(reader, "stride", 1, s.stride_height, s.stride_width);
    read_axes(reader, "dilation", 1, s.dilation_height, s.dilation_width);
    const padding_sides sides = read_padding(reader);
    s.pad_top = sides.top;
    s.pad_left = sides.left;
    s.pad_bottom = sides.bottom;
    s.pad_right = sides.right;
    s.groups = extent(reader, "groups", 1);
    return s;
}

linear_shape read_linear(yaml_reader& reader) {
    linear_shape s;
    s.tokens = extent(reader, "tokens");
    s.in = extent(reader, "in");
    s.out = extent(reader, "out");
    return s;
}

matmul_shape read_matmul(yaml_reader& reader) {
    matmul_shape s;
    s.rows = extent(reader, "rows");
    s.inner = extent(reader, "inner");
    s.columns = extent(reader, "columns");
    s.count = extent(reader, "count", 1);
    return s;
}

/// The layer's shape, or nothing where its fields are wrong.
std::optional<layer_shape> read_shape(yaml_reader& reader, reading& state) {
    const std::string kind = one_of(reader, {"conv", "linear", "matmul"});
    if (kind.empty()) return {};
    const std::size_t before = state.problems.problems().size();
    yaml_reader fields = reader.map(kind);
    layer_shape shape;
    if (kind == "conv")
        shape = read_conv(fields);
    else if (kind == "linear")
        shape = read_linear(fields);
    else
        shape = read_matmul(fields);
    fields.finish();
    if (state.problems.problems().size() > before) return {};
    const std::vector<shape_problem> wrong = shape_problems(shape);
    for (const shape_problem& p : wrong) fields.problem(p.field, p.message);
    return wrong.empty() ? std::optional(shape) : std::nullopt;
}

seeded_weights read_seeded(const std::string& kind, yaml_reader reader) {
    seeded_weights w;
    if (kind == "student_t") {
        w.distribution = seeded_weights::kind::student_t;
        w.degrees_of_freedom = whole(reader, "degrees_of_freedom", 3, 30, w.degrees_of_freedom);
    } else if (kind == "skewed_outliers") {
        w.distribution = seeded_weights::kind::skewed_outliers;
        w.outlier_share = reader.number("share", 0, 0.1, w.outlier_share);
        w.outlier_scale = reader.number("scale", 1, 100, w.outlier_scale);
        w.outlier_skew = reader.number("skew", 0, 1, w.outlier_skew);
    }
    reader.finish();
    return w;
}

/// Looks the tensor up now (its values are read when they are needed), so that a wrong name is found before a run.
weight_source read_tensor_file(yaml_reader& reader, const std::optional<layer_shape>& shape, reading& state) {
    tensor_file_weights w;
    w.file = state.sources.path_of(reader.text("file"));
    w.tensor = reader.text("tensor");
    if (!shape || w.tensor.empty()) return w;
    try {
        state.sources.tensors(w.file).find(w.tensor, weight_dimensions(*shape));
    } catch (const input_error& e) {
        reader.problem("file", e.what());
    }
    return w;
}

weight_source read_initializer(yaml_reader& reader, const std::optional<layer_shape>& shape, reading& state) {
    const std::string file = state.sources.path_of(reader.text("onnx"));
    const std::string initializer = reader.text("initializer");
    const bool transposed = reader.boolean("transposed", false);
    if (!shape || initializer.empty()) return seeded_weights{};
    if (transposed && !std::holds_alternative<linear_shape>(*shape)) {
        reader.problem("transposed", "only linear layers have transposed initializers");
        return seeded_weights{};
    }
    try {
        return loaded_weights{state.sources.model(file).read(initializer, weight_dimensions(*shape), transposed)};
    } catch (const input_error& e) {
        reader.problem("onnx", e.what());
    }
    return seeded_weights{};
}

weight_source read_weights(yaml_reader reader, const std::optional<layer_shape>& shape, reading& state) {
    weight_source source = seeded_weights{};
    const std::string kind = one_of(reader, {"gaussian", "student_t", "skewed_outliers", "file", "onnx"});
    if (kind == "file")
        source = read_tensor_file(reader, shape, state);
    else if (kind == "onnx")
        source = read_initializer(reader, shape, state);
    else if (!kind.empty())
        source = read_seeded(kind, reader.map(kind, false));
    reader.finish();
    return source;
}

void read_defaults(yaml_reader reader, reading& state) {
    state.has_input = reader.has("input");
    state.input = reader.choice("input", input_names, std::optional(activation_class::dense));
    if (reader.has("weights")) {
        yaml_reader weights = reader.map("weights");
        const std::string kind = one_of(weights, {"gaussian", "student_t", "skewed_outliers"});
        if (!kind.empty()) state.weights = read_seeded(kind, weights.map(kind, false));
        weights.finish();
    }
    reader.raw("weights");  // known even where it is absent
    reader.finish();
}

using named_families = std::vector<std::pair<std::string, scheme_family>>;

/// The families that a single layer can be given whatever the run's scheme.
named_families uniform_families() {
    named_families families;
    for (const scheme_family family : enumerators<scheme_family>())
        if (traits_of(family).options == scheme_options::uniform) families.emplace_back(to_string(family), family);
    return families;
}

std::string names_of(const named_families& families) {
    std::vector<std::string> names;
    for (const auto& [name, family] : families) names.push_back(name);
    return listed(names, "and");
}

void read_families(yaml_reader& reader, layer& l) {
    const named_families allowed = uniform_families();
    if (reader.has("family")) l.family = reader.choice<scheme_family>("family", allowed);
    for (const std::string& name : reader.texts("instead_of_dasq", false)) {
        const auto found = std::find_if(allowed.begin(), allowed.end(), [&](const auto& one) { return one.first == name; });
        if (found == allowed.end())
            reader.problem("instead_of_dasq", fmt::format("{} are allowed, given '{}'", names_of(allowed), name));
        else if (std::count(l.instead_of_dasq.begin(), l.instead_of_dasq.end(), found->second) > 0)
            reader.problem("instead_of_dasq", fmt::format("'{}' stands twice", name));
        else
            l.instead_of_dasq.push_back(found->second);
    }
    if (l.family && reader.has("instead_of_dasq"))
        reader.problem("instead_of_dasq", "has no effect beside family, which holds under every scheme");
}

void refuse_weight_fields(yaml_reader& reader) {
    for (const char* key : {"weights", "weight_bits", "family", "instead_of_dasq", "bias"})
        if (reader.raw(key).IsDefined()) reader.problem(key, "a matmul multiplies activations by activations: it has no weights");
}

layer read_layer(yaml_reader& reader, reading& state) {
    layer l;
    l.place = reader.place("");
    l.name = read_name(reader);
    const std::optional<layer_shape> shape = read_shape(reader, state);
    if (shape) l.shape = *shape;
    l.input = reader.choice("input", input_names, state.has_input ? std::optional(state.input) : std::nullopt);
    if (reader.has("activation_bits")) l.activation_bits = whole(reader, "activation_bits", 2, 8);
    if (reader.raw("matmul").IsDefined()) {
        refuse_weight_fields(reader);
    } else {
        if (reader.has("weight_bits")) l.weight_bits = whole(reader, "weight_bits", 2, 8);
        l.weights = reader.has("weights") ? read_weights(reader.map("weights"), shape, state) : state.weights;
        if (reader.has("bias") && shape) l.bias = state.sources.read(reader, "bias", {output_channels(*shape)});
        read_families(reader, l);
    }
    reader.raw("bias");
    reader.raw("weight_bits");  // an empty value counts as absent, not as unknown
    reader.raw("activation_bits");
    reader.raw("weights");
    reader.raw("family");
    reader.finish();
    return l;
}

std::vector<layer> read_layers(yaml_reader& root, reading& state) {
    std::vector<layer> layers;
    std::map<std::string, int> lines;
    std::vector<yaml_reader> readers = root.maps("layers");
    if (readers.empty() && root.raw("layers").IsSequence()) root.problem("layers", "at least one layer is wanted");
    for (yaml_reader& reader : readers) {
        layer l = read_layer(reader, state);
        const auto [first, fresh] = lines.emplace(l.name, l.place.line);
        if (!fresh && !l.name.empty()) reader.problem("name", fmt::format("'{}' is already the layer of line {}", l.name, first->second));
        layers.push_back(std::move(l));
    }
    return layers;
}

}  // namespace

workload load_workload_yaml(const std::string& path) { return read_workload(load_yaml(path), path); }

workload read_workload(const YAML::Node& document, const std::string& path) {
    if (is_quantized_workload(document)) return read_quantized_workload(document, path);
    reading state(std::filesystem::path(path).parent_path());
    yaml_reader root(document, path, "", state.problems);
    workload w;
    w.name = read_name(root);
    w.source = root.text("source", "");
    w.not_simulated = root.texts("not_simulated", false);
    read_defaults(root.map("defaults", false), state);
    w.layers = read_layers(root, state);
    if (root.has("graph"))
        w.graph = read_graph(root, w.layers, state.sources, state.problems);
    else
        w.why_no_graph = "its file lists layers, but no graph";
    root.raw("graph");
    root.finish();
    state.problems.throw_if_any();
    return w;
}

}  // namespace symmetree
