#pragma once

#include <systemc>
#include <vector>

#include "core/probe.h"
#include "models/contract/accelerator_config.h"
#include "models/contract/buffer_jobs.h"
#include "models/contract/layer_job.h"
#include "models/contract/outlier_tally.h"
#include "models/contract/tile_jobs.h"
#include "models/contract/transfer.h"
#include "models/tlm/bank_queue.h"
#include "models/tlm/engine.h"
#include "models/tlm/job_socket.h"

namespace symmetree {

/// Engine: brings the held operand, which is the weights in every dataflow so far. Keeps the weight banks filled, reads tile after tile
/// through the weight port and loads it into the array's (shadow) registers. A bank is filled again from the load_end of its last tile.
/// Timing: docs/timing-model.md, "Weights".
class weight_loader : public sc_core::sc_module {
public:
    job_initiator_socket<weight_bank_opening> openings{"openings"};
    job_initiator_socket<weight_read> reads{"reads"};
    job_initiator_socket<transfer> dma{"dma"};
    job_initiator_socket<tile_load> array{"array"};
    job_initiator_socket<tile_load> side_array{"side_array"};
    job_initiator_socket<outlier_load> sparse{"sparse"};
    sc_core::sc_port<bank_writer_if<loaded_tile>> registers{"registers"};  ///< the array's, swapped in by the issuer

    weight_loader(const sc_core::sc_module_name& name, const accelerator_config& config, const clock_domain& clock, engine_room& room,
                  probe* probe);
    SC_HAS_PROCESS(weight_loader);

    void begin(const layer_job& job);
    const outlier_tally& tally() const { return tally_; }
    bool idle() const { return layer_ == nullptr; }

private:
    void work();
    void run_layer();
    void request_fetch(std::size_t index);
    void load_tile(const tile& t);
    void begin_tile(const tile& t);
    weight_read read_round(const tile& t, bool first);
    std::uint64_t load(const tile& t, const weight_read& bytes, bool first_round);  ///< returns s
    std::uint64_t load_outliers(const tile& t, const weight_read& bytes);

    const accelerator_config config_;
    const clock_domain clock_;
    engine_room& room_;
    probe* const probe_;
    probe::signal busy_ = 0, tile_name_ = 0;
    const char* waits_for_ = "nothing";
    const layer_job* layer_ = nullptr;
    sc_core::sc_event begun_{"begun"};
    std::vector<std::uint64_t> dense_address_, outlier_address_;  ///< of each fill
    std::uint64_t outlier_offset_ = 0, n_block_outliers_ = 0;     ///< in the fill: of the next round, of its n-block's first one
    std::uint64_t lane_outliers_ = 0;                             ///< of the tile's fullest lane, in its rounds so far
    outlier_tally tally_;
};

}  // namespace symmetree
