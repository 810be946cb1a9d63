#include "workloads/files/quantized_workload.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <limits>
#include <map>

#include "core/digest.h"
#include "core/input_file.h"
#include "core/output_file.h"
#include "core/safetensors.h"
#include "core/yaml_reader.h"
#include "workloads/files/load_workload.h"
#include "workloads/formats/number_format.h"
#include "workloads/formats/outlier_bound.h"
#include "workloads/images/normalization.h"
#include "workloads/import/onnx_import.h"
#include "workloads/network/channel_scaling.h"
#include "workloads/quantize/error_measures.h"
#include "workloads/quantize/uniform.h"

namespace symmetree {
namespace {

namespace fs = std::filesystem;

constexpr int greatest_outlier_shift = 7;

/// The tensor of the file `codes` that holds the factors of a network's tensor.
std::string factors_name(const std::string& tensor) { return tensor + ".channel_factors"; }

// ---- writing

/// A YAML string that reads back as itself, whatever it holds.
std::string quoted(const std::string& text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

void add_codes(safetensors_writer& out, const std::string& layer, const quantized_weights& q) {
    out.add(layer + ".codes", "I8", q.codes);
    out.add(layer + ".steps", "F64", q.step);
    if (!q.levels.empty()) out.add(layer + ".levels", "I8", q.levels);
    if (!q.zero_point.empty()) out.add(layer + ".zero_points", "I16", q.zero_point);
    if (q.outliers.empty()) return;
    std::vector<std::uint32_t> rows, columns;
    std::vector<std::int8_t> values;
    for (const outlier& o : q.outliers) {
        rows.push_back(o.row);
        columns.push_back(o.column);
        values.push_back(o.value);
    }
    out.add(layer + ".outlier_shifts", "U8", q.outlier_shift);
    out.add(layer + ".outlier_rows", "U32", rows);
    out.add(layer + ".outlier_columns", "U32", columns);
    out.add(layer + ".outlier_values", "I8", values);
}

bool reads_files(const workload& network) {
    return std::any_of(network.layers.begin(), network.layers.end(), [](const layer& l) {
        return std::holds_alternative<tensor_file_weights>(l.weights) || std::holds_alternative<loaded_weights>(l.weights);
    });
}

/// Where the document finds its network: a copy beside it, or the file itself where that reads others by their paths.
std::string place_network(const fs::path& path, const quantized_workload& q) {
    const std::string extension = fs::path(q.network_file).extension().string();
    if (extension != ".onnx" && reads_files(load_workload_yaml(q.network_file)))
        return fs::relative(q.network_file, fs::absolute(path).parent_path()).string();
    const fs::path copy = path.parent_path() / (path.stem().string() + ".network" + extension);
    write_output(copy.string(), content_of(q.network_file));
    return copy.filename().string();
}

/// A file that the document needs: how it names it, and what is in it.
struct needed_file {
    std::string name, digest;
};

std::string document_of(const quantized_workload& q, const needed_file& network, const needed_file& codes) {
    std::string out = fmt::format(
        "# Written by `symmetree quantize`; fields: docs/quantize.md.\nname: {}\nnote: {}\nnetwork: {}\nnetwork_digest: {}\ncodes: "
        "{}\ncodes_digest: {}\nseed: {}\n",
        quoted(q.network.name), quoted(q.note), quoted(network.name), network.digest, quoted(codes.name), codes.digest, q.seed);
    if (!q.pixels.empty()) out += fmt::format("normalization: {}\n", quoted(q.pixels));
    out += "layers:\n";
    for (std::size_t i = 0; i < q.schemes.size(); ++i)
        out += fmt::format("  - {{name: {}, scheme: {}}}\n", quoted(q.network.layers[i].name), quoted(to_string(q.schemes[i])));
    if (!q.network.channel_factors.empty()) out += "channel_factors:\n";
    for (const auto& given : q.network.channel_factors) out += fmt::format("  - {{node: {}}}\n", quoted(given.first));
    const auto add = [&out](const std::string& node, const tensor_format& f) {
        out += fmt::format("  - {{node: {}, step: {}, bits: {}, zero_point: {}, least: {}, greatest: {}}}\n", quoted(node), f.step, f.bits,
                           f.zero_point, f.least, f.greatest);
    };
    if (!q.adapted.empty()) out += "adapters:\n";
    for (const auto& [tensor, f] : q.adapted) add(tensor, f);
    if (!q.narrowed.empty()) out += "narrowed:\n";
    for (const auto& [tensor, f] : q.narrowed) add(tensor, f);
    if (std::none_of(q.formats.begin(), q.formats.end(), [](const auto& f) { return f.has_value(); })) return out;
    out += "tensors:\n";
    for (std::size_t i = 0; i < q.formats.size(); ++i)
        if (q.formats[i]) add(q.network.graph->nodes[i].name, *q.formats[i]);
    return out;
}

// ---- reading

struct reading {
    yaml_reader& root;
    diagnostics& problems;
    fs::path directory;
    std::optional<safetensors_file> codes;
    std::uint64_t seed = 1;
};

/// A list of a layer's tensors that must be `count` long.
template <class T>
std::vector<T> exactly(const safetensors_file& file, const std::string& tensor, const std::string& type, std::size_t count) {
    std::vector<T> values = file.list<T>(tensor, type);
    if (values.size() != count)
        throw input_error(diagnostic{"", 0, 0, tensor, fmt::format("{} numbers are wanted, the file has {}", count, values.size())});
    return values;
}

template <class T>
void expect_within(const std::vector<T>& values, std::int64_t least, std::int64_t greatest, const std::string& tensor) {
    for (const T value : values)
        if (std::int64_t{value} < least || std::int64_t{value} > greatest)
            throw input_error(
                diagnostic{"", 0, 0, tensor, fmt::format("{} to {} are allowed, given {}", least, greatest, std::int64_t{value})});
}

void check_bound(const std::string& layer, const scheme& s, std::int64_t group_rows, const quantized_weights& q) {
    if (!s.dasq.bound) return;
    const outlier_cells cells(*s.dasq.bound, q.rows, q.columns, group_rows);
    std::vector<std::int64_t> in_cell(static_cast<std::size_t>(cells.count()), 0);
    for (std::size_t i = 0; i < q.outliers.size(); ++i) {
        const outlier& o = q.outliers[i];
        if (++in_cell[cells.of(o.row, o.column)] <= cells.most()) continue;
        throw input_error(diagnostic{
            "", 0, 0, layer + ".outlier_rows",
            fmt::format(
                "entry {}: one more outlier in {} than the {} that the scheme's {} allows; give the layer a wider bound or none, or "
                "quantize the network anew",
                i, cells.place_of(o.row, o.column), cells.most(), to_string(*s.dasq.bound))});
    }
}

void read_outliers(const safetensors_file& file, const std::string& layer, const scheme& s, std::int64_t group_rows, quantized_weights& q) {
    if (!traits_of(s.family).has_outliers || !file.has(layer + ".outlier_rows")) return;
    const auto rows = file.list<std::uint32_t>(layer + ".outlier_rows", "U32");
    const auto columns = exactly<std::uint32_t>(file, layer + ".outlier_columns", "U32", rows.size());
    const auto values = exactly<std::int8_t>(file, layer + ".outlier_values", "I8", rows.size());
    q.outlier_shift = exactly<std::uint8_t>(file, layer + ".outlier_shifts", "U8", static_cast<std::size_t>(q.rows));
    expect_within(rows, 0, q.rows - 1, layer + ".outlier_rows");
    expect_within(columns, 0, q.columns - 1, layer + ".outlier_columns");
    expect_within(values, least_code(s.dasq.outlier_bits), greatest_code(s.dasq.outlier_bits), layer + ".outlier_values");
    expect_within(q.outlier_shift, 0, greatest_outlier_shift, layer + ".outlier_shifts");
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const bool ordered = i == 0 || std::pair(rows[i - 1], columns[i - 1]) < std::pair(rows[i], columns[i]);
        if (!ordered || values[i] == 0)
            throw input_error(diagnostic{"", 0, 0, layer + ".outlier_rows",
                                         fmt::format("entry {}: outliers stand by row and column, each once and none 0", i)});
        q.outliers.push_back({rows[i], columns[i], values[i]});
    }
    check_bound(layer, s, group_rows, q);
    q.outlier_bits = s.dasq.outlier_bits;
    q.outliers_listed = static_cast<std::int64_t>(rows.size());
}

/// A list of levels for the layer, or one for each row.
void read_levels(const safetensors_file& file, const std::string& layer, const scheme& s, quantized_weights& q) {
    if (number_format(s).traits().storage != code_storage::listed) return;
    const std::string tensor = layer + ".levels";
    const auto refuse = [&](const std::string& why) { throw input_error(diagnostic{"", 0, 0, tensor, why}); };
    const std::size_t length = std::size_t{1} << s.weight_bits, rows = static_cast<std::size_t>(q.rows);
    q.level_bits = s.levels.level_bits;
    q.levels = file.list<std::int8_t>(tensor, "I8");
    const std::size_t tables = s.levels.grain == granularity::per_channel ? rows : 1;
    if (q.levels.size() != tables * length)
        refuse(fmt::format("{} lists of {} levels are wanted, the file has {} levels", tables, length, q.levels.size()));
    expect_within(q.levels, least_code(q.level_bits), greatest_code(q.level_bits), tensor);
    for (std::size_t i = 1; i < q.levels.size(); ++i) {
        if (i % length == 0) continue;
        const bool ends_before = i % length > 1 && q.levels[i - 1] == q.levels[i - 2];
        if (q.levels[i] < q.levels[i - 1] || (ends_before && q.levels[i] != q.levels[i - 1]))
            refuse(fmt::format("entry {}: levels rise, and only the last is repeated", i));
    }
}

quantized_weights read_codes(const safetensors_file& file, const layer& l, const scheme& s) {
    const product_shape p = product_of(l);
    quantized_weights q;
    q.family = s.family;
    q.bits = s.weight_bits;
    q.guard_bits = guard_bits_of(s);
    q.rows = p.n * p.repeat;
    q.columns = p.k;
    q.codes = exactly<std::int8_t>(file, l.name + ".codes", "I8", static_cast<std::size_t>(q.rows * q.columns));
    const number_format format(s);
    expect_within(q.codes, format.least_code(), format.greatest_code(), l.name + ".codes");
    q.step = exactly<double>(file, l.name + ".steps", "F64", static_cast<std::size_t>(q.rows));
    for (const double step : q.step)
        if (!(step > 0 && step <= std::numeric_limits<float>::max()))
            throw input_error(diagnostic{"", 0, 0, l.name + ".steps", fmt::format("steps are above 0 and finite, given {}", step)});
    if (format.traits().has_zero_points && file.has(l.name + ".zero_points")) {
        q.zero_point = exactly<std::int16_t>(file, l.name + ".zero_points", "I16", static_cast<std::size_t>(q.rows));
        expect_within(q.zero_point, least_code(q.bits), greatest_code(q.bits), l.name + ".zero_points");
    }
    read_levels(file, l.name, s, q);
    read_outliers(file, l.name, s, p.n, q);
    return q;
}

void read_layer(yaml_reader& entry, layer& l, reading& state) {
    try {
        scheme s = parse_scheme(entry.text("scheme"));
        if (is_attention_product(l) && (s.family != attention_family || s.weight_bits != s.activation_bits))
            return entry.problem("scheme",
                                 "a product of activations is symq with one width for both, " + fmt::format("given {}", to_string(s)));
        if (state.codes && !is_attention_product(l)) {
            quantized_weights q = read_codes(*state.codes, l, s);
            q.error = total_error(materialize_weights(l, state.seed), q, 1);
            l.codes = std::make_shared<const quantized_weights>(std::move(q));
        }
        l.own_scheme = std::move(s);
    } catch (const input_error& e) {
        for (const diagnostic& d : e.problems())
            entry.problem(d.field == "scheme" ? "scheme" : "name", d.field == "scheme" ? d.message : d.field + ": " + d.message);
    }
}

void read_layers(workload& w, reading& state) {
    std::map<std::string, layer*> by_name;
    for (layer& l : w.layers) by_name[l.name] = &l;
    for (yaml_reader& entry : state.root.maps("layers", false)) {
        const std::string name = entry.text("name");
        const auto found = by_name.find(name);
        if (found == by_name.end())
            entry.problem("name", fmt::format("the network has no layer '{}'", name));
        else if (found->second->own_scheme)
            entry.problem("name", fmt::format("'{}' stands twice", name));
        else
            read_layer(entry, *found->second, state);
        entry.raw("scheme");
        entry.finish();
    }
}

/// The network with the channels divided as the file says; layers are read after it, since their codes are of these weights.
void read_channel_factors(workload& w, reading& state) {
    std::vector<std::string> tensors;
    for (yaml_reader& entry : state.root.maps("channel_factors", false)) {
        tensors.push_back(entry.text("node"));
        entry.finish();
    }
    if (tensors.empty()) return;
    if (!w.graph) return state.root.problem("channel_factors", "the network can't be run as a whole: " + w.why_no_graph);
    if (!state.codes) return state.root.problem("channel_factors", "the factors stand in the file `codes`, and there is none");
    try {
        channel_factors factors;
        for (const std::string& tensor : tensors) factors[tensor] = state.codes->list<double>(factors_name(tensor), "F64");
        w = with_scaled_channels(w, factors, state.seed);
    } catch (const input_error& e) {
        for (const diagnostic& d : e.problems()) state.root.problem("channel_factors", d.field + ": " + d.message);
    }
}

tensor_format read_format(yaml_reader& entry) {
    tensor_format f;
    f.bits = 0;
    f.step = entry.number("step", std::numeric_limits<float>::min(), std::numeric_limits<float>::max());
    const bool whole = entry.has("bits");
    if (whole) {
        f.bits = static_cast<int>(entry.integer("bits", 2, 8));
        f.least = static_cast<int>(entry.integer("least", -128, 0));
        f.greatest = static_cast<int>(entry.integer("greatest", 1, 255));
        f.zero_point = static_cast<int>(entry.integer("zero_point", -128, 255));
        if (f.zero_point < f.least || f.zero_point > f.greatest || f.greatest - f.least >= 1 << f.bits)
            entry.problem("", "least <= zero_point <= greatest, and no more codes than the bits have, are wanted");
    }
    for (const char* key : {"bits", "least", "greatest", "zero_point"})
        if (!whole && entry.has(key)) entry.problem(key, "is given together with bits, or the step alone");
    return f;
}

/// The node whose values `node` has, where it only moves them: there their format stands.
std::size_t computed_by(const network_graph& graph, std::size_t node) {
    while (keeps_codes(graph.nodes[node])) node = graph.nodes[node].inputs.front();
    return node;
}

void read_tensors(workload& w, reading& state) {
    const std::vector<yaml_reader> entries = state.root.maps("tensors", false);
    if (entries.empty()) return;
    if (!w.graph) return state.root.problem("tensors", "the network can't be run as a whole: " + w.why_no_graph);
    std::map<std::string, std::size_t> by_name;
    for (std::size_t i = 0; i < w.graph->nodes.size(); ++i) by_name[w.graph->nodes[i].name] = i;
    w.formats.resize(w.graph->nodes.size());
    for (yaml_reader entry : entries) {
        const std::string name = entry.text("node");
        const auto found = by_name.find(name);
        const tensor_format f = read_format(entry);
        if (found == by_name.end())
            entry.problem("node", fmt::format("the network has no tensor '{}'", name));
        else if (const std::size_t maker = computed_by(*w.graph, found->second); maker != found->second)
            entry.problem("node", fmt::format("'{}' only moves the values of '{}', whose format it has: name that one", name,
                                              w.graph->nodes[maker].name));
        else if (w.formats[found->second])
            entry.problem("node", fmt::format("'{}' stands twice", name));
        else
            w.formats[found->second] = f;
        entry.finish();
    }
}

/// Whole formats by name of tensor, of copies that layers read.
std::map<std::string, tensor_format> read_copies(const workload& w, yaml_reader& root, const char* field) {
    const auto is_there = [&](const std::string& name) {
        return w.graph && std::any_of(w.graph->nodes.begin(), w.graph->nodes.end(), [&](const graph_node& n) { return n.name == name; });
    };
    std::map<std::string, tensor_format> formats;
    for (yaml_reader entry : root.maps(field, false)) {
        const std::string name = entry.text("node");
        const tensor_format f = read_format(entry);
        if (f.bits == 0) entry.problem("bits", "a whole format is wanted");
        if (!is_there(name)) entry.problem("node", fmt::format("the network has no tensor '{}'", name));
        if (!formats.emplace(name, f).second) entry.problem("node", fmt::format("'{}' stands twice", name));
        entry.finish();
    }
    return formats;
}

void read_adapted(workload& w, reading& state) {
    w.adapted = read_copies(w, state.root, "adapters");
    if (w.adapted.empty()) return;
    if (!state.root.has("codes")) return state.root.problem("adapters", "their weights stand in the file `codes`, and there is none");
    w.adapters_file = (state.directory / state.root.text("codes")).string();
}

}  // namespace

void require_quantized_name(const std::string& option, const std::string& path) {
    if (!path.empty() && fs::path(path).extension() != ".yaml")
        throw input_error(diagnostic{"", 0, 0, option, fmt::format("a .yaml file is wanted, given '{}'", path)});
}

void write_quantized_workload(const std::string& path, const quantized_workload& q) {
    safetensors_writer codes;
    for (std::size_t i = 0; i < q.weights.size(); ++i)
        if (!is_attention_product(q.network.layers[i])) add_codes(codes, q.network.layers[i].name, q.weights[i]);
    for (const auto& [tensor, factors] : q.network.channel_factors) codes.add(factors_name(tensor), "F64", factors);
    for (const float_tensor& t : q.adapters) codes.add(t.name, "F32", t.dimensions, t.values);
    const fs::path codes_file = fs::path(path).replace_extension(".safetensors");
    const std::string coded = codes.text();
    write_output(codes_file.string(), coded);
    const needed_file network{place_network(path, q), digest_of(content_of(q.network_file))};
    write_output(path, document_of(q, network, {codes_file.filename().string(), digest_of(coded)}));
}

namespace {

/// The path of a needed file, whose content must be what the document was written for where that is said.
std::string needed(yaml_reader& root, const fs::path& directory, const char* field) {
    const std::string path = (directory / root.text(field)).string();
    const std::string key = field + std::string("_digest"), digest = root.text(key, "");
    if (!digest.empty() && digest != digest_of(content_of(path)))
        root.problem(key, fmt::format("'{}' is another file than the one that was quantized", path));
    return path;
}

void read_normalization(yaml_reader& root, workload& w) {
    w.pixels = root.text("normalization", "");
    try {
        if (!w.pixels.empty()) parse_normalization(w.pixels, "normalization");
    } catch (const input_error& e) {
        root.problem("normalization", e.problems().front().message);
    }
}

}  // namespace

bool is_quantized_workload(const YAML::Node& document) { return document.IsMap() && document["network"].IsDefined(); }

std::string network_file_of(const std::string& file) {
    if (fs::path(file).extension() == ".onnx") return file;
    const YAML::Node document = load_yaml(file);
    return is_quantized_workload(document) ? (fs::path(file).parent_path() / document["network"].as<std::string>()).string() : file;
}

workload read_quantized_workload(const YAML::Node& document, const std::string& path) {
    diagnostics problems;
    yaml_reader root(document, path, "", problems);
    reading state{root, problems, fs::path(path).parent_path(), {}};
    const std::string network = needed(root, state.directory, "network");
    const bool is_model = fs::path(network).extension() == ".onnx";
    if (!is_model && is_quantized_workload(load_yaml(network)))
        throw input_error(diagnostic{path, root.place("network").line, root.place("network").column, "network",
                                     "a network without formats of its own is wanted"});
    workload w = is_model ? load_workload_onnx(network) : load_workload_yaml(network);
    w.name = root.text("name", w.name);
    const std::string note = root.text("note", "");
    if (!note.empty()) w.source = w.source.empty() ? note : w.source + "; " + note;
    state.seed = static_cast<std::uint64_t>(root.integer("seed", 0, std::numeric_limits<std::int64_t>::max(), 1));
    if (root.has("codes")) state.codes.emplace(needed(root, state.directory, "codes"));
    read_normalization(root, w);
    read_channel_factors(w, state);
    read_layers(w, state);
    read_tensors(w, state);
    read_adapted(w, state);
    w.narrowed = read_copies(w, root, "narrowed");
    root.finish();
    problems.throw_if_any();
    return w;
}

}  // namespace symmetree
