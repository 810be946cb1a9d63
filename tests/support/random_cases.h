#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "tests/support/layers.h"

namespace symmetree {

/// Draws that are the same with every standard library.
class dice {
public:
    explicit dice(std::uint64_t seed) : engine_(seed) {}

    int from(int low, int high) { return low + static_cast<int>(engine_() % static_cast<std::uint64_t>(high - low + 1)); }
    bool one_in(int n) { return from(1, n) == 1; }
    template <class T>
    T any_of(std::initializer_list<T> values) {
        return *(values.begin() + from(0, static_cast<int>(values.size()) - 1));
    }

private:
    std::mt19937_64 engine_;
};

/// A small layer: convolution (grouped, depthwise, strided, padded, dilated), linear, one vector, or attention.
layer random_layer(dice& d);

/// A platform and its scheme: any array kind, zero-point unit and sparse unit; sizes, ports, buffers and memory at random,
/// tiny ones among them. Free of contradictions; a given layer may still not fit it.
platform_config random_platform(dice& d);

/// One or two random layers, some with widths of their own, on a random platform of either dataflow.
run_request random_request(std::uint64_t seed);
/// The same, every other one with a batch of two or three images.
run_request random_batch(std::uint64_t seed);
/// The same with one to three layers more, on a platform that prefetches.
run_request random_prefetch(std::uint64_t seed);

/// The same with a decoupled sparse engine and outliers for it, weight-stationary.
run_request random_decoupled_request(std::uint64_t seed);

}  // namespace symmetree
