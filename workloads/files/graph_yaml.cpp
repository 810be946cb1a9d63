#include "workloads/files/graph_yaml.h"

#include <fmt/format.h>

#include <map>
#include <type_traits>

#include "core/limits.h"
#include "core/random.h"
#include "core/text.h"
#include "workloads/graph/graph_checks.h"
#include "workloads/operators/layer_checks.h"

namespace symmetree {
namespace {

constexpr std::size_t most_axes = 8;
constexpr double largest_number = 1e30;
/// Values of one seeded constant: 64 MiB, a hundred times the position embedding of DeiT-B.
constexpr std::int64_t most_constants = 1 << 24;
constexpr float masked = -100;  // as the authors' code has it: exp(-100) is 0 beside any other attention

using shared_values = std::shared_ptr<const std::vector<float>>;

/// Normal values that depend on the constant's name and the position alone.
shared_values seeded(const std::string& name, std::size_t count, double deviation) {
    const random_stream stream(0, name + "\nconstant");
    auto values = std::make_shared<std::vector<float>>(count);
    for (std::size_t i = 0; i < count; ++i) (*values)[i] = static_cast<float>(deviation * stream.normal(i));
    return values;
}

struct window_mask {
    int height = 0, width = 0, window = 0, shift = 0;
};

/// Which part of the shifted image a row or column belongs to: before the last window, in it, or wrapped around.
int region(int at, int extent, const window_mask& m) { return at < extent - m.window ? 0 : at < extent - m.shift ? 1 : 2; }

/// The attention mask of shifted windows (Liu et al., ICCV 2021, section 3.2): [windows][1][w * w][w * w], 0 where both
/// positions belong to the same part of the image, `masked` otherwise.
std::vector<float> values_of(const window_mask& m) {
    std::vector<float> values;
    const int length = m.window * m.window;
    const auto part = [&](int y, int x, int at) {
        return 3 * region(y + at / m.window, m.height, m) + region(x + at % m.window, m.width, m);
    };
    for (int y = 0; y < m.height; y += m.window)
        for (int x = 0; x < m.width; x += m.window)
            for (int i = 0; i < length; ++i)
                for (int j = 0; j < length; ++j) values.push_back(part(y, x, i) == part(y, x, j) ? 0.f : masked);
    return values;
}

class graph_reader {
public:
    graph_reader(const std::vector<layer>& layers, tensor_sources& sources, diagnostics& problems)
        : layers_(layers),
          sources_(sources),
          problems_(problems),
          problems_before_(problems.problems().size()),
          node_of_layer_(layers.size()) {
        for (std::size_t i = 0; i < layers.size(); ++i) layer_index_.emplace(layers[i].name, i);
    }

    void read(yaml_reader& entry) {
        const std::size_t before = problems_.problems().size();
        extents stated;
        graph_node node;
        const std::string kind = kind_of(entry);
        if (kind.empty()) {
            node.name = entry.text("name", "");
        } else {
            node.inputs = inputs_of(entry, kind);
            node.name = name_of_entry(entry, kind, node.inputs);
            node.op = words().at(kind).read({*this, entry, node, stated});
            entry.finish();
        }
        bool sound = problems_before_ == 0 && problems_.problems().size() == before;
        for (const std::size_t i : node.inputs) sound = sound && sound_[i];
        if (sound) sound = shape(entry, node, stated);
        index_.emplace(node.name, graph_.nodes.size());
        if (kind == "input") ++inputs_, graph_.input = graph_.nodes.size();
        graph_.nodes.push_back(std::move(node));
        sound_.push_back(sound);
        places_.push_back(entry.place(""));
    }

    network_graph finish(yaml_reader& root) {
        if (graph_.nodes.empty()) return {};
        graph_.output = graph_.nodes.size() - 1;
        // Of a graph with a wrong entry it is not known what it leaves unused.
        if (problems_.problems().size() == problems_before_) refuse_unused();
        if (inputs_ != 1) root.problem("graph", fmt::format("one op: input is wanted, given {}", inputs_));
        return std::move(graph_);
    }

private:
    /// What a reader of one operator's fields works on.
    struct at_entry {
        graph_reader& self;
        yaml_reader& entry;
        const graph_node& node;
        extents& stated;

        extents list(const std::string& key, std::int64_t low) const { return entry.integers(key, 1, most_axes, low, largest_tensor); }
        /// The length of the input's last axis; 0 where it is not known.
        std::int64_t last_extent() const {
            const bool known = !node.inputs.empty() && self.sound_[node.inputs[0]] && !self.shape_of(node.inputs[0]).empty();
            return known ? self.shape_of(node.inputs[0]).back() : 0;
        }
        /// The values under `key`; nothing, without a complaint, where it is not known how many they are.
        shared_values values(const std::string& key, const extents& dimensions) const {
            entry.raw(key);
            return elements_of(dimensions) == 0 ? nullptr : self.sources_.read(entry, key, dimensions);
        }
    };
    /// An operator by its word in the file.
    struct op_entry {
        graph_op (*read)(const at_entry&);
        input_count inputs;
    };
    using op_entries = std::map<std::string, op_entry>;
    struct add_words;

