// Nodes of a network that become layers on the array.
#include <fmt/format.h>

#include <utility>

#include "compile/network_compiler.h"
#include "compile/product_program.h"

namespace symmetree {
namespace {

std::int64_t repeats_of_image(const layer_descriptor& d) {
    return d.geometry.images > 1 ? d.geometry.repeat : d.geometry.repeat / std::int64_t{d.batch};
}

/// The channel records or biases of all repeats: no image of a batch has others.
template <class Record>
std::vector<Record> for_all_repeats(const layer_descriptor& d, const std::vector<Record>& of_image) {
    std::vector<Record> all;
    for (std::int64_t repeat = 0; repeat < d.geometry.repeat; repeat += repeats_of_image(d))
        all.insert(all.end(), of_image.begin(), of_image.end());
    return all;
}

}  // namespace

void network_compiler::place_product(std::size_t i, const product_op& op) {
    const formatted_product& p = q_.products[op.layer];
    const graph_node& node = graph_.nodes[i];
    layer_descriptor d = plans_[op.layer].descriptor;
    const tensor_format& out = format_of(i);
    d.output_zero_point = static_cast<std::int16_t>(out.zero_point);
    d.output_least = static_cast<std::int16_t>(out.code_of(q_.nodes[i].clip.least));
    d.output_greatest = static_cast<std::int16_t>(out.code_of(q_.nodes[i].clip.greatest));
    const tensor_format& x = format_of(node.inputs.front());
    d.input_zero_point = static_cast<std::int16_t>(x.zero_point);
    d.scale_address = scale_of_input(i);
    const memory_tensor input = input_of(i, d, *p.layer);
    d.input_address = input.address;
    d.input_image_bytes = input.image_bytes;
    place_outputs(i, d, *p.layer);
    place_weights(i, d, op.layer);
    network_step step;
    step.name = p.layer->name;
    step.node = i;
    step.is_product = true;
    step.layer = op.layer;
    program_.add(std::move(step), d);
}

memory_tensor network_compiler::input_of(std::size_t i, const layer_descriptor& d, const layer& what) {
    const tensor_view& v = views_[graph_.nodes[i].inputs.front()];
    if (const auto* conv = std::get_if<conv_shape>(&what.shape)) return images_of(i, v, conv->groups);
    const layer_geometry& g = d.geometry;
    const memory_tensor rows = rows_of(i, v, repeats_of_image(d) * g.in_height, std::int64_t{g.in_width} * g.in_channels);
    return d.batch == std::uint32_t(g.images) ? rows : side_by_side(i, v, rows);
}

void network_compiler::place_outputs(std::size_t i, layer_descriptor& d, const layer& what) {
    const layer_geometry& g = d.geometry;
    const extents& shape = graph_.nodes[i].shape;
    const auto* conv = std::get_if<conv_shape>(&what.shape);
    const auto whole = [&](std::int64_t elements) { return elements * g.output_bits % 8 == 0; };
    const std::int64_t trees = array_of(platform_, d.on_side_array != 0).trees, n = g.n();
    const std::int64_t channels = conv ? n * g.repeat : n;
    if (whole(channels) && (n <= trees || whole(trees)) && (g.repeat == 1 || !conv || whole(n))) {
        views_[i] = conv ? image_view(i, shape) : row_view(i, shape);
        d.output_vector_bytes = static_cast<std::uint32_t>(channels * g.output_bits / 8);
        d.output_repeat_bytes = conv ? std::uint64_t(n * g.output_bits / 8) : std::uint64_t(g.m()) * d.output_vector_bytes;
    } else if (n == 1 && (g.m() <= d.m_block || whole(d.m_block))) {
        // One channel per group: plane after plane, as the blocks stand by themselves.
        const std::size_t buffer = new_tensor(i, g.repeat, g.m());
        if (!conv) throw does_not_fit("products of one column");
        views_[i] = {buffer, 0, shape, {std::int64_t{g.repeat} * g.m(), g.m(), shape[3], 1}};
        d.output_repeat_bytes = buffer_of(views_[i]).row_bytes();
    } else {
        throw does_not_fit(fmt::format("{} output channels of {} bits in blocks of {} do not fill whole bytes", n, g.output_bits, trees));
    }
    d.output_address = buffer_of(views_[i]).address;
    d.output_image_bytes = buffer_of(views_[i]).image_bytes;
}

void network_compiler::place_weights(std::size_t i, layer_descriptor& d, std::size_t layer_index) {
    const formatted_product& p = q_.products[layer_index];
    const product_integers& integers = q_.product_records[layer_index];
    const layer_plan& plan = plans_[layer_index];
    d.tables_address = program_.load(part_of(i, "tables"), encode_tables(for_all_repeats(d, integers.channels), plan.fills,
                                                                         p.weights.levels, for_all_repeats(d, integers.own_biases)));
    if (is_attention_product(*p.layer)) {
        stage_operand(i, d);
        return;
    }
    d.weights_address = program_.reserve(part_of(i, "weights"), dense_bytes(plan));
    if (plan.outliers.present()) d.outliers_address = program_.reserve(part_of(i, "outliers"), outlier_bytes(plan));
    program_.keep(d.weights_address);
    for (placed_bytes& part : stored_operand(platform_, d, plan, p.weights, with_values_))
        program_.load_at(part.address, std::move(part.bytes));
}

/// The operand that takes the place of the weights, [..][inner][columns], into the order of a weight stream.
void network_compiler::stage_operand(std::size_t i, layer_descriptor& d) {
    const layer_geometry& g = d.geometry;
    const array_config& array = array_of(platform_, d.on_side_array != 0);
    const std::size_t node = graph_.nodes[i].inputs[1];
    tensor_view v = views_[node];
    const std::size_t rank = v.shape.size();
    extents leading(v.shape.begin(), v.shape.end() - 2);
    std::optional<tensor_view> joined = reshaped_view(v, {elements_of(leading), v.shape[rank - 2], v.shape[rank - 1]});
    if (!joined) {
        const tensor_view m = moved(i, v, elements_of(v.shape) / v.shape.back(), v.shape.back(), row_major_strides(v.shape));
        joined = reshaped_view(m, {elements_of(leading), v.shape[rank - 2], v.shape[rank - 1]});
    }
    vector_descriptor s = step_of(vector_operation::stage, buffer_of(*joined), buffer_of(*joined));
    s.trees = static_cast<std::uint16_t>(array.trees);
    s.lanes = static_cast<std::uint16_t>(array.lanes);
    s.copy.extent[0] = static_cast<std::int32_t>(repeats_of_image(d));
    s.copy.extent[1] = static_cast<std::int32_t>(g.n());
    s.copy.extent[2] = static_cast<std::int32_t>(g.k());
    s.copy.from_stride[0] = static_cast<std::int32_t>(joined->strides[0]);
    s.copy.from_stride[1] = static_cast<std::int32_t>(joined->strides[2]);
    s.copy.from_stride[2] = static_cast<std::int32_t>(joined->strides[1]);
    s.copy.from_first = static_cast<std::int32_t>(joined->first);
    const std::uint64_t bytes = staged_bytes(s);
    d.weights_address = program_.reserve(part_of(i, "staged operand"), bytes * std::uint64_t(batch_));
    s.result.address = d.weights_address;
    s.result.image_bytes = static_cast<std::uint32_t>(bytes);
    emit(i, s, stage_parameters{});
}

}  // namespace symmetree
