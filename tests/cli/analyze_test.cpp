#include <gmock/gmock.h>

#include "tests/cli/program.h"

// `symmetree analyze`: the symmetry of every layer's weights.

namespace symmetree {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

TEST(analyze, has_a_row_for_every_layer_with_weights) {
    const workbench bench;
    bench.write(
        "mixed.yaml",
        "name: mixed\nlayers:\n"
        "  - {name: first, linear: {tokens: 5, in: 40, out: 20}, input: dense}\n"
        "  - {name: scores, matmul: {rows: 5, inner: 8, columns: 5}, input: dense}\n"
        "  - {name: depthwise, conv: {in: [4, 6, 6], out_channels: 4, kernel: 3, groups: 4}, input: relu, weights: {student_t: {}}}\n");
    const outcome result = bench.run("analyze --workload mixed.yaml --format csv");
    EXPECT_EQ(result.code, 0) << result.err;
    EXPECT_THAT(result.err, IsEmpty());
    const std::vector<std::string> lines = lines_of(result.out);
    ASSERT_EQ(lines.size(), 3u);
    EXPECT_EQ(lines[0],
              "layer,weights,channels,inputs,deviation,greatest,skewness,excess_kurtosis,removed,midrange,midrange_of_noise,midrange_after,"
              "midrange_of_noise_after");
    EXPECT_THAT(lines[1], StartsWith("first,synthetic gaussian,20,40,"));
    EXPECT_THAT(lines[2], StartsWith("depthwise,synthetic student_t,4,9,"));
    EXPECT_THAT(bench.run("analyze --workload mixed.yaml").out,
                AllOf(HasSubstr("midrange"), HasSubstr("depthwise"), Not(HasSubstr("scores"))));
    EXPECT_THAT(bench.run("analyze --workload mixed.yaml --format json").out, HasSubstr("\"midrange_of_noise_after\": "));
}

TEST(analyze, draws_its_figure) {
    const workbench bench;
    EXPECT_EQ(bench.run("analyze --workload small.yaml --figure a.svg --output rows.txt").code, 0);
    EXPECT_THAT(bench.content("a.svg"), AllOf(StartsWith("<?xml"), HasSubstr("smallest 98 %")));
    EXPECT_EQ(bench.run("analyze --workload small.yaml --figure a.png").code, 0);
    EXPECT_THAT(bench.content("a.png"), StartsWith("\x89PNG"));
}

TEST(analyze, refuses_wrong_options) {
    const workbench bench;
    for (const auto& [words, message] : std::vector<std::pair<std::string, std::string>>{
             {"", "'--workload' is required"},
             {"--workload small.yaml --sparsity 101",
              "--sparsity: a decimal from 0 to 100 with at most nine digits after the point is wanted, given '101'"},
             {"--workload small.yaml --figure a.gif", "--figure: a .svg or .png file is wanted, given 'a.gif'"},
             {"--workload small.yaml --figure a.svg --output ./a.svg", "--figure: 'a.svg' is the file of --output, too"},
             {"--workload small.yaml --seed x", "--seed"},
             {"--workload small.yaml --format xml", "--format"}}) {
        const outcome result = bench.run("analyze " + words);
        EXPECT_EQ(result.code, 2) << words;
        EXPECT_THAT(result.out, IsEmpty()) << words;
        EXPECT_THAT(result.err, HasSubstr(message)) << words;
    }
}

}  // namespace
}  // namespace symmetree
