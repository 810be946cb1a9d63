#include "workloads/graph/float_executor.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "workloads/network/liveness.h"

namespace symmetree {
namespace {

result_values values_of(const graph_node& node) { return facts_of(node.op).values; }

/// Values that a run does not compute.
bool is_given(const graph_node& node) { return values_of(node) == result_values::given; }

/// Values that lie where the input's do.
bool is_view(const graph_node& node) { return values_of(node) == result_values::viewed; }

std::size_t count_of(const extents& shape) { return static_cast<std::size_t>(elements_of(shape)); }

}  // namespace

std::vector<std::vector<float>> float_weights_of(const workload& w, std::uint64_t seed) {
    std::vector<std::vector<float>> weights;
    for (const layer& l : w.layers) weights.push_back(is_attention_product(l) ? std::vector<float>{} : materialize_weights(l, seed));
    return weights;
}

float_executor::float_executor(const workload& w, std::vector<std::vector<float>> weights) : layers_(w.layers) {
    if (!w.graph)
        throw input_error(diagnostic{w.source, 0, 0, "", fmt::format("'{}' can't be run as a whole network: {}", w.name, w.why_no_graph)});
    if (weights.size() != layers_.size())
        throw model_fault(fmt::format("weights for {} layers are given, the network has {}", weights.size(), layers_.size()));
    graph_ = *w.graph;
    for (std::size_t i = 0; i < layers_.size(); ++i) {
        const bool stored = !is_attention_product(layers_[i]);
        if (stored && weights[i].size() != static_cast<std::size_t>(product_of(layers_[i]).weights()))
            throw model_fault(fmt::format("layer '{}': the weights do not fit its shape", layers_[i].name));
        weights_.push_back(packed_weights(layers_[i].shape, std::move(weights[i])));
    }
    plan_memory();
}

/// Gives every computed tensor a slot; a slot is used again once nobody reads its tensor any more.
void float_executor::plan_memory() {
    const std::size_t count = graph_.nodes.size();
    places_.resize(count);
    std::vector<std::vector<std::size_t>> touched(count + 1);  // the owners of values; the caller reads the output at the end
    for (std::size_t i = 0; i < count; ++i) {
        const graph_node& node = graph_.nodes[i];
        places_[i].owner = is_view(node) ? places_[node.inputs[0]].owner : i;
        touched[i] = {i, places_[i].owner};
        for (const std::size_t input : node.inputs) touched[i].push_back(places_[input].owner);
    }
    touched[count] = {places_[graph_.output].owner};
    const std::vector<lifetime> alive = lifetimes_of(count, touched);
    const auto has_slot = [&](std::size_t i) { return places_[i].owner == i && !is_given(graph_.nodes[i]); };
    std::vector<std::vector<std::size_t>> ending(count + 1);
    for (std::size_t i = 0; i < count; ++i)
        if (has_slot(i)) ending[alive[i].last].push_back(i);
    std::vector<std::size_t> free;
    for (std::size_t i = 0; i < count; ++i) {
        if (has_slot(i)) places_[i].slot = take_slot(free, count_of(graph_.nodes[i].shape));
        for (const std::size_t ended : ending[i]) free.push_back(places_[ended].slot);
    }
}

/// The largest free slot, so that small tensors do not make many slots large; a new one where none is free.
std::size_t float_executor::take_slot(std::vector<std::size_t>& free, std::size_t floats) {
    if (free.empty()) {
        free.push_back(slot_floats_.size());
        slot_floats_.push_back(0);
    }
    const auto chosen = std::max_element(free.begin(), free.end(), [&](auto a, auto b) { return slot_floats_[a] < slot_floats_[b]; });
    const std::size_t slot = *chosen;
    free.erase(chosen);
    slot_floats_[slot] = std::max(slot_floats_[slot], floats);
    return slot;
}

std::vector<float> float_executor::run(const float* image, const node_observer& observer) const {
    std::vector<std::unique_ptr<float[]>> slots;
    for (const std::size_t floats : slot_floats_) slots.emplace_back(new float[floats]);  // every value is written before it is read
    std::vector<const float*> values(graph_.nodes.size(), nullptr);
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
        const graph_node& node = graph_.nodes[i];
        if (i == graph_.input) {
            values[i] = image;
        } else if (const std::vector<float>* constant = constant_values(node)) {
            values[i] = constant->data();
        } else if (is_view(node)) {
            values[i] = values[node.inputs[0]];
        } else {
            float* const y = slots[places_[i].slot].get();
            compute(i, values, y);
            values[i] = y;
        }
        if (observer) observer(i, values[i], count_of(node.shape));
    }
    const float* const out = values[graph_.output];
    return {out, out + count_of(graph_.nodes[graph_.output].shape)};
}

void float_executor::multiply(const product_op& op, const graph_node& node, const std::vector<const float*>& values, float* y) const {
    const layer& l = layers_[op.layer];
    const float *const x = values[node.inputs[0]], *const bias = l.bias ? l.bias->data() : nullptr;
    if (const auto* s = std::get_if<conv_shape>(&l.shape)) return convolution(*s, weights_[op.layer], bias, x, y);
    if (const auto* s = std::get_if<linear_shape>(&l.shape)) return linear(*s, weights_[op.layer], bias, x, y);
    matrix_products(std::get<matmul_shape>(l.shape), x, values[node.inputs[1]], y);
}

/// Operators compute themselves, but for those that the executor's own memory serves.
struct float_executor::computation {
    const float_executor& self;
    const graph_node& node;
    const std::vector<const float*>& values;
    float* y;

    void operator()(const input_op&) const {}     // given
    void operator()(const constant_op&) const {}  // given
    void operator()(const reshape_op&) const {}   // lies where its input does
    void operator()(const product_op& op) const { self.multiply(op, node, values, y); }
    template <class Op>
    void operator()(const Op& op) const {
        float_call call{{}, node.shape, y};
        for (const std::size_t input : node.inputs) call.inputs.push_back({values[input], self.graph_.nodes[input].shape});
        op.compute(call);
    }
};

void float_executor::compute(std::size_t index, const std::vector<const float*>& values, float* y) const {
    const graph_node& node = graph_.nodes[index];
    std::visit(computation{*this, node, values, y}, node.op);
}

}  // namespace symmetree
