#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "runs/check.h"
#include "runs/program_feed.h"

namespace symmetree {

/// Feeds the layers of a prepared run to the host, one by one or all in one program, and checks each when its values have travelled.
class layer_sequence : public program_feed, private drain_watch {
public:
    explicit layer_sequence(const prepared_run& run) : run_(run) {}
    void finished(const std::vector<std::uint8_t>& outputs) override;

    bool checks() const { return run_.request.check && !run_.request.timing_only; }
    /// What has to hear of drains; null where nothing is checked.
    drain_watch* watch() { return checks() ? this : nullptr; }

    // Of the layers that have finished:
    const std::vector<exactness>& verdicts() const { return verdicts_; }
    const std::vector<std::optional<double>>& arithmetic_sqnr_db() const { return sqnr_db_; }  ///< of POST's sums

protected:
    std::optional<program_call> next_call() override;

private:
    void drained(const output_block& block, const std::vector<std::int64_t>& sums) override;
    void judge(const prepared_layer& l, const layer_check& check, const std::vector<std::uint8_t>& outputs);

    const prepared_run& run_;
    std::size_t index_ = 0;  ///< of the program's first layer
    program program_;
    std::vector<layer_check> checks_;  ///< of the program's layers
    std::size_t draining_ = 0;         ///< of checks_
    std::vector<exactness> verdicts_;
    std::vector<std::optional<double>> sqnr_db_;
};

}  // namespace symmetree
