#include "runs/evaluation_dump.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "runs/task_network.h"

namespace symmetree {
namespace {

/// Of a float, or of a code with the float that it stands for.
constexpr std::int64_t float_score_bytes = sizeof(float), score_bytes = sizeof(std::int16_t) + sizeof(float);

/// Codes and sums of one image.
std::int64_t inside_bytes(const dump_request& dump, const network_graph& graph) {
    std::int64_t bytes = 0;
    for (const graph_node& node : graph.nodes) {
        const std::int64_t elements = elements_of(node.shape);
        if (dump.wanted[dumped_value::codes]) bytes += elements * std::int64_t{sizeof(std::int16_t)};
        if (dump.wanted[dumped_value::accumulators] && layer_of(node)) bytes += elements * std::int64_t{sizeof(std::int32_t)};
    }
    return bytes;
}

void check_rows(const dump_request& dump, const std::vector<evaluation_task>& tasks, diagnostics& problems) {
    std::set<std::string> names;
    for (const evaluation_task& task : tasks) {
        if (!names.insert(row_name(task)).second)
            problems.add(
                {"", 0, 0, "--dump",
                 fmt::format("two rows would have the arrays {}/...: name the platforms differently, or leave one out", row_name(task))});
        if (dump.looks_inside() && task.arithmetic == vector_arithmetic::float32)
            problems.add({"", 0, 0, "--dump",
                          fmt::format("codes and accumulators are those of the simulated accelerator, and {} is not simulated: leave out "
                                      "--vector-arithmetic float32 or dump logits and predictions only",
                                      row_name(task))});
        if (dump.looks_inside() && keeps_any(task.platform.mapping.keep))
            problems.add({"", 0, 0, "--dump",
                          fmt::format("the scratchpad of platform {} is written over while an image runs: set mapping.keep to none, which "
                                      "gives the same codes and accumulators, or dump logits and predictions only",
                                      task.platform.name)});
    }
}

std::string too_large(const char* remedy, std::int64_t bytes, std::int64_t images) {
    return fmt::format("{} images take {:.1f} GB, at most {:.0f} GB are kept: a smaller {} is wanted", images, double(bytes) * 1e-9,
                       double(largest_dump_bytes) * 1e-9, remedy);
}

}  // namespace

std::int64_t dump_request::recorded(const image_range& range) const {
    return looks_inside() ? std::clamp<std::int64_t>(images - range.first, 0, range.count) : 0;
}

std::string row_name(const evaluation_task& task) {
    const bool in_floats = task.arithmetic == vector_arithmetic::float32;
    return task.platform.name + "/" + to_string(task.asked_scheme) + (in_floats ? "/float32" : "");
}

void check_dump(const dump_request& dump, const evaluation_input& input, const std::vector<evaluation_task>& tasks) {
    if (!dump.any()) return;
    diagnostics problems;
    check_rows(dump, tasks, problems);
    if (dump.looks_inside() && input.batch > 1)
        problems.add(
            {"", 0, 0, "--dump", "codes and accumulators are taken from one image at a time: leave out --batch, no value depends on it"});
    problems.throw_if_any();
    const network_graph& graph = *input.network.graph;
    const std::int64_t classes = elements_of(graph.nodes[graph.output].shape), recorded = dump.recorded({0, input.images});
    std::int64_t scores = 0, inside = 0;
    if (dump.wanted[dumped_value::logits]) scores = input.images * classes * (float_score_bytes + score_bytes * std::int64_t(tasks.size()));
    if (recorded > 0)
        for (const evaluation_task& task : tasks) inside += recorded * inside_bytes(dump, *requantized(input, task).network.graph);
    if (scores > largest_dump_bytes)
        problems.add({"", 0, 0, "--dump", too_large("--limit", scores, input.images)});
    else if (scores + inside > largest_dump_bytes)
        problems.add({"", 0, 0, "--dump", too_large("--dump-images", scores + inside, recorded)});
    problems.throw_if_any();
}

}  // namespace symmetree