    static const op_entries& words();
    static pool_op pool(const at_entry& at, bool maximum);
    static graph_op constant(const at_entry& at);
    static graph_op product(const at_entry& at);
    static graph_op layer_norm(const at_entry& at);
    static graph_op clip(const at_entry& at);
    static graph_op mean(const at_entry& at);
    static graph_op transpose(const at_entry& at);
    static graph_op slice(const at_entry& at);
    static graph_op pad(const at_entry& at);
    static shared_values read_mask(yaml_reader fields, extents& stated);

    const extents& shape_of(std::size_t node) const { return graph_.nodes[node].shape; }

    void refuse_unused() {
        std::vector<bool> serves(graph_.nodes.size(), false);
        serves.back() = true;
        for (std::size_t i = graph_.nodes.size(); i-- > 0;) {
            for (const std::size_t input : graph_.nodes[i].inputs) serves[input] = serves[input] || serves[i];
            if (!serves[i])
                refuse(places_[i], fmt::format("'{}' does not lead to the last entry, which is the output", graph_.nodes[i].name));
        }
        for (std::size_t i = 0; i < layers_.size(); ++i)
            if (!node_of_layer_[i]) refuse(layers_[i].place, fmt::format("layer '{}' is not in the graph", layers_[i].name));
    }
    void refuse(diagnostic at, std::string message) {
        at.message = std::move(message);
        problems_.add(std::move(at));
    }

    /// The operator's name; empty, which is reported, where it is none.
    static std::string kind_of(yaml_reader& entry) {
        std::vector<std::pair<std::string, std::string>> names;
        for (const auto& [name, unused] : words()) names.emplace_back(name, name);
        if (!entry.has("op")) entry.problem("op", "is missing");
        return entry.choice<std::string>("op", names, "");
    }

    std::vector<std::size_t> inputs_of(yaml_reader& entry, const std::string& kind) {
        if (words().at(kind).inputs == input_count::none) return {};
        std::vector<std::string> names;
        if (entry.raw("from").IsSequence())
            names = entry.texts("from");
        else if (entry.has("from"))
            names = {entry.text("from")};
        else if (!graph_.nodes.empty())
            return {graph_.nodes.size() - 1};
        else
            entry.problem("from", "there is no entry before this one");
        std::vector<std::size_t> inputs;
        for (const std::string& name : names) {
            const auto found = index_.find(name);
            if (found == index_.end())
                entry.problem("from", fmt::format("'{}' is no entry before this one", printable(name)));
            else
                inputs.push_back(found->second);
        }
        return inputs;
    }

    /// The name given, that of a product's layer, or "<first input>.<op>".
    std::string name_of_entry(yaml_reader& entry, const std::string& kind, const std::vector<std::size_t>& inputs) {
        std::string name;
        if (entry.has("name"))
            name = read_name(entry);
        else if (kind == "product" && entry.has("layer"))
            name = entry.text("layer");
        else
            name = (inputs.empty() ? "" : graph_.nodes[inputs[0]].name + ".") + kind;
        entry.raw("name");
        if (index_.count(name) > 0) entry.problem("name", fmt::format("'{}' is already an entry: give this one a name of its own", name));
        return name;
    }

    bool shape(yaml_reader& entry, graph_node& node, const extents& stated) {
        std::vector<extents> shapes;
        std::vector<activation_class> kinds;
        for (const std::size_t i : node.inputs) {
            shapes.push_back(shape_of(i));
            kinds.push_back(graph_.nodes[i].kind);
        }
        made_shape made = shape_made(node.op, shapes, stated, layers_);
        node.shape = std::move(made.shape);
        node.kind = kind_made(node.op, kinds);
        if (!made.problem.empty()) entry.problem("", made.problem);
        return made.problem.empty();
    }

