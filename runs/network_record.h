#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "compile/network_program.h"
#include "runs/drained_sums.h"

namespace symmetree {

/// What an image leaves behind inside the accelerator: the codes of every tensor as they stand in memory when it is done, and the sums of
/// every layer as they entered the requantizer. run_network() fills it, one image after the other.
class network_record : public drain_watch {
public:
    /// All three must outlive the record; of a program that runs one image at a time.
    network_record(const quantized_network& q, const network_program& program, const platform_config& platform);

    void drained(const output_block& block, const std::vector<std::int64_t>& sums) override;
    /// What run_network() has to read back when an image is done, and takes it. Throws model_fault where a layer was not drained.
    address_range memory() const;
    void finish_image(std::vector<std::uint8_t> bytes);

    // Of the image that was finished last:
    /// In the order of the node's axes; those of a product with a clip fused into it are the clip's.
    std::vector<std::int16_t> codes(std::size_t node) const;
    /// By how much the step of a node's codes is multiplied, with 14 fraction bits.
    std::uint16_t beta(std::size_t node) const;
    /// Of a product, in the order of its axes: sum((code_W - z_W) (x - z)) + b of docs/numerics.md, "Requantization of a layer". Throws
    /// model_fault where one does not fit 32 bits.
    std::vector<std::int32_t> sums(std::size_t node) const;
    /// What the requantizer held for each row of a product's weights.
    std::vector<channel_record> channels(std::size_t node) const;

private:
    const quantized_network& q_;
    const network_program& program_;
    std::vector<std::size_t> products_;            ///< nodes, in the order in which they run
    std::map<std::size_t, drained_sums> drained_;  ///< by node
    std::size_t next_ = 0;                         ///< of products_: whose blocks are drained
    std::vector<std::uint8_t> memory_;
};

}  // namespace symmetree
