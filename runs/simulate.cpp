#include "runs/simulate.h"

#include <fmt/format.h>

#include <memory>
#include <numeric>

#include "models/contract/drain_watch.h"
#include "models/cost/cost_table.h"
#include "platforms/assemble.h"
#include "runs/check.h"
#include "runs/layer_program.h"
#include "runs/layer_report.h"
#include "runs/pricing.h"
#include "runs/run_traces.h"

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
        if (checks())
            check_.begin(l.plan.descriptor.geometry, array_of(run_.request.platform, l.on_side_array).trees, l.plan.descriptor.m_block);
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

planned_layer planned(const prepared_layer& l) { return {*l.what, l.used, l.on_side_array, l.weights, l.plan}; }

report report_of(const prepared_run& run, const std::vector<layer_result>& results, const cost_table& table) {
    const run_request& request = run.request;
    report out = report_header(request.network, request.platform, request.format, request.seed, request.timing_only);
    out.not_simulated = request.network.not_simulated;
    out.notes = run.notes;
    for (std::size_t i = 0; i < results.size(); ++i)
        out.layers.push_back(layer_report_of(request.platform, planned(run.layers[i]), results[i]));
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
