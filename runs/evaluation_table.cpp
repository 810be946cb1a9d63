#include "runs/evaluation_table.h"

#include <fmt/format.h>

#include <algorithm>

#include "runs/activation_formats.h"
#include "runs/placed_report.h"
#include "traces/measures.h"
#include "workloads/network/channel_scaling.h"

namespace symmetree {
namespace {

/// Where the formats of activations come from.
std::string formats_from(const evaluation_input& input, const evaluation_plan& plan, const evaluation_sources& from) {
    const std::string file = input.network.formats.empty() ? "" : "formats of activations from the workload's file";
    if (from.calibration_images == 0) return file;
    const range_choice first = range_of(input.range, plan.tasks.front().asked_scheme);
    const bool one = std::all_of(plan.tasks.begin(), plan.tasks.end(),
                                 [&](const evaluation_task& t) { return range_of(input.range, t.asked_scheme) == first; });
    return fmt::format("{}steps of activations by {} from {} images of {}", file.empty() ? "" : file + ", other ",
                       one ? to_string(first) : "each scheme's range", from.calibration_images, from.calibration);
}

/// What the scratchpad of a task takes off its DRAM.
std::string scratchpad_line(const platform_config& platform, const report& costs) {
    const layer_report total = costs.total();
    const auto microjoules = [&](memory_kind memory) {
        const std::optional<double> pj = energy_pj_of(total, to_string(memory));
        return pj ? fmt::format("{:.4g} uJ", *pj * 1e-6) : std::string("no price");
    };
    return fmt::format("{}, {}: DRAM {}, scratchpad {} of the energy; {}.", costs.platform, costs.scheme, microjoules(memory_kind::dram),
                       microjoules(memory_kind::scratchpad), scratchpad_note(platform, costs.places));
}

}  // namespace

std::vector<std::string> evaluation_notes(const evaluation_input& input, const evaluation_plan& plan, const evaluation_result& result,
                                          const evaluation_sources& from) {
    std::vector<std::string> notes;
    notes.push_back(fmt::format("{} images of {}{}; {}; float32 in this program.", input.images, from.images,
                                input.labels.empty() ? " (no labels)" : "", formats_from(input, plan, from)));
    const bool keeps =
        std::any_of(plan.tasks.begin(), plan.tasks.end(), [](const evaluation_task& t) { return keeps_any(t.platform.mapping.keep); });
    const char* const from_scratchpad = keeps ? ", from the scratchpad where they stand there" : "";
    if (input.batch == 1)
        notes.push_back(
            fmt::format("Cycles, energy and power are those of one image with every operator; weights are read anew for each image{}.",
                        from_scratchpad));
    else
        notes.push_back(
            fmt::format("Cycles, energy and power are those of a batch of {} images with every operator, unless said to be per "
                        "image; the images of a batch share the weights that a layer reads{}.",
                        input.batch, from_scratchpad));
    const std::vector<layer>& layers = input.network.layers;
    const auto own = std::count_if(layers.begin(), layers.end(), [](const layer& l) { return l.own_scheme.has_value(); });
    if (own > 0) notes.push_back(fmt::format("{} of {} layers have schemes of their own, whatever the column says.", own, layers.size()));
    if (input.options.ends_at_8_bits && own < static_cast<std::ptrdiff_t>(layers.size()))
        notes.emplace_back(own > 0 ? "First and last layer at symq:w8a8."
                                   : "First and last layer at symq:w8a8; post-training quantization, nothing is trained.");
    if (input.options.residuals == residual_width::narrow) notes.emplace_back("Additions read what layers read of the same tensor.");
    if (input.activation_steps == activation_criterion::logits)
        notes.emplace_back("Steps of fewer than 8 bits are searched from there, so that scores stay near those of the float network.");
    for (const std::string& line : scaling_notes(input.network)) notes.push_back(line);
    if (input.rounding) notes.emplace_back("Weights are rounded by the error of the layers' outputs on the calibration images.");
    const auto adaptive = [](const evaluation_task& t) { return t.asked_scheme.adaptive_activations; };
    if (std::any_of(plan.tasks.begin(), plan.tasks.end(), adaptive)) notes.push_back(fmt::format("asq: {}.", from.adapters));
    const auto in_float = [](const evaluation_task& t) { return t.arithmetic == vector_arithmetic::float32; };
    if (std::any_of(plan.tasks.begin(), plan.tasks.end(), in_float))
        notes.emplace_back(
            "Vector unit float32: operators between the products on real numbers, from the same codes to the same codes; not simulated, no "
            "costs.");
    const auto priced = std::find_if(result.tasks.begin(), result.tasks.end(), [](const evaluation& e) { return e.costs.has_value(); });
    if (priced != result.tasks.end())
        notes.push_back(fmt::format("Prices: {} ({}).", priced->costs->cost_table, priced->costs->cost_label));
    for (std::size_t i = 0; i < plan.tasks.size(); ++i)
        if (result.tasks[i].costs && !result.tasks[i].costs->places.empty())
            notes.push_back(scratchpad_line(plan.tasks[i].platform, *result.tasks[i].costs));
    for (const std::string& line : plan.left_out) notes.push_back("left out: " + line);
    return notes;
}

accuracy_table accuracy_of(const evaluation_input& input, const evaluation_plan& plan, const evaluation_result& result,
                           const std::vector<std::string>& notes) {
    const auto labelled = [&](std::int64_t right) { return input.labels.empty() ? std::nullopt : std::optional(right); };
    accuracy_table t;
    t.network = input.network.name;
    t.images = input.images;
    t.notes = notes;
    t.rows.push_back(
        {"float32", "float32", "float32", labelled(result.float_counts.top1), labelled(result.float_counts.top5), input.images, 0, "", {}});
    for (std::size_t i = 0; i < result.tasks.size(); ++i) {
        const evaluation& e = result.tasks[i];
        const evaluation_task& task = plan.tasks[i];
        t.rows.push_back({task.platform.name, to_string(task.asked_scheme), to_string(task.arithmetic), labelled(e.counts.top1),
                          labelled(e.counts.top5), e.agreeing, e.checked, e.first_difference, e.costs});
    }
    return t;
}

}  // namespace symmetree
