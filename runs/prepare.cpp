#include "runs/prepare.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "compile/channel_records.h"
#include "compile/layer_scheme.h"
#include "compile/product_program.h"
#include "compile/scratchpad.h"
#include "runs/settle.h"
#include "workloads/formats/number_format.h"
#include "workloads/quantize/quantize.h"

namespace symmetree {
namespace {

activation_format format_of(const layer& l, const scheme& used) {
    activation_format format;
    format.bits = used.activation_bits;
    const bool magnitudes = traits_of(used.family).activations() == activation_coding::unsigned_or_sign_magnitude;
    format.is_unsigned = magnitudes && l.input == activation_class::relu;
    const int half = 1 << (format.bits - 1);
    format.least = format.is_unsigned ? 0 : magnitudes ? 1 - half : -half;
    format.greatest = format.is_unsigned ? 2 * half - 1 : half - 1;
    return format;
}

/// The second operand of an attention product takes the weights' place: signed codes, zero point 0.
void make_second_operands(prepared_layer& l, std::uint64_t seed) {
    quantized_weights& w = l.product.weights;
    const layer& source = *l.product.layer;
    const quantized_activations q =
        quantize_activations(materialize_second_operand(source, seed), w.bits, l.product.used_scheme.activation_range,
                             activation_class::dense, activation_coding::signed_symmetric);
    w.codes.assign(q.codes.begin(), q.codes.end());
    w.step.assign(std::size_t(w.rows), q.step);
    w.error = q.error;
    for (image_codes& image : l.further) {
        const std::vector<std::int16_t> codes = codes_in(q, materialize_second_operand(source, ++seed));
        image.second_operand.assign(codes.begin(), codes.end());
    }
}

void make_inputs(prepared_layer& l, std::uint64_t seed) {
    const layer& source = *l.product.layer;
    const scheme& used = l.product.used_scheme;
    l.input = quantize_activations(materialize_input(source, seed), used.activation_bits, used.activation_range, source.input,
                                   traits_of(used.family).activations());
    l.plan.descriptor.input_zero_point = static_cast<std::int16_t>(l.input->zero_point);
    for (image_codes& image : l.further) image.input = codes_in(*l.input, materialize_input(source, ++seed));
}

/// Those of the stored operands of all images; the step of the outputs is that of the first.
std::vector<channel_record> channels_of_all(const prepared_layer& l) {
    tensor_format x;
    x.zero_point = l.input->zero_point;
    x.step = l.input->step;
    quantized_weights w = l.product.weights;
    const double step = lone_output_step(w, *l.input);
    std::vector<channel_record> all = channel_records(w, x, step, nullptr);
    for (const image_codes& image : l.further) {
        if (image.second_operand.empty()) break;
        w.codes = image.second_operand;
        const std::vector<channel_record> channels = channel_records(w, x, step, nullptr);
        all.insert(all.end(), channels.begin(), channels.end());
    }
    return all;
}

/// The layer's constants; timing only: zero points and shifts alone.
std::vector<channel_record> channels_of(const prepared_layer& l) {
    if (l.input) return channels_of_all(l);
    const quantized_weights& w = l.product.weights;
    const layer_geometry& g = l.plan.descriptor.geometry;
    std::vector<channel_record> channels(std::size_t(g.n() * g.repeat));  // no other value would be used
    if (is_attention_product(*l.product.layer)) return channels;
    for (std::size_t row = 0; row < channels.size(); ++row) {
        channels[row].zero_point = static_cast<std::int16_t>(w.zero_point_of(std::int64_t(row)));
        if (!w.outlier_shift.empty()) channels[row].outlier_shift = w.outlier_shift[row];
    }
    return channels;
}

place_role operand_role(const prepared_layer& l) {
    return is_attention_product(*l.product.layer) ? place_role::activation : place_role::weights;
}

void prepare_layer(prepared_layer& l, const run_request& request, const weight_cache& cache) {
    const platform_config& platform = request.platform;
    const layer& source = *l.product.layer;
    const scheme& used = l.product.used_scheme;
    l.integers.on_side_array = runs_on_side_array(platform, used.family);
    l.integers.input = format_of(source, used);
    if (!request.timing_only) l.further.resize(std::size_t(request.batch) - 1);
    l.product.weights =
        is_attention_product(source) ? runtime_operand(source, used) : cache.get(source, request.seed, used, request.threads);
    if (is_attention_product(source) && !request.timing_only) make_second_operands(l, request.seed);
    l.product.weights.odd = platform.array.odd;
    l.plan = plan_product(platform, l.product, l.integers, l.integers.input.bits, request.batch);
    l.memory = place_alone(platform, l.plan, operand_role(l));
    const std::uint64_t needed = l.memory.end(memory_space::dram);
    if (needed > platform.dram.capacity_bytes)
        throw does_not_fit(fmt::format("it needs {} bytes of DRAM, the platform has {}", needed, platform.dram.capacity_bytes));
    if (!request.timing_only) make_inputs(l, request.seed);
    l.integers.channels = channels_of(l);
}

/// Gives all layers places beside each other.
void place_layers(prepared_run& run) {
    const platform_config& platform = run.request.platform;
    std::vector<placed_layer> placed;
    for (prepared_layer& l : run.layers) placed.push_back({&l.plan, operand_role(l)});
    const std::uint64_t needed = place_in_turn(platform, placed).end(memory_space::dram);
    if (needed > platform.dram.capacity_bytes)
        throw input_error(diagnostic{run.request.network.source, 0, 0, run.request.network.name,
                                     fmt::format("with mapping.prefetch its layers stand in memory together: they need {} bytes of DRAM, "
                                                 "platform {} has {}",
                                                 needed, platform.name, platform.dram.capacity_bytes)});
}

/// Moves what the platform keeps there into its scratchpad. Layers are not chained: inputs and outputs are there while their layer runs,
/// beside the weights and tables that stay from the first layer to the last.
void keep_on_chip(const platform_config& platform, std::vector<prepared_layer>& layers) {
    std::vector<memory_map> moved;
    for (std::size_t i = 0; i < layers.size(); ++i) {
        const layer_plan& plan = layers[i].plan;
        memory_map& memory = moved.emplace_back(layers[i].memory);
        memory.note_uses(uses_of(platform, plan.descriptor, plan.fills));
        memory.note_uses({{plan.descriptor_address, descriptor_bytes, 0, false}});
        for (memory_place& place : memory.places()) place.alive = stays(place.role) ? lifetime{0, layers.size() - 1} : lifetime{i, i};
    }
    std::vector<memory_place*> places;
    for (memory_map& memory : moved)
        for (memory_place& place : memory.places()) places.push_back(&place);
    keep_in_scratchpad(platform, places);
    for (std::size_t i = 0; i < layers.size(); ++i) {
        const auto move = [&](std::uint64_t& address) { address = moved_address(layers[i].memory, moved[i], address); };
        for_each_address(layers[i].plan.descriptor, move);
        move(layers[i].plan.descriptor_address);
        layers[i].memory = std::move(moved[i]);
    }
}

/// Bits that the accumulators need for all layers.
int widest_sums(const std::vector<prepared_layer>& layers) {
    int bits = 0;
    for (const prepared_layer& l : layers) bits = std::max(bits, l.plan.accumulator_bits);
    return bits;
}

/// Layers whose scheme or array is not the run's: what they use, why, how many; in the order of their first appearance.
std::vector<std::string> exceptions_of(const prepared_run& run) {
    const std::string wanted = to_string(run.request.asked_scheme);
    std::vector<std::pair<std::string, int>> counts;
    for (const prepared_layer& l : run.layers) {
        const std::string used = to_string(l.product.used_scheme);
        if (used == wanted && !l.integers.on_side_array) continue;
        std::string kind = used;
        if (l.integers.on_side_array) kind += " on the side array";
        if (used != wanted) kind += " instead of " + wanted;
        kind += is_attention_product(*l.product.layer) ? " in products of activations"
                : used != wanted                       ? " in layers with a format of their own"
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

std::string clock_note(const platform_config& platform) {
    std::string note = "clock auto: " + platform.auto_clock->reason;
    if (!platform.auto_bandwidth || !platform.auto_latency)
        note += "; bandwidth and latency of the DRAM are in cycles, so that its bytes per second follow the clock";
    return note;
}

std::vector<std::string> notes_on(const prepared_run& run) {
    const run_request& request = run.request;
    std::vector<std::string> notes;
    if (request.platform.auto_clock) notes.push_back(clock_note(request.platform));
    const auto seeded = std::count_if(request.network.layers.begin(), request.network.layers.end(), [](const layer& l) {
        return !is_attention_product(l) && std::holds_alternative<seeded_weights>(l.weights);
    });
    if (seeded > 0)
        notes.push_back(
            fmt::format("weights of {} layers are synthetic, drawn from the distribution in the workload (seed {})", seeded, request.seed));
    notes.push_back("each layer reads a seeded input of its own activation class; layers are not chained");
    if (request.batch > 1)
        notes.push_back(
            fmt::format("batch of {} images: cycles, bytes, energies and operations are of the batch; image i has the input of "
                        "seed {} + i in the formats of the first",
                        request.batch, request.seed));
    for (std::string& exception : exceptions_of(run)) notes.push_back(std::move(exception));
    if (const auto caution = number_format(request.asked_scheme).caution()) notes.push_back(*caution);
    return notes;
}

}  // namespace

prepared_run prepare(run_request request, const weight_cache& cache) {
    prepared_run run;
    run.request = std::move(request);
    platform_config& platform = run.request.platform;
    diagnostics problems;
    const std::vector<layer>& sources = run.request.network.layers;
    const std::vector<scheme> schemes = schemes_of(run.request.network, platform, run.request.asked_scheme, layers_alone);
    for (std::size_t i = 0; i < sources.size(); ++i) {
        if (const auto reason = why_not_alone(platform, schemes[i])) problems.add(refusal(sources[i], platform, *reason));
        prepared_layer& l = run.layers.emplace_back();
        l.product.layer = &sources[i];
        l.product.used_scheme = schemes[i];
    }
    problems.throw_if_any();
    for (prepared_layer& l : run.layers) {
        try {
            prepare_layer(l, run.request, cache);
        } catch (const does_not_fit& e) {
            problems.add(refusal(*l.product.layer, platform, e.what()));
        } catch (const input_error& e) {
            for (const diagnostic& d : e.problems()) problems.add(d);
        }
    }
    problems.throw_if_any();
    if (runs_in_turn(platform) && keeps_any(platform.mapping.keep))
        throw input_error(
            diagnostic{"", 0, 0, "mapping.keep",
                       fmt::format("layers alone are not kept in a scratchpad while the next one is prefetched: leave out keep or "
                                   "prefetch, or evaluate the whole network (platform {})",
                                   platform.name)});
    if (runs_in_turn(platform)) place_layers(run);
    if (keeps_any(platform.mapping.keep)) keep_on_chip(platform, run.layers);
    settle(platform, widest_sums(run.layers), run.request.cost_directory);
    run.notes = notes_on(run);
    return run;
}

bool runs_in_turn(const platform_config& platform) { return platform.mapping.prefetch == prefetching::weights; }

quantized_activations inputs_of(const prepared_layer& l) {
    quantized_activations all = *l.input;
    for (const image_codes& image : l.further) all.codes.insert(all.codes.end(), image.input.begin(), image.input.end());
    return all;
}

quantized_weights stored_operands_of(const prepared_layer& l) {
    quantized_weights all = l.product.weights;
    for (const image_codes& image : l.further) all.codes.insert(all.codes.end(), image.second_operand.begin(), image.second_operand.end());
    return all;
}

program program_of(const platform_config& platform, const prepared_layer& l) {
    if (l.further.empty()) return compile_alone(platform, l.plan, l.product.weights, l.integers.channels, l.input ? &*l.input : nullptr);
    const quantized_activations inputs = inputs_of(l);
    return compile_alone(platform, l.plan, stored_operands_of(l), l.integers.channels, &inputs);
}

}  // namespace symmetree
