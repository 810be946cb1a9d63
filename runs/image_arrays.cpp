#include "runs/image_arrays.h"

namespace symmetree {
namespace {

/// A tensor of one image without the batch of one in front.
extents without_batch(const extents& shape) {
    const bool batch = !shape.empty() && shape.front() == 1;
    return {shape.begin() + (batch ? 1 : 0), shape.end()};
}

/// What a layer's sums are, and how they become codes.
void append_layer(npz_arrays& arrays, const graph_node& node, std::size_t at, const network_record& record) {
    std::vector<std::int32_t> multipliers;
    std::vector<std::uint8_t> shifts;
    for (const channel_record& channel : record.channels(at)) {
        multipliers.push_back(channel.multiplier);
        shifts.push_back(channel.shift);
    }
    const auto channels = static_cast<std::int64_t>(multipliers.size());
    arrays.append("accumulators/" + node.name, without_batch(node.shape), record.sums(at));
    arrays.append("multipliers/" + node.name, {channels}, multipliers);
    arrays.append("shifts/" + node.name, {channels}, shifts);
}

}  // namespace

void append_scores(npz_arrays& arrays, const std::vector<float>& scores) {
    arrays.append("logits", {static_cast<std::int64_t>(scores.size())}, scores);
}

void append_scores(npz_arrays& arrays, const std::vector<std::int16_t>& codes, const tensor_format& format) {
    std::vector<float> scores;
    for (const std::int16_t code : codes) scores.push_back(static_cast<float>(format.value_of(code)));
    append_scores(arrays, scores);
    arrays.append("logit_codes", {static_cast<std::int64_t>(codes.size())}, codes);
}

void set_score_format(npz_arrays& arrays, const tensor_format& format) {
    arrays.set("logit_step", {}, std::vector<double>{format.step});
    arrays.set("logit_zero_point", {}, std::vector<std::int32_t>{format.zero_point});
}

void set_formats(npz_arrays& arrays, const quantized_network& q) {
    for (std::size_t i = 0; i < q.nodes.size(); ++i) {
        const tensor_format& f = q.nodes[i].format;
        const value_range& clip = q.nodes[i].clip;
        const std::string& name = q.network.graph->nodes[i].name;
        arrays.set("steps/" + name, {}, std::vector<double>{f.step});
        arrays.set("zero_points/" + name, {}, std::vector<std::int32_t>{f.zero_point});
        arrays.set("limits/" + name, {2}, std::vector<std::int32_t>{f.code_of(clip.least), f.code_of(clip.greatest)});
    }
}

void append_record(npz_arrays& arrays, const quantized_network& q, const network_record& record, const dump_request& dump) {
    for (std::size_t i = 0; i < q.nodes.size(); ++i) {
        const graph_node& node = q.network.graph->nodes[i];
        if (dump.wanted[dumped_value::codes]) arrays.append("codes/" + node.name, without_batch(node.shape), record.codes(i));
        if (q.nodes[i].adapted_by) arrays.append("betas/" + node.name, {}, std::vector<std::uint16_t>{record.beta(i)});
        if (dump.wanted[dumped_value::accumulators] && layer_of(node)) append_layer(arrays, node, i, record);
    }
}

void set_predictions(npz_arrays& arrays, const std::vector<std::vector<int>>& best) {
    std::vector<std::int32_t> classes;
    for (const std::vector<int>& ranked : best) classes.push_back(ranked.front());
    arrays.set("predictions", {static_cast<std::int64_t>(classes.size())}, classes);
}

}  // namespace symmetree
