#include <gmock/gmock.h>

#include <filesystem>

#include "tests/cli/program.h"

// Help, list, describe, and words that no command knows.

namespace symmetree {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

std::size_t shipped_files_in(const std::string& folder) {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        if (entry.path().extension() == ".yaml" || (entry.path().extension() == ".onnx" && entry.path().stem().extension() != ".network"))
            ++count;
    return count;
}

TEST(help, of_the_program_names_the_commands) {
    const workbench bench;
    for (const char* word : {"--help", "-h"}) {
        const outcome result = bench.run(word);
        EXPECT_EQ(result.code, 0);
        EXPECT_THAT(result.err, IsEmpty());
        for (const char* command : {"compare", "run", "report", "describe", "list", "analyze", "cost"})
            EXPECT_THAT(result.out, HasSubstr(command));
    }
}

TEST(help, of_a_command_names_its_options_whatever_else_is_given) {
    const workbench bench;
    const outcome run = bench.run("run --help --workload nothing");
    EXPECT_EQ(run.code, 0);
    EXPECT_THAT(run.err, IsEmpty());
    for (const char* option :
         {"--workload", "--platform", "--scheme", "--weight-bits", "--activation-bits", "--seed", "--batch", "--timing-only", "--no-check",
          "--jobs", "--format", "--output", "--cache", "--no-cache", "--vcd", "--timeline"})
        EXPECT_THAT(run.out, HasSubstr(option));
    EXPECT_THAT(bench.run("compare --help").out, HasSubstr("--baseline"));
    EXPECT_THAT(bench.run("describe -h").out, HasSubstr("--platform"));
    EXPECT_THAT(bench.run("list --help").out, HasSubstr("symmetree list"));
}

struct wrong_words {
    std::string name, words, message;
};

void PrintTo(const wrong_words& wrong, std::ostream* out) { *out << wrong.name; }

class wrong_use : public testing::TestWithParam<wrong_words> {};

TEST_P(wrong_use, ends_in_2_with_nothing_on_stdout) {
    const workbench bench;
    const outcome result = bench.run(GetParam().words);
    EXPECT_EQ(result.code, 2);
    EXPECT_THAT(result.out, IsEmpty());
    EXPECT_THAT(result.err, HasSubstr(GetParam().message));
    EXPECT_THAT(bench.files(), testing::ElementsAre("mine.yaml", "small.yaml"));
}

INSTANTIATE_TEST_SUITE_P(
    words, wrong_use,
    testing::Values(
        wrong_words{"no_command", "", "symmetree compare"},
        wrong_words{"unknown_command", "simulate",
                    "symmetree: command line: no command 'simulate'; known: analyze, compare, cost, describe, evaluate, list, pareto, "
                    "quantize, query, report, reprice, run, sweep"},
        wrong_words{"abbreviated_command", "comp --workload small.yaml --platform symq", "no command 'comp'"},
        wrong_words{"option_before_command", "--workload small.yaml", "no command '--workload'"},
        wrong_words{"unknown_option", "run --workload small.yaml --platform symq --fast", "'--fast'"},
        wrong_words{"abbreviated_option", "run --work small.yaml --platform symq", "'--work'"},
        wrong_words{"option_of_another_command", "compare --workload small.yaml --platform symq --vcd x.vcd", "'--vcd'"},
        wrong_words{"timeline_of_several_runs", "compare --workload small.yaml --platform symq --timeline x.json", "'--timeline'"},
        wrong_words{"baseline_of_run", "run --workload small.yaml --platform symq --baseline symq", "'--baseline'"},
        wrong_words{"word_without_option", "run small.yaml --workload small.yaml --platform symq", "positional"},
        wrong_words{"missing_value", "run --workload small.yaml --platform", "'--platform'"},
        wrong_words{"no_workload", "run --platform symq", "'--workload' is required"},
        wrong_words{"no_platform", "compare --workload small.yaml", "'--platform' is required"},
        wrong_words{"option_twice", "run --workload small.yaml --platform symq --seed 1 --seed 2",
                    "'--seed' cannot be specified more than once"},
        wrong_words{"two_platforms_of_run", "run --workload small.yaml --platform symq --platform dasq", "compare takes several"},
        wrong_words{"range_of_run", "run --workload small.yaml --platform symq --weight-bits 2..4", "compare takes several"},
        wrong_words{"unknown_format", "run --workload small.yaml --platform symq --format xml",
                    "--format: one of table, csv, json is wanted, given 'xml'"},
        wrong_words{"negative_seed", "run --workload small.yaml --platform symq --seed -1", "--seed"},
        wrong_words{"no_jobs", "run --workload small.yaml --platform symq --jobs 0",
                    "--jobs: a whole number from 1 to 1024 is wanted, given '0'"},
        wrong_words{"width_1", "run --workload small.yaml --platform symq --weight-bits 1",
                    "--weight-bits: a whole number from 2 to 8 is wanted, given '1'"},
        wrong_words{"width_9", "run --workload small.yaml --platform symq --activation-bits 9",
                    "--activation-bits: a whole number from 2 to 8"},
        wrong_words{"width_text", "run --workload small.yaml --platform symq --weight-bits four", "given 'four'"},
        wrong_words{"range_beyond", "compare --workload small.yaml --platform symq --weight-bits 2..9", "given '9'"},
        wrong_words{"range_downwards", "compare --workload small.yaml --platform symq --weight-bits 4..2",
                    "--weight-bits: the range runs downwards: '4..2'"},
        wrong_words{"range_open", "compare --workload small.yaml --platform symq --weight-bits 4..", "given ''"},
        wrong_words{"unknown_scheme", "run --workload small.yaml --platform symq --scheme fp8", "\"fp8\""},
        wrong_words{"unknown_scheme_in_a_range", "compare --workload small.yaml --platform symq --weight-bits 2..3 --scheme fp8",
                    "scheme: family"},
        wrong_words{"scheme_width", "run --workload small.yaml --platform symq --scheme symq:w9a4", "scheme"},
        wrong_words{"list_takes_nothing", "list symq", "positional"},
        wrong_words{"describe_needs_a_platform", "describe", "'--platform' is required"},
        wrong_words{"unknown_platform", "describe --platform symmq", "no platform 'symmq' is shipped; there are apot, apot_minimal, asymq"},
        wrong_words{"unknown_workload", "run --workload resnet19 --platform symq", "given 'resnet19'"}),
    [](const auto& words) { return words.param.name; });

TEST(list, has_a_line_for_every_shipped_platform_and_network) {
    const workbench bench;
    const outcome result = bench.run("list");
    EXPECT_EQ(result.code, 0);
    EXPECT_THAT(result.err, IsEmpty());
    const std::vector<std::string> lines = lines_of(result.out);
    EXPECT_EQ(lines.size(), shipped_files_in(SYMMETREE_ROOT "/platforms/presets") + shipped_files_in(SYMMETREE_ROOT "/workloads/nets"));
    EXPECT_THAT(lines, Contains(StartsWith("platform  dasq_row_sum         dasq:w4a4:sw4:p98  ")));
    EXPECT_THAT(lines, Contains(StartsWith("workload  deit_small                     74 layers,  4.599 GMAC  ")));
}

TEST(shipped_files, are_looked_for_where_the_environment_says) {
    const workbench bench;
    const outcome result = bench.run("describe --platform symq", {{"SYMMETREE_DATA", bench.path("")}});
    EXPECT_EQ(result.code, 2);
    EXPECT_THAT(result.err, HasSubstr("'symq'"));
}

TEST(describe, writes_a_platform_file_that_describes_itself) {
    const workbench bench;
    const outcome first = bench.run("describe --platform dasq");
    ASSERT_EQ(first.code, 0);
    EXPECT_THAT(first.err, IsEmpty());
    const std::size_t diagram = first.out.find("\n\n");
    ASSERT_NE(diagram, std::string::npos);
    EXPECT_THAT(first.out.substr(diagram), HasSubstr("sparse outlier unit"));
    bench.write("again.yaml", first.out.substr(0, diagram + 1));
    EXPECT_EQ(bench.run("describe --platform again.yaml").out, first.out);
}

TEST(describe, shows_the_defaults_of_what_a_file_leaves_out) {
    const workbench bench;
    const outcome result = bench.run("describe --platform mine.yaml");
    EXPECT_EQ(result.code, 0);
    EXPECT_THAT(result.out, StartsWith("name: mine\n"));
    EXPECT_THAT(result.out, HasSubstr("  trees: 16\n"));
}

}  // namespace
}  // namespace symmetree
