#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "compile/quantized_network.h"
#include "workloads/formats/adapter_weights.h"

namespace symmetree {

/// A network with copies of tensors for the layers that read them (docs/numerics.md, "Residual streams" and "ASQ"). The tensor itself is
/// then read by no such layer, so it has 8 bits.
struct requantized_network {
    workload network;
    std::vector<std::size_t> origin;    ///< by node: the node of the network given whose values these are
    std::vector<std::size_t> adaptive;  ///< nodes put in behind what a layer of an adaptive scheme reads, named `<tensor>.asq`
    std::vector<std::size_t> narrowed;  ///< nodes put in behind what both layers of fewer than 8 bits and additions read: `<tensor>.narrow`
};
/// `schemes`: by layer. A tensor whose reordered form is read in both ways gets no copy, nor does one whose format the network fixes
/// without fixing that of a narrowed copy. Narrow residuals: no tensor is narrowed, and additions read the adaptive copies.
/// Throws input_error where the network fixes the format of a narrowed copy that nothing would read.
requantized_network with_requantized_tensors(const workload& network, const std::vector<scheme>& schemes, residual_width residuals);

/// Adapters by the name of the tensor whose step they choose.
using adapter_set = std::map<std::string, adapter_weights>;
/// The tensor that a node that was put in requantizes.
const std::string& copied_tensor(const requantized_network& copied, std::size_t node);
/// Positions and channels of a tensor as its adapter sees it: an image [1][C][H][W] has H * W positions, anything else one per row.
struct adapter_shape {
    std::int64_t positions = 1, channels = 1;
    std::int64_t hidden() const { return channels < 16 ? 1 : channels / 16; }  ///< as in the paper: a sixteenth of the channels
};
adapter_shape adapter_shape_of(const extents& shape);
/// beta = 1 whatever the image.
adapter_weights identity_adapter(const adapter_shape& shape);

/// Gives every node that was put in its adapter, the layers their biases apart. Throws input_error where a bias has no room for beta = 1/4.
void attach_adapters(quantized_network& q, const requantized_network& copied, const adapter_set& adapters);

}  // namespace symmetree