    const std::vector<layer>& layers_;
    tensor_sources& sources_;
    diagnostics& problems_;
    const std::size_t problems_before_;  ///< of the layers; where there are any, shapes are not looked at
    network_graph graph_;
    int inputs_ = 0;
    std::vector<std::optional<std::size_t>> node_of_layer_;
    std::map<std::string, std::size_t> layer_index_, index_;
    std::vector<bool> sound_;  ///< nodes whose shape is known
    std::vector<diagnostic> places_;
};

graph_op graph_reader::product(const at_entry& at) {
    const std::string name = at.entry.text("layer");
    const auto found = at.self.layer_index_.find(name);
    if (found == at.self.layer_index_.end()) {
        if (at.entry.has("layer")) at.entry.problem("layer", fmt::format("there is no layer '{}'", printable(name)));
        return product_op{};
    }
    std::optional<std::size_t>& node = at.self.node_of_layer_[found->second];
    if (node) at.entry.problem("layer", fmt::format("'{}' is already run by the entry of line {}", name, at.self.places_[*node].line));
    node = at.self.graph_.nodes.size();
    return product_op{found->second};
}

shared_values graph_reader::read_mask(yaml_reader fields, extents& stated) {
    constexpr int most = 1024;
    window_mask m;
    m.height = whole(fields, "height", 1, most);
    m.width = whole(fields, "width", 1, most);
    m.window = whole(fields, "window", 1, 64);
    m.shift = whole(fields, "shift", 1, 63);
    fields.finish();
    if (m.height % m.window != 0 || m.width % m.window != 0 || m.shift >= m.window) {
        fields.problem("window", "height and width are multiples of the window, the shift is less than it");
        return nullptr;
    }
    const std::int64_t length = std::int64_t{m.window} * m.window;
    stated = {std::int64_t{m.height / m.window} * (m.width / m.window), 1, length, length};
    if (elements_of(stated) > most_constants) {
        fields.problem("window",
                       fmt::format("a mask of at most {} values is allowed, this one is {}", most_constants, dimensions_text(stated)));
        return nullptr;
    }
    return std::make_shared<const std::vector<float>>(values_of(m));
}

graph_op graph_reader::constant(const at_entry& at) {
    if (at.entry.has("window_mask")) return constant_op{read_mask(at.entry.map("window_mask"), at.stated)};
    at.entry.raw("window_mask");
    at.stated = at.list("shape", 1);
    const made_shape made = shape_made(reshape_op{}, {at.stated}, at.stated, {});
    yaml_reader values = at.entry.map("values");
    const std::string kind = at.entry.has("values") ? one_of(values, {"gaussian", "file", "onnx"}) : "";
    if (kind != "gaussian") return constant_op{made.problem.empty() && !kind.empty() ? at.values("values", made.shape) : nullptr};
    const double deviation = values.number("gaussian", 0, largest_number);
    values.finish();
    const std::int64_t count = elements_of(at.stated);
    if (made.problem.empty() && count > most_constants)
        at.entry.problem("shape",
                         fmt::format("at most {} seeded values are allowed, given {}", most_constants, dimensions_text(at.stated)));
    else if (made.problem.empty())
        return constant_op{seeded(at.node.name, static_cast<std::size_t>(count), deviation)};
    return constant_op{};
}

graph_op graph_reader::layer_norm(const at_entry& at) {
    layer_norm_op op;
    op.epsilon = at.entry.number("epsilon", 0, 1, op.epsilon);
    const std::int64_t length = at.last_extent();
    const auto parameter = [&](const std::string& key, float otherwise) -> shared_values {
        if (at.entry.has(key)) return at.values(key, {length});
        at.entry.raw(key);
        return std::make_shared<std::vector<float>>(static_cast<std::size_t>(length), otherwise);
    };
    op.gain = parameter("gain", 1);
    op.bias = parameter("bias", 0);
    return op;
}

pool_op graph_reader::pool(const at_entry& at, bool maximum) {
    pool_op op;
    op.maximum = maximum;
    read_axes(at.entry, "kernel", {}, op.kernel_height, op.kernel_width);
    read_axes(at.entry, "stride", 1, op.stride_height, op.stride_width);
    const padding_sides sides = read_padding(at.entry);
    op.pad_top = sides.top;
    op.pad_left = sides.left;
    op.pad_bottom = sides.bottom;
    op.pad_right = sides.right;
    if (!maximum) op.count_padding = at.entry.boolean("count_padding", false);
    return op;
}

graph_op graph_reader::clip(const at_entry& at) {
    clip_op op;
    op.least = static_cast<float>(at.entry.number("least", -largest_number, largest_number, 0.0));
    if (at.entry.has("greatest")) op.greatest = static_cast<float>(at.entry.number("greatest", -largest_number, largest_number));
    at.entry.raw("greatest");
    return op;
}

graph_op graph_reader::mean(const at_entry& at) {
    mean_op op;
    op.first_axis = whole(at.entry, "first_axis", 0, most_axes - 1);
    op.axes = whole(at.entry, "axes", 1, most_axes, 1);
    op.keep_axes = at.entry.boolean("keep_axes", false);
    return op;
}

graph_op graph_reader::transpose(const at_entry& at) {
    transpose_op op;
    for (const std::int64_t axis : at.entry.integers("permutation", 1, most_axes, 0, most_axes - 1))
        op.permutation.push_back(static_cast<int>(axis));
    return op;
}

graph_op graph_reader::slice(const at_entry& at) {
    slice_op op;
    op.starts = at.list("starts", 0);
    op.steps = at.entry.has("steps") ? at.list("steps", 1) : extents(op.starts.size(), 1);
    at.entry.raw("steps");
    at.stated = at.list("shape", 1);
    return op;
}

graph_op graph_reader::pad(const at_entry& at) {
    pad_op op{at.list("before", 0)};
    const extents after = at.list("after", 0);
    if (at.node.inputs.empty() || !at.self.sound_[at.node.inputs[0]]) return op;
    at.stated = at.self.shape_of(at.node.inputs[0]);
    if (op.before.size() != at.stated.size() || after.size() != at.stated.size())
        at.entry.problem("before", fmt::format("before and after want one number for each axis of {}", dimensions_text(at.stated)));
    else
        for (std::size_t d = 0; d < after.size(); ++d) at.stated[d] += op.before[d] + after[d];
    return op;
}

/// The words of each operator and how its fields are read: one overload per operator that has fields. Without fields it has a word of its
/// own and nothing to read.
struct graph_reader::add_words {
    op_entries& all;

