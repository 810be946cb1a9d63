#include "workloads/import/onnx_patterns.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "workloads/import/onnx_folding.h"

namespace symmetree::onnx_import {
namespace {

using onnx::NodeProto;

constexpr int deepest = 12;           // the tanh form needs nine steps
constexpr int most_visits = 1 << 10;  // of one evaluation: a damaged model may share operands at every step
constexpr double tolerance = 4e-6;    // constants are rounded to float, and the two forms are 1e-4 apart at the probes

bool is_arithmetic(const std::string& op) { return op == "Mul" || op == "Add" || op == "Sub" || op == "Div" || op == "Pow"; }

std::optional<double> unary(const std::string& op, double a) {
    if (op == "Erf") return std::erf(a);
    if (op == "Tanh") return std::tanh(a);
    return {};
}

std::optional<double> binary(const std::string& op, double a, double b) {
    if (op == "Mul") return a * b;
    if (op == "Add") return a + b;
    if (op == "Sub") return a - b;
    if (op == "Div") return a / b;
    if (op == "Pow") return std::pow(a, b);
    return {};
}

double gelu_by_erf(double x) { return x / 2 * (1 + std::erf(x / std::sqrt(2.0))); }
double gelu_by_tanh(double x) { return x / 2 * (1 + std::tanh(std::sqrt(2 / std::acos(-1.0)) * (x + 0.044715 * x * x * x))); }

}  // namespace

pattern_search::pattern_search(const onnx::GraphProto& graph, value_table& values) : graph_(graph), values_(values) {
    for (int i = 0; i < graph.node_size(); ++i)
        for (const std::string& name : graph.node(i).output()) makers_.emplace(name, i);
}

const NodeProto* pattern_search::maker(const std::string& name, const char* op) const {
    const auto found = makers_.find(name);
    if (found == makers_.end()) return nullptr;
    const NodeProto& node = graph_.node(found->second);
    return node.op_type() == op && node.domain().empty() ? &node : nullptr;
}

std::optional<double> pattern_search::scalar(const std::string& name) {
    const constant* given = values_.is_constant(name) ? values_.find_constant(name) : nullptr;
    if (!given || given->size() == 0) return {};
    const auto same = [](const auto& v) { return std::all_of(v.begin(), v.end(), [&](auto x) { return x == v[0]; }); };
    if (given->is_float()) return same(given->floats()) ? std::optional(static_cast<double>(given->floats()[0])) : std::nullopt;
    return same(given->integers()) ? std::optional(static_cast<double>(given->integers()[0])) : std::nullopt;
}

/// Values that enter the arithmetic which ends at `node`: the candidates for x.
void pattern_search::collect(const NodeProto& node, int depth, std::vector<std::string>& seen, bool& saturates) {
    for (const std::string& name : node.input()) {
        if (values_.is_constant(name) || std::find(seen.begin(), seen.end(), name) != seen.end()) continue;
        seen.push_back(name);
        const auto found = makers_.find(name);
        const NodeProto* next = found == makers_.end() ? nullptr : &graph_.node(found->second);
        const bool saturating = next && (next->op_type() == "Erf" || next->op_type() == "Tanh");
        saturates = saturates || saturating;
        if (next && depth < deepest && (saturating || is_arithmetic(next->op_type()))) collect(*next, depth + 1, seen, saturates);
    }
}

/// What `name` is where x is `at`, if it is a function of x alone.
std::optional<double> pattern_search::value_at(const std::string& name, const std::string& x, double at, int& budget) {
    if (--budget < 0) return {};
    if (name == x) return at;
    if (values_.is_constant(name)) return scalar(name);
    const auto found = makers_.find(name);
    if (found == makers_.end()) return {};
    const NodeProto& node = graph_.node(found->second);
    if (node.input_size() < 1 || node.input_size() > 2 || !node.domain().empty()) return {};
    const std::optional<double> a = value_at(node.input(0), x, at, budget);
    if (!a) return {};
    if (node.input_size() == 1) return unary(node.op_type(), *a);
    const std::optional<double> b = value_at(node.input(1), x, at, budget);
    return b ? binary(node.op_type(), *a, *b) : std::nullopt;
}

std::optional<gelu_pattern> pattern_search::gelu_at(const NodeProto& node) {
    std::vector<std::string> seen;
    bool saturates = false;
    collect(node, 0, seen, saturates);
    if (!saturates) return {};
    for (const std::string& x : seen) {
        bool erf = true, tanh = true;
        for (const double at : {-2.25, -1.0, -0.375, 0.5, 1.25, 2.5}) {
            int budget = most_visits;
            const std::optional<double> y = value_at(node.output(0), x, at, budget);
            erf = erf && y && std::fabs(*y - gelu_by_erf(at)) < tolerance;
            tanh = tanh && y && std::fabs(*y - gelu_by_tanh(at)) < tolerance;
            if (!erf && !tanh) break;
        }
        if (erf || tanh) return gelu_pattern{x, !erf};
    }
    return {};
}

std::optional<std::vector<std::int64_t>> pattern_search::reduced_axes(const NodeProto& node) {
    const std::optional<dimensions> dims = node.input_size() > 0 ? values_.shape_of(node.input(0)) : std::nullopt;
    if (!dims) return {};
    const auto rank = static_cast<std::int64_t>(dims->size());
    std::vector<std::int64_t> axes = integers_attribute(node, "axes");
    if (node.input_size() > 1 && !node.input(1).empty()) {
        const constant* given = values_.is_constant(node.input(1)) ? values_.find_constant(node.input(1)) : nullptr;
        if (!given || given->is_float()) return {};
        axes = given->integers();
    }
    if (axes.empty()) {
        if (integer_attribute(node, "noop_with_empty_axes", 0) != 0) return {};
        axes.resize(dims->size());
        std::iota(axes.begin(), axes.end(), std::int64_t{0});
    }
    for (std::int64_t& axis : axes) {
        if (axis < -rank || axis >= rank) return {};
        if (axis < 0) axis += rank;
    }
    std::sort(axes.begin(), axes.end());
    return axes;
}

bool pattern_search::is_mean_of(const std::string& name, const std::string& x) {
    const NodeProto* node = maker(name, "ReduceMean");
    const std::optional<dimensions> dims = node ? values_.shape_of(node->input(0)) : std::nullopt;
    if (!dims || dims->empty() || node->input(0) != x || integer_attribute(*node, "keepdims", 1) == 0) return false;
    return reduced_axes(*node) == std::vector<std::int64_t>{static_cast<std::int64_t>(dims->size()) - 1};
}

bool pattern_search::is_centred(const std::string& name, const std::string& x) {
    const NodeProto* node = maker(name, "Sub");
    return node && node->input_size() == 2 && node->input(0) == x && is_mean_of(node->input(1), x);
}

bool pattern_search::is_square_of_centred(const std::string& name, const std::string& x) {
    if (const NodeProto* power = maker(name, "Pow"))
        return power->input_size() == 2 && scalar(power->input(1)) == 2.0 && is_centred(power->input(0), x);
    const NodeProto* product = maker(name, "Mul");
    return product && product->input_size() == 2 && is_centred(product->input(0), x) && is_centred(product->input(1), x);
}

std::optional<norm_pattern> pattern_search::norm_at(const NodeProto& node) {
    if (node.input_size() != 2) return {};
    const NodeProto *numerator = maker(node.input(0), "Sub"), *root = maker(node.input(1), "Sqrt");
    const NodeProto* sum = root && root->input_size() == 1 ? maker(root->input(0), "Add") : nullptr;
    if (!numerator || numerator->input_size() != 2 || !sum || sum->input_size() != 2) return {};
    const std::string x = numerator->input(0);
    const int constant_side = values_.is_constant(sum->input(0)) ? 0 : 1;
    const std::optional<double> epsilon = scalar(sum->input(constant_side));
    const NodeProto* variance = maker(sum->input(1 - constant_side), "ReduceMean");
    if (!epsilon || !variance || !is_centred(node.input(0), x)) return {};
    if (!is_mean_of(sum->input(1 - constant_side), variance->input(0)) || !is_square_of_centred(variance->input(0), x)) return {};
    return norm_pattern{x, *epsilon};
}

}  // namespace symmetree::onnx_import
