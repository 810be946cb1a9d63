#include "runs/evaluate.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "core/digest.h"
#include "core/temporary_folder.h"
#include "runs/activation_formats.h"
#include "runs/evaluation_identity.h"
#include "runs/network_report.h"
#include "runs/pricing.h"
#include "runs/ranked_classes.h"
#include "runs/run_network.h"
#include "runs/worker_pool.h"
#include "traces/writers.h"

namespace symmetree {
namespace {

/// What one process found out about a run of images.
struct shard_outcome {
    std::vector<std::vector<int>> best;  ///< per image
    std::string first_difference;
    std::string costs;  ///< of the first shard: the report as JSON
    std::vector<std::string> tensors;
};

std::string to_text(const shard_outcome& s) {
    return nlohmann::json{{"best", s.best}, {"difference", s.first_difference}, {"costs", s.costs}, {"tensors", s.tensors}}.dump();
}
shard_outcome outcome_from(const std::string& text) {
    const nlohmann::json j = nlohmann::json::parse(text);
    return {j.at("best").get<std::vector<std::vector<int>>>(), j.at("difference").get<std::string>(), j.at("costs").get<std::string>(),
            j.at("tensors").get<std::vector<std::string>>()};
}

std::string difference_of(const std::vector<std::int16_t>& found, const std::vector<std::int16_t>& wanted, std::int64_t image) {
    for (std::size_t i = 0; i < wanted.size(); ++i)
        if (found[i] != wanted[i]) return fmt::format("image {}, score {}: {}, reference {}", image, i, found[i], wanted[i]);
    return {};
}

shard_outcome run_float(const evaluation_input& input, const image_range& range) {
    const float_executor executor(input.network, float_weights_of(input.network, input.seed));
    shard_outcome out;
    for (std::int64_t i = range.first; i < range.first + range.count; ++i)
        out.best.push_back(best_classes(executor.run(input.image(i).data())));
    return out;
}

const workload& network_of(const evaluation_input& input, const evaluation_task& task) {
    return task.network ? *task.network : input.network;
}

requantized_network requantized(const evaluation_input& input, const evaluation_task& task) {
    return with_requantized_tensors(network_of(input, task),
                                    schemes_of(network_of(input, task), task.platform, task.asked_scheme, input.options),
                                    input.options.residuals);
}

format_chooser chooser_of(const evaluation_input& input, const evaluation_task& task, const requantized_network& copied) {
    return copies_chooser(network_of(input, task), copied, input.statistics, range_of(input.range, task.asked_scheme),
                          input.adapted_formats);
}

/// All but the adapters.
quantized_network quantized(const evaluation_input& input, const evaluation_task& task, const requantized_network& copied,
                            const weight_cache& cache) {
    return quantize_network(copied.network, task.platform, task.asked_scheme, chooser_of(input, task, copied), cache, input.seed, 1,
                            input.options);
}

adapter_set adapters_of(const evaluation_input& input, const evaluation_task& task, const weight_cache& cache) {
    const requantized_network copied = requantized(input, task);
    if (copied.adaptive.empty()) return {};
    return input.adapters(quantized(input, task, copied, cache), copied);
}

std::vector<std::int16_t> image_codes(const evaluation_input& input, const quantized_network& q, std::int64_t index) {
    const std::vector<float> image = input.image(index);
    return codes_of(image.data(), image.size(), q.nodes[q.network.graph->input].format);
}

/// Every image through the simulated accelerator.
shard_outcome simulated(const evaluation_input& input, const evaluation_task& task, const quantized_network& q, const image_range& range,
                        const cost_table& prices) {
    const network_program program = compile(q, task.platform, true);
    const network_graph& graph = *q.network.graph;
    shard_outcome out;
    std::int64_t next = range.first, done = range.first;
    std::vector<std::int16_t> codes;
    run_network(
        program, task.platform, true,
        [&]() -> std::optional<std::vector<std::int16_t>> {
            if (next == range.first + range.count) return {};
            return codes = image_codes(input, q, next++);
        },
        [&](const network_result& result) {
            out.best.push_back(best_classes(result.scores));
            if (done < input.checked && out.first_difference.empty())
                out.first_difference = difference_of(result.scores, reference_network(q, codes)[graph.output], done);
            if (done == 0)
                out.costs = to_json(network_report(q, task.platform, task.asked_scheme, input.seed, false, program, result.steps, prices));
            ++done;
        });
    return out;
}

shard_outcome run_task(const evaluation_input& input, const evaluation_task& task, const adapter_set& adapters, const weight_cache& cache,
                       const image_range& range, const cost_table& prices) {
    const requantized_network copied = requantized(input, task);
    quantized_network q = quantized(input, task, copied, cache);
    attach_adapters(q, copied, adapters);
    const network_graph& graph = *q.network.graph;
    shard_outcome out;
    if (task.arithmetic == vector_arithmetic::integer)
        out = simulated(input, task, q, range, prices);
    else
        for (std::int64_t i = range.first; i < range.first + range.count; ++i)
            out.best.push_back(best_classes(reference_network(q, image_codes(input, q, i), task.arithmetic)[graph.output]));
    if (range.first == 0)
        for (std::size_t i = 0; i < graph.nodes.size(); ++i)
            out.tensors.push_back(fmt::format("{}: {} bits, step {:.6g}, zero point {}", graph.nodes[i].name, q.nodes[i].format.bits,
                                              q.nodes[i].format.step, q.nodes[i].format.zero_point));
    return out;
}

void count(accuracy_counts& counts, const std::vector<std::vector<int>>& best, const std::vector<int>& labels) {
    counts.images = std::int64_t(best.size());
    for (std::size_t i = 0; i < labels.size(); ++i) {
        counts.top1 += best[i].front() == labels[i];
        counts.top5 += std::find(best[i].begin(), best[i].end(), labels[i]) != best[i].end();
    }
}

/// Everything that a task can be refused for, told before the first image.
std::vector<cost_table> checked_tasks(const evaluation_input& input, const std::vector<evaluation_task>& tasks) {
    std::vector<cost_table> prices;
    diagnostics problems;
    for (const evaluation_task& task : tasks) {
        try {
            run_request request;
            request.network = input.network;
            request.platform = task.platform;
            request.cost_directory = input.cost_directory;
            prices.push_back(prices_of(request));
            require_runnable(input.network, task.platform, task.asked_scheme, input.options);
            const requantized_network copied = requantized(input, task);
            formats_of(copied.network, task.platform, task.asked_scheme, chooser_of(input, task, copied), input.options);
        } catch (const input_error& e) {
            for (const diagnostic& d : e.problems()) problems.add(d);
        }
    }
    problems.throw_if_any();
    return prices;
}

/// So many images that a process has some seconds of work: its start takes up to one of them. The same whatever the run, as kept outcomes
/// are found by their images.
std::int64_t images_at_a_time(const workload& network) {
    constexpr std::int64_t macs_at_a_time = 200'000'000'000;
    std::int64_t macs = 1;
    for (const layer& l : network.layers) macs += product_of(l).macs();
    return std::clamp<std::int64_t>(macs_at_a_time / macs, 8, 250);
}

std::vector<image_range> ranges_of(const evaluation_input& input) {
    const std::int64_t size = images_at_a_time(input.network);
    std::vector<image_range> ranges;
    for (std::int64_t first = 0; first < input.images; first += size) ranges.push_back({first, std::min(size, input.images - first)});
    return ranges;
}

/// The parts of one task in the order of the images.
shard_outcome joined(const std::vector<std::string>& outcomes, std::size_t first, std::size_t count) {
    shard_outcome whole;
    for (std::size_t i = first; i < first + count; ++i) {
        shard_outcome part = outcome_from(outcomes[i]);
        std::move(part.best.begin(), part.best.end(), std::back_inserter(whole.best));
        if (whole.first_difference.empty()) whole.first_difference = part.first_difference;
        if (!part.costs.empty()) whole.costs = part.costs;
        if (!part.tensors.empty()) whole.tensors = part.tensors;
    }
    return whole;
}

/// What every process found out, by range, the float network's first and the tasks' behind them.
std::vector<std::string> outcomes_of(const evaluation_input& input, const std::vector<evaluation_task>& tasks,
                                     const std::vector<cost_table>& prices, const std::vector<adapter_set>& adapters,
                                     const std::vector<image_range>& ranges, const weight_cache& cache, const evaluation_run& how) {
    std::vector<std::string> outcomes(ranges.size() * (tasks.size() + 1)), keys;
    std::vector<std::size_t> wanted;
    std::int64_t done = 0;
    if (how.kept) keys = keys_of(input, tasks, prices, adapters, ranges, how.kept->program);
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        const std::optional<std::string> found = how.kept ? how.kept->find(keys[i]) : std::nullopt;
        if (found) {
            outcomes[i] = *found;
            done += ranges[i % ranges.size()].count;
        } else {
            wanted.push_back(i);
        }
    }
    const auto tell = [&] {
        if (how.progress) how.progress(done, input.images * std::int64_t(tasks.size() + 1));
    };
    tell();
    worker_task each;
    each.work = [&](std::size_t next) {
        const std::size_t i = wanted[next], task = i / ranges.size();
        const image_range& range = ranges[i % ranges.size()];
        return to_text(task == 0 ? run_float(input, range)
                                 : run_task(input, tasks[task - 1], adapters[task - 1], cache, range, prices[task - 1]));
    };
    each.take = [&](std::size_t next, const child_outcome& outcome) {
        const std::size_t i = wanted[next];
        outcomes[i] = outcome.result_or_throw();
        done += ranges[i % ranges.size()].count;
        if (how.kept) how.kept->keep(keys[i], outcomes[i]);
        tell();
    };
    run_tasks(wanted.size(), {how.jobs, 0}, each);
    return outcomes;
}

evaluation evaluation_of(const evaluation_input& input, const evaluation_task& task, const shard_outcome& floats, const shard_outcome& o) {
    evaluation e;
    count(e.counts, o.best, input.labels);
    for (std::size_t i = 0; i < o.best.size(); ++i) e.agreeing += o.best[i].front() == floats.best[i].front();
    e.first_difference = o.first_difference;
    e.tensors = o.tensors;
    if (task.arithmetic == vector_arithmetic::integer) {
        e.checked = std::min(input.checked, input.images);
        e.costs = report_from_json(o.costs);
    }
    return e;
}

/// The network of a task with its weights rounded on images, where that is wanted.
std::shared_ptr<const workload> rounded(const evaluation_input& input, const evaluation_task& task, const weight_cache& cache,
                                        const evaluation_run& how) {
    if (!input.rounding) return task.network;
    const network_rounding rounding(cache, network_of(input, task), input.seed, *input.rounding);
    quantized_network q = quantized(input, task, requantized(input, task), cache);
    compile(q, task.platform, false);  // refuses sums that do not fit
    return std::make_shared<const workload>(rounding.rounded(std::move(q), how.jobs, how.rounding_progress));
}

/// The network of a task with the steps of its activations searched, where that is wanted.
std::shared_ptr<const workload> searched(const evaluation_input& input, evaluation_task task, const weight_cache& cache,
                                         const evaluation_run& how) {
    if (input.activation_steps == activation_criterion::tensors) return task.network;
    const float_executor executor(input.network, float_weights_of(input.network, input.seed));
    task.network = rounded(input, task, cache, how);
    const workload found = with_searched_steps(
        network_of(input, task), task.platform, task.asked_scheme, input.options,
        {executor, input.statistics, range_of(input.range, task.asked_scheme), input.calibration_image, input.calibration_images}, cache,
        input.seed, how.jobs);
    workload network = input.network;
    network.formats = found.formats;
    network.narrowed = found.narrowed;
    return std::make_shared<const workload>(std::move(network));
}

/// The tasks with networks of their own, where steps or weights follow from images.
std::vector<evaluation_task> prepared(const evaluation_input& input, std::vector<evaluation_task> tasks, const weight_cache& cache,
                                      const evaluation_run& how) {
    for (evaluation_task& task : tasks) {
        task.network = searched(input, task, cache, how);
        task.network = rounded(input, task, cache, how);
    }
    return tasks;
}

evaluation_result evaluate_with(const evaluation_input& input, const std::vector<evaluation_task>& given, const weight_cache& cache,
                                const evaluation_run& how) {
    const std::vector<cost_table> prices = checked_tasks(input, given);
    child_process fitting([&] {
        for (const evaluation_task& task : given)
            fit_weights(input.network, task.platform, task.asked_scheme, cache, input.seed, how.jobs, input.options);
        return std::string();
    });
    fitting.wait().result_or_throw();
    const std::vector<evaluation_task> tasks = prepared(input, given, cache, how);
    std::vector<adapter_set> adapters;
    for (const evaluation_task& task : tasks) adapters.push_back(adapters_of(input, task, cache));

    const std::vector<image_range> ranges = ranges_of(input);
    const std::vector<std::string> outcomes = outcomes_of(input, tasks, prices, adapters, ranges, cache, how);
    const shard_outcome floats = joined(outcomes, 0, ranges.size());
    evaluation_result result;
    count(result.float_counts, floats.best, input.labels);
    for (std::size_t t = 0; t < tasks.size(); ++t)
        result.tasks.push_back(evaluation_of(input, tasks[t], floats, joined(outcomes, (t + 1) * ranges.size(), ranges.size())));
    return result;
}

}  // namespace

evaluation_result evaluate(const evaluation_input& input, const std::vector<evaluation_task>& tasks, const weight_cache& cache,
                           const evaluation_run& how) {
    if (!input.network.graph) throw input_error(diagnostic{input.network.source, 0, 0, input.network.name, input.network.why_no_graph});
    if (cache.enabled()) return evaluate_with(input, tasks, cache, how);
    const temporary_folder folder;
    return evaluate_with(input, tasks, weight_cache(folder.path()), how);
}

}  // namespace symmetree
