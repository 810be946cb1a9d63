#include "runs/tensor_errors.h"

#include <algorithm>

#include "reference/reference_network.h"
#include "runs/run_network.h"
#include "workloads/calibration/choose_format.h"
#include "workloads/quantize/error_measures.h"

namespace symmetree {
namespace {

constexpr std::size_t coarse_bins = 64;

std::vector<value_bin> coarse(const value_histogram& fine) {
    const std::size_t together = fine.counts().size() / coarse_bins;
    std::vector<value_bin> bins;
    for (std::size_t i = 0; i < fine.counts().size(); ++i) {
        if (i % together == 0) bins.push_back({fine.lower_edge(i), fine.lower_edge(i + together), 0});
        bins.back().count += fine.counts()[i];
    }
    return bins;
}

std::vector<code_use> codes_after(const tensor_statistics& seen, const tensor_format& format) {
    std::vector<code_use> codes;
    for (int code = format.least; code <= format.greatest; ++code) codes.push_back({code, format.value_of(code), 0});
    const auto use = [&](double value, std::uint64_t count) {
        codes[static_cast<std::size_t>(format.code_of(value) - format.least)].count += count;
    };
    use(0, seen.histogram.zeros());
    for (std::size_t i = 0; i < seen.histogram.counts().size(); ++i)
        if (seen.histogram.counts()[i] != 0) use(seen.histogram.centre(i), seen.histogram.counts()[i]);
    return codes;
}

/// Share of the values whose nearest level would be one that the codes do not reach.
double clipped_share(const tensor_statistics& seen, const tensor_format& format) {
    if (seen.count == 0) return 0;
    const double low = format.value_of(format.least) - format.step / 2, high = format.value_of(format.greatest) + format.step / 2;
    std::uint64_t out = 0;
    for (std::size_t i = 0; i < seen.histogram.counts().size(); ++i) {
        const double value = seen.histogram.centre(i);
        if (value < low || value > high) out += seen.histogram.counts()[i];
    }
    return static_cast<double>(out) / static_cast<double>(seen.count);
}

tensor_error_report report_of(const quantized_network& q, std::size_t node, const tensor_statistics& seen) {
    tensor_error_report r;
    r.tensor = q.network.graph->nodes[node].name;
    r.kind = q.network.graph->nodes[node].kind;
    r.format = q.nodes[node].format;
    r.least = seen.least;
    r.greatest = seen.greatest;
    r.clipped = clipped_share(seen, r.format);
    error_sums sums;
    sums.signal = seen.sum_of_squares;
    sums.squared = expected_error(seen, r.format) * static_cast<double>(seen.count);
    sums.count = seen.count;
    r.alone = sums.measures();
    r.before = coarse(seen.histogram);
    r.zeros = seen.histogram.zeros();
    r.after = codes_after(seen, r.format);
    return r;
}

/// By node, over the first images.
std::vector<error_sums> accumulated_errors(const quantized_network& q, const std::vector<std::size_t>& origin,
                                           const float_executor& executor, const image_source& image, std::int64_t images) {
    std::vector<error_sums> sums(q.nodes.size());
    const std::vector<std::size_t> rows = masked_score_rows(*q.network.graph);
    std::vector<std::vector<std::size_t>> made_of(q.nodes.size());  // by node of the float network
    for (std::size_t node = 0; node < q.nodes.size(); ++node)
        if (q.nodes[node].value_of == node) made_of[origin[node]].push_back(node);  // else its codes are those of the clip behind it
    for (std::int64_t i = 0; i < images; ++i) {
        const std::vector<float> pixels = image(i);
        const auto codes = reference_network(q, codes_of(pixels.data(), pixels.size(), q.nodes[q.network.graph->input].format));
        executor.run(pixels.data(), [&](std::size_t float_node, const float* values, std::size_t count) {
            for (const std::size_t node : made_of[float_node]) {
                std::vector<float> wanted(values, values + count), found(count);
                std::transform(codes[node].begin(), codes[node].end(), found.begin(),
                               [&](std::int16_t c) { return static_cast<float>(q.nodes[node].format.value_of(c)); });
                if (rows[node] != 0) {
                    raise_deep_scores(wanted, rows[node]);
                    raise_deep_scores(found, rows[node]);
                }
                for (std::size_t v = 0; v < count; ++v) sums[node].add(static_cast<double>(wanted[v]), static_cast<double>(found[v]));
            }
        });
    }
    return sums;
}

}  // namespace

std::vector<tensor_error_report> report_tensors(const quantized_network& q, const std::vector<std::size_t>& origin, const calibration& seen,
                                                const float_executor& executor, const image_source& image, std::int64_t images) {
    const std::vector<error_sums> sums = accumulated_errors(q, origin, executor, image, images);
    std::vector<tensor_error_report> reports;
    for (std::size_t node = 0; node < q.nodes.size(); ++node) {
        const graph_node& made_by = q.network.graph->nodes[node];
        if (q.nodes[node].value_of != node || keeps_codes(made_by) || constant_values(made_by)) continue;
        reports.push_back(report_of(q, node, seen.nodes[origin[node]]));
        reports.back().accumulated = sums[node].measures();
    }
    return reports;
}

}  // namespace symmetree
