#include "tests/sim/timing_contract.h"

#include <algorithm>
#include <numeric>
#include <stdexcept>

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

void timing_contract::fetch_weights(std::size_t j) {
    if (j >= program_.weights.size()) return;
    const weight_fill& fill = layer_->plan.fills[program_.weights[j].fill];
    dma_.offer(t_, burst_dma::weights, {fill.dense_bytes}, [this, j](std::uint64_t bytes) { dense_in_[j] += bytes; });
    if (fill.outlier_bytes > 0)
        dma_.offer(t_, burst_dma::outliers, {fill.outlier_bytes}, [this, j](std::uint64_t bytes) { outliers_in_[j] += bytes; });
}

void timing_contract::fetch_input(std::size_t j) {
    if (j >= program_.inputs.size()) return;
    const layer_geometry& g = layer_->plan.descriptor.geometry;
    const block read = block_of(program_.inputs[j].m_block);
    std::vector<std::uint64_t> runs;
    for (const row_run& run : input_rows(g, read.first, read.count)) runs.push_back(run.count * g.row_bytes());
    input_wanted_[j] = std::accumulate(runs.begin(), runs.end(), std::uint64_t{0});
    dma_.offer(t_, burst_dma::activations, runs, [this, j](std::uint64_t bytes) { input_in_[j] += bytes; });
}

bool timing_contract::tile_ready(std::size_t i) const {
    const std::int32_t j = program_.tiles[i].weights;
    return dense_in_[j] >= loads_[i].dense_end && outliers_in_[j] >= loads_[i].outlier_end;
}

void timing_contract::start_load() {
    const std::size_t i = next_load_;
    if (i == program_.tiles.size()) return;
    const bool registers_free = i == 0 || (array_.shadow_registers ? swap(i - 1) : last(i - 1)) <= t_;
    if (!registers_free || !tile_ready(i)) return;
    load_end_[i] = t_ + loads_[i].cycles;
    ++next_load_;
}

void timing_contract::end_load() {
    if (next_load_ > 0 && load_end_[next_load_ - 1] == t_ && program_.tiles[next_load_ - 1].frees_weights)
        fetch_weights(program_.tiles[next_load_ - 1].weights + 2);
}

timing_contract::cycle timing_contract::swap(std::size_t i) const {
    if (load_end_[i] == never) return never;
    return i == 0 ? load_end_[i] : std::max(load_end_[i], last(i - 1));
}

// Issue

void timing_contract::issue_or_stall(slot_split& split) {
    if (tile_ == program_.tiles.size()) {
        ++split.barrier;
        return;
    }
    const tile& tile = program_.tiles[tile_];
    const std::uint64_t s = loads_[tile_].pace;
    const std::uint64_t supply = up(std::uint64_t(array_.lanes) * array_.activation_bits, c_.activation_buffer.port_bits);
    const bool first = vector_ == 0;
    std::uint64_t* cause = nullptr;
    if (issued_any_ && t_ < issue_ + pace_)
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
    ++(loads_[tile_].later_round ? split.outlier : split.mapping_loss);  // the ideal ones are taken off at the end
    if (++vector_ < static_cast<std::size_t>(tile.vectors)) return;
    last_[tile_] = t_ + std::max(s, supply);
    vector_ = 0;
    ++tile_;
}

void timing_contract::end_tile() {
    if (tile_ == 0 || last_[tile_ - 1] != t_) return;
    const tile& done = program_.tiles[tile_ - 1];
    if (done.frees_input) fetch_input(done.input + 2);
    if (!done.last_slice) return;
    const std::uint64_t depth = pipeline_depth(c_, *layer_);
    const std::uint64_t supply = up(std::uint64_t(array_.lanes) * array_.activation_bits, c_.activation_buffer.port_bits);
    const std::uint64_t outliers_trail = std::min(loads_[tile_ - 1].pace, supply) - 1;
    const layer_geometry& g = layer_->plan.descriptor.geometry;
    const std::int64_t vectors = block_of(done.m_block).count;
    handovers_.push_back({t_ + outliers_trail + depth - 1, done.vectors * up(done.channels, c_.drain_width), done.first_vector == 0,
                          done.first_vector + done.vectors == vectors, up(std::uint64_t(vectors) * done.channels * g.output_bits, 8)});
}

// Drain

void timing_contract::start_drain() {
    if (draining_ || handovers_.empty() || handovers_.front().ready > t_) return;
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
    dma_.offer(t_, burst_dma::outputs, {drained.block_bytes}, [this, left](std::uint64_t bytes) {
        if ((*left -= bytes) > 0) return;
        ++free_output_banks_;
        --blocks_left_;
    });
}

// Layer

void timing_contract::begin(const prepared_layer& l) {
    layer_ = &l;
    array_ = l.integers.on_side_array ? *c_.side_array : c_.array;
    const layer_geometry& g = l.plan.descriptor.geometry;
    const rounds_program rounds = rounds_of_layer(c_, l);
    program_ = rounds.program;
    loads_ = rounds.loads;
    dense_in_.assign(program_.weights.size(), 0);
    outliers_in_.assign(program_.weights.size(), 0);
    input_in_.assign(program_.inputs.size(), 0);
    input_wanted_.assign(program_.inputs.size(), 1);  // not asked for yet: not there
    load_end_.assign(program_.tiles.size(), never);
    last_.assign(program_.tiles.size(), never);
    next_load_ = program_.tiles.size();  // the engines wait for the tables
    tile_ = vector_ = 0;
    issued_any_ = false;
    blocks_left_ = static_cast<std::size_t>(
        std::count_if(program_.tiles.begin(), program_.tiles.end(), [](const tile& t) { return t.last_slice && t.first_vector == 0; }));

    // The sequencer reads the descriptor, then the tables, then starts the engines.
    const std::uint64_t tables = std::uint64_t(g.n()) * g.repeat * 12 + l.plan.fills.size() * 12 + l.product.weights.levels.size();
    auto left = std::make_shared<std::uint64_t>(256 + tables);
    const auto landed = [this, left, tables](std::uint64_t bytes) {
        *left -= bytes;
        if (*left == 0) start_engines();
    };
    dma_.offer(t_, burst_dma::control, {256}, [this, left, tables, landed](std::uint64_t bytes) {
        *left -= bytes;
        if (*left == tables) dma_.offer(t_, burst_dma::control, {tables}, landed);
    });
}

void timing_contract::start_engines() {
    next_load_ = 0;
    for (std::size_t j = 0; j < 2; ++j) {
        fetch_weights(j);
        fetch_input(j);
    }
}

void timing_contract::step(slot_split& split) {
    end_drain();
    end_load();
    end_tile();
    start_load();
    issue_or_stall(split);
    start_drain();
    dma_.grant(t_);
}

std::vector<measured_layer> timing_contract::evaluate() {
    std::vector<measured_layer> out;
    for (const prepared_layer& l : run_.layers) {
        const cycle began = t_;
        measured_layer m;
        m.name = l.product.layer->name;
        begin(l);
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
        m.dma_bytes = dma_.take_moved();
        out.push_back(m);
    }
    return out;
}

}  // namespace symmetree
