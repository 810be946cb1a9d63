#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <utility>

#include "core/yaml_reader.h"
#include "workloads/import/onnx_initializers.h"
#include "workloads/layer_checks.h"
#include "workloads/quantized_workload.h"
#include "workloads/safetensors.h"
#include "workloads/workload.h"

// The workload format, field by field: docs/workload-format.md.

namespace symmetree {
namespace {

/// What the layers of one file share while it is read.
struct reading {
    diagnostics problems;
    std::filesystem::path directory;  ///< relative tensor files start here
    activation_class input = activation_class::dense;
    bool has_input = false;  ///< `defaults` names an input class
    weight_source weights = seeded_weights{};
    std::map<std::string, safetensors_file> tensors;  ///< files opened so far
    std::map<std::string, onnx_initializers> models;
};

const std::vector<std::pair<std::string, activation_class>> input_names = {
    {"relu", activation_class::relu}, {"gelu", activation_class::gelu}, {"dense", activation_class::dense}};

int whole(yaml_reader& reader, const std::string& key, std::int64_t low, std::int64_t high, std::optional<std::int64_t> otherwise = {}) {
    return static_cast<int>(reader.integer(key, low, high, otherwise));
}

int extent(yaml_reader& reader, const std::string& key, std::optional<std::int64_t> otherwise = {}) {
    return whole(reader, key, 1, largest_extent, otherwise);
}

/// `key: n` for both axes or `key: [height, width]`.
void read_axes(yaml_reader& reader, const std::string& key, std::optional<std::int64_t> otherwise, int& height, int& width) {
    if (!reader.raw(key).IsSequence()) {
        height = width = extent(reader, key, otherwise);
        return;
    }
    const std::vector<std::int64_t> given = reader.integers(key, 2, 2, 1, largest_extent);
    height = static_cast<int>(given[0]);
    width = static_cast<int>(given[1]);
}

/// `padding: n`, `[height, width]` or `[top, left, bottom, right]`.
void read_padding(yaml_reader& reader, conv_shape& s) {
    const YAML::Node given = reader.raw("padding");
    if (!given.IsSequence()) {
        s.pad_top = s.pad_left = s.pad_bottom = s.pad_right = whole(reader, "padding", 0, largest_extent, 0);
        return;
    }
    if (given.size() != 2 && given.size() != 4) {
        reader.problem("padding",
                       fmt::format("a number, [height, width] or [top, left, bottom, right] is wanted, given {} numbers", given.size()));
        return;
    }
    const std::vector<std::int64_t> sides = reader.integers("padding", given.size(), given.size(), 0, largest_extent);
    const std::size_t half = sides.size() / 2;  // [height, width] stands for both ends
    s.pad_top = static_cast<int>(sides[0]);
    s.pad_left = static_cast<int>(sides[1]);
    s.pad_bottom = static_cast<int>(sides[half == 1 ? 0 : 2]);
    s.pad_right = static_cast<int>(sides[half == 1 ? 1 : 3]);
}

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
    read_padding(reader, s);
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

/// The one key of `kinds` that the mapping has; reports none and several.
std::string one_of(yaml_reader& reader, const std::vector<std::string>& kinds) {
    std::string found, listed;
    int count = 0;
    for (const std::string& kind : kinds) {
        listed += (listed.empty() ? "" : ", ") + kind;
        if (!reader.raw(kind).IsDefined()) continue;
        found = kind;
        ++count;
    }
    if (count != 1 && reader.valid())
        reader.problem("", fmt::format("one of {} is wanted, given {}", listed, count == 0 ? "none" : "several"));
    return count == 1 ? found : "";
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

template <class File>
const File& opened(std::map<std::string, File>& files, const std::string& path) {
    const auto found = files.find(path);
    return found != files.end() ? found->second : files.emplace(path, File(path)).first->second;
}

/// Looks the tensor up now (its values are read when they are needed), so that a wrong name is found before a run.
weight_source read_tensor_file(yaml_reader& reader, const std::optional<layer_shape>& shape, reading& state) {
    tensor_file_weights w;
    w.file = (state.directory / reader.text("file")).string();
    w.tensor = reader.text("tensor");
    if (!shape || w.tensor.empty()) return w;
    try {
        opened(state.tensors, w.file).find(w.tensor, weight_dimensions(*shape));
    } catch (const input_error& e) {
        reader.problem("file", e.what());
    }
    return w;
}

weight_source read_initializer(yaml_reader& reader, const std::optional<layer_shape>& shape, reading& state) {
    const std::string file = (state.directory / reader.text("onnx")).string();
    const std::string initializer = reader.text("initializer");
    const bool transposed = reader.boolean("transposed", false);
    if (!shape || initializer.empty()) return seeded_weights{};
    if (transposed && !std::holds_alternative<linear_shape>(*shape)) {
        reader.problem("transposed", "only linear layers have transposed initializers");
        return seeded_weights{};
    }
    try {
        return loaded_weights{opened(state.models, file).read(initializer, weight_dimensions(*shape), transposed)};
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

std::optional<scheme_family> uniform_family(const std::string& name) {
    if (name == "symq") return scheme_family::symq;
    if (name == "asymq") return scheme_family::asymq;
    return {};
}

void read_families(yaml_reader& reader, layer& l) {
    if (reader.has("family"))
        l.family = reader.choice<scheme_family>("family", {{"symq", scheme_family::symq}, {"asymq", scheme_family::asymq}});
    for (const std::string& name : reader.texts("instead_of_dasq", false)) {
        const std::optional<scheme_family> family = uniform_family(name);
        if (!family)
            reader.problem("instead_of_dasq", fmt::format("symq and asymq are allowed, given '{}'", name));
        else if (std::count(l.instead_of_dasq.begin(), l.instead_of_dasq.end(), *family) > 0)
            reader.problem("instead_of_dasq", fmt::format("'{}' stands twice", name));
        else
            l.instead_of_dasq.push_back(*family);
    }
    if (l.family && reader.has("instead_of_dasq"))
        reader.problem("instead_of_dasq", "has no effect beside family, which holds under every scheme");
}

void refuse_weight_fields(yaml_reader& reader) {
    for (const char* key : {"weights", "weight_bits", "family", "instead_of_dasq"})
        if (reader.raw(key).IsDefined()) reader.problem(key, "a matmul multiplies activations by activations: it has no weights");
}

std::string read_name(yaml_reader& reader) {
    const std::string name = reader.text("name");
    if (reader.has("name") && (name.empty() || name != printable(name)))
        reader.problem("name", "1 to 200 printable ASCII characters are wanted");
    return name;
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
        read_families(reader, l);
    }
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
    reading state;
    state.directory = std::filesystem::path(path).parent_path();
    yaml_reader root(document, path, "", state.problems);
    workload w;
    w.name = read_name(root);
    w.source = root.text("source", "");
    w.not_simulated = root.texts("not_simulated", false);
    read_defaults(root.map("defaults", false), state);
    w.layers = read_layers(root, state);
    root.finish();
    state.problems.throw_if_any();
    return w;
}

}  // namespace symmetree
