// The memory on the chip: what is kept there changes where bytes travel, and neither codes nor how many bytes.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>

#include "compile/network_program.h"
#include "platforms/assemble.h"
#include "reference/reference_network.h"
#include "runs/fit_adapters.h"
#include "runs/layer_sequence.h"
#include "runs/run_network.h"
#include "tests/support/forked.h"
#include "tests/support/layers.h"
#include "tests/support/random_cases.h"
#include "tests/support/test_networks.h"

namespace symmetree {
namespace {

constexpr std::array<kept_places, 3> something = {kept_places::activations, kept_places::weights, kept_places::both};

platform_config with_scratchpad(platform_config platform, std::uint64_t bytes, kept_places keep) {
    platform.scratchpad.bytes = bytes;
    platform.mapping.keep = keep;
    return platform;
}

using bytes_by_memory = std::map<memory_kind, std::uint64_t>;

std::uint64_t bytes_of(const memory_counters& n) { return n.read_bytes + n.written_bytes; }

bytes_by_memory far_bytes(const std::vector<layer_result>& steps) {
    bytes_by_memory sum;
    for (const memory_kind memory : {memory_kind::dram, memory_kind::scratchpad})
        for (const layer_result& step : steps) sum[memory] += bytes_of(step.done.memories[memory]);
    return sum;
}

/// What the compiler says that steps move there.
bytes_by_memory planned_bytes(const memory_map& memory) {
    bytes_by_memory sum{{memory_kind::dram, 0}, {memory_kind::scratchpad, 0}};
    for (const memory_place& place : memory.places()) sum[kind_of(place.space)] += place.moved_bytes;
    return sum;
}

/// Codes of three images, exact, and the bytes of the last.
bytes_by_memory expect_exact(const quantized_network& q, const platform_config& platform, const network_program& program) {
    bytes_by_memory bytes;
    std::vector<std::int16_t> image;
    std::uint64_t images = 0;
    run_network(
        program, platform, true,
        [&]() -> std::optional<std::vector<std::int16_t>> {
            if (images == 3) return {};
            return image = random_image(q.network, q.nodes[q.network.graph->input].format, ++images);
        },
        [&](const network_result& result) {
            EXPECT_EQ(result.scores, reference_network(q, image)[q.network.graph->output]) << "image " << images;
            bytes = far_bytes(result.steps);
        });
    EXPECT_EQ(images, 3u);
    return bytes;
}

/// No two places that are alive in one step share a byte of the scratchpad.
void expect_disjoint(const memory_map& memory, const accelerator_config& config) {
    const std::vector<memory_place>& all = memory.places();
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (!is_on_chip(kind_of(all[i].space))) continue;
        EXPECT_TRUE(range_of(all[i].space, config).holds(all[i].address, all[i].bytes)) << all[i].name;
        for (std::size_t j = 0; j < i; ++j) {
            const bool together = all[i].alive.first <= all[j].alive.last && all[j].alive.first <= all[i].alive.last;
            const bool apart = all[i].address + all[i].bytes <= all[j].address || all[j].address + all[j].bytes <= all[i].address;
            const bool over =
                std::count(all[i].over.begin(), all[i].over.end(), j) + std::count(all[j].over.begin(), all[j].over.end(), i) > 0;
            EXPECT_TRUE(!together || apart || (over && all[i].address == all[j].address)) << all[i].name << " and " << all[j].name;
        }
    }
}

/// Runs a network in a process of its own; the bytes of an image in both memories, or "failed".
std::string bytes_of_exact_run(workload (*network)(), const platform_config& sized, const std::string& scheme_text) {
    return forked([&]() -> std::string {
        const bool failed_before = ::testing::Test::HasFailure();  // of the parent
        platform_config platform = sized;
        test_network test(network(), platform, scheme_text);
        attach_adapters(test.q, test.copied, lively_adapters(test.q, test.copied));
        const network_program program = compile(test.q, platform, true);
        const bytes_by_memory moved = expect_exact(test.q, platform, program);
        const bool keeps = platform.mapping.keep != kept_places::none;
        if (keeps) {
            EXPECT_EQ(moved, planned_bytes(program.memory));
        }
        EXPECT_EQ(moved.at(memory_kind::scratchpad) > 0, keeps);
        expect_disjoint(program.memory, platform);
        if (::testing::Test::HasFailure() && !failed_before) return "failed";
        return fmt::format("{} bytes", moved.at(memory_kind::dram) + moved.at(memory_kind::scratchpad));
    });
}

/// Exact whatever is kept in a scratchpad of any size; bytes where the compiler says, as many as without.
void expect_kept(workload (*network)(), const std::string& platform, const std::string& scheme_text) {
    const std::string none = bytes_of_exact_run(network, with_scratchpad(preset(platform), 4096, kept_places::none), scheme_text);
    for (const kept_places keep : something)
        for (const std::uint64_t bytes : {std::uint64_t{512}, std::uint64_t{4096}, std::uint64_t{1} << 20})
            EXPECT_EQ(bytes_of_exact_run(network, with_scratchpad(preset(platform), bytes, keep), scheme_text), none)
                << to_string(keep) << " in " << bytes << " bytes";
}

TEST(a_scratchpad, keeps_a_residual_network_exact) { expect_kept(residual_network, "symq", "symq:w4a4"); }
TEST(a_scratchpad, keeps_a_residual_network_exact_on_dasq) { expect_kept(residual_network, "dasq", "dasq:w4a4"); }
TEST(a_scratchpad, keeps_a_residual_network_exact_on_asymq) { expect_kept(residual_network, "asymq_row_sum", "asymq:w4a4"); }
TEST(a_scratchpad, keeps_a_residual_network_exact_on_post) { expect_kept(residual_network, "post", "post:w4a4"); }
TEST(a_scratchpad, keeps_a_residual_network_exact_with_asq) { expect_kept(residual_network, "dasq", "dasq:w4a3:asq"); }
TEST(a_scratchpad, keeps_a_separable_network_exact) { expect_kept(separable_network, "symq", "symq:w4a4"); }
TEST(a_scratchpad, keeps_a_transformer_exact) { expect_kept(transformer_network, "symq", "symq:w4a4"); }
TEST(a_scratchpad, keeps_a_transformer_exact_on_dasq) { expect_kept(transformer_network, "dasq", "dasq:w3a3"); }

TEST(a_network_that_fits, leaves_the_dram_its_image_and_its_scores) {
    for (workload (*network)() : {residual_network, separable_network, transformer_network})
        EXPECT_EQ(forked([&]() -> std::string {
                      platform_config platform = with_scratchpad(preset("symq"), 1 << 20, kept_places::both);
                      test_network test(network(), platform, "symq:w4a4");
                      const network_program program = compile(test.q, platform, true);
                      std::uint64_t of_host = 0;
                      for (const memory_place& place : program.memory.places())
                          if (!is_on_chip(kind_of(place.space))) {
                              EXPECT_EQ(to_string(place.role), std::string("host")) << place.name;
                              of_host += place.moved_bytes;
                          }
                      EXPECT_EQ(expect_exact(test.q, platform, program).at(memory_kind::dram), of_host);
                      return ::testing::Test::HasFailure() ? "failed" : "done";
                  }),
                  "done");
}

/// Layers one by one: verdicts and bytes of each.
struct layer_bytes {
    std::string verdict;
    bytes_by_memory moved, planned;
};

std::string describe(const std::vector<layer_bytes>& layers) {
    std::string text;
    for (const layer_bytes& l : layers) {
        if (l.verdict != "exact") return l.verdict;
        if (l.moved != l.planned) return "bytes are not where the compiler says";
        text += fmt::format("{} ", l.moved.at(memory_kind::dram) + l.moved.at(memory_kind::scratchpad));
    }
    return text;
}

std::string layers_of(const run_request& request) {
    return forked([&]() -> std::string {
        const prepared_run run = prepare(request, weight_cache(""));
        layer_sequence layers(run);
        edge_system system("system", run.request.platform, layers, true, nullptr);
        system.watch(layers.watch());
        system.run();
        std::vector<layer_bytes> all;
        for (std::size_t i = 0; i < run.layers.size(); ++i) {
            const bytes_by_memory moved = far_bytes({system.device().results()[i]});
            const bool keeps = request.platform.mapping.keep != kept_places::none;
            all.push_back({to_string(layers.verdicts()[i].result), moved, keeps ? planned_bytes(run.layers[i].memory) : moved});
        }
        return describe(all);
    });
}

TEST(layers_by_themselves, are_exact_and_move_as_many_bytes_whatever_is_kept) {
    int runs = 0;
    for (std::uint64_t seed = 7000; runs < 25; ++seed) {
        run_request request = random_request(seed);
        std::string none;
        if (!failure_of([&] { none = layers_of(request); }).empty()) continue;  // does not fit its platform
        dice d(seed);
        const auto bytes = std::uint64_t(d.any_of({128, 1024, 1 << 16}));
        request.platform = with_scratchpad(request.platform, bytes, d.any_of({something[0], something[1], something[2]}));
        EXPECT_EQ(layers_of(request), none) << "seed " << seed;
        ++runs;
    }
}

TEST(layers_by_themselves, hold_all_their_weights_at_once_or_read_them_from_dram) {
    const workload net = network_of({linear_layer(4, 32, 32), linear_layer(4, 32, 32), linear_layer(4, 32, 32)});
    const auto on_chip = [&](std::uint64_t bytes) {
        const prepared_run run = prepare(request_of(with_scratchpad(preset("symq"), bytes, kept_places::weights), net), weight_cache(""));
        std::map<std::uint64_t, int> at;
        for (const prepared_layer& l : run.layers)
            for (const memory_place& place : l.memory.places())
                if (place.name == "weights" && is_on_chip(kind_of(place.space))) ++at[place.address];
        for (const auto& [address, count] : at) EXPECT_EQ(count, 1) << "two layers' weights at one address";
        return at.size();
    };
    // 512 bytes of weights each at 4 bits, beside a descriptor of 256 and tables of 396 bytes per layer.
    EXPECT_EQ(on_chip(1 << 16), 3u);
    EXPECT_EQ(on_chip(1280), 2u);
}

}  // namespace
}  // namespace symmetree
