#include "models/issue/weight_loader.h"

#include <algorithm>
#include <utility>

#include "core/error.h"
#include "models/contract/outlier_stream.h"
#include "models/contract/tile_name.h"
#include "models/sparse/sparse_math.h"

namespace symmetree {

weight_loader::weight_loader(const sc_core::sc_module_name& name, const accelerator_config& config, const clock_domain& clock,
                             engine_room& room, probe* probe)
    : sc_module(name), config_(config), clock_(clock), room_(room), probe_(probe) {
    room_.enlist(this->name(), &waits_for_);
    if (probe_) {
        busy_ = probe_->declare(std::string(this->name()) + ".busy", 1);
        tile_name_ = probe_->declare_text(std::string(this->name()) + ".tile_name");
    }
    SC_THREAD(work);
}

void weight_loader::begin(const layer_job& job) {
    if (job.flow.held != operand::weights) throw model_fault("a dataflow that holds what the weight loader does not bring");
    layer_ = &job;
    tally_ = {};
    begun_.notify(sc_core::SC_ZERO_TIME);
    if (next_.job != &job) {  // all banks are free
        present_ = {};
        prepare(job);
    }
    present_ = std::exchange(next_, {});
    is_free_ = {false, false};
    if (present_.fetches == 1) is_free_[present_.bank_of(1)] = true;
}

void weight_loader::prepare(const layer_job& next) {
    next_ = fetches_of(next, present_.bank_of(present_.fetches));
    for (std::size_t fetch = 0; fetch < 2; ++fetch)
        if (is_free_[next_.bank_of(fetch)]) request_fetch(next_, fetch);
}

weight_loader::layer_fetches weight_loader::fetches_of(const layer_job& job, std::size_t first_bank) {
    layer_fetches of{&job, job.program.weights.size(), first_bank, {}, {}};
    std::uint64_t dense = job.descriptor.weights_address, outliers = job.descriptor.outliers_address;
    for (const weight_fill& fill : job.mapping.fills) {
        of.dense_address.push_back(dense);
        of.outlier_address.push_back(outliers);
        dense += fill.dense_bytes;
        outliers += fill.outlier_bytes;
    }
    return of;
}

void weight_loader::work() {
    serve(room_, layer_, begun_, waits_for_, "a layer", [this] { run_layer(); });
}

void weight_loader::run_layer() {
    for (const tile& t : layer_->program.tiles) {
        load_tile(t);
        if (t.frees(layer_->flow.held)) free_bank_of(std::size_t(t.fetch_of(layer_->flow.held)));
    }
}

/// What was fetched is not read again: the bank gets the fetch after the next one, of this layer or of the one that follows.
void weight_loader::free_bank_of(std::size_t fetch) {
    const std::size_t bank = present_.bank_of(fetch);
    if (fetch + 2 < present_.fetches) {
        request_fetch(present_, fetch + 2);
        return;
    }
    is_free_[bank] = true;
    if (next_.job) request_fetch(next_, next_.bank_of(0) == bank ? 0 : 1);
}

void weight_loader::load_tile(const tile& t) {
    begin_tile(t);
    if (queues_outliers())
        load_beside_queue(t);
    else
        load_rounds(t);
}

bool weight_loader::queues_outliers() const {
    if (layer_->descriptor.outlier_bits == 0) return false;
    switch (config_.sparse.engine) {
        case outlier_engine::lock_step: return false;
        case outlier_engine::decoupled: return true;
    }
    return false;
}

/// All rounds of its outliers, each a tile of its own; the first one brings the dense codes.
void weight_loader::load_rounds(const tile& t) {
    for (bool first = true, more = true; more; first = false) {
        const weight_read bytes = read_round(t, first);
        {
            wait_note note(waits_for_, "a free weight register set");
            registers->acquire();
        }
        const std::uint64_t outlier_cycles = load(t, bytes, first);
        cross_port(t, bytes);
        more = bytes.has_next_round;
        registers->publish({bytes.ready_cycle, clock_.now(), outlier_cycles, more, 0});
    }
}

/// The dense codes and the first round of the group that the tile begins, then its further rounds, which need no weight registers.
void weight_loader::load_beside_queue(const tile& t) {
    weight_read bytes = read_round(t, true);
    {
        wait_note note(waits_for_, "a free weight register set");
        registers->acquire();
    }
    if (bytes.with_outliers) take_place();
    if (bytes.outlier_count > 0) outlier_queue->open_group(banks_begun_ - 1, t.fetch_of(layer_->flow.streamed));
    load_dense(t, bytes, true);
    cross_port(t, bytes);
    if (bytes.with_outliers) queue_round(t, bytes);
    registers->publish({bytes.ready_cycle, clock_.now(), 1, false, queue_free_});
    queue_free_ = 0;
    while (bytes.has_next_round) {
        bytes = read_round(t, false);
        take_place();
        cross_port(t, bytes);
        queue_round(t, bytes);
    }
}

void weight_loader::take_place() {
    wait_note note(waits_for_, "a place in the queue of outliers");
    queue_free_ = outlier_queue->acquire();
}

void weight_loader::queue_round(const tile& t, const weight_read& bytes) {
    if (bytes.outlier_count == 0) {
        outlier_queue->give_back();
        return;
    }
    queued_round round{layer_, &t, banks_begun_ - 1, decoded(bytes), !bytes.has_next_round};
    lane_outliers_ += round.entries.back().step + std::uint64_t{1};
    tally_.fullest_lane = std::max(tally_.fullest_lane, lane_outliers_);
    outlier_queue->push(round);
}

void weight_loader::cross_port(const tile& t, const weight_read& bytes) {
    if (probe_) {
        probe_->change(busy_, clock_.now(), 1);
        probe_->change(busy_, clock_.now() + bytes.port_cycles, 0);
        probe_->change_text(tile_name_, clock_.now(), name_of(t));
    }
    wait(clock_.time(bytes.port_cycles));
}

void weight_loader::begin_tile(const tile& t) {
    if (t.first_slice) ++banks_begun_;
    lane_outliers_ = 0;
    if (t.first_of_fill) outlier_offset_ = 0;
    if (t.first_slice && t.first_vector == 0) n_block_outliers_ = outlier_offset_;
    if (t.first_slice) outlier_offset_ = n_block_outliers_;  // every held vector reads its n-block's stream again
}

weight_read weight_loader::read_round(const tile& t, bool first) {
    wait_note note(waits_for_, "weights in the buffer");
    weight_read read;
    read.bank = static_cast<int>(present_.bank_of(std::size_t(t.fetch_of(layer_->flow.held))));
    read.dense_offset = t.dense_offset;
    if (first) {
        read.dense_bytes = t.dense_bytes;
        read.moved_bits = std::uint64_t(t.channels) * std::uint64_t(t.inputs) * std::uint64_t(layer_->weight_piece(config_, t).bits);
    }
    read.with_outliers = layer_->descriptor.outlier_bits > 0 && t.first_pass() && begins_group(t.k_block, config_.sparse);
    read.outlier_offset = outlier_offset_;
    read.head_bits = outlier_head_bits(layer_->array, config_.sparse);
    read.entry_bits = layer_->descriptor.outlier_bits + outlier_index_bits(layer_->array, config_.sparse);
    sc_core::sc_time delay;
    reads->b_transport(read, delay);
    outlier_offset_ += read.outlier_bytes;
    return read;
}

std::uint64_t weight_loader::load(const tile& t, const weight_read& bytes, bool first_round) {
    load_dense(t, bytes, first_round);
    return layer_->descriptor.outlier_bits == 0 ? 1 : load_outliers(t, bytes);
}

void weight_loader::load_dense(const tile& t, const weight_read& bytes, bool first_round) {
    sc_core::sc_time delay;
    tile_load dense{layer_, &t, layer_->compute && first_round ? bytes.dense : nullptr, !first_round};
    if (layer_->descriptor.on_side_array)
        side_array->b_transport(dense, delay);
    else
        array->b_transport(dense, delay);
}

/// The outliers of a round as they came out of the buffer.
std::vector<tile_outlier> weight_loader::decoded(const weight_read& bytes) {
    std::vector<tile_outlier> entries =
        decode_outliers(bytes.outliers, bytes.outlier_bytes, layer_->array, config_.sparse, layer_->descriptor.outlier_bits);
    tally_.outliers += entries.size();
    tally_.stream_bits += std::uint64_t(bytes.head_bits) + entries.size() * std::uint64_t(bytes.entry_bits);
    return entries;
}

std::uint64_t weight_loader::load_outliers(const tile& t, const weight_read& bytes) {
    outlier_load outliers{layer_, &t, {}, 1, 0};
    if (bytes.with_outliers) outliers.entries = decoded(bytes);
    sc_core::sc_time delay;
    sparse->b_transport(outliers, delay);
    lane_outliers_ += outliers.fullest_lane;  // lists fill up one round after the other, so the fullest lane is the same in all
    tally_.fullest_lane = std::max(tally_.fullest_lane, lane_outliers_);
    return outliers.cycles_per_vector;
}

void weight_loader::request_fetch(const layer_fetches& of, std::size_t index) {
    if (index >= of.fetches) return;
    const auto fill_index = std::size_t(of.job->program.weights[index].fill);
    const weight_fill& fill = of.job->mapping.fills[fill_index];
    const int bank = static_cast<int>(of.bank_of(index));
    sc_core::sc_time delay;
    weight_bank_opening opening{bank, fill.dense_bytes, fill.outlier_bytes};
    openings->b_transport(opening, delay);
    transfer dense{
        dma_stream::weights, {{of.dense_address[fill_index], fill.dense_bytes}}, config_.weight_buffer.bank_address(bank), 0, nullptr};
    dma->b_transport(dense, delay);
    if (fill.outlier_bytes == 0) return;
    transfer outliers{dma_stream::outliers,
                      {{of.outlier_address[fill_index], fill.outlier_bytes}},
                      config_.weight_buffer.bank_address(bank) + fill.dense_bytes,
                      0,
                      nullptr};
    dma->b_transport(outliers, delay);
}

}  // namespace symmetree
