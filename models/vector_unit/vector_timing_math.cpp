#include <fmt/format.h>

#include <utility>

#include "core/error.h"
#include "models/vector_unit/vector_timing.h"

namespace symmetree {
namespace {

// Stages of the pipeline.
constexpr std::uint64_t elementwise_stages = 4;                  // subtract zero points, multiply (and add), round, clamp
constexpr std::uint64_t polynomial_stages = 7;                   // subtract, scale, round, complement, square, coefficient, shift
constexpr std::uint64_t gelu_stages = polynomial_stages + 4;     // times code, times factor, round, clamp
constexpr std::uint64_t softmax_stages = polynomial_stages + 3;  // times factor, round, clamp
constexpr std::uint64_t pool_stages = 5;                         // elementwise, and the accumulator before the multiplier
constexpr std::uint64_t statistics_stages = 3;                   // subtract, square, accumulate
constexpr std::uint64_t normalise_stages = 6;                    // deviation, reciprocal, round, gain and bias, round, clamp

// Circuits that the lanes share.
constexpr std::uint64_t quotient_cycles = 17;            // a bit of the quotient per cycle, up to 2^16
constexpr std::uint64_t root_cycles = 16;                // a bit of the root per cycle
constexpr std::uint64_t align_cycles = 1;                // count leading zeros and shift
constexpr std::uint64_t scale_cycles = 1;                // reciprocal times the output's factor
constexpr std::uint64_t variance_cycles = 2;             // two products, then their difference and epsilon
constexpr std::uint64_t linear_stages = 5;               // multiply, accumulate, (tree,) bias, round, clamp
constexpr std::uint64_t reciprocal_of_beta_cycles = 19;  // a bit of the quotient per cycle, up to 2^18

std::uint64_t ceiling_log2(std::uint64_t n) {
    std::uint64_t log = 0;
    while ((std::uint64_t{1} << log) < n) ++log;
    return log;
}

}  // namespace

vector_cost cost_of(const vector_work& work, int lanes) {
    if (work.rows < 1 || work.columns < 1 || work.window < 1 || lanes < 1)
        throw model_fault(fmt::format("vector work of {} x {} x {} on {} lanes", work.rows, work.columns, work.window, lanes));
    const auto rows = static_cast<std::uint64_t>(work.rows), columns = static_cast<std::uint64_t>(work.columns);
    const auto window = static_cast<std::uint64_t>(work.window), width = static_cast<std::uint64_t>(lanes);
    const std::uint64_t elements = rows * columns, slots = rows * ((columns + width - 1) / width), tree = ceiling_log2(width);
    vector_cost c;
    c.writes = elements;
    switch (work.op) {
        case vector_operator::requantize:
        case vector_operator::add:
            c.issues = slots;
            c.reads = work.op == vector_operator::add ? 2 * elements : elements;
            c.lane_operations = elements;
            c.cycles = c.issues + elementwise_stages - 1;
            return c;
        case vector_operator::gelu:
            c.issues = slots;
            c.reads = c.polynomials = c.scaled = elements;
            c.cycles = c.issues + gelu_stages - 1;
            return c;
        case vector_operator::softmax: {
            c.issues = 3 * slots;
            c.reads = 3 * elements;
            c.lane_operations = c.scaled = elements;
            c.polynomials = 2 * elements;
            c.row_operations = rows;
            const std::uint64_t until_greatest = tree;
            const std::uint64_t until_scale = polynomial_stages + tree + align_cycles + quotient_cycles + scale_cycles;
            c.cycles = c.issues + rows * (until_greatest + until_scale) + softmax_stages - 1;
            return c;
        }
        case vector_operator::layer_norm: {
            c.issues = 2 * slots;
            c.reads = 2 * elements;
            c.normalised = elements;
            c.row_operations = rows;
            const std::uint64_t until_reciprocal =
                statistics_stages - 1 + tree + variance_cycles + align_cycles + root_cycles + quotient_cycles;
            c.cycles = c.issues + rows * until_reciprocal + normalise_stages - 1;
            return c;
        }
        case vector_operator::maximum_pool:
        case vector_operator::average_pool:
        case vector_operator::mean:
            c.issues = slots * window;
            c.reads = c.lane_operations = elements * window;
            (work.op == vector_operator::maximum_pool ? c.lane_operations : c.scaled) += elements;
            c.cycles = c.issues + pool_stages - 1;
            return c;
    }
    throw model_fault("unknown vector operator");
}

vector_cost adapter_sum_cost(std::int64_t rows, std::int64_t channels, int lanes) {
    vector_cost c = cost_of({vector_operator::mean, 1, channels, rows}, lanes);
    c.scaled = c.writes = 0;
    return c;
}

vector_cost adapter_cost(std::int64_t rows, std::int64_t channels, std::int64_t hidden, int lanes) {
    vector_cost c = cost_of({vector_operator::mean, 1, channels, rows}, lanes);
    for (const auto& [outputs, inputs] : {std::pair(hidden, channels), std::pair(std::int64_t{1}, hidden)}) {
        const auto products = static_cast<std::uint64_t>(outputs * inputs), width = static_cast<std::uint64_t>(lanes);
        const std::uint64_t issues = static_cast<std::uint64_t>(outputs) * ((static_cast<std::uint64_t>(inputs) + width - 1) / width);
        c.issues += issues;
        c.reads += products;  // weights; means and hidden elements stay in the unit
        c.scaled += products;
        c.cycles += issues + linear_stages + ceiling_log2(width) - 1;
    }
    c.row_operations = 1;
    c.writes = 0;
    c.cycles += reciprocal_of_beta_cycles + scale_cycles;
    return c;
}

}  // namespace symmetree
