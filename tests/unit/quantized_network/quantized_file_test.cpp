// A network, quantized and calibrated, written to a file and read back: the same integers everywhere.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "core/input_file.h"
#include "reference/reference_network.h"
#include "runs/run_network.h"
#include "tests/unit/quantized_network/small_network.h"
#include "workloads/files/load_workload.h"
#include "workloads/files/quantized_workload.h"
#include "workloads/network/channel_scaling.h"

namespace symmetree {
namespace {

using testing::HasSubstr;

struct kept_case {
    const char *platform, *scheme;
};
void PrintTo(const kept_case& c, std::ostream* out) { *out << c.scheme << " on " << c.platform; }

/// The small network as `symmetree quantize --calibration` writes it, read back.
workload kept(const small_network& small, const platform_config& platform, const scheme& run) {
    const std::vector<scheme> schemes = schemes_of(small.network, platform, run, {});
    quantized_workload q{
        small.network, small.file, schemes, {}, formats_of(small.network, platform, run, small.chooser_for(small.network), {}), "", 1,
        "test"};
    for (std::size_t i = 0; i < schemes.size(); ++i) q.weights.push_back(small.cache.get(small.network.layers[i], 1, schemes[i], 1));
    write_quantized_workload(small.directory.file("q.yaml"), q);
    return load_workload_yaml(small.directory.file("q.yaml"));
}

std::vector<std::vector<std::int16_t>> codes_of_image(const quantized_network& q, std::int64_t index) {
    const std::vector<float> image = small_image(index);
    return reference_network(q, codes_of(image.data(), image.size(), q.nodes[q.network.graph->input].format));
}

class a_kept_network : public testing::TestWithParam<kept_case> {};

TEST_P(a_kept_network, has_the_codes_of_the_network_that_was_quantized_in_every_node) {
    const small_network small;
    const platform_config platform = platform_named(GetParam().platform);
    const scheme run = parse_scheme(GetParam().scheme);
    const workload read = kept(small, platform, run);
    const quantized_network direct = small.quantized(small.network, platform, run);
    // Neither calibration nor the run's scheme counts any more.
    const calibration none;
    const auto choose = [&](std::size_t node, int bits, activation_coding coding) {
        return format_for(read, none, {}, node, bits, coding);
    };
    const quantized_network later = quantize_network(read, platform, parse_scheme("symq:w8a8"), choose, small.cache, 99, 1);
    for (std::size_t i = 0; i < direct.products.size(); ++i) {
        EXPECT_EQ(later.products[i].used_scheme, direct.products[i].used_scheme);
        EXPECT_EQ(later.products[i].weights.codes, direct.products[i].weights.codes);
        const std::vector<channel_record>&wanted = direct.product_records[i].channels, &found = later.product_records[i].channels;
        ASSERT_EQ(found.size(), wanted.size());
        for (std::size_t c = 0; c < wanted.size(); ++c) {
            EXPECT_EQ(found[c].bias, wanted[c].bias);
            EXPECT_EQ(found[c].multiplier, wanted[c].multiplier);
            EXPECT_EQ(found[c].shift, wanted[c].shift);
        }
    }
    for (std::int64_t image = 20; image < 24; ++image) EXPECT_EQ(codes_of_image(later, image), codes_of_image(direct, image)) << image;
}

INSTANTIATE_TEST_SUITE_P(on, a_kept_network,
                         testing::Values(kept_case{"symq", "symq:w3a4"}, kept_case{"asymq_row_sum", "asymq:w4a3"},
                                         kept_case{"dasq", "dasq:w3a3:sw4:p90"}, kept_case{"pot", "pot:w4a4"},
                                         kept_case{"post", "post:w4a4:g4"}, kept_case{"apot", "apot:w4a4"}),
                         [](const auto& tested) { return std::string(tested.param.platform); });

/// The small network with the channels of its scalable tensors divided by factors that begin anew every 3 channels.
struct scaled_network : small_network {
    scaled_network() {
        channel_factors factors;
        for (const scalable_tensor& t : scalable_tensors(network))
            for (std::size_t c = 0; c < t.channels; ++c)
                factors[network.graph->nodes[t.node].name].push_back(std::vector{0.3, 1.7, 5.0}[c % 3]);
        network = with_scaled_channels(network, factors, 1);
        seen = calibrate(network, float_executor(network, float_weights_of(network, 1)), small_image, 8, 1);
    }
};

TEST(a_kept_network, has_its_channels_divided_as_when_it_was_quantized) {
    const scaled_network small;
    const platform_config platform = platform_named("symq");
    const scheme run = parse_scheme("symq:w4a4");
    const workload read = kept(small, platform, run);
    ASSERT_THAT(read.channel_factors, testing::SizeIs(2));
    EXPECT_EQ(read.channel_factors, small.network.channel_factors);
    EXPECT_EQ(float_weights_of(read, 1), float_weights_of(small.network, 1));
    const quantized_network direct = small.quantized(small.network, platform, run), later = small.quantized(read, platform, run);
    for (std::int64_t image = 20; image < 24; ++image) EXPECT_EQ(codes_of_image(later, image), codes_of_image(direct, image)) << image;
}

TEST(a_kept_network, is_refused_with_factors_of_another_tensor) {
    const scaled_network small;
    kept(small, platform_named("symq"), parse_scheme("symq:w4a4"));
    std::string text = content_of(small.directory.file("q.yaml"));
    text.replace(text.find("node: \"body/a\""), 14, "node: \"body/b\"");
    small.directory.write("q.yaml", text);
    EXPECT_THAT(testing_files::error_of(small.directory, [&] { load_workload_yaml(small.directory.file("q.yaml")); }),
                HasSubstr("q.yaml:16:3: channel_factors: tensor 'body/b.channel_factors': is not in the file"));
}

TEST(a_kept_network, keeps_the_float_weights_for_comparison) {
    const small_network small;
    const workload read = kept(small, platform_named("symq"), parse_scheme("symq:w2a2"));
    EXPECT_EQ(float_weights_of(read, 1), float_weights_of(small.network, 1));
}

TEST(a_kept_network, is_refused_where_its_formats_do_not_fit_the_array) {
    const small_network small;
    const workload read = kept(small, platform_named("symq"), parse_scheme("symq:w4a4"));
    workload shifted = read;
    for (layer& l : shifted.layers) l.own_scheme = parse_scheme("pot:w4a4");
    try {
        small.quantized(shifted, platform_named("pot"), parse_scheme("pot:w4a4"));
        FAIL() << "formats with zero points on shifters";
    } catch (const input_error& e) {
        EXPECT_THAT(e.what(), HasSubstr("tensor image: it has 8 bits in the file, and what reads it takes 4"));
    }
}

TEST(a_kept_network, has_no_format_where_values_are_only_moved) {
    const testing_files::temporary_directory directory;
    directory.write(
        "net.yaml",
        "name: t\ndefaults: {input: dense}\nlayers:\n  - {name: a, conv: {in: [2, 4, 4], out_channels: 8, kernel: 3, padding: 1}}\n"
        "  - {name: head, linear: {tokens: 1, in: 8, out: 3}, input: relu}\ngraph:\n  - {op: input, name: image, shape: [1, 2, 4, 4]}\n"
        "  - {op: product, layer: a}\n  - {op: relu, name: last}\n  - {op: max_pool, name: pooled, kernel: 4}\n"
        "  - {op: reshape, name: flat, shape: [1, 8]}\n  - {op: product, layer: head}\n");
    const std::string format = "step: 0.1, bits: 4, zero_point: -8, least: -8, greatest: 7}\n";
    const auto problem = [&](const std::string& node) {
        return testing_files::error_of(directory, [&] {
            load_workload_yaml(directory.write("q.yaml", "network: net.yaml\ntensors:\n  - {node: " + node + ", " + format));
        });
    };
    EXPECT_EQ(problem("last"), "no error");
    for (const char* moved : {"pooled", "flat"})
        EXPECT_THAT(problem(moved),
                    HasSubstr(fmt::format("q.yaml:3:12: tensors[0].node: '{}' only moves the values of 'last', whose format it has: "
                                          "name that one",
                                          moved)));
}

TEST(a_kept_network, needs_the_files_that_it_was_written_with) {
    const small_network small;
    kept(small, platform_named("symq"), parse_scheme("symq:w4a4"));
    std::string text = small_network_text;
    text.replace(text.find("student_t: {}"), 13, "gaussian: {}");
    small.directory.write("q.network.yaml", text);
    const std::string problem = testing_files::error_of(small.directory, [&] { load_workload_yaml(small.directory.file("q.yaml")); });
    EXPECT_THAT(problem, HasSubstr("q.yaml:5:17: network_digest: "));
    EXPECT_THAT(problem, HasSubstr("is another file than the one that was quantized"));
}

// LSQ: steps that training found take the place of those that calibration would choose.
TEST(a_step_in_the_file, overrides_calibration) {
    const small_network small;
    const platform_config platform = platform_named("symq");
    const workload with_step =
        load_workload_yaml(small.directory.write("lsq.yaml", "network: small.yaml\ntensors:\n  - {node: joined, step: 0.0625}\n"));
    const auto direct = formats_of(small.network, platform, parse_scheme("symq:w4a4"), small.chooser_for(small.network), {});
    const auto stepped = formats_of(with_step, platform, parse_scheme("symq:w4a4"), small.chooser_for(with_step), {});
    int changed = 0;
    for (std::size_t i = 0; i < direct.size(); ++i) {
        if (!direct[i]) continue;
        const bool named = small.network.graph->nodes[i].name == "joined";
        changed += named;
        EXPECT_EQ(stepped[i]->step, named ? 0.0625 : direct[i]->step);
        EXPECT_EQ(stepped[i]->zero_point, direct[i]->zero_point);
        EXPECT_EQ(stepped[i]->bits, direct[i]->bits);
    }
    EXPECT_EQ(changed, 1);
}

TEST(a_tensor_without_format, is_named_where_nothing_was_calibrated) {
    const small_network small;
    const calibration none;
    const auto choose = [&](std::size_t node, int bits, activation_coding coding) {
        return format_for(small.network, none, {}, node, bits, coding);
    };
    try {
        formats_of(small.network, platform_named("symq"), parse_scheme("symq:w4a4"), choose, {});
        FAIL();
    } catch (const input_error& e) {
        EXPECT_THAT(e.what(), HasSubstr("tensor image: it has no format in the file, and there is no calibration"));
    }
}

}  // namespace
}  // namespace symmetree
