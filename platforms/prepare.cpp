#include "platforms/prepare.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "models/requantizer/requantize_math.h"
#include "platforms/auto_clock.h"
#include "workloads/quantize/shift_levels.h"

namespace symmetree {
namespace {

activation_format format_of(const layer& l, const scheme& used, bool shift) {
    activation_format format;
    format.bits = used.activation_bits;
    format.is_unsigned = shift && l.input == activation_class::relu;
    const int half = 1 << (format.bits - 1);
    format.least = format.is_unsigned ? 0 : shift ? 1 - half : -half;
    format.greatest = format.is_unsigned ? 2 * half - 1 : half - 1;
    return format;
}

/// The second operand of an attention product takes the weights' place: signed codes, zero point 0.
quantized_weights second_operand(const layer& l, const scheme& used, std::uint64_t seed, bool with_codes) {
    const product_shape p = product_of(l);
    quantized_weights w;
    w.bits = used.activation_bits;
    w.rows = p.n * p.repeat;
    w.columns = p.k;
    if (!with_codes) return w;
    const quantized_activations q = quantize_activations(materialize_second_operand(l, seed), w.bits, used.activation_range,
                                                         activation_class::dense, activation_coding::signed_symmetric);
    w.codes.assign(q.codes.begin(), q.codes.end());
    w.step.assign(std::size_t(w.rows), q.step);
    w.error = q.error;
    return w;
}

/// Any codes may come at run time: one row of each code bounds every mixture of them, pass by pass.
quantized_weights worst_operand(const quantized_weights& w) {
    quantized_weights worst = w;
    worst.rows = std::int64_t{1} << w.bits;
    worst.codes.clear();
    for (std::int64_t code = -worst.rows / 2; code < worst.rows / 2; ++code)
        worst.codes.insert(worst.codes.end(), std::size_t(w.columns), static_cast<std::int8_t>(code));
    return worst;
}

quantized_activations quantize_input(const layer& l, const scheme& used, bool shift, std::uint64_t seed) {
    return quantize_activations(materialize_input(l, seed), used.activation_bits, used.activation_range, l.input,
                                shift ? activation_coding::unsigned_or_sign_magnitude : activation_coding::signed_zero_point);
}

void prepare_layer(prepared_layer& l, const run_request& request, const weight_cache& cache) {
    const platform_config& platform = request.platform;
    const bool attention = is_attention_product(*l.what);
    const bool shift_platform = platform.array.kind != array_kind::multiplier;
    l.on_side_array = shift_platform && (attention || !is_shift_family(l.used.family));
    const bool shift = shift_platform && !l.on_side_array;
    l.format = format_of(*l.what, l.used, shift);
    l.weights = attention ? second_operand(*l.what, l.used, request.seed, !request.timing_only)
                          : cache.get(*l.what, request.seed, l.used, request.threads);
    layer_geometry shape = geometry_of(*l.what);
    l.plan = plan_layer(platform, shape, l.weights, l.format, l.on_side_array);
    if (const auto overflow = overflow_of(platform, *l.what, l.plan, l.weights, l.format)) throw does_not_fit(*overflow);
    const std::uint64_t needed = image_bytes(platform, l.plan);
    if (needed > platform.dram.capacity_bytes)
        throw does_not_fit(fmt::format("it needs {} bytes of DRAM, the platform has {}", needed, platform.dram.capacity_bytes));
    if (!request.timing_only) l.input = quantize_input(*l.what, l.used, shift, request.seed);
}

/// Layers whose scheme or array is not the run's: what they use, why, how many; in the order of their first appearance.
std::vector<std::string> exceptions_of(const prepared_run& run) {
    const std::string wanted = to_string(run.request.format);
    std::vector<std::pair<std::string, int>> counts;
    for (const prepared_layer& l : run.layers) {
        const std::string used = to_string(l.used);
        if (used == wanted && !l.on_side_array) continue;
        std::string kind = used;
        if (l.on_side_array) kind += " on the side array";
        if (used != wanted) kind += " instead of " + wanted;
        kind += is_attention_product(*l.what) ? " in products of activations"
                : used != wanted              ? " in layers with a format of their own"
                                              : " in layers";
        const auto known = std::find_if(counts.begin(), counts.end(), [&](const auto& c) { return c.first == kind; });
        if (known == counts.end())
            counts.emplace_back(kind, 1);
        else
            ++known->second;
    }
    std::vector<std::string> notes;
    for (const auto& [kind, count] : counts) notes.push_back(fmt::format("{} ({})", kind, count));
    return notes;
}

std::vector<std::string> notes_on(const prepared_run& run) {
    const run_request& request = run.request;
    std::vector<std::string> notes;
    if (request.platform.auto_clock)
        notes.push_back(
            fmt::format("clock auto: {}; bandwidth and latency of the DRAM are in cycles, so that its bytes per second follow the clock",
                        request.platform.auto_clock->reason));
    const auto seeded = std::count_if(request.network.layers.begin(), request.network.layers.end(), [](const layer& l) {
        return !is_attention_product(l) && std::holds_alternative<seeded_weights>(l.weights);
    });
    if (seeded > 0)
        notes.push_back(
            fmt::format("weights of {} layers are synthetic, drawn from the distribution in the workload (seed {})", seeded, request.seed));
    notes.push_back("each layer reads a seeded input of its own activation class; layers are not chained");
    for (std::string& exception : exceptions_of(run)) notes.push_back(std::move(exception));
    if (request.format.family == scheme_family::post && request.format.weight_bits <= 3)
        notes.push_back("post at 3 bits and fewer has the magnitudes 1, 0.71, 0.5 and 0 at most: expect a large loss of accuracy");
    return notes;
}

/// Sum of (code - zero)^2. Differences of up to 9 bits: 4096 of their squares stay within 32 bits.
template <class Code>
std::int64_t squared_sum(const Code* codes, std::size_t count, int zero) {
    std::int64_t sum = 0;
    for (std::size_t first = 0; first < count; first += 4096) {
        std::int32_t part = 0;
        for (std::size_t i = first; i < std::min(first + 4096, count); ++i) {
            const auto difference = static_cast<std::int16_t>(codes[i] - zero);
            part += difference * difference;
        }
        sum += part;
    }
    return sum;
}

double mean_square(const std::vector<std::int16_t>& codes, int zero_point) {
    return codes.empty() ? 0 : static_cast<double>(squared_sum(codes.data(), codes.size(), zero_point)) / static_cast<double>(codes.size());
}

/// Sum over k of the squared values that a row's codes stand for, in units of its step.
double row_energy(const quantized_weights& w, std::int64_t row) {
    const std::int8_t* const codes = w.codes.data() + row * w.columns;
    if (!is_shift_family(w.family))
        return static_cast<double>(squared_sum(codes, std::size_t(w.columns), w.zero_point.empty() ? 0 : w.zero_point[std::size_t(row)]));
    double sum = 0;
    if (w.family == scheme_family::apot) {
        const shift_levels levels(w.family, w.bits);
        for (std::int64_t k = 0; k < w.columns; ++k) sum += levels.value(codes[k]) * levels.value(codes[k]);
        return sum;
    }
    const std::uint32_t zero_code = (1u << (w.bits - 1)) - 1;
    for (std::int64_t k = 0; k < w.columns; ++k) {
        const std::uint32_t e = static_cast<std::uint8_t>(codes[k]) & zero_code;
        if (e != zero_code) sum += std::ldexp(1.0, -static_cast<int>(w.family == scheme_family::post ? e : 2 * e));  // squared magnitude
    }
    return sum;
}

}  // namespace

std::optional<std::string> overflow_of(const platform_config& platform, const layer& what, const layer_plan& plan,
                                       const quantized_weights& w, const activation_format& x) {
    const quantized_weights worst = is_attention_product(what) ? worst_operand(w) : quantized_weights{};
    const quantized_weights& weights = is_attention_product(what) ? worst : w;
    const std::int64_t corrected = corrected_sum_bound(weights, x.bits);
    if (corrected > std::numeric_limits<std::int32_t>::max())
        return fmt::format("its corrected sums can reach {} in magnitude, more than the 32 bits that the requantizer takes", corrected);
    const sum_range range = accumulator_range(platform, plan, weights, x);
    const std::int64_t limit = std::int64_t{1} << (platform.accumulators.bits - 1);
    if (range.least >= -limit && range.greatest < limit) return {};
    int bits = platform.accumulators.bits;
    while (range.least < -(std::int64_t{1} << (bits - 1)) || range.greatest >= (std::int64_t{1} << (bits - 1))) ++bits;
    return fmt::format("its sums can reach {} to {}: accumulators.bits of at least {} needed, the platform has {}", range.least,
                       range.greatest, bits, platform.accumulators.bits);
}

scheme scheme_of(const layer& l, const scheme& run, const platform_config& platform) {
    if (l.own_scheme) return *l.own_scheme;
    scheme used = run;
    if (is_attention_product(l))
        used.family = scheme_family::symq;
    else if (l.family)
        used.family = *l.family;
    if (l.weight_bits) used.weight_bits = *l.weight_bits;
    if (l.activation_bits) used.activation_bits = *l.activation_bits;
    if (is_attention_product(l)) used.weight_bits = used.activation_bits;
    if (is_attention_product(l)) used.adaptive_activations = false;
    if (run.family == scheme_family::dasq && used.family == scheme_family::dasq && !l.instead_of_dasq.empty()) {
        for (const scheme_family family : l.instead_of_dasq) {
            used.family = family;
            if (!why_not(platform, used)) break;
        }
    }
    // Options of the other families do not belong to the layer's scheme; their canonical values keep cache keys equal.
    const scheme defaults;
    if (used.family != scheme_family::dasq) used.dasq = defaults.dasq;
    if (!is_shift_family(used.family)) used.shift = defaults.shift;
    if (used.family != scheme_family::symq && used.family != scheme_family::asymq) used.uniform = defaults.uniform;
    return used;
}

std::optional<std::string> why_not_alone(const platform_config& platform, const scheme& used) {
    if (used.adaptive_activations) return "asq needs the tensors of a whole network: symmetree evaluate";
    return why_not(platform, used);
}

void fit_weights(const workload& network, const platform_config& platform, const scheme& format, std::uint64_t seed,
                 const weight_cache& cache, int threads) {
    for (const layer& l : network.layers) {
        const scheme used = scheme_of(l, format, platform);
        if (!is_attention_product(l) && !why_not(platform, used) && !cache.contains(l, seed, used)) cache.get(l, seed, used, threads);
    }
}

prepared_run prepare(run_request request, const weight_cache& cache) {
    prepared_run run;
    run.request = std::move(request);
    platform_config& platform = run.request.platform;
    if (platform.auto_clock && platform.clock_hz == 0)
        settle_clock(platform, cost_table::load(clock_table_of(platform), run.request.cost_directory));
    diagnostics problems;
    const auto refuse = [&](const layer& l, const std::string& why) {
        diagnostic d = l.place;
        d.field = fmt::format("layer {}", l.name);
        d.message = fmt::format("can't run on platform {}: {}", run.request.platform.name, why);
        problems.add(std::move(d));
    };
    run.layers.resize(run.request.network.layers.size());
    for (std::size_t i = 0; i < run.layers.size(); ++i) {
        prepared_layer& l = run.layers[i];
        l.what = &run.request.network.layers[i];
        l.used = scheme_of(*l.what, run.request.format, run.request.platform);
        if (const auto reason = why_not_alone(run.request.platform, l.used)) refuse(*l.what, *reason);
    }
    problems.throw_if_any();
    for (prepared_layer& l : run.layers) {
        try {
            prepare_layer(l, run.request, cache);
        } catch (const does_not_fit& e) {
            refuse(*l.what, e.what());
        } catch (const input_error& e) {
            for (const diagnostic& d : e.problems()) problems.add(d);
        }
    }
    problems.throw_if_any();
    run.notes = notes_on(run);
    return run;
}

std::vector<channel_record> channel_records(const prepared_layer& l) {
    const quantized_weights& w = l.weights;
    std::vector<channel_record> channels(std::size_t(w.rows));
    for (std::size_t row = 0; row < channels.size(); ++row) {
        if (!w.zero_point.empty()) channels[row].zero_point = w.zero_point[row];
        if (!w.outlier_shift.empty()) channels[row].outlier_shift = w.outlier_shift[row];
    }
    if (!l.input) return channels;  // timing only: the values would not be used

    const quantized_activations& x = *l.input;
    std::vector<std::int64_t> weight_sums(channels.size(), 0);
    double mean_output = 0;
    for (std::int64_t row = 0; row < w.rows; ++row) {
        const auto codes = w.codes.begin() + row * w.columns;
        if (!is_shift_family(w.family)) weight_sums[std::size_t(row)] = std::accumulate(codes, codes + w.columns, std::int64_t{0});
        mean_output += row_energy(w, row) * w.step[std::size_t(row)] * w.step[std::size_t(row)];
    }
    for (const outlier& o : w.outliers) weight_sums[o.row] += std::int64_t{o.value} * (std::int64_t{1} << w.outlier_shift[o.row]);

    const double deviation = std::sqrt(mean_output / static_cast<double>(w.rows) * mean_square(x.codes, x.zero_point)) * x.step;
    const double output_step = deviation > 0 ? 4 * deviation / (1 << (x.bits - 1)) : 1;
    const double guard = is_shift_family(w.family) ? std::ldexp(1.0, -w.guard_bits) : 1.0;
    for (std::size_t row = 0; row < channels.size(); ++row) {
        channel_record& channel = channels[row];
        const std::int64_t bias = -std::int64_t{x.zero_point} * weight_sums[row] + w.columns * channel.zero_point * x.zero_point;
        if (bias < std::numeric_limits<std::int32_t>::min() || bias > std::numeric_limits<std::int32_t>::max())
            throw model_fault("a folded bias does not fit 32 bits");
        channel.bias = static_cast<std::int32_t>(bias);
        int shift = 0;
        fixed_point_of(x.step * w.step[row] * guard / output_step, channel.multiplier, shift);
        channel.shift = static_cast<std::uint8_t>(shift);
    }
    return channels;
}

}  // namespace symmetree
