// Every output of the simulated accelerator equals the reference product, whatever the layer, the widths and the platform.
#include <gtest/gtest.h>

#include "tests/support/forked.h"
#include "tests/support/measured.h"
#include "tests/support/random_cases.h"
#include "workloads/files/load_workload.h"
#include "workloads/formats/number_format.h"

namespace symmetree {
namespace {

void expect_exact(const run_request& r) {
    for (const measured_layer& l : forked_measure(r)) {
        EXPECT_EQ(l.check.result, exactness::verdict::exact) << l.name << ": " << l.check.first_difference;
    }
}

void expect_exact_random(std::uint64_t first_seed, int cases, run_request (*random)(std::uint64_t) = random_batch) {
    int done = 0;
    for (std::uint64_t seed = first_seed; done < cases; ++seed) {
        SCOPED_TRACE(testing::Message() << "seed " << seed);
        const run_request r = random(seed);
        const std::string failure = failure_of([&] { expect_exact(r); });
        if (failure.find("can't run on platform") != std::string::npos) continue;  // the draw has no mapping
        ASSERT_EQ(failure, "") << to_yaml(r.platform);
        ASSERT_FALSE(testing::Test::HasFailure()) << to_yaml(r.platform);
        ++done;
    }
}

TEST(exactness, holds_on_random_cases_from_10000) { expect_exact_random(10000, 150); }
TEST(exactness, holds_on_random_cases_from_20000) { expect_exact_random(20000, 150); }
TEST(exactness, holds_on_random_cases_with_prefetch) { expect_exact_random(30000, 100, random_prefetch); }
TEST(exactness, holds_on_random_cases_with_decoupled_outliers) { expect_exact_random(40000, 150, random_decoupled_request); }
TEST(extended_exactness, holds_on_random_cases_with_decoupled_outliers) { expect_exact_random(600000, 4000, random_decoupled_request); }
TEST(extended_exactness, holds_on_random_cases_from_300000) { expect_exact_random(300000, 4000); }

/// Every kind of layer, with sizes that fill no tile.
std::vector<layer> kinds_of_layers() {
    const auto relu = activation_class::relu, gelu = activation_class::gelu, dense = activation_class::dense;
    return {with_input(conv_layer(5, 7, 19, 3, 1, 1), relu),
            with_input(conv_layer(6, 9, 10, 3, 2, 1, 2), relu),
            with_input(conv_layer(3, 11, 5, 3, 1, 2, 1, 2), dense),
            with_input(conv_layer(7, 6, 7, 3, 1, 1, 7), relu),
            with_input(linear_layer(23, 37, 18), gelu),
            with_input(linear_layer(1, 70, 33), relu),
            with_input(linear_layer(2, 17, 1), dense),
            with_input(attention_layer(9, 21, 13, 3), dense),
            with_input(attention_layer(1, 33, 5, 2), relu)};
}

class every_preset : public testing::TestWithParam<std::string> {};

TEST_P(every_preset, is_exact_on_every_kind_of_layer) { expect_exact(request_of(preset(GetParam()), network_of(kinds_of_layers()))); }

TEST_P(every_preset, is_exact_at_every_width) {
    for (int bits = 2; bits <= 8; ++bits) {
        SCOPED_TRACE(testing::Message() << bits << " bits");
        const platform_config p = preset(GetParam());
        const family_traits traits = traits_of(p.default_scheme.family);
        if (bits < traits.least_bits || bits > traits.most_bits) continue;
        expect_exact(request_of(with_widths(p, bits, 10 - bits), network_of({conv_layer(5, 6, 19, 3, 1, 1), linear_layer(3, 40, 17)})));
    }
}

TEST_P(every_preset, is_exact_when_outputs_are_held) {
    platform_config p = preset(GetParam());
    p.mapping.flow = dataflow::output_stationary;
    expect_exact(request_of(p, network_of(kinds_of_layers())));
    if (p.array.kind != array_kind::multiplier) return;
    expect_exact(request_of(with_widths(p, 3, 4), network_of({with_layer_widths(conv_layer(4, 5, 18, 3, 1, 1), 8, 7),
                                                              with_layer_widths(linear_layer(5, 40, 20), 5, 8)})));
}

/// Codes wider than the ports, in passes.
TEST_P(every_preset, is_exact_with_wide_layers_on_narrow_ports) {
    const platform_config p = preset(GetParam());
    if (p.array.kind != array_kind::multiplier) {
        run_request r = request_of(p, network_of({with_layer_widths(linear_layer(5, 30, 20), 8, 8), conv_layer(4, 5, 6, 3)}));
        r.network.layers[0].family = scheme_family::symq;  // on the side array: shift codes are never split
        expect_exact(r);
        return;
    }
    for (const int port : {2, 3, 4, 5}) {
        SCOPED_TRACE(testing::Message() << port << "-bit ports");
        platform_config narrow = with_widths(p, port, port);
        std::vector<layer> wide;
        for (const int weight : {5, 7, 8})
            for (const int activation : {4, 7, 8})
                wide.push_back(with_layer_widths(with_input(conv_layer(4, 5, 18, 3, 1, 1), activation_class::relu), weight, activation));
        wide.push_back(with_layer_widths(attention_layer(6, 19, 7, 2), 8, 8));
        expect_exact(request_of(narrow, network_of(wide)));
    }
}

/// An n-block that no weight bank holds is cut along k; accumulators of one vector.
TEST_P(every_preset, is_exact_with_tiny_banks_and_accumulators) {
    platform_config p = preset(GetParam());
    p.weight_buffer.bank_bytes = 400;
    p.activation_buffer.bank_bytes = 256;
    p.output_buffer.bank_bytes = 64;
    for (const int depth : {1, 3}) {
        p.accumulators.depth = depth;
        expect_exact(request_of(p, network_of({linear_layer(5, 90, 20), conv_layer(16, 5, 20, 3, 1, 1)})));
    }
}

/// Attention and uniform layers, on fewer and on more multipliers than the array beside them has shifters.
TEST(exactness, holds_with_side_arrays_of_any_width) {
    for (const int lanes : {1, 2, 5, 16, 31, most_lanes})
        for (const int trees : {1, 3, 16}) {
            SCOPED_TRACE(testing::Message() << lanes << " lanes, " << trees << " trees");
            run_request r = request_of(preset("post"), network_of({with_input(attention_layer(9, 21, 13, 3), activation_class::dense),
                                                                   conv_layer(5, 7, 19, 3, 1, 1), linear_layer(23, 137, 18)}));
            r.network.layers[1].family = scheme_family::symq;
            r.platform.side_array->lanes = lanes;
            r.platform.side_array->trees = trees;
            expect_exact(r);
        }
}

TEST(exactness, holds_with_a_shared_word_for_odd_products) {
    for (int bits = 2; bits <= 7; ++bits)
        for (const int guard_bits : {0, 4, 7}) {
            SCOPED_TRACE(testing::Message() << bits << " bits, " << guard_bits << " guard bits");
            platform_config p = with_widths(preset("post"), bits, 9 - bits);
            p.array.odd = odd_products::shared_word;
            p.array.guard_bits = p.default_scheme.shift.guard_bits = guard_bits;
            expect_exact(request_of(p, network_of({conv_layer(5, 6, 19, 3, 1, 1), linear_layer(3, 40, 17)})));
        }
}

/// A list in every tree, of one layer after another and of channels that do not fill the last n-block; zero points beside it.
TEST(level_arrays, are_exact_where_every_channel_lists_its_own) {
    platform_config p = preset("levels");
    p.array.decoders = level_decoders::per_tree;
    p.array.level_bits = 8;
    p.zero_point = zero_point_unit::pre_subtract;
    const workload net = network_of({conv_layer(16, 6, 37, 3, 1, 1), with_input(linear_layer(5, 90, 20), activation_class::relu),
                                     with_layer_widths(linear_layer(3, 40, 9), 3, 4), attention_layer(5, 9, 7, 2)});
    for (const char* text :
         {"levels:w4a4:kmeans:channel:d8", "levels:w3a8:lq:channel:d6", "levels:w2a4:nf:d4", "asymq:w6a4", "symq:w8a8"}) {
        SCOPED_TRACE(text);
        run_request r = request_of(p, net);
        r.asked_scheme = parse_scheme(text);
        expect_exact(r);
    }
}

INSTANTIATE_TEST_SUITE_P(shipped, every_preset, testing::ValuesIn(shipped_platforms(presets_directory)),
                         [](const auto& one) { return one.param; });

TEST_P(every_preset, is_exact_with_prefetch) {
    run_request r = request_of(preset(GetParam()), network_of(kinds_of_layers()));
    r.platform.mapping.prefetch = prefetching::weights;
    expect_exact(r);
    r.batch = 2;
    r.platform.weight_buffer.bank_bytes = 700;  // a layer takes many fills, and banks change roles from layer to layer
    expect_exact(r);
}

/// Every image of a batch is compared with the reference of that image alone.
TEST_P(every_preset, is_exact_in_batches) {
    run_request r = request_of(preset(GetParam()), network_of(kinds_of_layers()));
    r.batch = 3;
    expect_exact(r);
    r.platform.mapping.order = loop_order::m_n;
    r.platform.mapping.m_block = 5;
    r.platform.accumulators.depth = 5;
    expect_exact(r);
    r.platform.mapping.flow = dataflow::output_stationary;
    expect_exact(r);
}

TEST(exactness, holds_for_resnet20_on_dasq) { expect_exact(request_of(preset("dasq"), load_workload("resnet20", nets_directory))); }

}  // namespace
}  // namespace symmetree
