#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/probe.h"
#include "runs/check.h"
#include "runs/program_feed.h"

namespace symmetree {

/// Feeds the layers of a prepared run to the host and checks each when its values have travelled.
class layer_sequence : public program_feed {
public:
    /// The present layer's name goes to the probe, which may be null.
    explicit layer_sequence(const prepared_run& run, probe* probe = nullptr);
    void finished(const std::vector<std::uint8_t>& outputs) override;

    bool checks() const { return run_.request.check && !run_.request.timing_only; }
    /// What has to hear of drains; null where nothing is checked.
    drain_watch* watch() { return checks() ? &check_ : nullptr; }

    // Of the layers that have finished:
    const std::vector<exactness>& verdicts() const { return verdicts_; }
    const std::vector<std::optional<double>>& arithmetic_sqnr_db() const { return sqnr_db_; }  ///< of POST's sums

protected:
    std::optional<program_call> next_call() override;

private:
    const prepared_run& run_;
    probe* const probe_;
    probe::signal name_signal_ = 0;
    std::size_t index_ = 0;
    program program_;
    layer_check check_;
    std::vector<exactness> verdicts_;
    std::vector<std::optional<double>> sqnr_db_;
};

}  // namespace symmetree
