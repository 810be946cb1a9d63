#pragma once

#include <array>
#include <systemc>
#include <vector>

#include "core/probe.h"
#include "models/contract/accelerator_config.h"
#include "models/contract/buffer_jobs.h"
#include "models/contract/layer_job.h"
#include "models/contract/outlier_queue_if.h"
#include "models/contract/outlier_tally.h"
#include "models/contract/tile_jobs.h"
#include "models/contract/transfer.h"
#include "models/tlm/bank_queue.h"
#include "models/tlm/engine.h"
#include "models/tlm/job_socket.h"

namespace symmetree {

/// Engine: brings the held operand, which is the weights in every dataflow so far. Keeps the weight banks filled, reads tile after tile
/// through the weight port and loads it into the array's (shadow) registers. A bank is filled again from the load_end of its last tile,
/// with weights of the next layer where that is known already. Timing: docs/timing-model.md, "Weights", "Prefetch".
class weight_loader : public sc_core::sc_module {
public:
    job_initiator_socket<weight_bank_opening> openings{"openings"};
    job_initiator_socket<weight_read> reads{"reads"};
    job_initiator_socket<transfer> dma{"dma"};
    job_initiator_socket<tile_load> array{"array"};
    job_initiator_socket<tile_load> side_array{"side_array"};
    job_initiator_socket<outlier_load> sparse{"sparse"};  ///< lanes in lock-step
    /// Lanes with a pace of their own, where the platform has them.
    sc_core::sc_port<outlier_queue_if, 1, sc_core::SC_ZERO_OR_MORE_BOUND> outlier_queue{"outlier_queue"};
    sc_core::sc_port<bank_writer_if<loaded_tile>> registers{"registers"};  ///< the array's, swapped in by the issuer

    weight_loader(const sc_core::sc_module_name& name, const accelerator_config& config, const clock_domain& clock, engine_room& room,
                  probe* probe);
    SC_HAS_PROCESS(weight_loader);

    void begin(const layer_job& job);
    /// The layer after the present one, or the first: its first two fetches are made as banks get free.
    void prepare(const layer_job& next);
    const outlier_tally& tally() const { return tally_; }
    bool idle() const { return layer_ == nullptr; }

private:
    /// A layer's fetches on their way into the banks.
    struct layer_fetches {
        const layer_job* job = nullptr;  ///< that is done with, it may be gone
        std::size_t fetches = 0;
        std::size_t first_bank = 0;                                 ///< of fetch 0; they alternate from there
        std::vector<std::uint64_t> dense_address, outlier_address;  ///< of each fill
        std::size_t bank_of(std::size_t fetch) const { return (first_bank + fetch) % 2; }
    };

    void work();
    void run_layer();
    static layer_fetches fetches_of(const layer_job& job, std::size_t first_bank);
    void request_fetch(const layer_fetches& of, std::size_t index);
    void free_bank_of(std::size_t fetch);
    void load_tile(const tile& t);
    bool queues_outliers() const;
    void load_rounds(const tile& t);
    void load_beside_queue(const tile& t);
    void take_place();
    void queue_round(const tile& t, const weight_read& bytes);
    void cross_port(const tile& t, const weight_read& bytes);
    void begin_tile(const tile& t);
    weight_read read_round(const tile& t, bool first);
    std::uint64_t load(const tile& t, const weight_read& bytes, bool first_round);  ///< returns s
    void load_dense(const tile& t, const weight_read& bytes, bool first_round);
    std::vector<tile_outlier> decoded(const weight_read& bytes);
    std::uint64_t load_outliers(const tile& t, const weight_read& bytes);

    const accelerator_config config_;
    const clock_domain clock_;
    engine_room& room_;
    probe* const probe_;
    probe::signal busy_ = 0, tile_name_ = 0;
    const char* waits_for_ = "nothing";
    const layer_job* layer_ = nullptr;
    sc_core::sc_event begun_{"begun"};
    layer_fetches present_, next_;
    std::array<bool, 2> is_free_{true, true};                  ///< banks that the present layer fills no more
    std::uint64_t outlier_offset_ = 0, n_block_outliers_ = 0;  ///< in the fill: of the next round, of its n-block's first one
    std::uint64_t lane_outliers_ = 0;                          ///< of the tile's fullest lane, in its rounds so far
    std::uint64_t banks_begun_ = 0;                            ///< accumulator banks, since the start of simulation
    std::uint64_t queue_free_ = 0;                             ///< since when the place was free that was taken last
    outlier_tally tally_;
};

}  // namespace symmetree
