#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "workloads/network/workload.h"

namespace symmetree {

// Channels of a tensor can be divided by positive factors, and what reads them multiplied by these, without a change of what the network
// computes: Nagel, van Baalen, Blankevoort, Welling, "Data-Free Quantization Through Weight Equalization and Bias Correction", ICCV 2019.

/// A layer that reads such a tensor: which channel each of its weights multiplies.
struct channel_reader {
    std::size_t layer = 0;
    std::size_t input = 0;               ///< the node that it reads, what the operators before it made of the tensor
    std::size_t input_run = 1;           ///< there element e belongs to channel e / input_run % the tensor's channels
    std::size_t rows = 1, channels = 1;  ///< of one group
    std::size_t run = 1;                 ///< neighbouring inputs of one channel

    std::size_t channel_of(std::size_t row, std::size_t column) const { return row / rows * channels + column / run % channels; }
};

/// A tensor whose channels can be divided: a product or a layer norm makes it, and all that becomes of it is read by layers with weights.
struct scalable_tensor {
    std::size_t node = 0;
    std::size_t channels = 0;
    std::vector<channel_reader> readers;
};

/// All of them in the order of the graph, which the network must have.
std::vector<scalable_tensor> scalable_tensors(const workload& network);

/// By name of the tensor, a factor above 0 for each channel.
using channel_factors = std::map<std::string, std::vector<double>>;

/// Float weights of a network while channels are divided. The network must outlive this.
class scaled_weights {
public:
    scaled_weights(const workload& network, std::uint64_t seed) : network_(network), seed_(seed) {}

    /// Divides the rows that make the tensor, where a layer makes it, and multiplies the weights of its readers.
    void scale(const scalable_tensor& tensor, const std::vector<double>& factors);
    /// Greatest magnitude by channel: of the rows of the layer that makes the tensor, of the weights that its readers multiply it by.
    std::vector<double> greatest_made(const scalable_tensor& tensor);
    std::vector<double> greatest_read(const scalable_tensor& tensor);
    /// By layer, what was touched.
    std::map<std::size_t, std::vector<float>> take() { return std::move(weights_); }

private:
    std::vector<float>& of(std::size_t layer);

    const workload& network_;
    std::uint64_t seed_;
    std::map<std::size_t, std::vector<float>> weights_;
};

/// The network with the channels of these tensors divided, which it keeps in mind (`channel_factors`); it has none yet. Throws input_error
/// where a tensor is none of scalable_tensors(), or has another number of channels, or a factor is not above 0 and finite.
workload with_scaled_channels(workload network, const channel_factors& factors, std::uint64_t seed);

/// What was divided and who reads it, a sentence for each tensor.
std::vector<std::string> scaling_notes(const workload& network);

}  // namespace symmetree
