#include "compile/product_program.h"

#include <utility>

#include "compile/sum_bounds.h"
#include "core/bit_stream.h"

namespace symmetree {
namespace {

std::vector<std::uint8_t> pack_input(const layer_geometry& g, const quantized_activations& x) {
    bit_writer writer;
    const std::size_t row_elements = std::size_t(g.in_width) * std::size_t(g.in_channels);
    writer.reserve(x.codes.size() / row_elements * g.row_bytes());
    for (std::size_t row = 0; row + row_elements <= x.codes.size(); row += row_elements) {
        writer.put_codes(x.codes.data() + row, row_elements, g.activation_bits);
        writer.align();
    }
    return writer.take();
}

std::uint64_t output_bytes_of(const accelerator_config& config, const layer_descriptor& d) {
    return output_bytes(d.geometry, array_of(config, d.on_side_array != 0).trees, d.m_block);
}

}  // namespace

layer_plan plan_product(const platform_config& platform, const formatted_product& product, const product_integers& integers,
                        int output_bits, int batch) {
    layer_geometry shape = geometry_of(*product.layer);
    shape.output_bits = output_bits;
    (is_attention_product(*product.layer) ? shape.repeat : shape.images) *= batch;
    layer_plan plan = plan_layer(platform, shape, product.weights, integers.input, integers.on_side_array);
    plan.descriptor.batch = static_cast<std::uint32_t>(batch);
    plan.descriptor.operand_at_run_time = is_attention_product(*product.layer) ? 1 : 0;
    const layer_sums sums = sums_of(platform, *product.layer, plan, product.weights, integers.input);
    if (const auto overflow = overflow_of(platform, sums)) throw does_not_fit(*overflow);
    plan.accumulator_bits = bits_of(sums.partial);
    return plan;
}

std::vector<placed_bytes> stored_operand(const accelerator_config& config, const layer_descriptor& d, const layer_plan& plan,
                                         const quantized_weights& w, bool with_values) {
    std::vector<placed_bytes> parts;
    if (with_values) parts.push_back({d.weights_address, pack_dense_codes(config, plan, w)});
    if (plan.outliers.present()) parts.push_back({d.outliers_address, pack_outlier_stream(config, plan, w)});
    return parts;
}

memory_map place_in_turn(const accelerator_config& config, const std::vector<placed_layer>& layers) {
    memory_map memory;
    const auto next = [&](const char* name, std::uint64_t bytes, place_role role) {
        const std::uint64_t address = memory.reserve(memory_space::dram, name, bytes);
        if (bytes > 0) memory.places().back().role = role;
        return address;
    };
    std::uint64_t descriptor = next("descriptors", descriptor_bytes * layers.size(), place_role::constant);
    for (const placed_layer& l : layers) {
        layer_descriptor& d = l.plan->descriptor;
        l.plan->descriptor_address = std::exchange(descriptor, descriptor + descriptor_bytes);
        d.input_image_bytes = d.geometry.image_bytes();
        d.tables_address = next("tables", table_bytes(d), place_role::constant);
        d.weights_address = next("weights", dense_bytes(*l.plan), l.operand);
        d.outliers_address = next("outliers", outlier_bytes(*l.plan), l.operand);
        d.input_address = next("input", std::uint64_t(d.geometry.images) * d.geometry.image_bytes(), place_role::activation);
    }
    for (const placed_layer& l : layers)
        l.plan->descriptor.output_address = next("outputs", output_bytes_of(config, l.plan->descriptor), place_role::activation);
    return memory;
}

memory_map place_alone(const accelerator_config& config, layer_plan& plan, place_role operand) {
    return place_in_turn(config, {{&plan, operand}});
}

program compile_alone(const accelerator_config& config, const layer_plan& plan, const quantized_weights& w,
                      const std::vector<channel_record>& channels, const quantized_activations* x) {
    const layer_descriptor& d = plan.descriptor;
    program p;
    p.descriptors = 1;
    p.descriptor_address = plan.descriptor_address;
    p.contents.push_back({p.descriptor_address, encode(d)});
    p.contents.push_back({d.tables_address, encode_tables(channels, plan.fills, w.levels)});
    for (placed_bytes& part : stored_operand(config, d, plan, w, x != nullptr)) p.contents.push_back(std::move(part));
    if (x) p.contents.push_back({d.input_address, pack_input(d.geometry, *x)});
    p.input_address = d.input_address;
    p.result_address = d.output_address;
    p.result_bytes = output_bytes_of(config, d);
    return p;
}

program joined(std::vector<program> alone) {
    program all;
    for (program& p : alone) {
        all.descriptors += p.descriptors;
        for (placed_bytes& part : p.contents) all.contents.push_back(std::move(part));
    }
    all.descriptor_address = alone.front().descriptor_address;
    all.input_address = alone.front().input_address;
    all.result_address = alone.front().result_address;
    all.result_bytes = alone.back().result_address + alone.back().result_bytes - all.result_address;
    return all;
}

}  // namespace symmetree
