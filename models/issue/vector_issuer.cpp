#include "models/issue/vector_issuer.h"

#include <algorithm>

#include "core/error.h"
#include "models/contract/tile_name.h"

namespace symmetree {

vector_issuer::vector_issuer(const sc_core::sc_module_name& name, const accelerator_config& config, const clock_domain& clock,
                             engine_room& room, int writer, probe* probe)
    : sc_module(name), config_(config), clock_(clock), room_(room), writer_(writer), probe_(probe) {
    registers.bind(registers_);
    room_.enlist(this->name(), &waits_for_);
    if (probe_) declare_signals();
    SC_THREAD(work);
}

void vector_issuer::declare_signals() {
    const std::string scope = name();
    std::vector<std::string> states;
    for (const stall_cause cause : enumerators<stall_cause>()) states.emplace_back(to_string(cause));
    state_signal_ = probe_->declare_enumeration(scope + ".state", states);
    pace_signal_ = probe_->declare(scope + ".cycles_per_vector", 16);
    tile_signal_ = probe_->declare(scope + ".tile", 32);
    tile_name_ = probe_->declare_text(scope + ".tile_name");
    lost_to_outlier_ = probe_->declare(scope + ".lost_to_outlier", 32);
    lost_to_input_ = probe_->declare(scope + ".lost_to_input", 32);
    lost_to_hazard_ = probe_->declare(scope + ".lost_to_hazard", 32);
    probe_->change(state_signal_, 0, static_cast<std::uint64_t>(stall_cause::barrier));
}

void vector_issuer::begin(const layer_job& job) {
    if (job.flow.streamed != operand::activations) throw model_fault("a dataflow that streams what the vector issuer does not bring");
    layer_ = &job;
    split_ = {};
    vectors_issued_ = 0;
    run_ = {};
    inputs_requested_ = 0;
    for (std::uint64_t& freed : input_freed_) freed = 0;
    layer_start_ = clock_.now();
    begun_.notify(sc_core::SC_ZERO_TIME);
    request_fetch(0);
    request_fetch(1);
}

void vector_issuer::work() {
    serve(room_, layer_, begun_, waits_for_, "a layer", [this] { run_layer(); });
}

void vector_issuer::run_layer() {
    for (const tile& t : layer_->program.tiles) run_tile(t);
    if (probe_) probe_->change(state_signal_, run_.last() + 1, static_cast<std::uint64_t>(stall_cause::barrier));
}

void vector_issuer::run_tile(const tile& t) {
    bool more = run_round(t, true);
    while (more) more = run_round(t, false);
    end_tile(t, clock_.now());
}

bool vector_issuer::run_round(const tile& t, bool first) {
    const loaded_tile weights = swap_in();
    const input_read read = read_vectors(t);
    const std::uint64_t bank_free = t.first_slice && first ? acquire_bank() : 0;
    const vector_window whole = whole_vectors(t, read);
    compute(t, read.vectors, whole, first);
    issue(t, weights, first, read.ready_cycle, bank_free);
    if (readers.size() > 0) tell_readers({layer_, &t, read.vectors, whole, run_});
    const std::uint64_t done = run_.last() + std::max(outlier_cycles_, layer_->pace);
    wait(clock_.time(done - clock_.now()));
    if (!layer_->array.shadow_registers) registers_.release();
    return weights.has_next_round;
}

void vector_issuer::end_tile(const tile& t, std::uint64_t done) {
    // A vector is whole R - 1 cycles after its issue; only then do its outliers start.
    const std::uint64_t outliers_trail = std::min(outlier_cycles_, layer_->pace) - 1;
    if (t.frees(layer_->flow.streamed)) release_input(t.fetch_of(layer_->flow.streamed));
    if (t.last_slice) hand_over(t, done + outliers_trail + pipeline_depth() - 1);
}

/// The bank belongs to the requantizer when the array, at `ready`, and the outliers are done with it.
void vector_issuer::hand_over(const tile& t, std::uint64_t ready) {
    const std::uint64_t number = handovers_++, depth = pipeline_depth();
    const int bank = static_cast<int>(number % 2);
    const auto publish = [this, &t, ready, bank, depth](std::uint64_t last_write) {
        const std::uint64_t complete = std::max(ready, last_write == 0 ? 0 : last_write + depth);
        late_[bank] = {complete > ready ? complete : 0, complete - ready};
        banks->publish({&t, complete, bank});
    };
    if (outliers_apart())
        outliers->when_bank_done(number, publish);
    else
        publish(0);
}

/// The bank of this fetch may be filled again, if the layer has more input.
void vector_issuer::release_input(std::int32_t index) {
    if (std::size_t(index) + 2 >= layer_->program.inputs.size()) return;
    const auto refill = [this, index](std::uint64_t freed) {
        input_freed_[index % 2] = freed;
        request_fetch(std::size_t(index) + 2);
    };
    if (outliers_apart())
        outliers->when_input_done(index, refill);
    else
        refill(0);
}

loaded_tile vector_issuer::swap_in() {
    wait_note note(waits_for_, "a loaded tile");
    const loaded_tile weights = registers_.take();
    if (layer_->array.shadow_registers) registers_.release();
    return weights;
}

input_read vector_issuer::read_vectors(const tile& t) {
    wait_note note(waits_for_, "input in the activation buffer");
    while (inputs_requested_ <= std::size_t(t.fetch_of(layer_->flow.streamed))) wait(input_requested_);
    input_read read;
    read.bank = t.fetch_of(layer_->flow.streamed) % 2;
    read.k_block = t.k_block;
    read.first_vector = t.first_vector;
    read.count = t.vectors;
    read.part = layer_->activation_piece(t);
    // Outliers meet whole activations: in the first pass of a wide layer all bits cross the port.
    const bool outliers_follow = layer_->descriptor.outlier_bits > 0 && !outliers_apart() && t.first_pass();
    read.moved_bits = outliers_follow ? layer_->geometry().activation_bits : read.part.bits;
    read.want_values = layer_->compute;
    sc_core::sc_time delay;
    inputs->b_transport(read, delay);
    return read;
}

/// Takes the accumulator bank that is filled next; answers when it became free, if that had to be waited for, else 0.
std::uint64_t vector_issuer::acquire_bank() {
    const std::uint64_t asked = clock_.now();
    wait_note note(waits_for_, "a free accumulator bank");
    banks->acquire();
    return clock_.now() > asked ? clock_.now() : 0;
}

void vector_issuer::tell_readers(const streamed_tile& streamed) {
    for (int i = 0; i < readers.size(); ++i) readers[i]->follow(streamed);
}

/// True where the row_sum unit works on the layer.
bool vector_issuer::sums_rows() const { return layer_->descriptor.uses_zero_points && config_.zero_point == zero_point_unit::row_sum; }

/// P. Sparse lanes take a vector one cycle before the trees do, whether or not it has outliers.
std::uint64_t vector_issuer::pipeline_depth() const {
    const bool beside_lanes = config_.sparse.lanes > 0 && !layer_->descriptor.on_side_array;
    return std::uint64_t(layer_->array.pipeline_depth) + (sums_rows() ? 1 : 0) + (beside_lanes ? 1 : 0);
}

void vector_issuer::issue(const tile& t, const loaded_tile& weights, bool first_round, std::uint64_t input_ready, std::uint64_t bank_free) {
    const bool first_slice = t.first_slice && first_round;
    const tile_pace pace{weights.outlier_cycles, layer_->pace, layer_->write_interval};
    const bool first_of_layer = vectors_issued_ == 0;
    slot_bounds bounds;
    bounds.outlier = first_of_layer ? 0 : run_.last() + outlier_cycles_;
    if (outliers_apart())
        bounds.outlier = std::max({bounds.outlier, weights.queue_free, input_freed_[t.fetch_of(layer_->flow.streamed) % 2],
                                   first_slice ? late_[filling_bank()].until : 0});
    bounds.input = std::max(first_of_layer ? 0 : run_.last() + layer_->pace, input_ready);
    bounds.memory = weights.ready_cycle;
    bounds.weight_port = weights.load_end;
    bounds.hazard = first_slice ? 0 : hazard_bound(run_, outlier_cycles_, pace, 0);
    bounds.drain = bank_free;
    const std::uint64_t first = std::max(clock_.now(), bounds.hazard);
    if (first_of_layer) split_.barrier += first - layer_start_;
    if (probe_)
        report_stalls(bounds, first);
    else if (!first_of_layer)
        attribute_slots(split_, run_.last() + 1, first, bounds);
    const slot_split before = split_;
    run_ = issue_tile(first, std::uint64_t(t.vectors), pace, first_slice ? nullptr : &run_, outlier_cycles_, split_);
    (first_round ? vectors_issued_ : split_.outlier) += std::uint64_t(t.vectors);  // slots of a later round are for outliers alone
    if (probe_) report_tile(t, first, pace.pace(), before);
    outlier_cycles_ = weights.outlier_cycles;
}

void vector_issuer::report_stalls(const slot_bounds& bounds, std::uint64_t first) {
    const auto report = [this](stall_cause cause, std::uint64_t at) {
        probe_->change(state_signal_, at, static_cast<std::uint64_t>(cause));
    };
    if (vectors_issued_ == 0)
        report(stall_cause::barrier, layer_start_);
    else
        attribute_slots(split_, run_.last() + 1, first, bounds,
                        [&](stall_cause cause, std::uint64_t from, std::uint64_t) { report(cause, from); });
    report(stall_cause::issuing, first);
}

void vector_issuer::report_tile(const tile& t, std::uint64_t first, std::uint64_t pace, const slot_split& before) {
    probe_->change(pace_signal_, first, pace);
    probe_->change(tile_signal_, first, static_cast<std::uint64_t>(&t - layer_->program.tiles.data()));
    probe_->change_text(tile_name_, first, name_of(t));
    const slot_split lost = split_ - before;
    probe_->change(lost_to_outlier_, first, lost.outlier);
    probe_->change(lost_to_input_, first, lost.input);
    probe_->change(lost_to_hazard_, first, lost.hazard);
}

void vector_issuer::compute(const tile& t, const vector_window& vectors, const vector_window& whole, bool first_round) {
    tile_job job;
    job.layer = layer_;
    job.tile = &t;
    job.bank = filling_bank();
    job.activation_stride = vectors.stride;
    job.partial_stride = partial_stride_of(layer_->array.trees);
    // A few vectors at a time keep the partial sums in the host's first cache; a shift array makes tables that serve a whole tile, and
    // without values there are no sums.
    const int part = !layer_->compute || layer_->coding() == weight_coding::shift ? t.vectors : 64;
    if (layer_->compute) partial_.resize(std::size_t(std::min(part, t.vectors)) * std::size_t(job.partial_stride));
    job.partial = partial_.data();
    const int shift = layer_->weight_piece(config_, t).first + layer_->activation_piece(t).first;
    for (; job.first_vector < t.vectors; job.first_vector += job.vectors) {
        job.vectors = std::min(part, t.vectors - job.first_vector);
        job.activations = vectors.from(job.first_vector);
        job.full_activations = whole.from(job.first_vector);
        stream(job, first_round);
        accumulate(job, shift, t.first_slice && first_round);
    }
}

/// Through the lock-step group, along the data flow: product, zero point, outliers.
void vector_issuer::stream(tile_job& job, bool with_dense) {
    sc_core::sc_time delay;
    if (!with_dense)
        std::fill(partial_.begin(), partial_.end(), 0);  // the trees' weights are zeros
    else if (layer_->descriptor.on_side_array)
        side_array->b_transport(job, delay);
    else
        array->b_transport(job, delay);
    if (sums_rows()) zero_point->b_transport(job, delay);
    if (layer_->descriptor.outlier_bits > 0 && !outliers_apart()) sparse->b_transport(job, delay);
}

void vector_issuer::accumulate(const tile_job& job, int shift, bool first_slice) {
    const tile& t = *job.tile;
    accumulator_write write;
    write.writer = writer_;
    write.bank = job.bank;
    write.first_vector = job.first_vector;
    write.vectors = job.vectors;
    write.channels = t.channels;
    write.sums = job.activations ? job.partial : nullptr;
    write.stride = job.partial_stride;
    write.shift = shift;
    write.first_slice = first_slice;
    sc_core::sc_time delay;
    sums->b_transport(write, delay);
}

/// All bits of the tile's vectors, for its outliers; empty where it has none or no values are wanted.
vector_window vector_issuer::whole_vectors(const tile& t, const input_read& read) {
    if (layer_->descriptor.outlier_bits == 0 || outliers_apart() || !t.first_pass() || !layer_->compute) return {};
    if (layer_->passes.activation_passes == 1) return read.vectors;
    input_read whole = read;
    whole.part = piece{0, layer_->geometry().activation_bits, true};
    whole.moved_bits = 0;
    sc_core::sc_time delay;
    inputs->b_transport(whole, delay);
    return whole.vectors;
}

void vector_issuer::request_fetch(std::size_t index) {
    if (index >= layer_->program.inputs.size()) return;  // a layer may have one only
    inputs_requested_ = index + 1;
    input_requested_.notify(sc_core::SC_ZERO_TIME);
    const input_fetch& fetch = layer_->program.inputs[index];
    const layer_geometry& g = layer_->geometry();
    const vector_block block = vectors_of(g, layer_->mapping.m_block, fetch.m_block);
    const std::vector<row_run> rows = input_rows(g, block.first, block.count);
    const int bank = static_cast<int>(index % 2);
    transfer job{dma_stream::activations, {}, config_.activation_buffer.bank_address(bank), 0, nullptr};
    const std::uint64_t base = layer_->descriptor.input_address + std::uint64_t(block.image) * layer_->descriptor.input_image_bytes +
                               std::uint64_t(fetch.repeat) * std::uint64_t(g.in_height) * g.row_bytes();
    for (const row_run& run : rows)
        job.runs.push_back({base + std::uint64_t(run.first) * g.row_bytes(), std::uint64_t(run.count) * g.row_bytes()});
    sc_core::sc_time delay;
    input_bank_opening opening{bank, layer_, block.first, block.count, rows};
    openings->b_transport(opening, delay);
    if (!job.runs.empty()) dma->b_transport(job, delay);
}

}  // namespace symmetree
