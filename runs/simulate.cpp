#include "runs/simulate.h"

#include <memory>

#include "models/cost/cost_table.h"
#include "platforms/assemble.h"
#include "runs/layer_report.h"
#include "runs/layer_sequence.h"
#include "runs/placed_report.h"
#include "runs/pricing.h"
#include "runs/run_traces.h"

namespace symmetree {
namespace {

/// What of all the layers stands where.
void add_places(report& out, const prepared_run& run) {
    for (std::size_t i = 0; i < run.layers.size(); ++i)
        for (placed_bytes_report& place : places_of(run.layers[i].memory, out.layers, out.layers[i].name + ": "))
            out.places.push_back(std::move(place));
    out.notes.push_back(scratchpad_note(run.request.platform, out.places));
}

report report_of(const prepared_run& run, const std::vector<layer_result>& results, const layer_sequence& layers) {
    const run_request& request = run.request;
    report out = report_header(request.network, request.platform, request.asked_scheme, request.seed, request.timing_only, request.batch);
    out.not_simulated = request.network.not_simulated;
    out.notes = run.notes;
    for (std::size_t i = 0; i < results.size(); ++i) {
        layer_report& row =
            out.layers.emplace_back(layer_report_of(request.platform, run.layers[i].product, run.layers[i].plan, results[i]));
        row.check = layers.verdicts()[i];
        row.arithmetic_sqnr_db = layers.arithmetic_sqnr_db()[i];
    }
    if (keeps_any(request.platform.mapping.keep)) add_places(out, run);
    return out;
}

/// Layers follow each other without a gap.
void name_layers(recording& trace, probe::signal names, const prepared_run& run, const std::vector<layer_result>& results) {
    std::uint64_t began = 0;
    for (std::size_t i = 0; i < results.size(); began += results[i++].cycles)
        trace.change_text(names, began, run.layers[i].product.layer->name);
}

}  // namespace

report simulate(const prepared_run& run) {
    const run_request& request = run.request;
    const cost_table table = prices_of(request);
    const std::unique_ptr<recording> trace = recording_for(request);
    const std::optional<probe::signal> names = trace ? std::optional(trace->declare_text("system.layer")) : std::nullopt;
    layer_sequence layers(run);
    edge_system system("system", request.platform, layers, !request.timing_only, trace.get());
    system.watch(layers.watch());
    system.run();
    const std::vector<layer_result>& results = system.device().results();
    if (results.size() != run.layers.size()) throw model_fault("not every layer was run");
    if (trace) {
        name_layers(*trace, *names, run, results);
        write_traces(request, *trace);
    }
    report out = report_of(run, results, layers);
    price(out, request.platform, table);
    return out;
}

}  // namespace symmetree
