#include "runs/evaluate.h"

#include <algorithm>
#include <utility>

#include "core/temporary_folder.h"
#include "core/units.h"
#include "runs/activation_formats.h"
#include "runs/evaluation_identity.h"
#include "runs/evaluation_piece.h"
#include "runs/image_arrays.h"
#include "runs/pricing.h"
#include "runs/task_network.h"
#include "runs/worker_pool.h"
#include "traces/writers.h"

namespace symmetree {
namespace {

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
    const std::int64_t size = std::int64_t(ceil_div(images_at_a_time(input.network), input.batch)) * input.batch;
    std::vector<image_range> ranges;
    for (std::int64_t first = 0; first < input.images; first += size) ranges.push_back({first, std::min(size, input.images - first)});
    return ranges;
}

/// What every process found out, by range, the float network's first and the tasks' behind them.
std::vector<std::string> outcomes_of(const evaluation_input& input, const std::vector<evaluation_task>& tasks,
                                     const std::vector<cost_table>& prices, const std::vector<adapter_set>& adapters,
                                     const std::vector<image_range>& ranges, const weight_cache& cache, const evaluation_run& how) {
    std::vector<std::string> outcomes(ranges.size() * (tasks.size() + 1)), keys;
    std::vector<std::size_t> wanted;
    std::int64_t done = 0;
    if (how.kept) keys = keys_of(input, tasks, prices, adapters, ranges, how.kept->program, how.dump);
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
        return to_text(task == 0 ? float_piece(input, range, how.dump)
                                 : task_piece(input, tasks[task - 1], adapters[task - 1], cache, range, prices[task - 1], how.dump));
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

evaluation evaluation_of(const evaluation_input& input, const evaluation_task& task, const evaluation_piece& floats,
                         const evaluation_piece& o) {
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

void add_labels(npz_arrays& arrays, const evaluation_input& input, const dump_request& dump) {
    if (!dump.any() || input.labels.empty()) return;
    arrays.set("labels", {input.images}, std::vector<std::int32_t>(input.labels.begin(), input.labels.end()));
}

/// Takes the arrays of a row over, under its name.
void add_row(npz_arrays& arrays, const std::string& name, evaluation_piece& whole, const dump_request& dump) {
    if (dump.wanted[dumped_value::predictions]) set_predictions(whole.arrays, whole.best);
    arrays.join(name + "/", std::move(whole.arrays));
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
    evaluation_piece floats = joined(outcomes, 0, ranges.size());
    evaluation_result result;
    count(result.float_counts, floats.best, input.labels);
    add_labels(result.arrays, input, how.dump);
    add_row(result.arrays, "float32", floats, how.dump);
    for (std::size_t t = 0; t < tasks.size(); ++t) {
        evaluation_piece whole = joined(outcomes, (t + 1) * ranges.size(), ranges.size());
        result.tasks.push_back(evaluation_of(input, tasks[t], floats, whole));
        add_row(result.arrays, row_name(tasks[t]), whole, how.dump);
    }
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
