#include "workloads/files/quantized_workload.h"

#include <gmock/gmock.h>

#include "core/safetensors.h"
#include "tests/unit/workloads/files.h"
#include "workloads/files/load_workload.h"
#include "workloads/network/weight_cache.h"
#include "workloads/quantize/quantize.h"

namespace symmetree {
namespace {

using testing::HasSubstr;
using testing_files::error_of;
using testing_files::temporary_directory;

const char* const network_text =
    "name: small\nlayers:\n"
    "  - {name: first, linear: {tokens: 5, in: 40, out: 20}, input: dense}\n"
    "  - {name: scores, matmul: {rows: 5, inner: 8, columns: 5}, input: dense}\n"
    "  - {name: /last.0/Conv, conv: {in: [4, 6, 6], out_channels: 8, kernel: 3, padding: 1}, input: relu, weights: {student_t: {}}}\n";

quantized_weights fitted(const layer& l, const scheme& s) {
    const product_shape p = product_of(l);
    return quantize_weights(materialize_weights(l, 1), p.n * p.repeat, p.k, s, 1);
}

/// network.yaml quantized to `first` and `last`, written as q.yaml.
quantized_workload quantized(const workload& network, const std::string& file, const std::string& first, const std::string& last) {
    quantized_workload q{
        network, file, {parse_scheme(first), parse_scheme("symq:w8a8"), parse_scheme(last)}, {}, {}, "mean=0.5 std=0.25", 1, "a \"test\""};
    q.weights = {fitted(network.layers[0], q.schemes[0]), {}, fitted(network.layers[2], q.schemes[2])};
    return q;
}

class quantized_workloads : public testing::TestWithParam<const char*> {};

TEST_P(quantized_workloads, read_back_as_they_were_written) {
    const temporary_directory directory;
    const std::string file = directory.write("network.yaml", network_text);
    const workload network = load_workload_yaml(file);
    const quantized_workload q = quantized(network, file, GetParam(), "symq:w8a8");
    write_quantized_workload(directory.file("deep.yaml"), q);
    std::filesystem::remove(file);  // all that is needed stands beside the document
    const workload read = load_workload(directory.file("deep.yaml"), "");
    EXPECT_EQ(read.name, "small");
    EXPECT_THAT(read.source, HasSubstr("a \"test\""));
    EXPECT_EQ(read.pixels, "mean=0.5 std=0.25");
    const weight_cache no_cache("");
    for (const std::size_t i : {0u, 2u}) {
        ASSERT_TRUE(read.layers[i].own_scheme);
        EXPECT_EQ(*read.layers[i].own_scheme, q.schemes[i]);
        const quantized_weights w = no_cache.get(read.layers[i], 7, q.schemes[i], 1);
        EXPECT_EQ(w.codes, q.weights[i].codes);
        EXPECT_EQ(w.step, q.weights[i].step);
        EXPECT_EQ(w.zero_point, q.weights[i].zero_point);
        EXPECT_EQ(w.outlier_shift, q.weights[i].outlier_shift);
        EXPECT_EQ(w.outlier_bits, q.weights[i].outlier_bits);
        EXPECT_EQ(w.guard_bits, q.weights[i].guard_bits);
        EXPECT_EQ(dequantize(w), dequantize(q.weights[i]));
        EXPECT_DOUBLE_EQ(w.error.mse, q.weights[i].error.mse);
    }
    EXPECT_EQ(to_string(*read.layers[1].own_scheme), "symq:w8a8");
}

INSTANTIATE_TEST_SUITE_P(of, quantized_workloads,
                         testing::Values("symq:w4a4", "asymq:w3a4", "dasq:w3a3:sw4:p90", "dasq:w8a8:sw2:p100",
                                         "dasq:w3a3:sw4:p90:max8per16x16", "pot:w4a4:g2", "post:w5a4:g4", "apot:w5a4:g4"));

TEST(quantized_workload, holds_formats_or_steps_alone_without_codes) {
    const temporary_directory directory;
    directory.write("network.yaml", network_text);
    const workload w = load_workload_yaml(
        directory.write("q.yaml", "network: network.yaml\nname: mine\nlayers:\n  - {name: first, scheme: \"dasq:w3a3:sw4:p98\"}\n"));
    EXPECT_EQ(w.name, "mine");
    EXPECT_EQ(to_string(*w.layers[0].own_scheme), "dasq:w3a3:sw4:p98");
    EXPECT_FALSE(w.layers[2].own_scheme);
    EXPECT_TRUE(std::holds_alternative<seeded_weights>(w.layers[0].weights));
    EXPECT_TRUE(w.formats.empty());
}

TEST(quantized_workload, names_every_problem_of_its_document) {
    const temporary_directory directory;
    directory.write("network.yaml", network_text);
    const auto problem = [&](const std::string& rest) {
        return error_of(directory, [&] { load_workload_yaml(directory.write("q.yaml", "network: network.yaml\n" + rest)); });
    };
    EXPECT_THAT(problem("layers:\n  - {name: none, scheme: symq}\n"),
                HasSubstr("q.yaml:3:12: layers[0].name: the network has no layer 'none'"));
    EXPECT_THAT(problem("layers:\n  - {name: first, scheme: symq}\n  - {name: first, scheme: symq}\n"), HasSubstr("'first' stands twice"));
    EXPECT_THAT(problem("layers:\n  - {name: first, scheme: fp8}\n"), HasSubstr("layers[0].scheme: family: allowed symq"));
    EXPECT_THAT(problem("layers:\n  - {name: first}\n"), HasSubstr("scheme"));
    EXPECT_THAT(problem("layers:\n  - {name: first, scheme: symq, bits: 3}\n"), HasSubstr("bits"));
    EXPECT_THAT(problem("layers:\n  - {name: scores, scheme: \"dasq\"}\n"),
                HasSubstr("a product of activations is symq with one width for both"));
    EXPECT_THAT(problem("tensors:\n  - {node: relu, step: 0.1}\n"), HasSubstr("tensors: the network can't be run as a whole"));
    EXPECT_THAT(problem("normalization: mean=1\n"), HasSubstr("q.yaml:2:16: normalization: "));
    EXPECT_THAT(problem("network_digest: 0\n"), HasSubstr("is another file than the one that was quantized"));
    EXPECT_THAT(problem("speed: 3\n"), HasSubstr("speed"));
    EXPECT_THAT(problem("codes: none.safetensors\n"), HasSubstr("none.safetensors"));
    EXPECT_THAT(error_of(directory, [&] { load_workload_yaml(directory.write("loop.yaml", "network: loop.yaml\n")); }),
                HasSubstr("loop.yaml:1:10: network: a network without formats of its own is wanted"));
}

TEST(quantized_workload, refuses_codes_that_the_scheme_cannot_have) {
    const temporary_directory directory;
    const std::string file = directory.write("network.yaml", network_text);
    const workload network = load_workload_yaml(file);
    const auto problem = [&](const std::string& scheme, const std::function<void(quantized_weights&)>& damage) {
        quantized_workload q = quantized(network, file, scheme, "symq:w8a8");
        damage(q.weights[0]);
        write_quantized_workload(directory.file("q.yaml"), q);
        return error_of(directory, [&] { load_workload_yaml(directory.file("q.yaml")); });
    };
    EXPECT_EQ(problem("symq:w3a3", [](auto&) {}), "no error");
    EXPECT_THAT(problem("symq:w3a3", [](auto& w) { w.codes[5] = 4; }), HasSubstr("first.codes: -4 to 3 are allowed, given 4"));
    EXPECT_THAT(problem("pot:w3a3", [](auto& w) { w.codes[5] = -1; }), HasSubstr("0 to 7 are allowed, given -1"));
    EXPECT_THAT(problem("symq:w3a3", [](auto& w) { w.codes.pop_back(); }),
                HasSubstr("first.codes: 800 numbers are wanted, the file has 799"));
    EXPECT_THAT(problem("symq:w3a3", [](auto& w) { w.step[2] = 0; }), HasSubstr("first.steps: steps are above 0 and finite, given 0"));
    EXPECT_THAT(problem("asymq:w3a3", [](auto& w) { w.zero_point.assign(20, 9); }),
                HasSubstr("first.zero_points: -4 to 3 are allowed, given 9"));
    EXPECT_THAT(problem("dasq:w3a3:p90", [](auto& w) { w.outlier_shift[0] = 8; }),
                HasSubstr("first.outlier_shifts: 0 to 7 are allowed, given 8"));
    EXPECT_THAT(problem("dasq:w3a3:p90", [](auto& w) { w.outliers[0].column = 40; }),
                HasSubstr("first.outlier_columns: 0 to 39 are allowed, given 40"));
    EXPECT_THAT(problem("dasq:w3a3:p90", [](auto& w) { w.outliers[0].value = 0; }),
                HasSubstr("entry 0: outliers stand by row and column, each once and none 0"));
    EXPECT_THAT(problem("dasq:w3a3:p90", [](auto& w) { std::swap(w.outliers[0], w.outliers[1]); }),
                HasSubstr("entry 1: outliers stand by row and column"));
}

TEST(quantized_workload, refuses_more_outliers_than_its_scheme_allows) {
    const temporary_directory directory;
    const std::string file = directory.write("network.yaml", network_text);
    const workload network = load_workload_yaml(file);
    const auto problem = [&](const std::string& bound) {
        quantized_workload q = quantized(network, file, "dasq:w3a3:p90:" + bound, "symq:w8a8");
        q.weights[0].outliers = {{3, 17, 1}, {3, 30, -2}, {5, 0, 1}};
        write_quantized_workload(directory.file("q.yaml"), q);
        return error_of(directory, [&] { load_workload_yaml(directory.file("q.yaml")); });
    };
    EXPECT_EQ(problem("max1per8"), "no error");
    EXPECT_EQ(problem("max3per16x40"), "no error");
    EXPECT_THAT(problem("max1per16"),
                HasSubstr("layers[0].name: first.outlier_rows: entry 1: one more outlier in rows 3 to 3, columns 16 to 31 than the 1 that "
                          "the scheme's max1per16 allows; give the layer a wider bound or none, or quantize the network anew"));
    EXPECT_THAT(problem("max1perchannel"), HasSubstr("entry 1: one more outlier in rows 3 to 3, columns 0 to 39 than the 1"));
    EXPECT_THAT(problem("max2per16x40"), HasSubstr("entry 2: one more outlier in rows 0 to 15, columns 0 to 39 than the 2"));
}

TEST(quantized_workload, counts_outliers_of_each_group_by_itself) {
    const temporary_directory directory;
    const std::string file = directory.write(
        "network.yaml",
        "name: small\nlayers:\n  - {name: first, conv: {in: [8, 6, 6], out_channels: 8, kernel: 3, padding: 1, groups: 4}, input: relu}\n");
    const workload network = load_workload_yaml(file);
    const scheme s = parse_scheme("dasq:w3a3:p50:max3per16x16");
    quantized_workload q{network, file, {s}, {weight_cache("").get(network.layers[0], 1, s, 1)}, {}, "", 1, ""};
    EXPECT_GT(q.weights[0].outliers.size(), 6u);  // all channels in one block: 3 in each of two cells
    write_quantized_workload(directory.file("q.yaml"), q);
    EXPECT_EQ(load_workload_yaml(directory.file("q.yaml")).layers[0].codes->outliers.size(), q.weights[0].outliers.size());
}

TEST(safetensors_writer, writes_what_the_reader_takes) {
    const temporary_directory directory;
    safetensors_writer out;
    out.add<std::int8_t>("a", "I8", {1, -2, 3});
    out.add<double>("b \"quoted\"", "F64", {0.5});
    out.add<std::uint32_t>("none", "U32", {});
    const safetensors_file file(directory.write("x.safetensors", out.text()));
    EXPECT_EQ(file.list<std::int8_t>("a", "I8"), (std::vector<std::int8_t>{1, -2, 3}));
    EXPECT_EQ(file.list<double>("b \"quoted\"", "F64"), std::vector<double>{0.5});
    EXPECT_TRUE(file.list<std::uint32_t>("none", "U32").empty());
    EXPECT_EQ(file.read("b \"quoted\"", {1}), std::vector<float>{0.5f});
    EXPECT_THAT(error_of(directory, [&] { file.list<std::int16_t>("a", "I16"); }),
                HasSubstr("tensor 'a': a list of I16 is wanted, the file has I8 [3]"));
    EXPECT_THAT(error_of(directory, [&] { file.list<std::int8_t>("c", "I8"); }), HasSubstr("tensor 'c': is not in the file"));
}

}  // namespace
}  // namespace symmetree
