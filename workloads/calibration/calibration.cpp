#include "workloads/calibration/calibration.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <condition_variable>
#include <exception>
#include <mutex>

#include "workloads/quantize/parallel_rows.h"

namespace symmetree {
namespace {

/// Images whose sums are added up before they meet those of others: part of the result's definition, so it is no function of the threads.
constexpr std::int64_t images_per_piece = 8;

/// Adds a constant that takes some scores out of softmax.
bool adds_a_mask(const network_graph& graph, std::size_t node) {
    if (facts_of(graph.nodes[node].op).scores != score_part::sum) return false;
    return std::any_of(graph.nodes[node].inputs.begin(), graph.nodes[node].inputs.end(), [&](std::size_t input) {
        const std::vector<float>* constant = constant_values(graph.nodes[input]);
        return constant && std::any_of(constant->begin(), constant->end(), [](float v) { return v <= -deepest_score; });
    });
}

calibration statistics_of(const workload& network, const float_executor& executor, const image_source& image, std::int64_t first,
                          std::int64_t last) {
    const network_graph& graph = *network.graph;
    const auto wanted = static_cast<std::size_t>(elements_of(graph.nodes[graph.input].shape));
    calibration seen;
    seen.nodes.resize(graph.nodes.size());
    const std::vector<std::size_t> rows = masked_score_rows(graph);
    for (std::int64_t i = first; i < last; ++i) {
        const std::vector<float> pixels = image(i);
        const auto problem = [&](const std::string& message) {
            return input_error(diagnostic{network.source, 0, 0, fmt::format("image {}", i), message});
        };
        if (pixels.size() != wanted)
            throw problem(fmt::format("{} values are wanted by {}, it has {}", wanted, network.name, pixels.size()));
        executor.run(pixels.data(), [&](std::size_t node, const float* values, std::size_t count) {
            const auto odd = std::find_if(values, values + count, [](float v) { return !std::isfinite(v); });
            if (odd != values + count)
                throw problem(fmt::format("the float network has the value {} at element {} of '{}': finite ones are wanted", *odd,
                                          odd - values, graph.nodes[node].name));
            if (rows[node] == 0) {
                seen.nodes[node].add(values, count);
                return;
            }
            std::vector<float> scores(values, values + count);
            raise_deep_scores(scores, rows[node]);
            seen.nodes[node].add(scores.data(), count);
        });
        ++seen.images;
    }
    return seen;
}

/// Takes pieces in the order of their images, whoever finishes first.
class ordered_sum {
public:
    ordered_sum(std::size_t nodes, const calibration_progress& progress) : progress_(progress) { whole_.nodes.resize(nodes); }

    /// Waits until all images before `first` were taken. After a failure pieces only pass by.
    void take(std::int64_t first, std::int64_t last, const calibration& piece, std::exception_ptr failure) {
        std::unique_lock lock(mutex_);
        turn_.wait(lock, [&] { return next_ == first; });
        next_ = last;
        if (!failure_) failure_ = std::move(failure);
        if (!failure_) {
            for (std::size_t n = 0; n < whole_.nodes.size(); ++n) whole_.nodes[n] += piece.nodes[n];
            whole_.images = last;
            if (progress_) progress_(last);
        }
        turn_.notify_all();
    }
    bool failed() {
        const std::lock_guard lock(mutex_);
        return failure_ != nullptr;
    }
    calibration result() {
        if (failure_) std::rethrow_exception(failure_);
        return std::move(whole_);
    }

private:
    std::mutex mutex_;
    std::condition_variable turn_;
    std::int64_t next_ = 0;
    calibration whole_;
    std::exception_ptr failure_;
    const calibration_progress& progress_;
};

}  // namespace

std::vector<std::size_t> masked_score_rows(const network_graph& graph) {
    std::vector<std::size_t> rows(graph.nodes.size(), 0);
    std::vector<bool> read_otherwise(graph.nodes.size(), false);
    read_otherwise[graph.output] = true;
    const auto length = [&](std::size_t node) {
        const extents& shape = graph.nodes[node].shape;
        return shape.empty() ? std::size_t{1} : static_cast<std::size_t>(shape.back());
    };
    for (std::size_t i = graph.nodes.size(); i-- > 0;) {  // readers before what they read
        if (read_otherwise[i]) rows[i] = 0;
        const operator_facts reader = facts_of(graph.nodes[i].op);
        for (const std::size_t input : graph.nodes[i].inputs) {
            const bool same_rows = reader.values == result_values::viewed && rows[i] == length(input);
            if (reader.scores == score_part::exponential || same_rows)
                rows[input] = length(i);
            else
                read_otherwise[input] = true;
        }
    }
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (!adds_a_mask(graph, i)) rows[i] = 0;
    return rows;
}

void raise_deep_scores(std::vector<float>& scores, std::size_t row) {
    for (auto first = scores.begin(); first != scores.end(); first += static_cast<std::ptrdiff_t>(row)) {
        const auto last = first + static_cast<std::ptrdiff_t>(row);
        const float least = *std::max_element(first, last) - deepest_score;
        std::transform(first, last, first, [&](float v) { return std::max(v, least); });
    }
}

calibration calibrate(const workload& network, const float_executor& executor, const image_source& image, std::int64_t count, int threads,
                      const calibration_progress& progress) {
    if (count < 1) throw input_error(diagnostic{network.source, 0, 0, "calibration", "at least one image is wanted"});
    ordered_sum sum(network.graph->nodes.size(), progress);
    for_row_pieces(count, threads, images_per_piece, [&](std::int64_t first, std::int64_t last) {
        calibration piece;
        std::exception_ptr failure;
        try {
            if (!sum.failed()) piece = statistics_of(network, executor, image, first, last);
        } catch (...) {
            failure = std::current_exception();
        }
        sum.take(first, last, piece, std::move(failure));
    });
    return sum.result();
}

}  // namespace symmetree
