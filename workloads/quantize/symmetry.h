#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace symmetree {

/// How symmetric the channels of one layer are. Midranges are in standard deviations of the layer's weights, those after the
/// cut in the same unit as those before it.
struct weight_symmetry {
    double deviation = 0;        ///< standard deviation of all weights about their mean, in the weights' unit
    double greatest = 0;         ///< largest magnitude, in standard deviations
    double skewness = 0;         ///< third moment about the mean over deviation^3
    double excess_kurtosis = 0;  ///< fourth moment about the mean over deviation^4, less 3: 0 for Gaussian weights
    std::int64_t removed = 0;    ///< weights of largest magnitude that the cut takes from the layer, ties by index
    double midrange = 0;         ///< mean over the channels of |max + min| / 2
    double midrange_after = 0;   ///< the same without the removed weights
};

/// `sparsity` is the share of weights kept in per cent, an exact decimal as DASQ's `p`. All 0 where the weights do not differ.
weight_symmetry symmetry_of(const std::vector<float>& weights, std::int64_t rows, std::int64_t columns, const std::string& sparsity);

/// Midranges of Gaussian noise of this shape, cut in the same way: what symmetry a cut leaves in any sample. Layers of few channels are
/// drawn several times, until there are at least 1,024 of them; a function of seed, name and shape.
struct noise_symmetry {
    double midrange = 0, midrange_after = 0;
};
noise_symmetry symmetry_of_noise(std::int64_t rows, std::int64_t columns, const std::string& sparsity, std::uint64_t seed,
                                 std::string_view name);

}  // namespace symmetree
