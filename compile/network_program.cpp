#include "compile/network_program.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "compile/layer_scheme.h"
#include "compile/network_compiler.h"
#include "compile/product_program.h"
#include "compile/scratchpad.h"
#include "core/enumerators.h"
#include "models/vector_unit/operator_table.h"

namespace symmetree {
namespace {

/// A node has at most its own step and one rearrangement per input, a concatenation one per input, an adapter its own step and
/// rearrangement.
std::size_t most_steps_of(const quantized_network& q) {
    std::size_t count = 0;
    for (const graph_node& node : q.network.graph->nodes) count += 1 + node.inputs.size();
    for (const formatted_node& node : q.nodes) count += node.adapter ? 2 : 0;
    return count;
}

}  // namespace

network_compiler::network_compiler(const quantized_network& q, const platform_config& platform, bool with_values, int batch)
    : q_(q),
      graph_(*q.network.graph),
      platform_(platform),
      with_values_(with_values),
      batch_(batch),
      program_(most_steps_of(q), batch),
      plans_(q.products.size()),
      views_(graph_.nodes.size()) {}

network_program network_compiler::run() {
    plan_products();
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
        try {
            place(i);
        } catch (const does_not_fit& e) {
            problems_.add(
                {q_.network.source, 0, 0, graph_.nodes[i].name, fmt::format("can't run on platform {}: {}", platform_.name, e.what())});
            problems_.throw_if_any();
        }
    }
    program_.end(views_[graph_.input], views_[graph_.output]);
    refuse_too_small_memories();
    if (keeps_any(platform_.mapping.keep)) keep_on_chip();
    network_program made = program_.finish();
    for (const layer_plan& plan : plans_) made.accumulator_bits = std::max(made.accumulator_bits, plan.accumulator_bits);
    made.plans = std::move(plans_);
    made.tensors = std::move(views_);
    made.scales = std::move(scales_);
    return made;
}

void network_compiler::plan_products() {
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
        const std::size_t* layer = layer_of(graph_.nodes[i]);
        if (!layer) continue;
        const formatted_product& p = q_.products[*layer];
        try {
            plans_[*layer] = plan_product(platform_, p, q_.product_records[*layer], q_.nodes[i].format.bits, batch_);
        } catch (const does_not_fit& e) {
            problems_.add(refusal(*p.layer, platform_, e.what()));
        }
    }
    problems_.throw_if_any();
}

void network_compiler::refuse_too_small_memories() const {
    const memory_map& memory = program_.memory();
    for (const memory_space space : enumerators<memory_space>()) {
        const address_range there = range_of(space, platform_);
        const std::uint64_t needed = memory.next(space) - there.begin;
        if (needed > there.bytes)
            throw input_error(
                diagnostic{q_.network.source, 0, 0, q_.network.name,
                           fmt::format("needs {} bytes of {}, platform {} has {}", needed, to_string(space), platform_.name, there.bytes)});
    }
}

/// Moves what the platform keeps there into its scratchpad. Every place keeps its home in DRAM, where constants come from in the beginning.
void network_compiler::keep_on_chip() {
    memory_map memory = program_.memory();
    for (std::size_t i = 0; i < program_.steps().size(); ++i) {
        const network_step& step = program_.steps()[i];
        memory.note_uses({{memory.places().front().address, descriptor_bytes, 0, false}});
        if (step.is_product) {
            memory.note_uses(uses_of(platform_, std::get<layer_descriptor>(program_.descriptors()[i]), plans_[step.layer].fills));
            continue;
        }
        const auto& d = std::get<vector_descriptor>(program_.descriptors()[i]);
        memory.note_uses(uses_of(platform_, d));
        memory.note_overwriting(i, d.result.address, written_over_by(platform_, d));
    }
    memory.places().front().bytes = descriptor_bytes * program_.steps().size();
    std::vector<memory_place*> places;
    for (memory_place& place : memory.places()) places.push_back(&place);
    keep_in_scratchpad(platform_, places);
    for (auto& [node, address] : scales_) address = moved_address(program_.memory(), memory, address);
    program_.move(std::move(memory));
}

/// One overload per operator: the steps that it becomes and what the units hold for them.
struct network_compiler::placement {
    network_compiler& c;
    std::size_t i;
    const graph_node& node;
    void operator()(const input_op&) const { c.views_[i] = c.image_view(i, node.shape); }
    void operator()(const constant_op&) const { c.views_[i] = c.constant_view(i, node.shape, row_major_strides(node.shape)); }
    void operator()(const product_op& op) const { c.place_product(i, op); }
    void operator()(const clip_op&) const {
        const std::size_t from = node.inputs.front();
        if (c.q_.nodes[from].value_of == i)
            c.views_[i] = c.views_[from];
        else
            c.elementwise(i, make_requantize(in(), out(), 1, c.q_.nodes[i].clip));
    }
    void operator()(const scale_op& op) const { c.place_scale(i, make_requantize(in(), out(), op.factor)); }
    void operator()(const gelu_op&) const { c.elementwise(i, make_gelu(in(), out())); }
    void operator()(const softmax_op&) const { c.row_wise(i, make_softmax(in(), out())); }
    void operator()(const layer_norm_op& op) const { c.row_wise(i, make_layer_norm(*op.gain, *op.bias, op.epsilon, in(), out())); }
    void operator()(const add_op&) const { c.place_add(i); }
    void operator()(const pool_op& op) const { c.place_pool(i, op); }
    void operator()(const mean_op& op) const { c.place_mean(i, op); }
    void operator()(const reshape_op&) const { c.place_reshape(i); }
    void operator()(const transpose_op& op) const { c.views_[i] = transposed_view(c.views_[node.inputs.front()], op.permutation); }
    void operator()(const slice_op& op) const { c.views_[i] = sliced_view(c.views_[node.inputs.front()], op.starts, op.steps, node.shape); }
    void operator()(const concat_op& op) const { c.place_concat(i, op); }
    void operator()(const pad_op& op) const { c.place_pad(i, op); }

    const tensor_format& in() const { return c.format_of(node.inputs.front()); }
    const tensor_format& out() const { return c.format_of(i); }
};

void network_compiler::place(std::size_t i) {
    const graph_node& node = graph_.nodes[i];
    std::visit(placement{*this, i, node}, node.op);
}

network_program compile(const quantized_network& q, const platform_config& platform, bool with_values, int batch) {
    return network_compiler(q, platform, with_values, batch).run();
}

}  // namespace symmetree
