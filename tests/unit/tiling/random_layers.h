#pragma once

#include <cstdint>
#include <initializer_list>
#include <random>

#include "workloads/tiling/tiling.h"

namespace symmetree {

/// Seeded draws of a test case; the test puts the seed into its failure messages.
class draws {
public:
    explicit draws(std::uint32_t seed) : engine_(seed) {}

    std::int32_t between(std::int32_t least, std::int32_t greatest) {
        return std::uniform_int_distribution<std::int32_t>(least, greatest)(engine_);
    }
    /// True once in `times`.
    bool once_in(int times) { return between(1, times) == 1; }
    template <class Value>
    Value one_of(std::initializer_list<Value> values) {
        return *(values.begin() + between(0, static_cast<int>(values.size()) - 1));
    }
    /// 1, primes, powers of two and their neighbours.
    std::int32_t size() { return one_of({1, 2, 3, 4, 5, 7, 8, 11, 16, 17, 23, 31}); }

private:
    std::mt19937 engine_;
};

/// A convolution with kernels, strides, pads and dilations of all sorts; every seventh has gaps that no output reads.
inline layer_geometry any_convolution(draws& d) {
    layer_geometry g;
    do {
        g.repeat = d.one_of({1, 1, 2, 3});
        g.in_height = d.between(1, 12);
        g.in_width = d.between(1, 9);
        g.in_channels = d.between(1, 7);
        g.out_channels = d.size();
        g.kernel_height = d.between(1, 4);
        g.kernel_width = d.between(1, 3);
        g.stride_height = d.between(1, 4);
        g.stride_width = d.between(1, 3);
        g.pad_top = d.between(0, 3);
        g.pad_left = d.between(0, 2);
        g.dilation_height = d.between(1, 3);
        g.dilation_width = d.between(1, 2);
        g.out_height = (g.in_height + g.pad_top + d.between(0, 3) - g.dilation_height * (g.kernel_height - 1) - 1) / g.stride_height + 1;
        g.out_width = (g.in_width + g.pad_left + d.between(0, 2) - g.dilation_width * (g.kernel_width - 1) - 1) / g.stride_width + 1;
    } while (g.out_height < 1 || g.out_width < 1);
    return g;
}

inline layer_geometry any_product(draws& d) {
    layer_geometry g;
    g.repeat = d.one_of({1, 1, 2, 3});
    g.in_height = g.out_height = d.size();
    g.in_channels = d.size();
    g.out_channels = d.size();
    return g;
}

inline layer_geometry any_geometry(draws& d) {
    layer_geometry g = d.once_in(2) ? any_product(d) : any_convolution(d);
    g.stored_weight_bits = d.between(2, 9);
    g.activation_bits = d.between(2, 8);
    g.output_bits = d.between(2, 8);
    g.images = d.one_of({1, 1, 1, 2, 3});
    return g;
}

/// Arrays and buffers small enough that most layers need several blocks of each kind.
inline tiling_limits any_limits(draws& d) {
    tiling_limits limits;
    limits.trees = d.one_of({1, 2, 3, 4, 8, 16});
    limits.lanes = d.one_of({1, 2, 3, 4, 8, 16});
    limits.accumulator_depth = d.one_of({1, 2, 5, 16, 64});
    limits.weight_bank_bytes = std::uint64_t(d.one_of({16, 64, 300, 2000}));
    limits.activation_bank_bytes = std::uint64_t(d.one_of({16, 64, 300, 2000}));
    limits.output_bank_bytes = std::uint64_t(d.one_of({4, 40, 400}));
    limits.order = d.one_of({loop_order::automatic, loop_order::n_m, loop_order::m_n});
    limits.m_block = d.one_of({0, 0, 1, 3, 10});
    limits.n_blocks_per_group = d.one_of({0, 0, 1, 2});
    return limits;
}

inline outlier_layout any_outliers(draws& d, const layer_geometry& g, const tiling_limits& limits) {
    outlier_layout layout;
    if (d.once_in(2)) return layout;
    layout.head_bits = 1 + index_bits(std::uint64_t(limits.trees) * std::uint64_t(limits.lanes) + 1);
    layout.entry_bits = d.between(2, 8) + index_bits(std::uint64_t(limits.trees)) + index_bits(std::uint64_t(limits.lanes));
    const auto tiles = std::uint64_t(g.repeat) * ceil_div(std::uint64_t(g.n()), std::uint64_t(limits.trees)) *
                       ceil_div(std::uint64_t(g.k()), std::uint64_t(limits.lanes));
    for (std::uint64_t tile = 0; tile < tiles; ++tile) {
        std::vector<std::uint32_t> rounds(d.once_in(5) ? 3 : 1);
        for (std::uint32_t& outliers : rounds) outliers = std::uint32_t(d.between(0, d.once_in(9) ? 9 : 2));
        layout.add_tile(rounds);
    }
    return layout;
}

}  // namespace symmetree
