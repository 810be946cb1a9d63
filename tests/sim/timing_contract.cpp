#include "tests/sim/timing_contract.h"

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <utility>

namespace symmetree {
namespace {

std::uint64_t up(std::uint64_t a, std::uint64_t b) { return (a + b - 1) / b; }

}  // namespace

// Weights and inputs

timing_contract::block timing_contract::block_of(std::int64_t m_block) const {
    const layer_descriptor& d = layer_->plan.descriptor;
    const std::int64_t of_image = std::int64_t(up(d.geometry.m(), d.m_block)), first = m_block % of_image * d.m_block;
    return {first, std::min<std::int64_t>(d.m_block, d.geometry.m() - first)};
}

void timing_contract::fetch_weights(const std::shared_ptr<known_layer>& l, std::size_t j) {
    if (j < 2) l->asked[j] = true;
    if (j >= l->program.weights.size()) return;
    const weight_fill& fill = l->layer->plan.fills[l->program.weights[j].fill];
    dma_.offer(
        t_, burst_dma::weights, {fill.dense_bytes}, [l, j](std::uint64_t bytes) { l->dense_in[j] += bytes; },
        memory_of(l->layer->plan.descriptor.weights_address));
    if (fill.outlier_bytes > 0)
        dma_.offer(
            t_, burst_dma::outliers, {fill.outlier_bytes}, [l, j](std::uint64_t bytes) { l->outliers_in[j] += bytes; },
            memory_of(l->layer->plan.descriptor.outliers_address));
}

/// Of the layer behind the present one, as far as its tables are in and its weights in memory.
void timing_contract::prefetch_into_free_banks() {
    if (!next_ || !next_->control_in || is_attention_product(*next_->layer->product.layer)) return;
    for (std::size_t j = 0; j < 2; ++j)
        if (free_[j] && !next_->asked[j]) fetch_weights(next_, j);
}

void timing_contract::fetch_input(std::size_t j) {
    if (j >= present_->program.inputs.size()) return;
    input_asked_[j] = true;
    const layer_geometry& g = layer_->plan.descriptor.geometry;
    const block read = block_of(present_->program.inputs[j].m_block);
    std::vector<std::uint64_t> runs;
    for (const row_run& run : input_rows(g, read.first, read.count)) runs.push_back(run.count * g.row_bytes());
    input_wanted_[j] = std::accumulate(runs.begin(), runs.end(), std::uint64_t{0});
    dma_.offer(
        t_, burst_dma::activations, runs, [this, j](std::uint64_t bytes) { input_in_[j] += bytes; },
        memory_of(layer_->plan.descriptor.input_address));
}

bool timing_contract::tile_ready(std::size_t i) const {
    const std::int32_t j = present_->program.tiles[i].weights;
    return present_->dense_in[j] >= present_->loads[i].dense_end && present_->outliers_in[j] >= present_->loads[i].outlier_end;
}

void timing_contract::start_load() {
    if (item_loading_ || !engines_started_) return;
    if (next_load_ > 0 && round_ < present_->loads[next_load_ - 1].group.size())
        start_round_load();
    else
        start_tile_load();
}

void timing_contract::start_tile_load() {
    const std::size_t i = next_load_;
    if (i == present_->program.tiles.size()) return;
    const bool registers_free = i == 0 || (array_.shadow_registers ? swap(i - 1) : last(i - 1)) <= t_;
    const bool brings_round = !present_->loads[i].group.empty();
    if (!registers_free || !tile_ready(i) || (brings_round && !outliers_.place_free())) return;
    item_end_ = load_end_[i] = t_ + present_->loads[i].cycles;
    item_loading_ = true;
    ++next_load_;
    round_ = 0;
    if (!brings_round) return;
    outliers_.take_place();
    if (present_->loads[i].group.front().outliers > 0) outliers_.open_group(bank_of_tile_[i], present_->program.tiles[i].input);
}

/// A later round of the group whose first tile was loaded last.
void timing_contract::start_round_load() {
    const std::size_t i = next_load_ - 1;
    const queued_outliers& round = present_->loads[i].group[round_];
    if (present_->outliers_in[present_->program.tiles[i].weights] < round.outlier_end || !outliers_.place_free()) return;
    outliers_.take_place();
    item_end_ = t_ + round.cycles;
    item_loading_ = true;
}

void timing_contract::end_load() {
    if (!item_loading_ || item_end_ != t_) return;
    item_loading_ = false;
    const std::size_t i = next_load_ - 1;
    if (round_ < present_->loads[i].group.size()) round_loaded();
    if (round_ == present_->loads[i].group.size() && present_->program.tiles[i].frees_weights)
        free_bank_of(std::size_t(present_->program.tiles[i].weights));
}

/// The bank gets the fetch after the next one, or is the next layer's.
void timing_contract::free_bank_of(std::size_t fetch) {
    const std::size_t fetches = present_->program.weights.size();
    if (fetch + 2 < fetches) {
        fetch_weights(present_, fetch + 2);
        return;
    }
    free_[fetch + 2 - fetches] = true;
    prefetch_into_free_banks();
}

void timing_contract::round_loaded() {
    const std::size_t i = next_load_ - 1;
    const queued_outliers& round = present_->loads[i].group[round_++];
    if (round.outliers == 0)
        outliers_.give_back();
    else
        outliers_.push({bank_of_tile_[i], present_->program.tiles[i].input, round.steps, std::uint64_t(present_->program.tiles[i].vectors),
                        round_ == present_->loads[i].group.size()});
}

timing_contract::cycle timing_contract::swap(std::size_t i) const {
    if (load_end_[i] == never) return never;
    return i == 0 ? load_end_[i] : std::max(load_end_[i], last(i - 1));
}

// Issue

/// True where outliers that were not worked through yet hold the first vector of the tile back.
bool timing_contract::outliers_hold(const tile& tile) const {
    if (c_.sparse.engine != outlier_engine::decoupled) return false;
    if (outliers_.released() + 2 < rounds_before_[tile_]) return true;  // no place for them
    if (!input_asked_[tile.input]) return true;
    const std::uint64_t bank = bank_of_tile_[tile_];
    return tile.first_slice && array_ready_.count(bank - 2) > 0 && outliers_hold_bank(bank - 2, array_ready_.at(bank - 2));
}

/// The array was done with the bank at `ready`, the outliers come later.
bool timing_contract::outliers_hold_bank(std::uint64_t bank, cycle ready) const {
    if (outliers_.holds_bank(bank)) return true;
    const auto write = outliers_.last_write(bank);
    return write && *write + pipeline_depth(c_, *layer_) > ready && t_ < *write + pipeline_depth(c_, *layer_);
}

timing_contract::cycle timing_contract::ready(const handover& h) const {
    if (outliers_.holds_bank(h.bank)) return never;
    return std::max(h.ready, outliers_.last_write(h.bank) ? *outliers_.last_write(h.bank) + pipeline_depth(c_, *layer_) : 0);
}

void timing_contract::release_inputs() {
    for (; !input_left_.empty() && !outliers_.holds_input(input_left_.front()); input_left_.pop_front())
        fetch_input(input_left_.front() + 2);
}

void timing_contract::issue_or_stall(slot_split& split) {
    if (tile_ == present_->program.tiles.size()) {
        const auto last = array_ready_.find(banks_ - 1);
        const bool late = last != array_ready_.end() && t_ >= last->second && outliers_hold_bank(last->first, last->second);
        ++(late ? split.outlier : split.barrier);
        return;
    }
    const tile& tile = present_->program.tiles[tile_];
    const std::uint64_t s = present_->loads[tile_].pace;
    const std::uint64_t supply = up(std::uint64_t(array_.lanes) * array_.activation_bits, c_.activation_buffer.port_bits);
    const bool first = vector_ == 0;
    std::uint64_t* cause = nullptr;
    if ((issued_any_ && t_ < issue_ + pace_) || (first && outliers_hold(tile)))
        cause = &split.outlier;
    else if ((issued_any_ && t_ < issue_ + supply) || input_in_[tile.input] < input_wanted_[tile.input])
        cause = &split.input;
    else if (first && !tile_ready(tile_))
        cause = &split.memory;
    else if (first && t_ < swap(tile_))
        cause = &split.weight_port;
    else if (!tile.first_slice && t_ + s - 1 < written_[vector_] + (holds_outputs() ? 1 : c_.accumulators.write_interval))
        cause = &split.hazard;
    else if (first && tile.first_slice && free_accumulator_banks_ == 0)
        cause = &split.drain;
    if (cause) {
        ++(issued_any_ ? *cause : split.barrier);
        return;
    }
    if (first && tile.first_slice) {
        --free_accumulator_banks_;
        written_.assign(tile.vectors, 0);
    }
    issued_any_ = true;
    issue_ = t_;
    pace_ = s;
    written_[vector_] = t_ + s - 1;
    outliers_.expect_vector(t_ + supply - 1, bank_of_tile_[tile_], vector_, tile.first_slice);
    ++(present_->loads[tile_].later_round ? split.outlier : split.mapping_loss);  // the ideal ones are taken off at the end
    if (++vector_ < static_cast<std::size_t>(tile.vectors)) return;
    last_[tile_] = t_ + std::max(s, supply);
    vector_ = 0;
    ++tile_;
}

void timing_contract::end_tile() {
    if (tile_ == 0 || last_[tile_ - 1] != t_) return;
    const tile& done = present_->program.tiles[tile_ - 1];
    if (done.frees_input) input_left_.push_back(done.input);
    release_inputs();
    if (!done.last_slice) return;
    const std::uint64_t depth = pipeline_depth(c_, *layer_);
    const std::uint64_t supply = up(std::uint64_t(array_.lanes) * array_.activation_bits, c_.activation_buffer.port_bits);
    const std::uint64_t outliers_trail = std::min(present_->loads[tile_ - 1].pace, supply) - 1;
    const layer_geometry& g = layer_->plan.descriptor.geometry;
    const std::int64_t vectors = block_of(done.m_block).count;
    array_ready_[bank_of_tile_[tile_ - 1]] = t_ + outliers_trail + depth - 1;
    handovers_.push_back({bank_of_tile_[tile_ - 1], t_ + outliers_trail + depth - 1, done.vectors * up(done.channels, c_.drain_width),
                          done.first_vector == 0, done.first_vector + done.vectors == vectors,
                          up(std::uint64_t(vectors) * done.channels * g.output_bits, 8)});
}

// Drain

void timing_contract::start_drain() {
    if (draining_ || handovers_.empty() || ready(handovers_.front()) > t_) return;
    if (handovers_.front().first_of_block) {
        if (free_output_banks_ == 0) return;
        --free_output_banks_;
    }
    draining_ = true;
    drain_end_ = t_ + handovers_.front().cycles;
}

void timing_contract::end_drain() {
    if (!draining_ || drain_end_ != t_) return;
    draining_ = false;
    ++free_accumulator_banks_;
    const handover drained = handovers_.front();
    handovers_.pop_front();
    if (!drained.last_of_block) return;
    auto left = std::make_shared<std::uint64_t>(drained.block_bytes);
    const auto landed = [this, left](std::uint64_t bytes) {
        if ((*left -= bytes) > 0) return;
        ++free_output_banks_;
        --blocks_left_;
    };
    dma_.offer(t_, burst_dma::outputs, {drained.block_bytes}, landed, memory_of(layer_->plan.descriptor.output_address));
}

// Layer

std::shared_ptr<timing_contract::known_layer> timing_contract::fetch_control(std::size_t index) {
    const prepared_layer& l = run_.layers[index];
    const layer_geometry& g = l.plan.descriptor.geometry;
    const rounds_program rounds = rounds_of_layer(c_, l);
    auto known = std::make_shared<known_layer>();
    known->layer = &l;
    known->program = rounds.program;
    known->loads = rounds.loads;
    known->dense_in.assign(rounds.program.weights.size(), 0);
    known->outliers_in = known->dense_in;
    const std::uint64_t tables = std::uint64_t(g.n()) * g.repeat * 12 + l.plan.fills.size() * 12 + l.product.weights.levels.size();
    auto left = std::make_shared<std::uint64_t>(256 + tables);
    const auto landed = [this, left, known](std::uint64_t bytes) {
        if ((*left -= bytes) == 0) take_control(known);
    };
    const auto descriptor_landed = [this, left, tables, landed, known](std::uint64_t bytes) {
        *left -= bytes;
        if (*left == tables) dma_.offer(t_, burst_dma::control, {tables}, landed, memory_of(known->layer->plan.descriptor.tables_address));
    };
    dma_.offer(t_, burst_dma::control, {256}, descriptor_landed, memory_of(l.plan.descriptor_address));
    return known;
}

/// The sequencer reads the descriptor, then the tables; then it starts the engines, or knows the layer behind the one that runs.
void timing_contract::take_control(const std::shared_ptr<known_layer>& l) {
    l->control_in = true;
    if (l == present_)
        start_engines();
    else
        prefetch_into_free_banks();
}

void timing_contract::begin(std::size_t index) {
    index_ = index;
    present_ = next_ ? std::exchange(next_, nullptr) : fetch_control(index);
    const prepared_layer& l = *present_->layer;
    const tile_program& program = present_->program;
    layer_ = &l;
    array_ = l.integers.on_side_array ? *c_.side_array : c_.array;
    input_in_.assign(program.inputs.size(), 0);
    input_wanted_.assign(program.inputs.size(), 1);  // not asked for yet: not there
    load_end_.assign(program.tiles.size(), never);
    last_.assign(program.tiles.size(), never);
    next_load_ = round_ = 0;
    engines_started_ = false;  // they wait for the tables
    begin_outliers();
    tile_ = vector_ = 0;
    issued_any_ = false;
    blocks_left_ = static_cast<std::size_t>(
        std::count_if(program.tiles.begin(), program.tiles.end(), [](const tile& t) { return t.last_slice && t.first_vector == 0; }));
    free_[0] = program.weights.size() == 1;
    free_[1] = false;
    if (present_->control_in) start_engines();
}

void timing_contract::begin_outliers() {
    outliers_.begin_layer();
    input_asked_.assign(present_->program.inputs.size(), false);
    rounds_before_.clear();
    bank_of_tile_.clear();
    std::uint64_t rounds = 0;
    for (std::size_t i = 0; i < present_->program.tiles.size(); ++i) {
        if (present_->program.tiles[i].first_slice) ++banks_;
        bank_of_tile_.push_back(banks_ - 1);
        rounds_before_.push_back(rounds + (present_->loads[i].group.empty() ? 0 : 1));
        rounds += present_->loads[i].group.size();
    }
}

void timing_contract::start_engines() {
    engines_started_ = true;
    for (std::size_t j = 0; j < 2; ++j) {
        if (!present_->asked[j]) fetch_weights(present_, j);
        fetch_input(j);
    }
    if (prefetches() && index_ + 1 < run_.layers.size()) next_ = fetch_control(index_ + 1);
}

void timing_contract::step(slot_split& split) {
    end_drain();
    outliers_.end_round(t_);
    release_inputs();
    end_load();
    end_tile();
    start_load();
    issue_or_stall(split);
    outliers_.work(t_);
    start_drain();
    dma_.grant(t_);
}

std::vector<measured_layer> timing_contract::evaluate() {
    std::vector<measured_layer> out;
    for (std::size_t i = 0; i < run_.layers.size(); ++i) {
        const prepared_layer& l = run_.layers[i];
        const cycle began = t_;
        measured_layer m;
        m.name = l.product.layer->name;
        begin(i);
        for (dma_.land(t_); blocks_left_ > 0; dma_.land(++t_)) {
            if (t_ - began > 50'000'000)
                throw std::runtime_error("the contract's evaluation does not end: layer " + m.name + ", tile " + std::to_string(tile_));
            step(m.split);
        }
        m.cycles = t_ - began;
        const layer_geometry& g = l.plan.descriptor.geometry;
        const std::uint64_t images = is_attention_product(*l.product.layer) ? 1 : run_.request.batch;  // else they are repeats
        m.split.ideal = up(images * g.m() * g.n() * g.k() * g.repeat, std::uint64_t(array_.trees) * array_.lanes);
        m.split.mapping_loss -= m.split.ideal;
        dma_.grant(t_);  // what a layer has asked for is granted before the next one asks, and counts for the former
        m.dma_bytes = dma_.take_moved();
        out.push_back(m);
    }
    return out;
}

}  // namespace symmetree
