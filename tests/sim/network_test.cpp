// Whole networks: what the accelerator leaves in memory for every node equals an executor that shares no arithmetic with the models.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include "compile/quantized_network.h"
#include "models/arithmetic/requantize_math.h"
#include "reference/reference_network.h"
#include "runs/fit_adapters.h"
#include "runs/run_network.h"
#include "tests/support/forked.h"
#include "tests/support/layers.h"
#include "tests/support/test_networks.h"

namespace symmetree {
namespace {

/// Every tensor in memory is the second executor's, and the sums of every layer become its codes.
void expect_recorded(const quantized_network& q, const network_record& record, const std::vector<std::vector<std::int16_t>>& wanted) {
    for (std::size_t i = 0; i < q.nodes.size(); ++i) {
        const graph_node& node = q.network.graph->nodes[i];
        EXPECT_EQ(record.codes(i), wanted[i]) << node.name;
        if (!layer_of(node)) continue;
        const tensor_format& f = q.nodes[i].format;
        const value_range& clip = q.nodes[i].clip;
        const std::vector<std::int32_t> sums = record.sums(i);
        const std::vector<channel_record> channels = record.channels(i);
        // A convolution's channels stand before its pixels, the others' last, those of every head behind its rows.
        const bool first = std::holds_alternative<conv_shape>(q.products[*layer_of(node)].layer->shape);
        const std::size_t inner = first ? sums.size() / channels.size() : 1, last = std::size_t(node.shape.back());
        for (std::size_t e = 0; e < sums.size(); ++e) {
            const channel_record& c = channels[first ? e / inner : e % last];
            const requantization end{c.multiplier, c.shift, f.zero_point, f.code_of(clip.least), f.code_of(clip.greatest)};
            ASSERT_EQ(requantize(sums[e], end), wanted[i][e]) << node.name << " element " << e;
        }
    }
}

/// Runs five images in batches; each has the scores of the second executor, which knows one image at a time, and what stands in memory does
/// not follow from an earlier batch.
void expect_exact_in_batches(
    const workload& net, const std::string& name, const std::string& scheme_text,
    const std::function<void(platform_config&)>& change = [](platform_config&) {}) {
    for (const int batch : {2, 3, 5, 7}) {
        SCOPED_TRACE(testing::Message() << "batch of " << batch);
        EXPECT_EQ(forked([&]() -> std::string {
                      platform_config platform = preset(name);
                      change(platform);
                      test_network test(net, platform, scheme_text);
                      attach_adapters(test.q, test.copied, lively_adapters(test.q, test.copied));
                      const quantized_network& q = test.q;
                      const network_program program = compile(q, platform, true, batch);
                      const tensor_format& format = q.nodes[q.network.graph->input].format;
                      std::uint64_t next = 0, done = 0;
                      std::uint64_t cycles = 0;
                      run_network(
                          program, platform, true,
                          [&]() -> std::optional<std::vector<std::int16_t>> {
                              if (next == 5) return {};
                              return random_image(q.network, format, ++next);
                          },
                          [&](const network_result& result) {
                              const auto wanted = reference_network(q, random_image(q.network, format, ++done));
                              EXPECT_EQ(result.scores, wanted[q.network.graph->output]) << "image " << done;
                              std::uint64_t sum = 0;
                              for (const layer_result& step : result.steps) sum += step.cycles;
                              EXPECT_TRUE(cycles == 0 || cycles == sum) << "cycles depend on the images";
                              cycles = sum;
                          });
                      EXPECT_EQ(done, 5u);
                      return ::testing::Test::HasFailure() ? "failed" : "done";
                  }),
                  "done");
    }
}

TEST(a_network, residual_is_exact_in_batches) { expect_exact_in_batches(residual_network(), "symq", "symq:w4a4"); }
TEST(a_network, residual_is_exact_in_batches_on_dasq) { expect_exact_in_batches(residual_network(), "dasq", "dasq:w4a4"); }
TEST(a_network, separable_is_exact_in_batches) { expect_exact_in_batches(separable_network(), "asymq_row_sum", "asymq:w4a4"); }
TEST(a_network, transformer_is_exact_in_batches) { expect_exact_in_batches(transformer_network(), "symq", "symq:w4a4"); }
/// A result may be written over an operand in the scratchpad, but not over the next image's.
TEST(a_network, is_exact_in_batches_that_stand_in_a_scratchpad_and_are_prefetched) {
    for (const std::uint64_t bytes : {std::uint64_t{16384}, std::uint64_t{1} << 20}) {
        SCOPED_TRACE(bytes);
        const auto keeps = [bytes](platform_config& p) {
            p.scratchpad.bytes = bytes;
            p.scratchpad.banks = 2;
            p.mapping.keep = kept_places::both;
            p.mapping.prefetch = prefetching::weights;
        };
        expect_exact_in_batches(residual_network(), "dasq", "dasq:w4a4", keeps);
        expect_exact_in_batches(transformer_network(), "symq", "symq:w4a4:asq", keeps);
        expect_exact_in_batches(separable_network(), "asymq_row_sum", "asymq:w4a4", keeps);
    }
}
TEST(a_network, residual_is_exact_in_batches_with_asq) { expect_exact_in_batches(residual_network(), "symq", "symq:w4a4:asq"); }
TEST(a_network, transformer_is_exact_in_batches_with_asq) { expect_exact_in_batches(transformer_network(), "symq", "symq:w4a4:asq"); }

/// The scores of three images and the cycles of one, with and without prefetch.
void expect_faster_with_prefetch(const workload& net, const std::string& name, const std::string& scheme_text, int batch) {
    const auto run = [&](prefetching wanted) {
        return forked([&]() -> std::string {
            platform_config platform = preset(name);
            platform.mapping.prefetch = wanted;
            test_network test(net, platform, scheme_text);
            attach_adapters(test.q, test.copied, lively_adapters(test.q, test.copied));
            const tensor_format& format = test.q.nodes[test.q.network.graph->input].format;
            std::uint64_t next = 0, done = 0, cycles = 0;
            run_network(
                compile(test.q, platform, true, batch), platform, true,
                [&]() -> std::optional<std::vector<std::int16_t>> {
                    if (next == 3) return {};
                    return random_image(test.q.network, format, ++next);
                },
                [&](const network_result& result) {
                    const auto wanted_codes = reference_network(test.q, random_image(test.q.network, format, ++done));
                    EXPECT_EQ(result.scores, wanted_codes[test.q.network.graph->output]) << "image " << done;
                    cycles = 0;
                    for (const layer_result& step : result.steps) cycles += step.cycles;
                });
            return ::testing::Test::HasFailure() ? "failed" : std::to_string(cycles);
        });
    };
    const std::string without = run(prefetching::none), with = run(prefetching::weights);
    ASSERT_NE(without, "failed");
    ASSERT_NE(with, "failed");
    EXPECT_LT(std::stoull(with), std::stoull(without));
}

TEST(a_network, residual_is_exact_and_faster_with_prefetch) { expect_faster_with_prefetch(residual_network(), "dasq", "dasq:w4a4", 1); }
TEST(a_network, separable_is_exact_and_faster_with_prefetch) { expect_faster_with_prefetch(separable_network(), "pot", "pot:w4a4", 2); }
TEST(a_network, transformer_is_exact_and_faster_with_prefetch) {
    expect_faster_with_prefetch(transformer_network(), "symq", "symq:w4a4:asq", 1);
    expect_faster_with_prefetch(transformer_network(), "asymq_row_sum", "asymq:w4a4", 3);
}

/// Runs two images on the platform and on the second executor.
void expect_exact(workload net, platform_config platform, const std::string& scheme_text, residual_width residuals = residual_width::wide) {
    EXPECT_EQ(forked([&]() -> std::string {
                  test_network test(std::move(net), platform, scheme_text, residuals);
                  attach_adapters(test.q, test.copied, lively_adapters(test.q, test.copied));
                  const quantized_network& q = test.q;
                  EXPECT_EQ(parse_scheme(scheme_text).adaptive_activations, !test.copied.adaptive.empty());
                  const network_program program = compile(q, platform, true);
                  std::vector<std::vector<std::int16_t>> images;
                  for (std::uint64_t seed = 1; seed <= 2; ++seed)
                      images.push_back(random_image(q.network, q.nodes[q.network.graph->input].format, seed));
                  std::size_t next = 0, done = 0;
                  network_record record(q, program, platform);
                  run_network(
                      program, platform, true,
                      [&]() -> std::optional<std::vector<std::int16_t>> {
                          if (next == images.size()) return {};
                          return images[next++];
                      },
                      [&](const network_result& result) {
                          const auto values = reference_network(q, images[done++]);
                          const std::vector<std::int16_t>& wanted = values[q.network.graph->output];
                          EXPECT_EQ(result.scores, wanted);
                          expect_recorded(q, record, values);
                          EXPECT_EQ(result.steps.size(), program.steps.size());
                          const bool moves = std::adjacent_find(wanted.begin(), wanted.end(), std::not_equal_to<>()) != wanted.end();
                          EXPECT_TRUE(moves) << "every output has the same code: the test sees nothing";
                      },
                      nullptr, &record);
                  EXPECT_EQ(done, images.size());
                  return ::testing::Test::HasFailure() ? "failed" : "done";
              }),
              "done");
}

TEST(a_network, residual_is_exact_on_symq) { expect_exact(residual_network(), preset("symq"), "symq:w4a4"); }
TEST(a_network, residual_is_exact_on_symq_at_3_and_8_bits) { expect_exact(residual_network(), preset("symq"), "symq:w3a8"); }
TEST(a_network, residual_is_exact_on_dasq) { expect_exact(residual_network(), preset("dasq"), "dasq:w4a4"); }
TEST(a_network, residual_is_exact_on_asymq_row_sum) { expect_exact(residual_network(), preset("asymq_row_sum"), "asymq:w4a4"); }
TEST(a_network, residual_is_exact_on_asymq_port_subtract) { expect_exact(residual_network(), preset("asymq_port_subtract"), "asymq:w3a3"); }
TEST(a_network, residual_is_exact_on_asymq_pre_subtract) { expect_exact(residual_network(), preset("asymq_pre_subtract"), "asymq:w3a4"); }
TEST(a_network, residual_is_exact_on_post) { expect_exact(residual_network(), preset("post"), "post:w4a4"); }
TEST(a_network, residual_is_exact_with_narrow_residuals) {
    expect_exact(residual_network(), preset("symq"), "symq:w4a3", residual_width::narrow);
    expect_exact(residual_network(), preset("symq"), "symq:w4a4:asq", residual_width::narrow);
}
TEST(a_network, fits_its_output_banks_where_outputs_are_wider_than_inputs) {
    platform_config platform = preset("symq");
    platform.output_buffer.bank_bytes = 64;  // four vectors of 16 channels in 8 bits
    expect_exact(residual_network(), platform, "symq:w3a3");
}
TEST(a_network, separable_is_exact_on_symq) { expect_exact(separable_network(), preset("symq"), "symq:w4a4"); }
TEST(a_network, separable_is_exact_on_dasq) { expect_exact(separable_network(), preset("dasq_row_sum"), "dasq:w4a4"); }
TEST(a_network, transformer_is_exact_on_symq) { expect_exact(transformer_network(), preset("symq"), "symq:w4a4"); }
TEST(a_network, transformer_is_exact_on_symq_at_8_bits) { expect_exact(transformer_network(), preset("symq"), "symq:w8a8"); }
TEST(a_network, transformer_is_exact_on_dasq) { expect_exact(transformer_network(), preset("dasq"), "dasq:w3a3"); }
TEST(a_network, residual_is_exact_with_asq) { expect_exact(residual_network(), preset("symq"), "symq:w4a4:asq"); }
TEST(a_network, residual_is_exact_with_asq_on_dasq) { expect_exact(residual_network(), preset("dasq"), "dasq:w4a3:asq"); }
TEST(a_network, residual_is_exact_with_asq_on_post) { expect_exact(residual_network(), preset("post"), "post:w4a4:asq"); }
TEST(a_network, residual_is_exact_with_asq_on_asymq_row_sum) {
    expect_exact(residual_network(), preset("asymq_row_sum"), "asymq:w4a4:asq");
}
TEST(a_network, separable_is_exact_with_asq) { expect_exact(separable_network(), preset("symq"), "symq:w4a4:asq"); }
TEST(a_network, transformer_is_exact_with_asq) { expect_exact(transformer_network(), preset("symq"), "symq:w4a4:asq"); }

/// Sums of a layer of `tokens` vectors by the definition, from the codes that it read: sum((code_W - z_W) (x - z)) + b.
std::vector<std::int32_t> defined_sums(const formatted_product& p, const tensor_format& x, const std::vector<std::int16_t>& read) {
    const quantized_weights& w = p.weights;
    std::vector<std::int32_t> sums;
    for (std::size_t first = 0; first < read.size(); first += std::size_t(w.columns))
        for (std::int64_t row = 0; row < w.rows; ++row) {
            const double bias = (*p.layer->bias)[std::size_t(row)] / (x.step * w.step[std::size_t(row)]);
            auto sum = static_cast<std::int32_t>(std::nearbyint(bias));
            for (std::int64_t k = 0; k < w.columns; ++k)
                sum += (w.codes[std::size_t(row * w.columns + k)] - w.zero_point_of(row)) * (read[first + std::size_t(k)] - x.zero_point);
            sums.push_back(sum);
        }
    return sums;
}

TEST(a_network, has_the_defined_sums_at_the_requantizer) {
    EXPECT_EQ(forked([]() -> std::string {
                  platform_config platform = preset("asymq_row_sum");
                  const test_network test(transformer_network(), platform, "asymq:w4a4");
                  const quantized_network& q = test.q;
                  const network_graph& graph = *q.network.graph;
                  const network_program program = compile(q, platform, true);
                  network_record record(q, program, platform);
                  bool given = false;
                  run_network(
                      program, platform, true,
                      [&]() -> std::optional<std::vector<std::int16_t>> {
                          if (std::exchange(given, true)) return {};
                          return random_image(q.network, q.nodes[graph.input].format, 1);
                      },
                      [](const network_result&) {}, nullptr, &record);
                  int compared = 0;
                  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
                      const std::size_t* layer = layer_of(graph.nodes[i]);
                      if (!layer || !std::holds_alternative<linear_shape>(q.products[*layer].layer->shape)) continue;
                      const std::size_t x = graph.nodes[i].inputs.front();
                      EXPECT_EQ(record.sums(i), defined_sums(q.products[*layer], q.nodes[x].format, record.codes(x)))
                          << graph.nodes[i].name;
                      ++compared;
                  }
                  EXPECT_EQ(compared, 5);
                  return ::testing::Test::HasFailure() ? "failed" : "done";
              }),
              "done");
}

/// Runs images 1, 2, 3 and says what came out.
std::vector<std::vector<std::int16_t>> scores_of(const quantized_network& q, const platform_config& platform,
                                                 std::vector<layer_result>* steps = nullptr) {
    const network_program program = compile(q, platform, true);
    std::vector<std::vector<std::int16_t>> scores;
    run_network(
        program, platform, true,
        [&]() -> std::optional<std::vector<std::int16_t>> {
            if (scores.size() == 3) return {};
            return random_image(q.network, q.nodes[q.network.graph->input].format, scores.size() + 1);
        },
        [&](const network_result& result) {
            scores.push_back(result.scores);
            if (steps) *steps = result.steps;
        });
    return scores;
}

TEST(asq, identity_is_the_fixed_step) {
    EXPECT_EQ(forked([]() -> std::string {
                  platform_config platform = preset("symq");
                  test_network adaptive(residual_network(), platform, "symq:w4a4:asq"),
                      fixed(residual_network(), platform, "symq:w4a4:asq"), lively(residual_network(), platform, "symq:w4a4:asq");
                  attach_adapters(lively.q, lively.copied, lively_adapters(lively.q, lively.copied));
                  attach_adapters(adaptive.q, adaptive.copied, identity_adapters(adaptive.q, adaptive.copied));
                  const auto scores = scores_of(adaptive.q, platform);
                  for (std::size_t i = 0; i < 3; ++i) {
                      const auto image = random_image(fixed.q.network, fixed.q.nodes[fixed.q.network.graph->input].format, i + 1);
                      EXPECT_EQ(scores[i], reference_network(fixed.q, image)[fixed.q.network.graph->output]) << "image " << i;
                      EXPECT_NE(scores[i], reference_network(lively.q, image)[fixed.q.network.graph->output])
                          << "the adapters of the other tests do nothing";
                  }
                  return ::testing::Test::HasFailure() ? "failed" : "done";
              }),
              "done");
}

TEST(asq, an_adapter_takes_the_time_and_the_operations_of_its_parts) {
    EXPECT_EQ(forked([]() -> std::string {
                  platform_config platform = preset("symq");
                  test_network test(residual_network(), platform, "symq:w4a4:asq");
                  platform.vector_unit.bank_bytes = 3 * 12 * 16;  // three rows of relu0
                  attach_adapters(test.q, test.copied, lively_adapters(test.q, test.copied));
                  std::vector<layer_result> steps;
                  scores_of(test.q, platform, &steps);
                  const network_program program = compile(test.q, platform, true);
                  const auto found = std::find_if(program.steps.begin(), program.steps.end(), [](const network_step& s) {
                      return !s.is_product && s.operation == vector_operation::adapter;
                  });
                  EXPECT_EQ(found->name, "relu0.asq");
                  const auto& a = steps[std::size_t(found - program.steps.begin())].done.units;
                  // 12 x 12 pixels of 16 channels on 8 lanes, one hidden element: four pieces of 36 pixels; products 16 / 8 and 1 issue; 19
                  // + 1 cycles.
                  EXPECT_EQ(a[unit_kind::vector_lane].busy, 4u * (36 * 2 + 4) + (2 + 5 + 3 - 1) + (1 + 5 + 3 - 1) + 20);
                  EXPECT_EQ(a[unit_kind::vector_lane].vectors, 12u * 12 * 16);
                  EXPECT_EQ(a[unit_kind::vector_scale].vectors, 16u + 16 + 1);
                  EXPECT_EQ(a[unit_kind::vector_row].vectors, 1u);
                  EXPECT_EQ(std::count_if(program.steps.begin(), program.steps.end(),
                                          [](const network_step& s) { return s.operation == vector_operation::adapter; }),
                            std::ptrdiff_t(test.copied.adaptive.size()));
                  return ::testing::Test::HasFailure() ? "failed" : "done";
              }),
              "done");
}

TEST(a_network, transformer_is_exact_on_pot) { expect_exact(transformer_network(), preset("pot"), "pot:w4a4"); }

}  // namespace
}  // namespace symmetree
