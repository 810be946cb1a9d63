#pragma once

#include <array>
#include <deque>
#include <functional>
#include <map>
#include <systemc>
#include <vector>

#include "core/counters.h"
#include "core/probe.h"
#include "models/contract/accelerator_config.h"
#include "models/contract/buffer_jobs.h"
#include "models/contract/outlier_queue_if.h"
#include "models/contract/tile_jobs.h"
#include "models/contract/vector_stream.h"
#include "models/sparse/outlier_pace_math.h"
#include "models/sparse/sparse_math.h"
#include "models/tlm/bank_queue.h"
#include "models/tlm/engine.h"
#include "models/tlm/job_socket.h"

namespace symmetree {

/// Engine: sparse lanes with a pace of their own (`sparse.engine: decoupled`). Works through a queue of rounds of outliers, each for all
/// vectors of an m-block, reads single activations through its own port and adds a sum per vector and tree to the accumulators, beside the
/// array and in cycles that the array leaves free. Timing: docs/timing-model.md, "Decoupled outliers".
class decoupled_outlier_engine : public sc_core::sc_module,
                                 public outlier_queue_if,
                                 public outlier_progress_if,
                                 public vector_stream_reader {
public:
    sc_core::sc_export<outlier_queue_if> queue{"queue"};
    sc_core::sc_export<outlier_progress_if> progress{"progress"};
    sc_core::sc_export<vector_stream_reader> array{"array"};  ///< the vectors that the array writes
    job_initiator_socket<input_read> inputs{"inputs"};
    job_initiator_socket<outlier_inputs_read> port{"port"};
    job_initiator_socket<accumulator_write> sums{"sums"};

    /// `writer`: its number at the accumulators' port.
    decoupled_outlier_engine(const sc_core::sc_module_name& name, const accelerator_config& config, const clock_domain& clock,
                             engine_room& room, int writer, probe* probe);
    SC_HAS_PROCESS(decoupled_outlier_engine);

    std::uint64_t acquire() override;
    void give_back() override;
    void open_group(std::uint64_t bank, std::int32_t input) override;
    void push(const queued_round& round) override { rounds_.publish(round); }
    void when_bank_done(std::uint64_t bank, std::function<void(std::uint64_t)> then) override;
    void when_input_done(std::int32_t input, std::function<void(std::uint64_t)> then) override;
    void follow(const streamed_tile& tile) override;

    /// vectors: outlier products, summed over the lanes; loads: outliers loaded.
    const unit_counters& counters() const { return counters_; }
    /// vectors: sums taken by the trees' bank adders.
    const unit_counters& bank_adders() const { return bank_adders_; }

private:
    using callback = std::function<void(std::uint64_t)>;
    /// Groups that still read an input, and who waits for them.
    struct input_readers {
        int groups = 0;
        std::deque<callback> waiting;
    };

    void declare_signals();
    void work();
    void work_through(const queued_round& round);
    bank_run await_first_slice(const queued_round& round);
    void add_products(const queued_round& round, const round_load& load);
    void multiply(const queued_round& round, std::vector<std::int32_t>& sums, int stride);
    void bring(const queued_round& round, const round_load& load, const std::int32_t* sums, int stride);
    void close_group(const queued_round& round, std::uint64_t now);
    void answer_banks();
    void forget_runs(std::uint64_t before);

    const accelerator_config config_;
    const clock_domain clock_;
    engine_room& room_;
    const int writer_;
    probe* const probe_;
    probe::signal steps_signal_ = 0, queued_signal_ = 0, tile_name_ = 0;
    const char* waits_for_ = "nothing";
    bank_queue<queued_round> rounds_;
    std::deque<std::uint64_t> free_since_;  ///< of the places that are free, the oldest first
    bool working_ = false;

    std::uint64_t banks_opened_ = 0;
    std::array<bank_run, 2> first_slices_;  ///< of the last two banks
    std::deque<bank_run> runs_;
    sc_core::sc_event bank_opened_{"bank_opened"};

    std::map<std::uint64_t, int> groups_of_bank_;  ///< unfinished ones, by number of the bank
    std::array<std::uint64_t, 2> last_write_{};    ///< to the present content of each bank
    std::deque<std::pair<std::uint64_t, callback>> asked_banks_;
    std::map<std::int32_t, input_readers> inputs_;  ///< by fetch
    unit_counters counters_, bank_adders_;
};

}  // namespace symmetree
