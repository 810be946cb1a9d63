#include "tests/support/random_cases.h"

#include <algorithm>

namespace symmetree {
namespace {

layer random_conv(dice& d) {
    const int groups = d.any_of({1, 1, 1, 2, 3});
    const int kernel = d.from(1, 3), dilation = d.one_in(4) ? 2 : 1, padding = d.from(0, 2), stride = d.from(1, 3);
    const int reach = dilation * (kernel - 1) + 1;
    layer l =
        conv_layer(groups * d.from(1, 7), std::max(reach, d.from(1, 9)), groups * d.from(1, 13), kernel, stride, padding, groups, dilation);
    auto& shape = std::get<conv_shape>(l.shape);
    shape.in_width = std::max(reach, d.from(1, 9));  // images are not always square
    shape.pad_left = d.from(0, 1);
    shape.pad_bottom = d.from(0, 2);
    return l;
}

layer random_depthwise(dice& d) {
    const int channels = d.from(1, 6);
    return conv_layer(channels, d.from(3, 8), channels, 3, d.from(1, 2), 1, channels);
}

void random_units(dice& d, platform_config& p) {
    p.zero_point = d.any_of({zero_point_unit::none, zero_point_unit::pre_subtract, zero_point_unit::port_subtract, zero_point_unit::widened,
                             zero_point_unit::row_sum});
    p.correction = d.any_of({correction_form::every_cycle, correction_form::at_drain});
    if (d.one_in(2)) return;
    p.sparse.assignment = d.any_of({outlier_assignment::row_banked, outlier_assignment::pooled});
    p.sparse.lanes = d.from(1, p.sparse.assignment == outlier_assignment::row_banked ? p.array.trees : 12);
    p.sparse.value_bits = d.from(2, 8);
    p.sparse.list_entries = d.any_of({1, 2, 8});
}

void random_buffers(dice& d, platform_config& p) {
    p.weight_buffer.bank_bytes = static_cast<std::uint64_t>(d.any_of({64, 100, 256, 1000, 8192}));
    p.activation_buffer.bank_bytes = static_cast<std::uint64_t>(d.any_of({64, 128, 500, 4096}));
    p.output_buffer.bank_bytes = static_cast<std::uint64_t>(d.any_of({64, 100, 1024}));
    p.weight_buffer.port_bits = d.any_of({8, 16, 24, 64, 128, 1024});
    p.activation_buffer.port_bits = d.any_of({8, 16, 40, 128, 1024});
    p.drain_width = d.any_of({1, 2, 3, 8, 16});
    p.output_buffer.port_bits = p.drain_width * 8;
    p.outlier_port_own = d.one_in(3);
    p.outlier_port_bits = d.any_of({8, 16, 64});
    p.accumulators.bits = 32;
    p.accumulators.depth = d.any_of({1, 2, 5, 16, 64});
    p.accumulators.write_interval = d.any_of({1, 2, 2, 5, 16});
}

void random_memory(dice& d, platform_config& p) {
    p.dma.burst_bytes = d.any_of({8, 13, 64, 256});
    p.dma.outstanding = d.any_of({1, 2, 3, 8});
    p.dram.capacity_bytes = 1 << 20;
    p.dram.bandwidth_bytes = static_cast<std::uint64_t>(d.any_of({1, 3, 7, 16, 64}));
    p.dram.bandwidth_cycles = static_cast<std::uint64_t>(d.any_of({1, 1, 2, 5}));
    p.dram.latency_cycles = static_cast<std::uint64_t>(d.any_of({0, 1, 7, 40}));
    p.mapping.order = d.any_of({loop_order::automatic, loop_order::n_m, loop_order::m_n});
    p.mapping.m_block = d.one_in(3) ? d.from(1, p.accumulators.depth) : 0;
    p.mapping.n_blocks_per_group = d.one_in(3) ? d.from(1, 3) : 0;
}

scheme random_scheme(dice& d, const platform_config& p) {
    scheme s;
    s.weight_bits = d.from(2, 8);
    s.activation_bits = d.from(2, 8);
    if (p.sparse.lanes > 0 && !d.one_in(4)) {
        s.family = scheme_family::dasq;
        s.dasq.outlier_bits = d.from(2, p.sparse.value_bits);
        s.dasq.sparsity = d.any_of<const char*>({"70", "90", "98", "99.5"});
    } else if (p.zero_point != zero_point_unit::none && !d.one_in(4)) {
        s.family = scheme_family::asymq;
    }
    return s;
}

/// Shift codes are never split, so the scheme's widths are the ports' at most.
void make_shift_platform(dice& d, platform_config& p) {
    p.array.kind = d.any_of({array_kind::pot, array_kind::post});
    p.array.weight_bits = std::min(p.array.weight_bits, 7);
    p.array.guard_bits = d.from(0, 7);
    if (has_odd_products(p.array.kind)) p.array.odd = d.any_of({odd_products::each_rounded, odd_products::shared_word});
    array_config side = p.array;
    side.kind = array_kind::multiplier;
    side.odd = array_config{}.odd;
    side.trees = d.from(1, p.array.trees);
    side.lanes = d.one_in(3) ? d.any_of({16, 33, most_lanes}) : d.from(1, 9);
    side.pipeline_depth = d.from(1, 6);
    side.shadow_registers = d.one_in(2);
    p.side_array = side;
    scheme& s = p.default_scheme;
    s.family = p.array.kind == array_kind::pot ? scheme_family::pot : scheme_family::post;
    s.weight_bits = d.from(2, p.array.weight_bits);
    s.activation_bits = d.from(2, p.array.activation_bits);
    s.shift.guard_bits = p.array.guard_bits;
}

/// Tables before the multipliers of a platform that may have zero-point and sparse units.
void make_level_platform(dice& d, platform_config& p) {
    p.array.kind = array_kind::levels;
    p.array.weight_bits = std::min(p.array.weight_bits, 6);
    p.array.level_bits = d.from(p.array.weight_bits, 8);
    p.array.decoders = d.any_of({level_decoders::shared, level_decoders::per_tree});
    scheme& s = p.default_scheme;
    s = scheme{};
    s.family = scheme_family::levels;
    s.weight_bits = d.from(2, p.array.weight_bits);
    s.activation_bits = d.from(2, 8);
    s.levels.source = d.any_of({level_source::kmeans, level_source::lq, level_source::nf});
    s.levels.level_bits = d.from(s.weight_bits, p.array.level_bits);
    if (p.array.decoders == level_decoders::per_tree) s.levels.grain = d.any_of({granularity::per_channel, granularity::per_tensor});
}

}  // namespace

layer random_layer(dice& d) {
    layer l;
    switch (d.from(0, 5)) {
        case 0:
        case 1: l = random_conv(d); break;
        case 2: l = random_depthwise(d); break;
        case 3: l = linear_layer(d.from(1, 40), d.from(1, 70), d.from(1, 40)); break;
        case 4: l = linear_layer(1, d.from(1, 150), d.from(1, 60)); break;
        default: l = attention_layer(d.from(1, 20), d.from(1, 24), d.from(1, 20), d.from(1, 3));
    }
    return with_input(l, d.any_of({activation_class::relu, activation_class::gelu, activation_class::dense}));
}

platform_config random_platform(dice& d) {
    platform_config p;
    p.name = "random";
    p.array.trees = d.any_of({1, 2, 3, 5, 8, 13, 16});
    p.array.lanes = d.any_of({1, 2, 3, 7, 8, 16, 19});
    p.array.weight_bits = d.from(2, 8);
    p.array.activation_bits = d.from(2, 8);
    p.array.pipeline_depth = d.any_of({1, 2, 3, 9});
    p.array.shadow_registers = !d.one_in(3);
    random_buffers(d, p);
    random_memory(d, p);
    if (d.one_in(5)) {
        make_shift_platform(d, p);
    } else {
        random_units(d, p);
        p.default_scheme = random_scheme(d, p);
    }
    return p;
}

run_request random_request(std::uint64_t seed) {
    dice d(seed);
    platform_config platform = random_platform(d);
    dice of_levels(seed + 1000000);  // draws of its own, so that the others stay what they were
    if (platform.array.kind == array_kind::multiplier && of_levels.one_in(6)) make_level_platform(of_levels, platform);
    const bool shifts = platform.array.kind != array_kind::multiplier;
    std::vector<layer> layers;
    for (int i = d.from(1, 2); i > 0; --i) {
        layer l = random_layer(d);
        if (!shifts && d.one_in(4)) l = with_layer_widths(l, d.from(2, 8), d.from(2, 8));
        if (shifts && d.one_in(3)) l.family = scheme_family::symq;
        layers.push_back(l);
    }
    run_request r = request_of(platform, network_of(layers));
    if (d.one_in(3)) r.platform.mapping.flow = dataflow::output_stationary;
    r.seed = seed;
    return r;
}

run_request random_batch(std::uint64_t seed) {
    run_request r = random_request(seed);
    dice d(seed + 2000000);  // draws of its own, so that the others stay what they were
    r.batch = d.any_of({1, 1, 2, 3});
    return r;
}

run_request random_prefetch(std::uint64_t seed) {
    run_request r = random_batch(seed);
    dice d(seed + 3000000);
    r.platform.mapping.prefetch = prefetching::weights;
    for (int i = d.from(1, 3); i > 0; --i) {
        r.network.layers.push_back(random_layer(d));
        r.network.layers.back().name = "more" + std::to_string(i);
    }
    return r;
}

run_request random_decoupled_request(std::uint64_t seed) {
    dice d(seed + 4000000);
    run_request r = random_request(seed);
    platform_config& p = r.platform;
    if (p.array.kind != array_kind::multiplier) {
        p.array.kind = array_kind::multiplier;
        p.side_array.reset();
        for (layer& l : r.network.layers) l.family.reset();
    }
    p.mapping.flow = dataflow::weight_stationary;
    p.accumulators.write_interval = d.from(1, 2);
    sparse_config& sparse = p.sparse;
    sparse.engine = outlier_engine::decoupled;
    sparse.assignment = d.any_of({outlier_assignment::row_banked, outlier_assignment::pooled});
    sparse.lanes = d.from(1, sparse.assignment == outlier_assignment::row_banked ? p.array.trees : 12);
    sparse.list_entries = d.any_of({1, 2, 5, 16});
    sparse.queue_tiles = d.any_of({1, 2, 3, 8, 16});
    p.default_scheme.family = scheme_family::dasq;
    p.default_scheme.dasq.outlier_bits = d.from(2, sparse.value_bits);
    p.default_scheme.dasq.sparsity = d.any_of<const char*>({"70", "90", "98", "99.5"});
    return r;
}

}  // namespace symmetree
