#include "runs/simulate.h"

#include <memory>

#include "models/cost/cost_table.h"
#include "platforms/assemble.h"
#include "runs/layer_report.h"
#include "runs/layer_sequence.h"
#include "runs/pricing.h"
#include "runs/run_traces.h"

namespace symmetree {
namespace {

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
    return out;
}

}  // namespace

report simulate(const prepared_run& run) {
    const run_request& request = run.request;
    const cost_table table = prices_of(request);
    const std::unique_ptr<recording> trace = recording_for(request);
    layer_sequence layers(run, trace.get());
    edge_system system("system", request.platform, layers, !request.timing_only, trace.get());
    system.watch(layers.watch());
    system.run();
    if (trace) write_traces(request, *trace);
    const std::vector<layer_result>& results = system.device().results();
    if (results.size() != run.layers.size()) throw model_fault("not every layer was run");
    report out = report_of(run, results, layers);
    price(out, request.platform, table);
    return out;
}

}  // namespace symmetree
