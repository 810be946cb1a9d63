// Nothing is lost and nothing counted twice: slots, unit cycles, products, vectors and bytes add up on every platform and network.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <numeric>
#include <sstream>

#include "platforms/assemble.h"
#include "tests/support/forked.h"
#include "tests/support/measured.h"
#include "tests/support/random_cases.h"
#include "workloads/files/load_workload.h"

namespace symmetree {
namespace {

/// What the tiling says about a layer.
struct expected_work {
    std::uint64_t vectors = 0, tree_vectors = 0, sums = 0, loads = 0, outputs = 0;
    std::uint64_t weight_bytes = 0, outlier_bytes = 0, input_bytes = 0, output_bytes = 0, control_bytes = 0;
    std::uint64_t outlier_products = 0;
};

/// Outliers and rounds of a tile (repeat, n-block, k-block); one round where the layer has no stream.
struct tile_stream {
    std::uint64_t outliers = 0, rounds = 1;
};
tile_stream stream_of(const outlier_layout& layout, const tile& t, std::uint64_t index) {
    if (!layout.present() || !t.first_pass()) return {};
    const auto begin = layout.per_round.begin();
    const std::uint32_t first = layout.first_round[index], end = layout.first_round[index + 1];
    return {std::accumulate(begin + first, begin + end, std::uint64_t{0}), end - first};
}

/// `in_lock_step`: a further round of outliers passes the trees, whose weights are zeros.
expected_work work_of(const prepared_layer& l, const array_config& array, bool in_lock_step) {
    const layer_descriptor& d = l.plan.descriptor;
    const layer_geometry& g = d.geometry;
    const tile_program program =
        enumerate_tiles(g, array.trees, array.lanes, l.plan.passes,
                        {static_cast<loop_order>(d.order), d.m_block, l.plan.fills, static_cast<dataflow>(d.flow)});
    // In its image: the m-blocks of the images follow each other.
    const auto first_of = [&](std::int64_t m_block) { return m_block % std::int64_t(ceil_div(g.m(), d.m_block)) * d.m_block; };
    expected_work w;
    const std::uint64_t n_blocks = ceil_div(g.n(), array.trees), k_blocks = ceil_div(g.k(), array.lanes);
    for (const tile& t : program.tiles) {
        const tile_stream stream = stream_of(l.plan.outliers, t, (t.repeat * n_blocks + t.n_block) * k_blocks + t.k_block);
        w.vectors += std::uint64_t(t.vectors);
        w.tree_vectors += std::uint64_t(t.vectors) * t.channels;
        const std::uint64_t rounds = in_lock_step ? stream.rounds : 1;
        w.sums += rounds * t.vectors * t.channels;
        w.loads += rounds * t.channels;
        w.outlier_products += std::uint64_t(t.vectors) * stream.outliers;
        if (t.last_slice) w.outputs += std::uint64_t(t.vectors) * t.channels;
        if (t.last_slice && t.first_vector == 0) {
            const std::int64_t vectors = std::min<std::int64_t>(d.m_block, g.m() - first_of(t.m_block));
            w.output_bytes += ceil_div(std::uint64_t(vectors) * t.channels * g.output_bits, 8);
        }
    }
    for (const weight_fetch& fetch : program.weights) {
        w.weight_bytes += l.plan.fills[std::size_t(fetch.fill)].dense_bytes;
        w.outlier_bytes += l.plan.fills[std::size_t(fetch.fill)].outlier_bytes;
    }
    for (const input_fetch& fetch : program.inputs) {
        const std::int64_t first = first_of(fetch.m_block);
        w.input_bytes += input_bytes(g, input_rows(g, first, std::min<std::int64_t>(d.m_block, g.m() - first)));
    }
    w.control_bytes = 256 + 12 * std::uint64_t(g.n()) * g.repeat + 12 * l.plan.fills.size() + l.product.weights.levels.size();
    return w;
}

/// The first identities that do not hold.
std::string violations(const prepared_run& run, const std::vector<layer_result>& results) {
    std::string text;
    for (std::size_t i = 0; i < results.size(); ++i) {
        const prepared_layer& l = run.layers[i];
        const layer_result& r = results[i];
        const array_config& array = array_of(run.request.platform, l.integers.on_side_array);
        const expected_work w = work_of(l, array, run.request.platform.sparse.engine == outlier_engine::lock_step);
        const auto expect = [&](const char* what, std::uint64_t found, std::uint64_t expected) {
            if (found != expected) text += fmt::format("{}: {}: {}, expected {}\n", l.product.layer->name, what, found, expected);
        };
        product_shape p = product_of(*l.product.layer);
        p.repeat *= run.request.batch;
        expect("slots", r.split.total(), r.cycles);
        expect("vectors issued", r.split.issued(), w.vectors);
        expect("ideal slots", r.split.ideal, ceil_div(std::uint64_t(p.m * p.n * p.k * p.repeat), std::uint64_t(array.trees) * array.lanes));
        expect("weight bytes", r.done.streams[dma_stream::weights].bytes, w.weight_bytes);
        expect("outlier bytes", r.done.streams[dma_stream::outliers].bytes, w.outlier_bytes);
        expect("input bytes", r.done.streams[dma_stream::activations].bytes, w.input_bytes);
        expect("output bytes", r.done.streams[dma_stream::outputs].bytes, w.output_bytes);
        expect("control bytes", r.done.streams[dma_stream::control].bytes, w.control_bytes);
        const memory_counters& dram = r.done.memories[memory_kind::dram];
        expect("bytes read from DRAM", dram.read_bytes, w.weight_bytes + w.outlier_bytes + w.input_bytes + w.control_bytes);
        expect("bytes written to DRAM", dram.written_bytes, w.output_bytes);
        expect("bytes into the weight buffer", r.done.memories[memory_kind::weight_buffer].written_bytes, w.weight_bytes + w.outlier_bytes);
        expect("bytes into the activation buffer", r.done.memories[memory_kind::activation_buffer].written_bytes, w.input_bytes);
        expect("bytes into the output buffer", r.done.memories[memory_kind::output_buffer].written_bytes, w.output_bytes);
        expect("bytes out of the output buffer", r.done.memories[memory_kind::output_buffer].read_bytes, w.output_bytes);
        const platform_config& platform = run.request.platform;
        const bool on_side_array = l.integers.on_side_array;
        const unit_counters& busy_array = r.done.units[array_circuit(platform, on_side_array)];
        const unit_counters idle_array = platform.side_array ? r.done.units[array_circuit(platform, !on_side_array)] : unit_counters{};
        expect("vectors through the trees", busy_array.vectors, w.tree_vectors);
        expect("weight loads", busy_array.loads, w.loads);
        expect("vectors through the other array", idle_array.vectors, 0);
        expect("accumulator writes", r.done.units[unit_kind::accumulator].vectors, w.sums);
        if (platform.sparse.engine == outlier_engine::decoupled) {
            const std::uint64_t sums = r.done.units[unit_kind::outlier_accumulate].vectors;
            if (sums > w.outlier_products || (sums == 0) != (w.outlier_products == 0))
                text += fmt::format("{}: {} sums of {} outlier products\n", l.product.layer->name, sums, w.outlier_products);
        }
        expect("outlier products", r.done.units[unit_kind::sparse_lane].vectors, w.outlier_products);
        if (run.request.platform.sparse.assignment == outlier_assignment::row_banked)
            expect("sums taken by bank adders", r.done.units[unit_kind::sparse_bank_adder].vectors, w.outlier_products);
        else if (r.done.units[unit_kind::sparse_bank_adder].vectors > w.outlier_products ||
                 (r.done.units[unit_kind::sparse_bank_adder].vectors == 0) != (w.outlier_products == 0))
            text += fmt::format("{}: sums taken by bank adders: {} of {} products\n", l.product.layer->name,
                                r.done.units[unit_kind::sparse_bank_adder].vectors, w.outlier_products);
        expect("outputs", r.done.units[unit_kind::requantizer].vectors, std::uint64_t(p.m * p.n * p.repeat));
        expect("outputs of the tiling", w.outputs, std::uint64_t(p.m * p.n * p.repeat));
        for (const auto& [key, c] : activity_of(run.request.platform, r, l.product.layer->input)) {
            expect(to_string(key.unit), c.busy + c.stalled + c.idle, c.instances * r.cycles);
            if (c.instances == 0) text += fmt::format("{}: {} has no instances\n", l.product.layer->name, to_string(key.unit));
        }
    }
    return text;
}

/// Runs without values; the weights come from the cache of the test folder, since outliers set the pace.
std::string violations_of(const run_request& request, const weight_cache& cache) {
    return forked([&] {
        const prepared_run run = prepare(timing_of(request), cache);
        layer_sequence program(run);
        edge_system system("system", request.platform, program, false, nullptr);
        system.run();
        return violations(run, system.device().results());
    });
}

void expect_accounts(const std::string& platform, const std::string& network) {
    const run_request r = request_of(preset(platform), load_workload(network, nets_directory));
    EXPECT_EQ(violations_of(r, weight_cache(weight_cache::default_directory())), "") << platform << ", " << network;
}

class accounts : public testing::TestWithParam<std::string> {};
TEST_P(accounts, add_up_on_resnet20) { expect_accounts(GetParam(), "resnet20"); }
TEST_P(accounts, add_up_on_mobilenet_v2) { expect_accounts(GetParam(), "mobilenet_v2"); }
INSTANTIATE_TEST_SUITE_P(every, accounts, testing::ValuesIn(shipped_platforms(presets_directory)),
                         [](const auto& one) { return one.param; });

std::vector<layer_result> results_of(const run_request& request, const weight_cache& cache) {
    const prepared_run run = prepare(timing_of(request), cache);
    layer_sequence program(run);
    edge_system system("system", request.platform, program, false, nullptr);
    system.run();
    return system.device().results();
}

/// Bytes of weights and outliers; of inputs; of outputs; ideal slots; by layer.
std::string traffic_of(run_request request, int batch) {
    request.batch = batch;
    return forked([&] {
        std::string text;
        for (const layer_result& r : results_of(request, weight_cache(weight_cache::default_directory()))) {
            const auto& streams = r.done.streams;
            text += fmt::format("{} {} {} {}\n", streams[dma_stream::weights].bytes + streams[dma_stream::outliers].bytes,
                                streams[dma_stream::activations].bytes, streams[dma_stream::outputs].bytes, r.split.issued());
        }
        return text;
    });
}

/// Weights outermost, and no input is read again for a further group of weights: bytes of weights are those of one image, all others and
/// the issued slots B times as many.
TEST(a_batch, reads_the_weights_of_one_image) {
    for (const char* platform : {"symq", "dasq"}) {
        run_request r = request_of(preset(platform), load_workload("resnet20", nets_directory));
        r.platform.mapping.order = loop_order::n_m;
        r.platform.weight_buffer.bank_bytes = 1 << 20;  // one fill
        std::istringstream alone(traffic_of(r, 1)), batch(traffic_of(r, 3));
        std::uint64_t a[4], b[4];
        int layers = 0;
        for (; alone >> a[0] >> a[1] >> a[2] >> a[3] && batch >> b[0] >> b[1] >> b[2] >> b[3]; ++layers) {
            EXPECT_EQ(b[0], a[0]) << "weights of layer " << layers;
            for (int i = 1; i < 4; ++i) EXPECT_EQ(b[i], 3 * a[i]) << "layer " << layers << ", " << i;
        }
        EXPECT_EQ(layers, 20);
    }
}

class output_stationary_accounts : public testing::TestWithParam<std::string> {};
TEST_P(output_stationary_accounts, add_up_on_resnet20) {
    platform_config p = preset(GetParam());
    p.mapping.flow = dataflow::output_stationary;
    EXPECT_EQ(violations_of(request_of(p, load_workload("resnet20", nets_directory)), weight_cache(weight_cache::default_directory())), "");
}
INSTANTIATE_TEST_SUITE_P(every, output_stationary_accounts, testing::ValuesIn(shipped_platforms(presets_directory)),
                         [](const auto& one) { return one.param; });

TEST(accounting, adds_up_on_resnet18) { expect_accounts("symq", "resnet18"); }
TEST(accounting, adds_up_on_swin_tiny) { expect_accounts("symq", "swin_tiny"); }
TEST(accounting, adds_up_on_deit_tiny_with_outliers) { expect_accounts("dasq", "deit_tiny"); }

class extended_accounts : public testing::TestWithParam<std::string> {};
TEST_P(extended_accounts, add_up_on_the_large_networks) {
    for (const char* network : {"resnet18", "resnet34", "resnet50", "deit_tiny", "deit_small", "deit_base", "swin_tiny"})
        expect_accounts(GetParam(), network);
}
INSTANTIATE_TEST_SUITE_P(extended_every, extended_accounts, testing::ValuesIn(shipped_platforms(presets_directory)),
                         [](const auto& one) { return one.param; });

void expect_accounts_of(run_request (*random)(std::uint64_t), std::uint64_t first_seed) {
    int done = 0;
    for (std::uint64_t seed = first_seed; done < 100; ++seed) {
        const run_request r = random(seed);
        std::string found;
        const std::string failure = failure_of([&] { found = violations_of(r, weight_cache("")); });
        if (failure.find("can't run on platform") != std::string::npos) continue;  // the draw has no mapping
        ASSERT_EQ(failure + found, "") << "seed " << seed;
        ++done;
    }
}

TEST(accounting, adds_up_on_random_layers_and_platforms) { expect_accounts_of(random_batch, 7000); }
TEST(accounting, adds_up_on_random_cases_with_decoupled_outliers) { expect_accounts_of(random_decoupled_request, 7000); }

}  // namespace
}  // namespace symmetree