    void operator()(const input_op& op) const {
        add("input", op, [](const at_entry& at) -> graph_op {
            at.stated = at.list("shape", 1);
            return input_op{};
        });
    }
    void operator()(const constant_op& op) const { add("constant", op, constant); }
    void operator()(const product_op& op) const { add("product", op, product); }
    void operator()(const clip_op& op) const {
        add("relu", op, [](const at_entry&) -> graph_op { return clip_op{}; });
        add("clip", op, clip);
    }
    void operator()(const gelu_op& op) const {
        add("gelu", op, [](const at_entry& at) -> graph_op {
            return gelu_op{at.entry.choice<bool>("form", {{"erf", false}, {"tanh", true}}, false)};
        });
    }
    void operator()(const layer_norm_op& op) const { add("layer_norm", op, layer_norm); }
    void operator()(const scale_op& op) const {
        add("scale", op, [](const at_entry& at) -> graph_op {
            return scale_op{static_cast<float>(at.entry.number("factor", -largest_number, largest_number))};
        });
    }
    void operator()(const pool_op& op) const {
        add("max_pool", op, [](const at_entry& at) -> graph_op { return pool(at, true); });
        add("mean_pool", op, [](const at_entry& at) -> graph_op { return pool(at, false); });
    }
    void operator()(const mean_op& op) const { add("mean", op, mean); }
    void operator()(const reshape_op& op) const {
        add("reshape", op, [](const at_entry& at) -> graph_op {
            at.stated = at.list("shape", 1);
            return reshape_op{};
        });
    }
    void operator()(const transpose_op& op) const { add("transpose", op, transpose); }
    void operator()(const slice_op& op) const { add("slice", op, slice); }
    void operator()(const concat_op& op) const {
        add("concat", op, [](const at_entry& at) -> graph_op { return concat_op{whole(at.entry, "axis", 0, most_axes - 1)}; });
    }
    void operator()(const pad_op& op) const { add("pad", op, pad); }
    template <class Op>
    void operator()(const Op& op) const {
        static_assert(std::is_empty_v<Op>, "an operator with fields needs an overload that reads them");
        add(Op::word, op, [](const at_entry&) -> graph_op { return Op{}; });
    }

    template <class... Op>
    void each(const std::variant<Op...>&) const {
        ((*this)(Op{}), ...);
    }

private:
    template <class Op>
    void add(const char* word, const Op& op, graph_op (*read)(const at_entry&)) const {
        all.emplace(word, op_entry{read, op.facts().inputs});
    }
};

const graph_reader::op_entries& graph_reader::words() {
    static const op_entries all = [] {
        op_entries made;
        add_words{made}.each(graph_op{});
        return made;
    }();
    return all;
}

}  // namespace

std::optional<network_graph> read_graph(yaml_reader& root, const std::vector<layer>& layers, tensor_sources& sources,
                                        diagnostics& problems) {
    graph_reader reader(layers, sources, problems);
    std::vector<yaml_reader> entries = root.maps("graph");
    if (entries.empty() && root.raw("graph").IsSequence()) root.problem("graph", "at least one entry is wanted");
    for (yaml_reader& entry : entries) reader.read(entry);
    network_graph graph = reader.finish(root);
    return problems.empty() ? std::optional(std::move(graph)) : std::nullopt;
}

}  // namespace symmetree
