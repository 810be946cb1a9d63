#include "runs/layer_report.h"

#include <fmt/format.h>

#include "models/contract/outlier_stream.h"
#include "workloads/network/measures.h"

namespace symmetree {
namespace {

outlier_report outliers_of(const platform_config& platform, const formatted_product& product, const layer_plan& plan,
                           const layer_result& result) {
    outlier_report out;
    if (!plan.outliers.present()) return out;
    out.listed = std::uint64_t(product.weights.outliers_listed);
    out.stored = product.weights.outliers.size();
    out.index_bits = outlier_index_bits(platform.array, platform.sparse);
    out.stream_bits =
        plan.outliers.per_round.size() * std::uint64_t(plan.outliers.head_bits) + out.stored * std::uint64_t(plan.outliers.entry_bits);
    out.fullest_lane = result.outliers.fullest_lane;
    out.assignment = to_string(platform.sparse.assignment);
    return out;
}

}  // namespace

report report_header(const workload& network, const platform_config& platform, const scheme& format, std::uint64_t seed, bool timing_only,
                     int batch) {
    report out;
    out.workload = network.name;
    out.workload_source = network.source;
    out.platform = platform.name;
    out.scheme = to_string(format);
    out.seed = seed;
    out.timing_only = timing_only;
    out.batch = batch;
    out.accumulator_bits = platform.accumulators.bits;
    out.array_weight_bits = platform.array.weight_bits;
    out.array_activation_bits = platform.array.activation_bits;
    out.array_trees = platform.array.trees;
    out.array_lanes = platform.array.lanes;
    out.dram_bytes_per_cycle = double(platform.dram.bandwidth_bytes) / double(platform.dram.bandwidth_cycles);
    return out;
}

layer_report layer_report_of(const platform_config& platform, const formatted_product& product, const layer_plan& plan,
                             const layer_result& result) {
    const bool on_side_array = plan.descriptor.on_side_array != 0;
    const array_config& array = array_of(platform, on_side_array);
    const product_shape shape = product_of(*product.layer);
    const bool attention = is_attention_product(*product.layer);
    layer_report out;
    out.name = product.layer->name;
    out.scheme = to_string(product.used_scheme);
    out.unit = fmt::format("{}{} {}x{}", on_side_array ? "side " : "", to_string(array_circuit(platform, on_side_array)), array.trees,
                           array.lanes);
    const auto flow = static_cast<dataflow>(plan.descriptor.flow);
    out.mapping = fmt::format("{}{}, m-block {}, passes {}", flow == mapping_config{}.flow ? "" : to_string(flow) + std::string(", "),
                              to_string(static_cast<loop_order>(plan.descriptor.order)), plan.descriptor.m_block, plan.passes.total());
    out.m = shape.m;
    out.n = shape.n;
    out.k = shape.k;
    out.repeat = shape.repeat;
    out.macs = plan.descriptor.geometry.macs();
    out.cycles = result.cycles;
    out.split = result.split;
    out.units = activity_of(platform, result, product.layer->input);
    out.memories = memory_activity_of(platform, result);
    out.outliers = outliers_of(platform, product, plan, result);
    const weight_storage storage = storage_of(shape, product.used_scheme, attention, out.outliers.stored, out.outliers.index_bits,
                                              plan.descriptor.geometry.stored_weight_bits);
    out.parameters = storage.parameters;
    out.weight_bits_stored = storage.code_bits + out.outliers.stream_bits;
    const operation_counts operations = operations_of(shape, product.used_scheme, attention);
    const double images = plan.descriptor.batch;
    out.operations = {images * operations.bops_dasq, images * operations.bops_uniq, images * operations.qops};
    if (!attention) out.weight_sqnr_db = product.weights.error.sqnr_db;
    return out;
}

}  // namespace symmetree
