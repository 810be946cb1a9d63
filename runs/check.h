#pragma once

#include <cstdint>
#include <vector>

#include "models/contract/drain_watch.h"
#include "models/requantizer/requantizer.h"
#include "reference/reference_product.h"
#include "runs/prepare.h"
#include "traces/report.h"

namespace symmetree {

/// Collects what enters the requantizer and compares it, and the codes that reached DRAM, with the reference.
class layer_check : public drain_watch {
public:
    /// Forgets the layer before; `rows` = N * repeat.
    void begin(const layer_geometry& g, int trees, int m_block);
    void drained(const output_block& block, const std::vector<std::int64_t>& sums) override;

    /// Compares a finished layer. `outputs` are the blocks as they stand in memory.
    exactness verdict(const prepared_layer& l, const std::vector<std::uint8_t>& outputs) const;
    /// POST: the collected sums against exact sqrt(2) arithmetic, in dB.
    double arithmetic_sqnr_db(const prepared_layer& l) const;

private:
    struct place {
        std::int64_t row, vector;
    };
    std::string compare_sums(const reference_result& reference) const;
    std::string compare_codes(const reference_result& reference, const prepared_layer& l, const std::vector<std::uint8_t>& outputs) const;
    std::string place_text(std::int64_t row, std::int64_t vector) const;

    std::int64_t channels_ = 0, vectors_ = 0;
    int trees_ = 0, m_block_ = 0;
    std::vector<std::int64_t> sums_;  ///< [row][vector]
    std::vector<bool> seen_;
    std::vector<output_block> blocks_;
};

}  // namespace symmetree
