#pragma once

#include <cstdint>
#include <vector>

#include "models/requantizer/requantizer.h"
#include "reference/reference_product.h"
#include "runs/drained_sums.h"
#include "runs/prepare.h"
#include "traces/report.h"

namespace symmetree {

/// Collects what enters the requantizer and compares it, and the codes that reached DRAM, with the reference.
class layer_check : public drain_watch {
public:
    /// Forgets the layer before; `rows` = N * repeat.
    void begin(const layer_geometry& g, int trees, int m_block);
    void drained(const output_block& block, const std::vector<std::int64_t>& sums) override;
    /// Every sum of the layer was drained.
    bool complete() const { return sums_.complete(); }

    /// Compares a finished layer, each image with the reference of that image alone. `outputs` are the blocks as they stand in memory.
    exactness verdict(const prepared_layer& l, const std::uint8_t* outputs) const;
    /// POST: the collected sums of the first image against exact sqrt(2) arithmetic, in dB.
    double arithmetic_sqnr_db(const prepared_layer& l) const;

private:
    std::string compare_sums(const reference_result& reference) const;
    std::string compare_codes(const reference_result& reference, const prepared_layer& l, const std::uint8_t* outputs) const;
    std::string place_text(const drained_sums::place& p) const;

    drained_sums sums_;
    std::vector<output_block> blocks_;
};

}  // namespace symmetree
