#pragma once

#include <tlm_utils/simple_target_socket.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <systemc>
#include <vector>

#include "core/probe.h"
#include "models/contract/accelerator_config.h"
#include "models/contract/job_engine_if.h"
#include "models/contract/transfer.h"
#include "models/tlm/engine.h"
#include "models/tlm/job_socket.h"

namespace symmetree {

/// Reads layer descriptors and their tables through the DMA, enumerates the tiles with the tiler's own function, starts the
/// cores or the vector unit and owns the barrier between layers. Where the platform prefetches, a second thread reads one descriptor ahead
/// and tells the cores of its layer. Timing: docs/timing-model.md, "Layer", "Prefetch".
class sequencer : public sc_core::sc_module, private transfer_listener {
public:
    tlm_utils::simple_target_socket<sequencer> control_store{"control_store"};
    job_initiator_socket<transfer> dma{"dma"};
    sc_core::sc_port<layer_engine_if, 0> cores{"cores"};
    sc_core::sc_port<step_engine_if> vectors{"vectors"};

    /// Called at the end of each layer with its job and the cycles at which it began and ended.
    using layer_end = std::function<void(const layer_job&, std::uint64_t began, std::uint64_t ended)>;
    /// The same for a step of the vector unit.
    using step_end = std::function<void(const vector_job&, std::uint64_t began, std::uint64_t ended)>;

    sequencer(const sc_core::sc_module_name& name, const accelerator_config& config, const clock_domain& clock, engine_room& room,
              bool compute, layer_end on_layer_end, step_end on_step_end, probe* probe);
    SC_HAS_PROCESS(sequencer);

    /// The doorbell: `count` descriptors stand one after the other at `address`.
    void ring(std::uint64_t address, std::uint32_t count);
    bool busy() const { return remaining_ > 0; }
    /// Notified when the last layer has ended.
    const sc_core::sc_event& finished() const { return finished_; }

private:
    /// What a descriptor and its tables say; the betas of its images come later.
    struct command {
        std::optional<layer_job> layer;  ///< or
        std::optional<vector_job> step;
    };

    void work();
    void run_next();
    void run_on_cores(const layer_job& job);
    void run_layer(layer_job& job, std::uint64_t began);
    void run_step(vector_job& job, std::uint64_t began);
    /// The thread that reads ahead, and what the other one sees of it.
    void work_ahead();
    void begin_ahead();
    std::unique_ptr<command> next_command();

    std::unique_ptr<command> fetch_command(std::uint64_t address, const char*& waits_for);
    layer_job fetch_layer(const std::vector<std::uint8_t>& descriptor, const char*& waits_for);
    vector_job fetch_step(const std::vector<std::uint8_t>& descriptor, const char*& waits_for);
    std::vector<std::uint8_t> fetch(std::uint64_t address, std::uint64_t bytes, const char*& waits_for);
    std::vector<image_scale> fetch_scales(std::uint64_t address, std::uint32_t images);
    void decode(layer_job& job, const std::vector<std::uint8_t>& descriptor);
    void store(tlm::tlm_generic_payload& transaction, sc_core::sc_time& delay);
    void transfer_done(std::uint32_t tag) override;

    const accelerator_config config_;
    const clock_domain clock_;
    engine_room& room_;
    const bool compute_, prefetches_;
    const layer_end on_layer_end_;
    const step_end on_step_end_;
    probe* const probe_;
    probe::signal layer_signal_ = 0;
    const char *waits_for_ = "nothing", *ahead_waits_for_ = "nothing";

    std::uint64_t address_ = 0;
    std::uint32_t remaining_ = 0;
    std::uint64_t layers_run_ = 0;
    std::vector<std::uint8_t> fetched_;
    bool reads_ahead_ = false;        ///< the descriptor behind the present one is being read, or was
    std::unique_ptr<command> ahead_;  ///< when it was
    sc_core::sc_event rung_{"rung"}, arrived_{"arrived"}, finished_{"finished"}, ahead_begun_{"ahead_begun"}, ahead_read_{"ahead_read"};
};

}  // namespace symmetree
