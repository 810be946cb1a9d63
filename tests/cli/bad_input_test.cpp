#include <gmock/gmock.h>

#include <filesystem>

#include "core/random.h"
#include "tests/cli/program.h"
#include "tests/unit/onnx/model_builder.h"

// Wrong files and layers that can't run: exit 2, the place where there is one, nothing on stdout, nothing written.

namespace symmetree {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// `run` with a report and traces asked for; none may appear.
void expect_refused(const workbench& bench, const std::string& workload, const std::string& platform, const std::string& message,
                    const std::string& more = "") {
    const std::vector<std::string> before = bench.files();
    const outcome result = bench.run("run --workload " + workload + " --platform " + platform +
                                     " --output result.csv --format csv --vcd wave.vcd --timeline time.json" + more);
    EXPECT_EQ(result.code, 2);
    EXPECT_THAT(result.out, IsEmpty());
    EXPECT_THAT(result.err, HasSubstr(message));
    EXPECT_EQ(bench.files(), before);
}

std::string noise(std::size_t bytes, std::uint64_t seed) {
    const random_stream random(seed, "noise");
    std::string text;
    for (std::size_t i = 0; i < bytes; ++i) text += static_cast<char>(random.word(i));
    return text;
}

std::string with_layer(const std::string& layer) { return "name: w\nlayers:\n  - " + layer + "\n"; }

struct wrong_file {
    std::string name, content, message;
};

void PrintTo(const wrong_file& file, std::ostream* out) { *out << file.name; }
std::string name_of(const testing::TestParamInfo<wrong_file>& file) { return file.param.name; }

// ---- workloads

class wrong_workload : public testing::TestWithParam<wrong_file> {};

TEST_P(wrong_workload, is_refused_with_its_place) {
    const workbench bench;
    bench.write("w.yaml", GetParam().content);
    expect_refused(bench, "w.yaml", "symq", GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    yaml, wrong_workload,
    testing::Values(
        wrong_file{"empty", "", "w.yaml: name: is missing"},
        wrong_file{"truncated", "name: w\nlayers:\n  - {name: a, linear: {tokens: 1, in: 2,", "w.yaml:3:"},
        wrong_file{"random", noise(3000, 1), "w.yaml:"}, wrong_file{"list_not_mapping", "- a\n- b\n", "w.yaml:1:1: a mapping is wanted"},
        wrong_file{"nested_too_deep", "name: " + std::string(2000, '[') + "\n", "w.yaml:1:"},
        wrong_file{"unknown_key", with_layer("{name: a, linear: {tokens: 1, in: 2, out: 2}, input: relu, colour: red}"),
                   "w.yaml:3:64: layers[0].colour: unknown key"},
        wrong_file{"unknown_top_key", "name: w\nlayer: []\n", "w.yaml:2:1: layer: unknown key"},
        wrong_file{"key_twice", "name: w\nname: v\nlayers: []\n", "w.yaml:2:1: name: given twice"},
        wrong_file{"text_for_number", with_layer("{name: a, linear: {tokens: many, in: 2, out: 2}, input: relu}"),
                   "w.yaml:3:32: layers[0].linear.tokens: a whole number from 1"},
        wrong_file{"list_for_number", with_layer("{name: a, linear: {tokens: [1], in: 2, out: 2}, input: relu}"),
                   "w.yaml:3:32: layers[0].linear.tokens"},
        wrong_file{"zero_dimension", with_layer("{name: a, linear: {tokens: 0, in: 2, out: 2}, input: relu}"),
                   "w.yaml:3:32: layers[0].linear.tokens: a whole number from 1"},
        wrong_file{"negative_dimension", with_layer("{name: a, linear: {tokens: 1, in: -2, out: 2}, input: relu}"),
                   "layers[0].linear.in: a whole number from 1"},
        wrong_file{"huge_dimension", with_layer("{name: a, linear: {tokens: 1, in: 99999999999999999999999, out: 2}, input: relu}"),
                   "layers[0].linear.in: a whole number from 1"},
        wrong_file{"huge_product", with_layer("{name: a, linear: {tokens: 1048576, in: 1048576, out: 1048576}, input: relu}"), "w.yaml:3:"},
        wrong_file{"groups_do_not_divide",
                   with_layer("{name: a, conv: {in: [6, 8, 8], out_channels: 8, kernel: 3, groups: 4}, input: relu}"), "w.yaml:3:"},
        wrong_file{"kernel_beyond_input", with_layer("{name: a, conv: {in: [4, 3, 3], out_channels: 8, kernel: 5}, input: relu}"),
                   "w.yaml:3:"},
        wrong_file{"weight_width_9", with_layer("{name: a, linear: {tokens: 1, in: 2, out: 2}, input: relu, weight_bits: 9}"),
                   "layers[0].weight_bits: a whole number from 2 to 8 is wanted, given '9'"},
        wrong_file{"activation_width_1", with_layer("{name: a, linear: {tokens: 1, in: 2, out: 2}, input: relu, activation_bits: 1}"),
                   "layers[0].activation_bits: a whole number from 2 to 8 is wanted, given '1'"},
        wrong_file{"two_kinds",
                   with_layer("{name: a, linear: {tokens: 1, in: 2, out: 2}, matmul: {rows: 1, inner: 1, columns: 1}, input: relu}"),
                   "w.yaml:3:"},
        wrong_file{"weights_file_missing",
                   with_layer("{name: a, linear: {tokens: 1, in: 2, out: 2}, input: relu, weights: {file: none.safetensors, tensor: t}}"),
                   "none.safetensors"},
        wrong_file{"onnx_weights_missing",
                   with_layer("{name: a, linear: {tokens: 1, in: 2, out: 2}, input: relu, weights: {onnx: none.onnx, initializer: t}}"),
                   "none.onnx"}),
    name_of);

TEST(wrong_workload_file, reports_all_its_problems_one_per_line) {
    const workbench bench;
    bench.write("w.yaml", "name: w\nlayers:\n  - {name: a, linear: {tokens: 0, in: 2, out: x}, input: relu}\n  - {name: b, input: blue}\n");
    const std::vector<std::string> lines = lines_of(bench.run("run --workload w.yaml --platform symq").err);
    EXPECT_GE(lines.size(), 3u);
    for (const std::string& line : lines) EXPECT_THAT(line, testing::StartsWith("w.yaml:"));
}

TEST(missing_file, is_named_and_so_is_a_folder_in_its_place) {
    const workbench bench;
    for (const char* name : {"gone.yaml", "gone.onnx", "sub/gone.yaml"})
        expect_refused(bench, name, "symq", std::string(name) + ": can't be read");
    expect_refused(bench, "small.yaml", "gone.yaml", "gone.yaml: can't be read");
    for (const char* name : {"folder.yaml", "folder.onnx"}) {
        std::filesystem::create_directory(bench.path(name));
        expect_refused(bench, name, "symq", std::string(name) + ": can't be read");
    }
    expect_refused(bench, "small.yaml", "./folder.yaml", "folder.yaml: can't be read");
}

// ---- tensor files

std::string tensor_file(const std::string& header, std::size_t bytes) {
    std::string file(8, '\0');
    file[0] = static_cast<char>(header.size() & 255);
    file[1] = static_cast<char>(header.size() >> 8);
    return file + header + std::string(bytes, '\0');
}

class wrong_safetensors : public testing::TestWithParam<wrong_file> {};

TEST_P(wrong_safetensors, are_refused_at_the_layer_that_wants_them) {
    const workbench bench;
    bench.write("w.yaml",
                with_layer("{name: a, linear: {tokens: 1, in: 3, out: 2}, input: relu, weights: {file: t.safetensors, tensor: t}}"));
    bench.write("t.safetensors", GetParam().content);
    expect_refused(bench, "w.yaml", "symq", GetParam().message);
}

const std::string sound_header = R"({"t":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}})";

INSTANTIATE_TEST_SUITE_P(
    files, wrong_safetensors,
    testing::Values(wrong_file{"empty", "", "w.yaml:3:"}, wrong_file{"random", noise(500, 2), "w.yaml:3:"},
                    wrong_file{"header_cut", tensor_file(sound_header, 24).substr(0, 30), "w.yaml:3:"},
                    wrong_file{"data_cut", tensor_file(sound_header, 20), "w.yaml:3:"},
                    wrong_file{"other_shape", tensor_file(R"({"t":{"dtype":"F32","shape":[3,2],"data_offsets":[0,24]}})", 24), "w.yaml:3:"},
                    wrong_file{"other_name", tensor_file(R"({"u":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}})", 24), "w.yaml:3:"},
                    wrong_file{"integers", tensor_file(R"({"t":{"dtype":"I32","shape":[2,3],"data_offsets":[0,24]}})", 24), "w.yaml:3:"}),
    name_of);

// ---- ONNX

std::string small_model(std::int64_t inner) {
    testing_files::model_builder model;
    model.input("x", {4, 8}).output("y", {4, 2});
    model.weights("w", {inner, 2});
    model.node("MatMul", {"x", "w"}, "y", "product");
    return model.bytes();
}

TEST(onnx, that_is_sound_is_run) {
    const workbench bench;
    bench.write("net.onnx", small_model(8));
    EXPECT_EQ(bench.run("run --workload net.onnx --platform symq").code, 0);
}

class wrong_onnx : public testing::TestWithParam<wrong_file> {};

TEST_P(wrong_onnx, is_refused_by_name) {
    const workbench bench;
    bench.write("net.onnx", GetParam().content);
    expect_refused(bench, "net.onnx", "symq", GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(files, wrong_onnx,
                         testing::Values(wrong_file{"empty", "", "net.onnx:"}, wrong_file{"random", noise(2000, 3), "net.onnx:"},
                                         wrong_file{"cut_in_half", small_model(8).substr(0, small_model(8).size() / 2), "net.onnx:"},
                                         wrong_file{"cut_by_a_byte", small_model(8).substr(0, small_model(8).size() - 1), "net.onnx:"},
                                         wrong_file{"shapes_do_not_multiply", small_model(7), "net.onnx:"},
                                         wrong_file{"text", "name: w\n", "net.onnx:"}),
                         name_of);

// ---- platforms

class wrong_platform : public testing::TestWithParam<wrong_file> {};

TEST_P(wrong_platform, is_refused_with_its_place) {
    const workbench bench;
    bench.write("p.yaml", GetParam().content);
    expect_refused(bench, "small.yaml", "p.yaml", GetParam().message);
    const outcome described = bench.run("describe --platform p.yaml");
    EXPECT_EQ(described.code, 2);
    EXPECT_THAT(described.out, IsEmpty());
    EXPECT_THAT(described.err, HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    yaml, wrong_platform,
    testing::Values(wrong_file{"empty", "", "p.yaml: name: is missing"},
                    wrong_file{"truncated", "name: p\nscheme: symq\narray: {trees: 1", "p.yaml:3:"},
                    wrong_file{"random", noise(3000, 4), "p.yaml:"},
                    wrong_file{"unknown_key", "name: p\nscheme: symq\nwieght_buffer: {}\n", "p.yaml:3:1: wieght_buffer: unknown key"},
                    wrong_file{"wrong_type", "name: p\nscheme: symq\narray: 16\n", "p.yaml:3:8: array: a mapping is wanted"},
                    wrong_file{"text_for_number", "name: p\nscheme: symq\narray: {trees: many}\n",
                               "p.yaml:3:16: array.trees: a whole number from 1 to 256 is wanted, given 'many'"},
                    wrong_file{"zero_trees", "name: p\nscheme: symq\narray: {trees: 0}\n", "p.yaml:3:16: array.trees"},
                    wrong_file{"huge_bank", "name: p\nscheme: symq\nweight_buffer: {bank_bytes: 1000000000000}\n",
                               "p.yaml:3:29: weight_buffer.bank_bytes"},
                    wrong_file{"width_1", "name: p\nscheme: symq\narray: {weight_bits: 1}\n",
                               "p.yaml:3:22: array.weight_bits: a whole number from 2 to 8"},
                    wrong_file{"width_9", "name: p\nscheme: symq\narray: {activation_bits: 9}\n",
                               "p.yaml:3:26: array.activation_bits: a whole number from 2 to 8"},
                    wrong_file{"scheme_it_cannot_run", "name: p\nscheme: dasq\n", "p.yaml:2:9: scheme"},
                    wrong_file{"unknown_scheme", "name: p\nscheme: fp8\n", "p.yaml:2:9: scheme"}),
    name_of);

// ---- what does not fit

TEST(accumulators, that_could_overflow_name_the_layer_and_the_bits_it_needs) {
    const workbench bench;
    bench.write("p.yaml", "name: p\nscheme: symq\naccumulators: {bits: 10}\ncost_table: published_45nm\n");
    expect_refused(bench, "small.yaml", "p.yaml", "small.yaml:3:5: layer first: can't run on platform p: its sums can reach");
    expect_refused(bench, "small.yaml", "p.yaml", "small.yaml:4:5: layer second: can't run on platform p");
    expect_refused(bench, "small.yaml", "p.yaml", "accumulators.bits of at least 11 needed, the platform has 10");
    bench.write("p.yaml", "name: p\nscheme: symq\naccumulators: {bits: 11}\ncost_table: published_45nm\n");
    EXPECT_EQ(bench.run("run --workload small.yaml --platform p.yaml").code, 0);
}

TEST(scheme, that_the_platform_cannot_run_names_the_layer) {
    const workbench bench;
    expect_refused(bench, "small.yaml", "symq",
                   "small.yaml:3:5: layer first and 1 more: dasq:w4a4:sw4:p98 can't run on platform symq: dasq needs a sparse outlier unit",
                   " --scheme dasq");
    expect_refused(bench, "small.yaml", "symq", "asymq needs a zero-point unit", " --scheme asymq");
    expect_refused(bench, "small.yaml", "pot", "post needs an array of kind post", " --scheme post");
    expect_refused(bench, "small.yaml", "dasq", "post needs an array of kind post", " --scheme post");
    bench.write("w.yaml",
                "name: w\nlayers:\n  - {name: a, linear: {tokens: 1, in: 2, out: 2}, input: relu}\n  - {name: b, linear: {tokens: 1, in: "
                "2, out: 2}, input: relu, family: asymq}\n");
    expect_refused(bench, "w.yaml", "symq", "w.yaml:4:5: layer b: asymq:w4a4 can't run on platform symq");
    const outcome result = bench.run("compare --workload w.yaml --platform symq --platform dasq");
    EXPECT_EQ(result.code, 2);
    EXPECT_THAT(result.out, IsEmpty());
    EXPECT_EQ(lines_of(result.err).size(), 2u) << result.err;
}

TEST(wide_layers, that_the_platform_refuses_name_the_layer) {
    const workbench bench;
    bench.write("p.yaml", "name: p\nscheme: symq\nmapping: {wide_layers: refuse}\n");
    bench.write("w.yaml",
                "name: w\nlayers:\n  - {name: narrow, linear: {tokens: 1, in: 2, out: 2}, input: relu}\n  - {name: wide, linear: {tokens: "
                "1, in: 2, out: 2}, input: relu, weight_bits: 8}\n");
    expect_refused(bench, "w.yaml", "p.yaml", "w.yaml:4:5: layer wide: symq:w8a4 can't run on platform p");
}

TEST(dram, smaller_than_a_layer_names_it) {
    const workbench bench;
    bench.write("p.yaml", "name: p\nscheme: symq\ndram: {capacity_bytes: 65536}\n");
    bench.write("w.yaml",
                "name: w\nlayers:\n  - {name: fits, linear: {tokens: 1, in: 8, out: 8}, input: relu}\n  - {name: large, linear: {tokens: "
                "1, in: 512, out: 512}, input: relu}\n");
    for (const char* mode : {"", " --timing-only"})
        expect_refused(bench, "w.yaml", "p.yaml",
                       "w.yaml:4:5: layer large: can't run on platform p: it needs 138048 bytes of DRAM, the platform has 65536", mode);
}

TEST(buffers, smaller_than_a_layer_needs_name_it) {
    const workbench bench;
    bench.write("w.yaml",
                "name: w\nlayers:\n  - {name: fits, linear: {tokens: 1, in: 8, out: 8}, input: relu}\n  - {name: long, linear: {tokens: 1, "
                "in: 512, out: 512}, input: relu}\n");
    bench.write("p.yaml", "name: p\nscheme: symq\nactivation_buffer: {bank_bytes: 64}\n");
    expect_refused(
        bench, "w.yaml", "p.yaml",
        "w.yaml:4:5: layer long: can't run on platform p: the input rows of one vector need 256 bytes, an activation bank holds 64");
    bench.write("p.yaml", "name: p\nscheme: symq\nweight_buffer: {bank_bytes: 64}\n");
    expect_refused(bench, "w.yaml", "p.yaml",
                   "w.yaml:4:5: layer long: can't run on platform p: one weight tile needs 128 bytes, a weight bank holds 64");
    bench.write("p.yaml", "name: p\nscheme: symq\noutput_buffer: {bank_bytes: 64}\narray: {trees: 256}\n");
    expect_refused(bench, "w.yaml", "p.yaml",
                   "w.yaml:4:5: layer long: can't run on platform p: the outputs of one vector need 128 bytes, an output bank holds 64");
}

// ---- prices

/// The shipped cost table with `from` replaced.
std::string shipped_table_with(const std::string& from, const std::string& to) {
    const workbench reader;
    std::filesystem::copy_file(SYMMETREE_ROOT "/models/cost/tables/published_45nm.yaml", reader.path("t.yaml"));
    std::string text = reader.content("t.yaml");
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) text.replace(at, from.size(), to);
    return text;
}

TEST(cost_table, that_is_missing_or_damaged_is_refused) {
    const workbench bench;
    bench.write("p.yaml", "name: p\nscheme: symq\ncost_table: gone.yaml\n");
    expect_refused(bench, "small.yaml", "p.yaml", "gone.yaml: can't be read");
    bench.write("p.yaml", "name: p\nscheme: symq\ncost_table: published_7nm\n");
    expect_refused(bench, "small.yaml", "p.yaml",
                   "cost_table: a path or one of osu018, published_45nm, ratio_45nm, xc7 is wanted, given 'published_7nm'");
    bench.write("p.yaml", "name: p\nscheme: symq\ncost_table: t.yaml\n");
    bench.write("t.yaml", "name: t\nunits: 3\n");
    expect_refused(bench, "small.yaml", "p.yaml", "t.yaml:2:8: units");
}

// A layer that would take minutes: the refusal must not wait for the simulation.
const std::string long_workload =
    "name: long\nlayers:\n  - {name: a, linear: {tokens: 100000, in: 4096, out: 4096}, input: dense, weights: {student_t: {}}}\n"
    "  - {name: b, linear: {tokens: 100000, in: 4096, out: 4096}, input: dense}\n";

TEST(cost_table, without_a_row_that_the_run_needs_is_refused_before_the_simulation) {
    const workbench bench;
    bench.write("long.yaml", long_workload);
    bench.write("p.yaml", "name: p\nscheme: symq\ncost_table: t.yaml\n");
    bench.write("t.yaml", shipped_table_with("classes: [relu, gelu, dense]", "classes: [relu]"));
    expect_refused(bench, "long.yaml", "p.yaml", "t.yaml: mac_tree: no rows for dense activations and the dense stream (platform p)");
    expect_refused(bench, "long.yaml", "p.yaml", "t.yaml: requantizer: no rows for dense activations");
    bench.write("t.yaml", shipped_table_with("unit: accumulator\n", "unit: pot_tree\n"));
    const outcome result = bench.run("run --workload long.yaml --platform p.yaml");
    EXPECT_EQ(result.code, 2);
    EXPECT_THAT(result.out, IsEmpty());
    EXPECT_THAT(result.err, HasSubstr("t.yaml"));
}

TEST(cost_table, that_does_not_reach_a_platforms_sizes_is_refused_before_the_simulation) {
    const workbench bench;
    bench.write("long.yaml", long_workload);
    bench.write(
        "p.yaml",
        "name: p\nscheme: symq\narray: {trees: 16, lanes: 64}\naccumulators: {depth: 65536}\nweight_buffer: {bank_bytes: 67108864}\n");
    const outcome result = bench.run("run --workload long.yaml --platform p.yaml");
    EXPECT_EQ(result.code, 2);
    EXPECT_THAT(result.out, IsEmpty());
    EXPECT_THAT(result.err, HasSubstr("no cost for"));
}

// ---- files that can't be written

TEST(unwritable, report_or_trace_is_refused_before_the_simulation) {
    const workbench bench;
    bench.write("long.yaml", long_workload);
    std::filesystem::create_directory(bench.path("folder"));
    for (const char* option : {"--output", "--vcd", "--timeline"})
        for (const char* path : {"gone/file", "folder", "folder/", "small.yaml/file"}) {
            const std::vector<std::string> before = bench.files();
            const outcome result = bench.run(std::string("run --workload long.yaml --platform symq ") + option + " " + path);
            EXPECT_EQ(result.code, 2) << option << " " << path;
            EXPECT_THAT(result.out, IsEmpty());
            EXPECT_THAT(result.err, HasSubstr(std::string(path) + ": cannot be written: "));
            EXPECT_EQ(bench.files(), before);
        }
    EXPECT_TRUE(std::filesystem::is_empty(bench.path("folder")));
    EXPECT_EQ(bench.run("compare --workload long.yaml --platform symq --output gone/file").code, 2);
}

TEST(unwritable, is_one_file_for_report_and_trace) {
    const workbench bench;
    const std::vector<std::pair<std::string, std::string>> cases{
        {"--output both --vcd both", "--vcd: 'both' is the file of --output, too"},
        {"--output both --timeline both", "--timeline: 'both' is the file of --output, too"},
        {"--vcd both --timeline both", "--timeline: 'both' is the file of --vcd, too"},
        {"--timeline ./both --vcd both", "--timeline: './both' is the file of --vcd, too"}};
    for (const auto& [options, message] : cases) {
        const outcome result = bench.run("run --workload small.yaml --platform symq " + options);
        EXPECT_EQ(result.code, 2) << options;
        EXPECT_THAT(result.out, IsEmpty());
        EXPECT_THAT(result.err, HasSubstr(message));
        EXPECT_THAT(bench.files(), testing::ElementsAre("mine.yaml", "small.yaml"));
    }
}

TEST(unwritable, cache_is_told_and_costs_nothing_but_time) {
    const workbench bench;
    bench.write("file", "");
    const outcome result = bench.run("run --workload small.yaml --platform dasq --cache file");
    EXPECT_EQ(result.code, 0);
    EXPECT_THAT(result.err, HasSubstr("not kept"));
    EXPECT_THAT(result.out, Not(IsEmpty()));
}

}  // namespace
}  // namespace symmetree
