#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "workloads/calibration/calibration.h"
#include "workloads/network/formatted_network.h"
#include "workloads/network/weight_cache.h"
#include "workloads/quantize/compensated.h"

namespace symmetree {

/// How weights become codes once their steps are known: each to the nearest, or by the error of the layer's output on images
/// (docs/numerics.md, "Compensated rounding").
enum class weight_rounding { nearest, compensated };

constexpr const char* to_string(weight_rounding r) {
    switch (r) {
        case weight_rounding::nearest: return "nearest";
        case weight_rounding::compensated: return "compensated";
    }
    return "?";
}

/// The images that weights are rounded on, and whose error their steps follow.
struct compensation {
    image_source image;
    std::int64_t count = 0;
    step_criterion steps = step_criterion::weights;
};
/// How many of `count` images are run through the network where that takes a while: as many as 2^37 multiply-accumulates allow, some tens
/// of seconds of one core, but no fewer than 8.
std::int64_t images_within_seconds(const workload& network, std::int64_t count);

/// Told how many of how many layers are done.
using rounding_progress = std::function<void(std::size_t done, std::size_t of)>;

/// The weights of every layer rounded anew, one layer after the other: the inputs of a layer are the codes that the layers before it,
/// already rounded, make of the images. By layer; null where a layer has no weights of its own, or codes that its file fixes. The result
/// does not depend on `threads`; all of them are joined on return.
std::vector<std::shared_ptr<const quantized_weights>> compensated_weights(formatted_network network, const compensation& how,
                                                                          std::uint64_t seed, int threads,
                                                                          const rounding_progress& progress = {});

/// Rounds a network in any number of formats. What was rounded before is in the cache, found by the network, its formats and the images.
class network_rounding {
public:
    /// The cache must outlive this.
    network_rounding(const weight_cache& cache, workload network, std::uint64_t seed, compensation how);

    /// The network with the rounded weights as its layers' own. `formatted` is made of it, perhaps with further nodes.
    workload rounded(formatted_network formatted, int threads, const rounding_progress& progress = {}) const;

private:
    std::string key_of(const formatted_network& f) const;

    const weight_cache& cache_;
    workload network_;
    std::uint64_t seed_;
    compensation how_;
    std::string origin_;  ///< digest of the network and the images
};

}  // namespace symmetree
