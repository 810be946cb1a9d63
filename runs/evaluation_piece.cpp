#include "runs/evaluation_piece.h"

#include <fmt/format.h>

#include <iterator>
#include <utility>

#include "core/packing.h"
#include "runs/image_arrays.h"
#include "runs/network_report.h"
#include "runs/ranked_classes.h"
#include "runs/run_network.h"
#include "runs/settle.h"
#include "runs/task_network.h"
#include "traces/writers.h"

namespace symmetree {

template <class Archive>
static void pack_fields(Archive& archive, evaluation_piece& p) {
    archive(p.best, p.first_difference, p.costs, p.tensors, p.arrays);
}

namespace {

std::string difference_of(const std::vector<std::int16_t>& found, const std::vector<std::int16_t>& wanted, std::int64_t image) {
    for (std::size_t i = 0; i < wanted.size(); ++i)
        if (found[i] != wanted[i]) return fmt::format("image {}, score {}: {}, reference {}", image, i, found[i], wanted[i]);
    return {};
}

std::vector<std::int16_t> image_codes(const evaluation_input& input, const quantized_network& q, std::int64_t index) {
    const std::vector<float> image = input.image(index);
    return codes_of(image.data(), image.size(), q.nodes[q.network.graph->input].format);
}

/// A piece of a task while its images come in.
class task_images {
public:
    task_images(const evaluation_input& input, const evaluation_task& task, const quantized_network& q, const image_range& range,
                const dump_request& dump)
        : input_(input), task_(task), q_(q), range_(range), dump_(dump) {
        if (range.first == 0) note_formats();
    }

    /// Every image through the simulated accelerator.
    void simulate(const cost_table& prices);
    /// Every image by the second executor.
    void compute();
    evaluation_piece take() { return std::move(piece_); }

private:
    const tensor_format& score_format() const { return q_.nodes[q_.network.graph->output].format; }

    void note_formats() {
        for (std::size_t i = 0; i < q_.nodes.size(); ++i) {
            const tensor_format& f = q_.nodes[i].format;
            piece_.tensors.push_back(
                fmt::format("{}: {} bits, step {:.6g}, zero point {}", q_.network.graph->nodes[i].name, f.bits, f.step, f.zero_point));
        }
        if (dump_.wanted[dumped_value::logits]) set_score_format(piece_.arrays, score_format());
        if (dump_.looks_inside()) set_formats(piece_.arrays, q_);
    }
    void take_scores(const std::vector<std::int16_t>& scores) {
        piece_.best.push_back(best_classes(scores));
        if (dump_.wanted[dumped_value::logits]) append_scores(piece_.arrays, scores, score_format());
    }

    const evaluation_input& input_;
    const evaluation_task& task_;
    const quantized_network& q_;
    const image_range& range_;
    const dump_request& dump_;
    evaluation_piece piece_;
};

void task_images::simulate(const cost_table& prices) {
    const network_program program = compile(q_, task_.platform, true, input_.batch);
    platform_config platform = task_.platform;
    settle(platform, program.accumulator_bits, input_.cost_directory);
    std::optional<network_record> record;
    if (dump_.recorded(range_) > 0) record.emplace(q_, program, platform);
    std::int64_t next = range_.first, done = range_.first;
    run_network(
        program, platform, true,
        [&]() -> std::optional<std::vector<std::int16_t>> {
            if (next == range_.first + range_.count) return {};
            return image_codes(input_, q_, next++);
        },
        [&](const network_result& result) {
            take_scores(result.scores);
            if (done < input_.checked && piece_.first_difference.empty())
                piece_.first_difference =
                    difference_of(result.scores, reference_network(q_, image_codes(input_, q_, done))[q_.network.graph->output], done);
            if (done == 0)
                piece_.costs = to_json(network_report(q_, platform, task_.asked_scheme, input_.seed, false, program, result.steps, prices));
            if (record && done < dump_.images) append_record(piece_.arrays, q_, *record, dump_);
            ++done;
        },
        nullptr, record ? &*record : nullptr);
}

void task_images::compute() {
    for (std::int64_t i = range_.first; i < range_.first + range_.count; ++i)
        take_scores(reference_network(q_, image_codes(input_, q_, i), task_.arithmetic)[q_.network.graph->output]);
}

}  // namespace

std::string to_text(const evaluation_piece& piece) {
    packer all;
    all(piece);
    return all.take();
}

evaluation_piece piece_from(const std::string& text) {
    evaluation_piece piece;
    unpacker all(text);
    all(piece);
    all.finish();
    return piece;
}

evaluation_piece float_piece(const evaluation_input& input, const image_range& range, const dump_request& dump) {
    const float_executor executor(input.network, float_weights_of(input.network, input.seed));
    evaluation_piece piece;
    for (std::int64_t i = range.first; i < range.first + range.count; ++i) {
        const std::vector<float> scores = executor.run(input.image(i).data());
        piece.best.push_back(best_classes(scores));
        if (dump.wanted[dumped_value::logits]) append_scores(piece.arrays, scores);
    }
    return piece;
}

evaluation_piece task_piece(const evaluation_input& input, const evaluation_task& task, const adapter_set& adapters,
                            const weight_cache& cache, const image_range& range, const cost_table& prices, const dump_request& dump) {
    const quantized_network q = complete_network(input, task, adapters, cache);
    task_images images(input, task, q, range, dump);
    if (task.arithmetic == vector_arithmetic::integer)
        images.simulate(prices);
    else
        images.compute();
    return images.take();
}

evaluation_piece joined(const std::vector<std::string>& pieces, std::size_t first, std::size_t count) {
    evaluation_piece whole;
    for (std::size_t i = first; i < first + count; ++i) {
        evaluation_piece part = piece_from(pieces[i]);
        std::move(part.best.begin(), part.best.end(), std::back_inserter(whole.best));
        if (whole.first_difference.empty()) whole.first_difference = part.first_difference;
        if (!part.costs.empty()) whole.costs = part.costs;
        if (!part.tensors.empty()) whole.tensors = part.tensors;
        whole.arrays.join("", std::move(part.arrays));
    }
    return whole;
}

}  // namespace symmetree
