#pragma once

#include <deque>
#include <systemc>
#include <vector>

#include "models/buffers/weight_buffer.h"
#include "models/contract/accelerator_config.h"
#include "models/contract/layer_engine_if.h"
#include "models/contract/outlier_tally.h"
#include "models/contract/tile_jobs.h"
#include "models/contract/transfer.h"
#include "models/tlm/engine.h"
#include "models/tlm/job_socket.h"

namespace symmetree {

/// A tile that stands in the weight registers, ready to be swapped in.
struct loaded_tile {
    std::uint64_t ready_cycle = 0;  ///< when its last byte was in the bank, if the loader had to wait for it; else 0
    std::uint64_t load_end = 0;
    std::uint64_t outlier_cycles = 1;  ///< s
};

/// Engine: keeps the weight banks filled, reads tile after tile through the weight port and loads it into the array's
/// (shadow) registers. A bank is filled again from the load_end of its last tile. Timing: docs/timing-model.md, "Weights".
class weight_loader : public sc_core::sc_module, public layer_engine_if {
public:
    sc_core::sc_export<layer_engine_if> start{"start"};
    job_initiator_socket<weight_bank_opening> openings{"openings"};
    job_initiator_socket<weight_read> reads{"reads"};
    job_initiator_socket<transfer> dma{"dma"};
    job_initiator_socket<tile_load> array{"array"};
    job_initiator_socket<tile_load> side_array{"side_array"};
    job_initiator_socket<outlier_load> sparse{"sparse"};

    bank_tokens registers{"weight_registers", 1};  ///< full: a tile stands in the (shadow) registers
    std::deque<loaded_tile> loaded;                ///< what stands there, in order

    weight_loader(const sc_core::sc_module_name& name, const accelerator_config& config, const clock_domain& clock, engine_room& room,
                  weight_buffer& buffer, probe* probe);
    SC_HAS_PROCESS(weight_loader);

    void begin(const layer_job& job) override;
    const outlier_tally& tally() const { return tally_; }
    bool idle() const { return layer_ == nullptr; }

private:
    void work();
    void run_layer();
    void request_fetch(std::size_t index);
    weight_read read_tile(const tile& t);
    std::uint64_t load(const tile& t, const weight_read& bytes);  ///< returns s
    std::uint64_t port_time(const tile& t, const weight_read& bytes);

    const accelerator_config config_;
    const clock_domain clock_;
    engine_room& room_;
    weight_buffer& buffer_;
    probe* const probe_;
    probe::signal busy_ = 0, tile_name_ = 0;
    const char* waits_for_ = "nothing";
    const layer_job* layer_ = nullptr;
    sc_core::sc_event begun_{"begun"};
    std::vector<std::uint64_t> dense_address_, outlier_address_;  ///< of each fill
    std::uint64_t outlier_offset_ = 0, n_block_outliers_ = 0;     ///< in the fill: of the next tile, of its n-block's first one
    outlier_tally tally_;
};

}  // namespace symmetree
