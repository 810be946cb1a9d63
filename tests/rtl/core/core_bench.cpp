#include "tests/rtl/core/core_bench.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <numeric>
#include <stdexcept>

#include "core/bit_stream.h"
#include "models/buffers/im2col_math.h"

namespace symmetree {

// Fetches: the rules of docs/timing-model.md, "Weights" and "Input"

void core_bench::fetch_weights(std::size_t j) {
    if (j >= program_.weights.size()) return;
    const weight_fill& fill = layer_->plan.fills[program_.weights[j].fill];
    dma_.offer(t_, burst_dma::weights, {fill.dense_bytes}, [this, j](std::uint64_t bytes) {
        fill_weight_bank(j, dense_in_[j], bytes, false);
        dense_in_[j] += bytes;
    });
    if (fill.outlier_bytes == 0) return;
    dma_.offer(t_, burst_dma::outliers, {fill.outlier_bytes}, [this, j](std::uint64_t bytes) {
        fill_weight_bank(j, outliers_in_[j], bytes, true);
        outliers_in_[j] += bytes;
    });
}

void core_bench::fetch_input(std::size_t j) {
    if (j >= program_.inputs.size()) return;
    const layer_geometry& g = layer_->plan.descriptor.geometry;
    const std::int64_t m_block = layer_->plan.descriptor.m_block, first = program_.inputs[j].m_block * m_block;
    std::vector<std::uint64_t> runs;
    for (const row_run& run : input_rows(g, first, std::min(m_block, g.m() - first))) runs.push_back(run.count * g.row_bytes());
    input_wanted_[j] = std::accumulate(runs.begin(), runs.end(), std::uint64_t{0});
    dma_.offer(t_, burst_dma::activations, runs, [this, j](std::uint64_t bytes) {
        if ((input_in_[j] += bytes) == input_wanted_[j]) fill_input_bank(j);
    });
    if (input_wanted_[j] == 0) fill_input_bank(j);
}

// Values: bytes are copied into their bank as their bursts land.

void core_bench::fill_weight_bank(std::size_t j, std::uint64_t from, std::uint64_t bytes, bool outliers) {
    if (run_.request.timing_only && !outliers) return;
    const std::vector<std::uint8_t>& memory = outliers ? outliers_ : dense_;
    std::vector<std::uint8_t>& bank = outliers ? outlier_bank_[j % 2] : dense_bank_[j % 2];
    if (from == 0) bank.clear();
    const auto begin =
        memory.begin() + static_cast<std::ptrdiff_t>((outliers ? outliers_begin_ : dense_begin_)[program_.weights[j].fill] + from);
    bank.insert(bank.end(), begin, begin + static_cast<std::ptrdiff_t>(bytes));
}

void core_bench::fill_input_bank(std::size_t j) {
    if (run_.request.timing_only) return;
    const layer_geometry& g = layer_->plan.descriptor.geometry;
    const std::int64_t m_block = layer_->plan.descriptor.m_block, first = program_.inputs[j].m_block * m_block;
    std::vector<std::uint8_t>& bank = input_bank_[j % 2];
    input_rows_[j % 2] = input_rows(g, first, std::min(m_block, g.m() - first));
    bank.clear();
    const std::uint64_t base = std::uint64_t(program_.inputs[j].repeat) * g.in_height * g.row_bytes();
    for (const row_run& run : input_rows_[j % 2]) {
        const auto begin = input_.begin() + static_cast<std::ptrdiff_t>(base + run.first * g.row_bytes());
        bank.insert(bank.end(), begin, begin + static_cast<std::ptrdiff_t>(run.count * g.row_bytes()));
    }
}

/// The vectors of the tile that issues next, from its input bank.
void core_bench::gather() {
    if (gathered_ == issuing_) return;
    gathered_ = issuing_;
    const tile& t = program_.tiles[issuing_];
    const layer_descriptor& d = layer_->plan.descriptor;
    const array_config& array = layer_->integers.on_side_array ? *c_.side_array : c_.array;
    im2col_request request;
    request.geometry = &d.geometry;
    request.first_vector = std::int64_t(t.m_block) * d.m_block + t.first_vector;
    request.vectors = t.vectors;
    request.k_block = t.k_block;
    request.lanes = request.stride = array.lanes;
    request.padding = static_cast<std::int16_t>(layer_->plan.descriptor.input_zero_point);
    request.part = piece_of(d.geometry.activation_bits, array.activation_bits, t.activation_pass);
    const std::size_t bank = static_cast<std::size_t>(t.input) % 2;
    vectors_ = gather_vectors(unpack_rows(input_bank_[bank].data(), d.geometry, input_rows_[bank], d.activations_unsigned != 0),
                              input_rows_[bank], request);
}

const channel_record* core_bench::channels_of(std::int32_t repeat, std::int32_t n_block) const {
    const array_config& array = layer_->integers.on_side_array ? *c_.side_array : c_.array;
    return layer_->integers.channels.data() + repeat * layer_->plan.descriptor.geometry.n() + std::ptrdiff_t(n_block) * array.trees;
}

bool core_bench::tile_ready() const {
    const std::int32_t j = program_.tiles[next_load_].weights;
    return dense_in_[j] >= loads_[next_load_].dense_end && outliers_in_[j] >= loads_[next_load_].outlier_end;
}

// Layer

/// What the host puts into memory.
void core_bench::take_contents(const prepared_layer& l) {
    const layer_descriptor& d = l.plan.descriptor;
    dense_.clear();
    outliers_.clear();
    input_.clear();
    for (const placed_bytes& part : program_of(c_, l).contents) {
        if (part.address == d.weights_address) dense_ = part.bytes;
        if (part.address == d.outliers_address && l.plan.outliers.present()) outliers_ = part.bytes;
        if (part.address == d.input_address) input_ = part.bytes;
    }
}

void core_bench::begin(const prepared_layer& l) {
    layer_ = &l;
    const rounds_program rounds = rounds_of_layer(c_, l);
    program_ = rounds.program;
    loads_ = rounds.loads;
    dense_in_.assign(program_.weights.size(), 0);
    outliers_in_.assign(program_.weights.size(), 0);
    input_in_.assign(program_.inputs.size(), 0);
    input_wanted_.assign(program_.inputs.size(), 1);  // not asked for yet: not there
    next_load_ = ended_loads_ = issuing_ = done_ = drained_ = written_ = 0;
    collecting_ = coded_ = 0;
    record_.outputs.emplace_back();
    issued_vectors_ = 0;
    engines_ = false;
    first_tile_ = record_.tiles.size();

    take_contents(l);
    gathered_ = std::size_t(-1);
    dense_begin_.clear();
    outliers_begin_.clear();
    std::uint64_t dense = 0, outliers = 0;
    for (const weight_fill& fill : l.plan.fills) {
        dense_begin_.push_back(dense);
        outliers_begin_.push_back(outliers);
        dense += fill.dense_bytes;
        outliers += fill.outlier_bytes;
    }
    blocks_ = output_blocks(l.plan.descriptor.geometry, program_);
    core_.begin_layer(c_, l);
    record_.tiles.resize(first_tile_ + program_.tiles.size());

    // The sequencer reads the descriptor, then the tables, then starts the engines.
    const layer_geometry& g = l.plan.descriptor.geometry;
    const std::uint64_t tables = std::uint64_t(g.n()) * g.repeat * 12 + l.plan.fills.size() * 12 + l.product.weights.levels.size();
    auto left = std::make_shared<std::uint64_t>(tables);
    const auto table_landed = [this, left](std::uint64_t bytes) {
        if ((*left -= bytes) == 0) start_engines();
    };
    auto descriptor_left = std::make_shared<std::uint64_t>(256);
    dma_.offer(t_, burst_dma::control, {256}, [this, descriptor_left, tables, table_landed](std::uint64_t bytes) {
        if ((*descriptor_left -= bytes) == 0) dma_.offer(t_, burst_dma::control, {tables}, table_landed);
    });
}

void core_bench::start_engines() {
    engines_ = true;
    for (std::size_t j = 0; j < 2; ++j) {
        fetch_weights(j);
        fetch_input(j);
    }
}

core_inputs core_bench::inputs() {
    core_inputs in;
    in.output_free = drained_vectors_ > 0 || free_output_banks_ > 0;
    if (next_load_ < program_.tiles.size()) {
        const tile& t = program_.tiles[next_load_];
        offered_ = {layer_,  &t,      next_load_ + 1 == program_.tiles.size(), loads_[next_load_],
                    nullptr, nullptr, channels_of(t.repeat, t.n_block)};
        if (!run_.request.timing_only) offered_.dense = dense_bank_[t.weights % 2].data() + t.dense_offset;
        const tile_load_time& load = loads_[next_load_];
        if (load.outlier_bytes > 0) offered_.outliers = outlier_bank_[t.weights % 2].data() + (load.outlier_end - load.outlier_bytes);
        in.tile = &offered_;
        in.tile_valid = engines_ && tile_ready();
    }
    if (issuing_ < program_.tiles.size()) {
        const auto j = static_cast<std::size_t>(program_.tiles[issuing_].input);
        in.input_ready = engines_ && input_in_[j] >= input_wanted_[j];
        if (in.input_ready && !run_.request.timing_only) {
            gather();
            const array_config& array = layer_->integers.on_side_array ? *c_.side_array : c_.array;
            in.vector = vectors_.data() + std::ptrdiff_t(issued_vectors_) * array.lanes;
        }
    }
    in.descriptor = &layer_->plan.descriptor;
    const std::size_t block = block_complete() ? collecting_ : collecting_ - 1;
    if (block < blocks_.size()) in.drain_channels = channels_of(blocks_[block].repeat, blocks_[block].n_block);
    return in;
}

void core_bench::count_slot(const core_events& events, slot_split& split) {
    std::uint64_t* const causes[] = {&split.outlier, &split.input, &split.memory, &split.weight_port, &split.hazard, &split.drain};
    if (events.issue)
        ++(loads_.at(issuing_).later_round ? split.outlier : split.mapping_loss);  // the ideal ones are taken off at the end
    else if (events.stall == 0)
        ++split.barrier;
    else if ((events.stall & (events.stall - 1)) != 0)
        throw std::runtime_error("a slot with two owners");
    else
        ++*causes[__builtin_ctz(events.stall)];
}

void core_bench::take_drain(const core_events& events) {
    if (codes_complete_) offer_output(blocks_.at(coded_++));
    codes_complete_ = false;
    if (events.drain_end) {
        record_.drains.back().end = t_;
        if (block_drained_ && !events.requantizes) offer_output(blocks_.at(drained_));
        if (block_drained_) ++drained_;
    }
    if (events.drain_start) {
        if (drained_vectors_ == 0) --free_output_banks_;
        record_.drains.push_back({t_, 0});
    }
    if (events.drain_last) {
        const std::int32_t vectors = blocks_.at(drained_).vectors;
        drained_vectors_ += holds_outputs() ? 1 : vectors;
        block_drained_ = drained_vectors_ == vectors;
        if (block_drained_) drained_vectors_ = 0;
    }
    record_.overflow |= events.overflow;
    if (events.drained) collect(events);
    if (events.codes) take_codes(*events.codes);
}

void core_bench::offer_output(const output_block& block) {
    auto left = std::make_shared<std::uint64_t>(block.bytes);
    dma_.offer(t_, burst_dma::outputs, {block.bytes}, [this, left](std::uint64_t bytes) {
        if ((*left -= bytes) > 0) return;
        ++free_output_banks_;
        ++written_;
    });
}

/// A group of codes goes into the output bank; a full block is packed as it goes to memory.
void core_bench::take_codes(const std::vector<std::int16_t>& codes) {
    const output_block& block = blocks_.at(coded_);
    const auto channels = static_cast<std::size_t>(block.channels);
    const std::size_t left = channels - codes_.size() % channels;
    codes_.insert(codes_.end(), codes.begin(), codes.begin() + static_cast<std::ptrdiff_t>(std::min(left, codes.size())));
    if (codes_.size() < channels * std::size_t(block.vectors)) return;
    bit_writer writer;
    writer.put_codes(codes_.data(), codes_.size(), layer_->plan.descriptor.geometry.output_bits);
    writer.align();
    const std::vector<std::uint8_t> packed = writer.take();
    std::vector<std::uint8_t>& memory = record_.outputs.back();
    memory.insert(memory.end(), packed.begin(), packed.end());
    codes_.clear();
    codes_complete_ = true;
}

/// A group of sums; a block's last group may be cut off at its channels.
void core_bench::collect(const core_events& events) {
    if (block_complete()) {
        record_.sums.emplace_back();
        const output_block& block = blocks_.at(collecting_++);
        collected_ = std::size_t(block.vectors) * std::size_t(block.channels);
        channels_ = std::size_t(block.channels);
    }
    std::vector<std::int64_t>& sums = record_.sums.back();
    const std::size_t left = channels_ - sums.size() % channels_;
    sums.insert(sums.end(), events.drained->begin(),
                events.drained->begin() + static_cast<std::ptrdiff_t>(std::min(left, events.drained->size())));
}

void core_bench::take(const core_events& events, slot_split& split) {
    count_slot(events, split);
    tile_times* const times = record_.tiles.data() + first_tile_;
    if (events.load_end) {
        times[ended_loads_].load_end = t_;
        const tile& t = program_.tiles.at(ended_loads_++);
        if (t.frees_weights) fetch_weights(static_cast<std::size_t>(t.weights) + 2);
    }
    if (events.done) {
        const tile& t = program_.tiles.at(done_++);
        if (t.frees_input) fetch_input(static_cast<std::size_t>(t.input) + 2);
    }
    if (events.load_start) {
        if (next_load_ >= program_.tiles.size()) throw std::runtime_error("a load behind the last tile");
        times[next_load_++].load_start = t_;
    }
    if (events.issue) {
        if (!loads_.at(issuing_).later_round) ++record_.vectors;
        if (issued_vectors_ == 0) times[issuing_].first_issue = t_;
        if (++issued_vectors_ == program_.tiles.at(issuing_).vectors) {
            issued_vectors_ = 0;
            ++issuing_;
        }
    }
    take_drain(events);
}

void core_bench::step(slot_split& split) {
    const core_events events = core_.evaluate(inputs());
    take(events, split);
    dma_.grant(t_);
    core_.clock();
}

core_record core_bench::run(std::size_t most_tiles) {
    for (const prepared_layer& l : run_.layers) {
        const cycle began = t_;
        measured_layer m;
        m.name = l.product.layer->name;
        begin(l);
        for (dma_.land(t_); written_ < blocks_.size(); dma_.land(++t_)) {
            if (t_ - began > 50'000'000)
                throw std::runtime_error(fmt::format("the core does not end: layer {}, tile {}", m.name, issuing_));
            if (first_tile_ + issuing_ >= most_tiles && issued_vectors_ == 0) {
                record_.tiles.resize(first_tile_ + issuing_);
                return record_;
            }
            step(m.split);
        }
        m.cycles = t_ - began;
        const layer_geometry& g = l.plan.descriptor.geometry;
        const array_config& array = l.integers.on_side_array ? *c_.side_array : c_.array;
        const std::uint64_t macs = std::uint64_t(g.m()) * g.n() * g.k() * g.repeat, slots = std::uint64_t(array.trees) * array.lanes;
        m.split.ideal = (macs + slots - 1) / slots;
        m.split.mapping_loss -= m.split.ideal;
        m.dma_bytes = dma_.take_moved();
        record_.layers.push_back(m);
    }
    return record_;
}

std::string record_difference(const core_record& simulated, const core_record& rtl, bool prefix) {
    const std::size_t tiles = std::min(simulated.tiles.size(), rtl.tiles.size());
    for (std::size_t i = 0; i < tiles; ++i) {
        const tile_times &a = simulated.tiles[i], &b = rtl.tiles[i];
        if (a.load_start != b.load_start) return fmt::format("tile {}: load starts at {}; {}", i, a.load_start, b.load_start);
        if (a.load_end != b.load_end) return fmt::format("tile {}: load ends at {}; {}", i, a.load_end, b.load_end);
        if (a.first_issue != b.first_issue) return fmt::format("tile {}: first issue at {}; {}", i, a.first_issue, b.first_issue);
    }
    const std::size_t drains = std::min(simulated.drains.size(), rtl.drains.size());
    for (std::size_t i = 0; i < drains; ++i) {
        const drain_times &a = simulated.drains[i], &b = rtl.drains[i];
        if (a.start != b.start) return fmt::format("block {}: drain starts at {}; {}", i, a.start, b.start);
        if (b.end != 0 && a.end != b.end) return fmt::format("block {}: drain ends at {}; {}", i, a.end, b.end);
    }
    for (std::size_t i = 0; i < std::min(simulated.sums.size(), rtl.sums.size()); ++i)
        for (std::size_t at = 0; at < rtl.sums[i].size(); ++at)
            if (simulated.sums[i].at(at) != rtl.sums[i][at])
                return fmt::format("block {}, sum {}: {}; {}", i, at, simulated.sums[i][at], rtl.sums[i][at]);
    if (prefix) return {};
    if (simulated.sums.size() != rtl.sums.size()) return fmt::format("{} blocks of sums; {}", simulated.sums.size(), rtl.sums.size());
    if (simulated.tiles.size() != rtl.tiles.size()) return fmt::format("{} tiles; {} tiles", simulated.tiles.size(), rtl.tiles.size());
    if (simulated.drains.size() != rtl.drains.size())
        return fmt::format("{} blocks; {} blocks", simulated.drains.size(), rtl.drains.size());
    return timing_difference(simulated.layers, rtl.layers);
}

}  // namespace symmetree
