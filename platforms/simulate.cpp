#include "platforms/simulate.h"

#include <fmt/format.h>

#include <memory>
#include <numeric>

#include "models/cost/cost_table.h"
#include "platforms/assemble.h"
#include "platforms/check.h"
#include "platforms/pricing.h"
#include "platforms/run_traces.h"
#include "workloads/measures.h"

namespace symmetree {
namespace {

/// Feeds the layers to the host one after the other and checks each when it is done.
class layer_sequence : public layer_program {
public:
    layer_sequence(const prepared_run& run, probe* probe) : run_(run), probe_(probe) {
        if (probe_) name_signal_ = probe_->declare_text("system.layer");
    }

    const layer_image* next_layer() override {
        if (index_ == run_.layers.size()) return nullptr;
        const prepared_layer& l = run_.layers[index_];
        image_ = build_image(run_.request.platform, l.plan, l.weights, l.input ? &*l.input : nullptr, channel_records(l));
        if (checks()) check_.begin(l.plan.descriptor.geometry, array_of(run_.request.platform, l.on_side_array).trees, l.plan.descriptor.m_block);
        if (probe_) probe_->change_text(name_signal_, cycle_now(), l.what->name);
        return &image_;
    }

    void finished(const std::vector<std::uint8_t>& outputs) override {
        const prepared_layer& l = run_.layers[index_++];
        verdicts.emplace_back();
        sqnr.emplace_back();
        if (!checks()) return;
        verdicts.back() = check_.verdict(l, image_, outputs);
        if (l.used.family == scheme_family::post && !l.on_side_array) sqnr.back() = check_.arithmetic_sqnr_db(l);
    }

    bool checks() const { return run_.request.check && !run_.request.timing_only; }
    drain_watch* watch() { return checks() ? &check_ : nullptr; }

    std::vector<exactness> verdicts;
    std::vector<std::optional<double>> sqnr;

private:
    std::uint64_t cycle_now() const { return clock_domain(run_.request.platform.clock_hz).now(); }

    const prepared_run& run_;
    probe* const probe_;
    probe::signal name_signal_ = 0;
    std::size_t index_ = 0;
    layer_image image_;
    layer_check check_;
};

const char* unit_name(const platform_config& config, bool on_side_array) {
    if (on_side_array) return "side mac_tree";
    switch (config.array.kind) {
        case array_kind::pot: return "pot_tree";
        case array_kind::post: return "post_tree";
        case array_kind::multiplier: break;
    }
    switch (config.zero_point) {
        case zero_point_unit::pre_subtract: return "pre_subtract_tree";
        case zero_point_unit::widened: return "widened_tree";
        case zero_point_unit::none:
        case zero_point_unit::row_sum: break;
    }
    return "mac_tree";
}

outlier_report outliers_of(const platform_config& platform, const prepared_layer& l, const layer_result& result) {
    outlier_report out;
    if (!l.plan.outliers.present()) return out;
    out.listed = std::uint64_t(l.weights.outliers_listed);
    out.stored = l.weights.outliers.size();
    out.index_bits = outlier_index_bits(platform.array);
    out.stream_bits = l.plan.outliers.per_tile.size() * std::uint64_t(l.plan.outliers.count_bits) + out.stored * std::uint64_t(l.plan.outliers.entry_bits);
    out.fullest_lane = result.outliers.fullest_lane;
    out.assignment = name_of(platform.sparse.assignment);
    return out;
}

layer_report layer_of(const prepared_run& run, const prepared_layer& l, const layer_result& result) {
    const platform_config& platform = run.request.platform;
    const array_config& array = array_of(platform, l.on_side_array);
    const product_shape shape = product_of(*l.what);
    const bool attention = is_attention_product(*l.what);
    layer_report out;
    out.name = l.what->name;
    out.scheme = to_string(l.used);
    out.unit = fmt::format("{} {}x{}", unit_name(platform, l.on_side_array), array.trees, array.lanes);
    out.mapping = fmt::format("{}, m-block {}, passes {}", name_of(static_cast<loop_order>(l.plan.descriptor.order)), l.plan.descriptor.m_block, l.plan.passes.total());
    out.m = shape.m;
    out.n = shape.n;
    out.k = shape.k;
    out.repeat = shape.repeat;
    out.macs = std::uint64_t(shape.macs());
    out.cycles = result.cycles;
    out.split = result.split;
    out.units = activity_of(platform, result, l.what->input);
    out.memories = result.memories;
    out.outliers = outliers_of(platform, l, result);
    const weight_storage storage = storage_of(shape, l.used, attention, out.outliers.stored, out.outliers.index_bits, l.plan.descriptor.geometry.stored_weight_bits);
    out.parameters = storage.parameters;
    out.weight_bits_stored = storage.code_bits + out.outliers.stream_bits;
    const operation_counts operations = operations_of(shape, l.used, attention);
    out.operations = {operations.bops_dasq, operations.bops_uniq, operations.qops};
    if (!attention) out.weight_sqnr_db = l.weights.error.sqnr_db;
    return out;
}

report report_of(const prepared_run& run, const std::vector<layer_result>& results, const cost_table& table) {
    const run_request& request = run.request;
    report out;
    out.workload = request.network.name;
    out.workload_source = request.network.source;
    out.platform = request.platform.name;
    out.scheme = to_string(request.format);
    out.seed = request.seed;
    out.timing_only = request.timing_only;
    out.array_weight_bits = request.platform.array.weight_bits;
    out.array_activation_bits = request.platform.array.activation_bits;
    out.array_trees = request.platform.array.trees;
    out.array_lanes = request.platform.array.lanes;
    out.dram_bytes_per_cycle = double(request.platform.dram.bandwidth_bytes) / double(request.platform.dram.bandwidth_cycles);
    out.not_simulated = request.network.not_simulated;
    out.notes = run.notes;
    for (std::size_t i = 0; i < results.size(); ++i) out.layers.push_back(layer_of(run, run.layers[i], results[i]));
    price(out, request.platform, table);
    return out;
}

}  // namespace

report simulate(const prepared_run& run) {
    const run_request& request = run.request;
    const cost_table table = prices_of(request);
    const std::unique_ptr<recording> trace = recording_for(request);
    layer_sequence program(run, trace.get());
    edge_system system("system", request.platform, program, !request.timing_only, trace.get());
    system.watch(program.watch());
    system.run();
    if (trace) write_traces(request, *trace);
    const std::vector<layer_result>& results = system.device().results();
    if (results.size() != run.layers.size()) throw model_fault("not every layer was run");
    report out = report_of(run, results, table);
    for (std::size_t i = 0; i < out.layers.size(); ++i) {
        out.layers[i].check = program.verdicts[i];
        out.layers[i].arithmetic_sqnr_db = program.sqnr[i];
    }
    return out;
}

}  // namespace symmetree
