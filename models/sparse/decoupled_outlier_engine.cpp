#include "models/sparse/decoupled_outlier_engine.h"

#include <algorithm>
#include <utility>

#include "models/contract/tile_name.h"

namespace symmetree {
namespace {

/// Rounds in the lists: the one in work and the next one.
constexpr int list_sets = 2;

/// Cycles in which the vectors of a run are whole.
issue_run whole_of(issue_run issues, std::uint64_t behind) {
    issues.first += behind;
    for (std::uint64_t& cycle : issues.uneven) cycle += behind;
    return issues;
}

}  // namespace

decoupled_outlier_engine::decoupled_outlier_engine(const sc_core::sc_module_name& name, const accelerator_config& config,
                                                   const clock_domain& clock, engine_room& room, int writer, probe* probe)
    : sc_module(name),
      config_(config),
      clock_(clock),
      room_(room),
      writer_(writer),
      probe_(probe),
      rounds_("rounds", list_sets,
              [this](std::size_t full) {
                  if (probe_) probe_->change(queued_signal_, clock_.now(), full);
              }),
      free_since_(list_sets, 0) {
    queue.bind(*this);
    progress.bind(*this);
    array.bind(*this);
    room_.enlist(this->name(), &waits_for_);
    if (probe_) declare_signals();
    SC_THREAD(work);
}

void decoupled_outlier_engine::declare_signals() {
    const std::string scope = name();
    steps_signal_ = probe_->declare(scope + ".cycles_per_vector", 16);
    queued_signal_ = probe_->declare(scope + ".rounds_queued", 2);
    tile_name_ = probe_->declare_text(scope + ".tile_name");
    probe_->change(steps_signal_, 0, 0);
}

std::uint64_t decoupled_outlier_engine::acquire() {
    rounds_.acquire();
    const std::uint64_t since = free_since_.front();
    free_since_.pop_front();
    return since;
}

void decoupled_outlier_engine::give_back() {
    free_since_.push_back(clock_.now());
    rounds_.give_back();
}

void decoupled_outlier_engine::open_group(std::uint64_t bank, std::int32_t input) {
    ++groups_of_bank_[bank];
    ++inputs_[input].groups;
}

void decoupled_outlier_engine::when_bank_done(std::uint64_t bank, callback then) {
    asked_banks_.emplace_back(bank, std::move(then));
    answer_banks();
}

void decoupled_outlier_engine::when_input_done(std::int32_t input, callback then) {
    const auto found = inputs_.find(input);
    if (found == inputs_.end())
        then(0);
    else
        found->second.waiting.push_back(std::move(then));
}

void decoupled_outlier_engine::follow(const streamed_tile& tile) {
    if (!working_) forget_runs(clock_.now());
    if (tile.tile->first_slice) ++banks_opened_;
    const std::uint64_t bank = banks_opened_ - 1;
    runs_.push_back({bank, whole_of(tile.issues, tile.layer->pace - 1)});
    if (!tile.tile->first_slice) return;
    first_slices_[bank % 2] = runs_.back();
    last_write_[bank % 2] = 0;
    bank_opened_.notify(sc_core::SC_ZERO_TIME);
}

void decoupled_outlier_engine::work() {
    room_.run([this] {
        for (;;) {
            queued_round round;
            {
                wait_note note(waits_for_, "a round of outliers");
                round = rounds_.take();
            }
            work_through(round);
            free_since_.push_back(clock_.now());
            rounds_.release();
        }
    });
}

void decoupled_outlier_engine::work_through(const queued_round& round) {
    const bank_run first_slice = await_first_slice(round);
    const round_load load = round_load_of(round.entries);
    const std::uint64_t start = std::max(clock_.now(), first_slice.whole.first + 1);
    if (probe_) {
        probe_->change(steps_signal_, start, load.steps);
        probe_->change_text(tile_name_, start, name_of(*round.tile));
    }
    working_ = true;
    round_pace pace(start, load.steps, std::uint64_t(round.tile->vectors), first_slice);
    std::uint64_t last = pace.advance(clock_.now(), runs_);
    // The array's runs are known up to now, so what comes later is a guess that is looked at again.
    while (last >= clock_.now()) {
        wait(clock_.time(last + 1 - clock_.now()));
        last = pace.advance(clock_.now(), runs_);
        forget_runs(pace.settled());
    }
    working_ = false;
    if (probe_) probe_->change(steps_signal_, clock_.now(), 0);
    add_products(round, load);
    last_write_[round.bank % 2] = last;
    if (round.last_of_group) close_group(round, clock_.now());
}

bank_run decoupled_outlier_engine::await_first_slice(const queued_round& round) {
    wait_note note(waits_for_, "the first slice of its accumulator bank");
    while (banks_opened_ <= round.bank) wait(bank_opened_);
    return first_slices_[round.bank % 2];
}

void decoupled_outlier_engine::add_products(const queued_round& round, const round_load& load) {
    const auto vectors = std::uint64_t(round.tile->vectors);
    counters_.vectors += vectors * round.entries.size();
    counters_.loads += round.entries.size();
    bank_adders_.vectors += vectors * load.bank_additions;
    sc_core::sc_time delay;
    outlier_inputs_read crossed{vectors * round.entries.size(), round.layer->geometry().activation_bits, vectors * load.steps};
    port->b_transport(crossed, delay);
    const int stride = partial_stride_of(config_.array.trees);
    std::vector<std::int32_t> sums;
    if (round.layer->compute) multiply(round, sums, stride);
    bring(round, load, round.layer->compute ? sums.data() : nullptr, stride);
}

void decoupled_outlier_engine::multiply(const queued_round& round, std::vector<std::int32_t>& sums, int stride) {
    const tile& t = *round.tile;
    sums.assign(std::size_t(t.vectors) * std::size_t(stride), 0);
    std::uint8_t shift[most_trees];
    for (int tree = 0; tree < t.channels; ++tree) shift[tree] = round.layer->channel(t, tree).outlier_shift;
    for (int k_block = 0; k_block < config_.sparse.queue_tiles; ++k_block) {
        const std::vector<tile_outlier> entries = of_k_block(round.entries, k_block);
        if (entries.empty()) continue;
        input_read read;
        read.bank = t.fetch_of(round.layer->flow.streamed) % 2;
        read.k_block = t.k_block + k_block;
        read.first_vector = t.first_vector;
        read.count = t.vectors;
        read.part = piece{0, round.layer->geometry().activation_bits, true};
        sc_core::sc_time delay;
        inputs->b_transport(read, delay);
        add_outliers(entries, shift, read.vectors.from(0), read.vectors.stride, t.vectors, sums.data(), stride);
    }
}

void decoupled_outlier_engine::bring(const queued_round& round, const round_load& load, const std::int32_t* sums, int stride) {
    accumulator_write write;
    write.writer = writer_;
    write.bank = static_cast<int>(round.bank % 2);
    write.first_vector = 0;
    write.vectors = round.tile->vectors;
    write.channels = static_cast<int>(load.trees);
    write.sums = sums;
    write.stride = stride;
    sc_core::sc_time delay;
    this->sums->b_transport(write, delay);
}

void decoupled_outlier_engine::close_group(const queued_round& round, std::uint64_t now) {
    if (--groups_of_bank_[round.bank] == 0) groups_of_bank_.erase(round.bank);
    answer_banks();
    const auto input = inputs_.find(round.tile->fetch_of(round.layer->flow.streamed));
    if (--input->second.groups > 0) return;
    const std::deque<callback> waiting = std::move(input->second.waiting);
    inputs_.erase(input);
    for (const callback& then : waiting) then(now);
}

void decoupled_outlier_engine::answer_banks() {
    while (!asked_banks_.empty() && groups_of_bank_.count(asked_banks_.front().first) == 0) {
        const auto [bank, then] = std::move(asked_banks_.front());
        asked_banks_.pop_front();
        then(last_write_[bank % 2]);
    }
}

void decoupled_outlier_engine::forget_runs(std::uint64_t before) {
    while (!runs_.empty() && runs_.front().whole.last() < before) runs_.pop_front();
}

}  // namespace symmetree
