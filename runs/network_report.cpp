#include "runs/network_report.h"

#include <fmt/format.h>

#include <map>

#include "models/vector_unit/operator_table.h"
#include "runs/layer_report.h"
#include "runs/placed_report.h"
#include "runs/pricing.h"

namespace symmetree {
namespace {

/// A step of the vector unit; `use` counts the steps of its node.
layer_report step_report(const platform_config& platform, const network_step& step, int use, activation_class kind,
                         const layer_result& result) {
    layer_report l;
    l.name = fmt::format("{} ({}{})", step.name, to_string(step.operation), use > 1 ? fmt::format(" {}", use) : "");
    l.scheme = "integer";
    l.unit = fmt::format("vector_unit {}", platform.vector_unit.lanes);
    l.mapping = to_string(step.operation);
    l.cycles = result.cycles;
    l.split = result.split;
    l.units = activity_of(platform, result, kind);
    l.memories = memory_activity_of(platform, result);
    return l;
}

}  // namespace

report network_report(const quantized_network& q, const platform_config& platform, const scheme& format, std::uint64_t seed,
                      bool timing_only, const network_program& program, const std::vector<layer_result>& steps, const cost_table& prices) {
    report out = report_header(q.network, platform, format, seed, timing_only, program.batch);
    out.notes.push_back(
        fmt::format("{} through the whole network: every operator is timed and priced, tensors {}",
                    program.batch == 1 ? "one image" : fmt::format("a batch of {} images", program.batch),
                    keeps_any(platform.mapping.keep) ? "stand where 'What stands where' says" : "go through DRAM between operators"));
    std::map<std::string, int> uses;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        const network_step& step = program.steps[i];
        if (step.is_product) {
            out.layers.push_back(layer_report_of(platform, q.products[step.layer], program.plans[step.layer], steps[i]));
        } else {
            out.layers.push_back(step_report(platform, step, ++uses[step.name], q.network.graph->nodes[step.node].kind, steps[i]));
        }
    }
    if (keeps_any(platform.mapping.keep)) {
        out.places = places_of(program.memory, out.layers);
        out.notes.push_back(scratchpad_note(platform, out.places));
    }
    price(out, platform, prices);
    return out;
}

}  // namespace symmetree
