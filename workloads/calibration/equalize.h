#pragma once

#include <cstdint>

#include "workloads/calibration/calibration.h"
#include "workloads/network/channel_scaling.h"

namespace symmetree {

/// Layers in a row whose weights are given the same range, channel by channel: docs/numerics.md, "Equalized channels".
enum class equalization { none, layers };
/// Layer norms whose outliers move into the weights of the layers behind them: ibid.
enum class smoothing { none, norms };

constexpr const char* to_string(equalization e) {
    switch (e) {
        case equalization::none: return "none";
        case equalization::layers: return "layers";
    }
    return "?";
}
constexpr const char* to_string(smoothing s) {
    switch (s) {
        case smoothing::none: return "none";
        case smoothing::norms: return "norms";
    }
    return "?";
}

/// Of every scalable tensor that a layer makes, from the weights alone.
channel_factors equalizing_factors(const workload& network, std::uint64_t seed);

/// Of every scalable tensor that a layer norm makes, from the weights and what `executor` makes of the first `count` images. They do not
/// depend on `threads`; all of them are joined on return.
channel_factors smoothing_factors(const workload& network, std::uint64_t seed, const image_source& image, std::int64_t count, int threads);

/// The network with its channels divided by both; smoothing, where it is wanted, sees the weights as equalization leaves them.
workload equalized(const workload& network, equalization layers, smoothing norms, std::uint64_t seed, const image_source& image,
                   std::int64_t count, int threads);

}  // namespace symmetree
