#include "runs/network_record.h"

#include <fmt/format.h>

#include <limits>
#include <utility>

#include "core/error.h"
#include "models/arithmetic/image_scale_math.h"

namespace symmetree {

network_record::network_record(const quantized_network& q, const network_program& program, const platform_config& platform)
    : q_(q), program_(program) {
    for (const network_step& step : program.steps) {
        if (!step.is_product) continue;
        const layer_descriptor& d = program.plans[step.layer].descriptor;
        products_.push_back(step.node);
        drained_.emplace(step.node, drained_sums(d.geometry, array_of(platform, d.on_side_array != 0).trees, d.m_block));
    }
}

void network_record::drained(const output_block& block, const std::vector<std::int64_t>& sums) {
    drained_sums& layer = drained_.at(products_.at(next_));
    layer.take(block, sums);
    if (layer.complete()) ++next_;
}

address_range network_record::memory() const {
    const std::uint64_t first = first_address(memory_space::dram);
    return {first, program_.memory.end(memory_space::dram) - first};
}

void network_record::finish_image(std::vector<std::uint8_t> bytes) {
    if (next_ != products_.size())
        throw model_fault(fmt::format("{} has finished without all of its sums", q_.network.graph->nodes[products_[next_]].name));
    next_ = 0;
    memory_ = std::move(bytes);
}

std::vector<std::int16_t> network_record::codes(std::size_t node) const {
    const tensor_view& view = program_.tensors[node];
    const memory_tensor& buffer = program_.buffers[view.buffer];
    return unpack_tensor(buffer, view, memory_.data() + (buffer.address - memory().begin));
}

std::uint16_t network_record::beta(std::size_t node) const {
    const std::optional<std::size_t> by = q_.nodes[node].adapted_by;
    if (!by) return unit_beta;
    const std::uint8_t* const at = memory_.data() + (program_.scales.at(*by) - memory().begin);
    return static_cast<std::uint16_t>(decode_image_scale({at, at + image_scale_bytes}).beta);
}

std::vector<std::int32_t> network_record::sums(std::size_t node) const {
    const drained_sums& layer = drained_.at(node);
    const bool channels_first = std::holds_alternative<conv_shape>(q_.products[*layer_of(q_.network.graph->nodes[node])].layer->shape);
    const std::int64_t n = layer.channels(), m = layer.vectors();
    std::vector<std::int32_t> ordered(layer.values().size());
    for (std::size_t i = 0; i < ordered.size(); ++i) {
        const std::int64_t sum = layer.values()[i], row = std::int64_t(i) / m, vector = std::int64_t(i) % m;
        const auto narrow = static_cast<std::int32_t>(sum);
        if (narrow != sum) throw model_fault(fmt::format("a sum of {} entered the requantizer, which takes 32 bits", sum));
        ordered[channels_first ? i : std::size_t((row / n * m + vector) * n + row % n)] = narrow;
    }
    return ordered;
}

std::vector<channel_record> network_record::channels(std::size_t node) const {
    const graph_node& product = q_.network.graph->nodes[node];
    const product_integers& integers = q_.product_records[*layer_of(product)];
    std::vector<channel_record> channels = integers.channels;
    const image_scale scale = scale_of(beta(product.inputs.front()));
    for (std::size_t row = 0; row < integers.own_biases.size(); ++row)
        channels[row] = scaled_channel(channels[row], integers.own_biases[row], scale);
    return channels;
}

}  // namespace symmetree
