#include "workloads/import/onnx_classes.h"

#include <algorithm>
#include <set>
#include <vector>

#include "workloads/import/onnx_folding.h"

namespace symmetree::onnx_import {
namespace {

using onnx::NodeProto;

bool one_of(const std::string& op, const std::set<std::string>& names) { return names.count(op) > 0; }

/// Operators whose output is made of their first input's values, unchanged or averaged.
bool passes_on(const std::string& op) {
    static const std::set<std::string> names = {
        "Reshape", "Transpose",   "Flatten",           "Squeeze",       "Unsqueeze",  "Identity", "Dropout",
        "MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool", "ReduceMean", "Slice",    "Split",
        "Gather",  "Pad",         "SpaceToDepth",      "DepthToSpace",  "Expand",     "Tile",     "Resize"};
    return one_of(op, names);
}

/// GELU and its like: smooth, with a short negative tail.
bool is_gelu_like(const std::string& op) { return one_of(op, {"Gelu", "FastGelu", "QuickGelu", "BiasGelu", "HardSwish"}); }

/// A GELU written out is x times a saturating function of x: Erf, Tanh (the usual approximation) or Sigmoid.
bool saturates(const std::string& op) { return one_of(op, {"Erf", "Tanh", "Sigmoid", "HardSigmoid"}); }
bool is_arithmetic(const std::string& op) { return one_of(op, {"Mul", "Add", "Sub", "Div", "Pow"}); }

/// Looks backwards from a product through arithmetic and saturating functions.
class product_search {
public:
    product_search(const onnx::GraphProto& graph, const std::unordered_map<std::string, int>& makers, value_table& values)
        : graph_(graph), makers_(makers), values_(values) {}

    /// Values seen on the way that are not constant: the candidates for x.
    std::vector<std::string> candidates(const NodeProto& product) {
        explore(product, "", false, 0);
        return seen_;
    }
    /// Everything comes from x alone, which enters both outside and inside a saturating function.
    bool is_gelu_of(const NodeProto& product, const std::string& x) {
        outside_ = inside_ = false;
        only_x_ = true;
        explore(product, x, false, 0);
        return only_x_ && outside_ && inside_;
    }

private:
    static constexpr int deepest = 10;  // the tanh form needs eight steps

    void explore(const NodeProto& node, const std::string& x, bool inside, int depth) {
        inside = inside || saturates(node.op_type());
        for (const std::string& name : node.input()) {
            if (values_.is_constant(name)) continue;
            if (name == x) {
                (inside ? inside_ : outside_) = true;
                continue;
            }
            if (x.empty() && std::find(seen_.begin(), seen_.end(), name) == seen_.end()) seen_.push_back(name);
            const auto maker = makers_.find(name);
            const NodeProto* next = maker == makers_.end() ? nullptr : &graph_.node(maker->second);
            if (next && depth < deepest && (is_arithmetic(next->op_type()) || saturates(next->op_type())))
                explore(*next, x, inside, depth + 1);
            else
                only_x_ = false;
        }
    }

    const onnx::GraphProto& graph_;
    const std::unordered_map<std::string, int>& makers_;
    value_table& values_;
    std::vector<std::string> seen_;
    bool outside_ = false, inside_ = false, only_x_ = true;
};

}  // namespace

activation_class class_table::of(const std::string& name) const {
    const auto found = classes_.find(name);
    return found == classes_.end() ? activation_class::dense : found->second;
}

bool class_table::is_gelu_product(const NodeProto& node) {
    product_search search(graph_, makers_, values_);
    for (const std::string& x : search.candidates(node))
        if (search.is_gelu_of(node, x)) return true;
    return false;
}

activation_class class_table::made_by(const NodeProto& node) {
    const std::string& op = node.op_type();
    if (op == "Relu" || op == "Softmax") return activation_class::relu;
    if (op == "Clip") {  // ReLU6
        const constant* low = node.input_size() > 1 && values_.is_constant(node.input(1)) ? values_.find_constant(node.input(1)) : nullptr;
        const float least = low && low->is_float() && low->size() == 1 ? low->floats()[0] : float_attribute(node, "min", -1);
        return least == 0 ? activation_class::relu : activation_class::dense;
    }
    if (is_gelu_like(op) || (op == "Mul" && is_gelu_product(node))) return activation_class::gelu;
    if (op == "Concat" && node.input_size() > 0) {
        const activation_class first = of(node.input(0));
        return std::all_of(node.input().begin(), node.input().end(), [&](const std::string& name) { return of(name) == first; })
                   ? first
                   : activation_class::dense;
    }
    return passes_on(op) && node.input_size() > 0 ? of(node.input(0)) : activation_class::dense;
}

void class_table::visit(int index) {
    const NodeProto& node = graph_.node(index);
    const activation_class made = made_by(node);
    for (const std::string& name : node.output()) {
        if (name.empty()) continue;
        makers_.emplace(name, index);
        if (made != activation_class::dense) classes_[name] = made;
    }
}

}  // namespace symmetree::onnx_import
