#include <gmock/gmock.h>

#include "tests/unit/workloads/files.h"
#include "workloads/files/load_workload.h"
#include "workloads/network/workload.h"

// One wrong graph each, with the whole message: where it stands, which field, what is allowed, what was given.

namespace symmetree {
namespace {

struct wrong {
    const char* what;
    std::string text;
    std::string message;
};
void PrintTo(const wrong& w, std::ostream* out) { *out << w.what; }

/// A graph over one linear layer: the image is the entry of line 6, `entries` follow from line 7 on, each from column 5.
std::string graph(const std::string& entries) {
    return "name: t\ndefaults: {input: dense}\nlayers:\n  - {name: a, linear: {tokens: 2, in: 4, out: 4}}\ngraph:\n  - {op: input, name: "
           "x, shape: [2, 4]}\n" +
           entries;
}
/// The entry of line 7, before the layer.
std::string entry(const std::string& fields) { return graph("  - {" + fields + "}\n  - {op: product, layer: a}\n"); }

std::vector<wrong> wrong_graphs() {
    const std::string operators =
        "one of add, clip, concat, constant, gelu, input, layer_norm, max_pool, mean, mean_pool, pad, product, relu, reshape, scale, "
        "slice, softmax, transpose is "
        "wanted, given ";
    return {
        {"no_list", "name: t\nlayers:\n  - {name: a, linear: {tokens: 2, in: 4, out: 4}, input: dense}\ngraph: 3\n",
         "net.yaml:4:8: graph: a list is wanted, given '3'"},
        {"empty", "name: t\nlayers:\n  - {name: a, linear: {tokens: 2, in: 4, out: 4}, input: dense}\ngraph: []\n",
         "net.yaml:4:8: graph: at least one entry is wanted"},
        {"no_mapping", graph("  - relu\n"), "net.yaml:7:5: graph[1]: a mapping is wanted, given 'relu'"},
        {"no_operator", entry("name: y"), "net.yaml:7:5: graph[1].op: is missing"},
        {"unknown_operator", entry("op: relu6, name: y"), "net.yaml:7:10: graph[1].op: " + operators + "'relu6'"},
        {"unknown_key", entry("op: relu, form: x"), "net.yaml:7:16: graph[1].form: unknown key; known here: from, name, op"},
        {"unknown_entry", entry("op: relu, from: y"), "net.yaml:7:22: graph[1].from: 'y' is no entry before this one"},
        {"itself", entry("op: relu, name: y, from: y"), "net.yaml:7:31: graph[1].from: 'y' is no entry before this one"},
        {"name_twice", entry("op: relu, name: x"),
         "net.yaml:7:22: graph[1].name: 'x' is already an entry: give this one a name of its own"},
        {"derived_name_twice",
         graph("  - {op: relu}\n  - {op: relu, from: x}\n  - {op: add, from: [x.relu, x]}\n  - {op: product, layer: a}\n"),
         "net.yaml:8:5: graph[2].name: 'x.relu' is already an entry: give this one a name of its own\n"},
        {"two_inputs_wanted", entry("op: add"), "net.yaml:7:5: graph[1]: 2 inputs are wanted, given 1"},
        {"one_input_wanted", entry("op: softmax, from: [x, x]"), "net.yaml:7:5: graph[1]: 1 inputs are wanted, given 2"},
        {"image_reads_nothing", graph("  - {op: input, from: x, shape: [2, 4]}\n"),
         "net.yaml:7:17: graph[1].from: unknown key; known here: name, op, shape"},
        {"nothing_before",
         "name: t\nlayers:\n  - {name: a, linear: {tokens: 2, in: 4, out: 4}, input: dense}\ngraph:\n  - {op: product, layer: a}\n",
         "net.yaml:5:5: graph[0].from: there is no entry before this one"},
        {"two_images", graph("  - {op: input, name: y, shape: [2, 4]}\n  - {op: add, from: [x, y]}\n  - {op: product, layer: a}\n"),
         "net.yaml:6:3: graph: one op: input is wanted, given 2"},
        {"no_image",
         "name: t\nlayers:\n  - {name: a, linear: {tokens: 2, in: 4, out: 4}, input: dense}\ngraph:\n  - {op: constant, name: c, shape: "
         "[2, 4], values: "
         "{gaussian: 1}}\n  - {op: product, layer: a}\n",
         "net.yaml:5:3: graph: one op: input is wanted, given 0"},
        {"image_without_shape", graph("") + "  - {op: input}\n", "net.yaml:7:5: graph[1].shape: is missing"},
        {"image_of_nothing", graph("") + "  - {op: input, shape: [0]}\n",
         "net.yaml:7:25: graph[1].shape: 1 to 8 whole numbers from 1 to 2147483648 are wanted, given '0'"},
        {"too_large", graph("") + "  - {op: input, shape: [65536, 65536]}\n",
         "net.yaml:7:5: graph[1]: at most 2147483648 elements are allowed, given [65536, 65536]"},
        {"unused_entry", graph("  - {op: relu}\n  - {op: product, layer: a, from: x}\n"),
         "net.yaml:7:5: graph[1]: 'x.relu' does not lead to the last entry, which is the output"},
        {"unused_layer", graph("  - {op: relu}\n"), "net.yaml:4:5: layers[0]: layer 'a' is not in the graph"},
        {"layer_twice", graph("  - {op: product, layer: a}\n  - {op: product, layer: a, name: b}\n"),
         "net.yaml:8:26: graph[2].layer: 'a' is already run by the entry of line 7"},
        {"unknown_layer", graph("  - {op: product, layer: b}\n"), "net.yaml:7:26: graph[1].layer: there is no layer 'b'"},
        {"no_layer", graph("  - {op: product}\n"), "net.yaml:7:5: graph[1].layer: is missing"},
        {"layer_of_another_shape", graph("  - {op: reshape, shape: [8]}\n  - {op: product, layer: a}\n"),
         "net.yaml:8:5: graph[2]: its layer wants 2 vectors of 4, the input is [8]"},
        {"clip_leaves_nothing", entry("op: clip, least: 2, greatest: 1"), "net.yaml:7:5: graph[1]: from 2 to 1 leaves nothing"},
        {"clip_no_number", entry("op: clip, least: low"),
         "net.yaml:7:23: graph[1].least: a number from -1e+30 to 1e+30 is wanted, given 'low'"},
        {"clip_misspelt", entry("op: clip, greatst: 1"),
         "net.yaml:7:16: graph[1].greatst: unknown key; known here: from, greatest, least, name, op"},
        {"gelu_form", entry("op: gelu, form: sigmoid"), "net.yaml:7:22: graph[1].form: one of erf, tanh is wanted, given 'sigmoid'"},
        {"gelu_misspelt", entry("op: gelu, from_: erf"), "net.yaml:7:16: graph[1].from_: unknown key; known here: form, from, name, op"},
        {"norm_epsilon", entry("op: layer_norm, epsilon: -1"),
         "net.yaml:7:31: graph[1].epsilon: a number from 0 to 1 is wanted, given '-1'"},
        {"norm_misspelt", entry("op: layer_norm, eps: 0"),
         "net.yaml:7:22: graph[1].eps: unknown key; known here: bias, epsilon, from, gain, name, op"},
        {"norm_gain_without_file", entry("op: layer_norm, gain: {file: none.safetensors, tensor: g}"),
         "net.yaml:7:35: graph[1].gain.file: none.safetensors: can't be read"},
        {"norm_gain_of_nothing", entry("op: layer_norm, gain: {}"),
         "net.yaml:7:28: graph[1].gain: one of file, onnx is wanted, given none"},
        {"scale_without_factor", entry("op: scale"), "net.yaml:7:5: graph[1].factor: is missing"},
        {"pool_without_kernel", entry("op: max_pool"), "net.yaml:7:5: graph[1].kernel: is missing\n"},
        {"pool_of_no_image", entry("op: max_pool, kernel: 1"),
         "net.yaml:7:5: graph[1]: [1, channels, height, width] is wanted, the input is [2, 4]"},
        {"pool_too_large", graph("  - {op: reshape, shape: [1, 2, 2, 2]}\n  - {op: mean_pool, kernel: 3}\n"),
         "net.yaml:8:5: graph[2]: kernel: "},
        {"max_pool_counts", entry("op: max_pool, kernel: 1, count_padding: true"),
         "net.yaml:7:31: graph[1].count_padding: unknown key; known here: from, kernel, name, op, padding, stride"},
        {"mean_beyond", entry("op: mean, first_axis: 1, axes: 2"), "net.yaml:7:5: graph[1]: 2 axes from axis 1 are not in [2, 4]"},
        {"mean_without_axis", entry("op: mean"), "net.yaml:7:5: graph[1].first_axis: is missing"},
        {"reshape_elsewhere", entry("op: reshape, shape: [3, 3]"), "net.yaml:7:5: graph[1]: [3, 3] does not hold the elements of [2, 4]"},
        {"no_permutation", entry("op: transpose, permutation: [0, 0]"), "net.yaml:7:5: graph[1]: not a permutation of the axes"},
        {"short_permutation", entry("op: transpose, permutation: [0]"), "net.yaml:7:5: graph[1]: not a permutation of the axes"},
        {"slice_beyond", entry("op: slice, starts: [0, 1], shape: [2, 4]"),
         "net.yaml:7:5: graph[1]: 4 elements from 1 in steps of 1 are not in axis 1 of [2, 4]"},
        {"slice_axes", entry("op: slice, starts: [0], shape: [2]"),
         "net.yaml:7:5: graph[1]: a start, a step and an extent are wanted for each axis of [2, 4]"},
        {"concat_axis", entry("op: concat, axis: 2, from: [x, x]"), "net.yaml:7:5: graph[1]: axis 2 is not in [2, 4]"},
        {"concat_shapes", graph("  - {op: reshape, shape: [4, 2]}\n  - {op: concat, axis: 0, from: [x, x.reshape]}\n"),
         "net.yaml:8:5: graph[2]: [2, 4] and [4, 2] differ beyond axis 0"},
        {"pad_axes", entry("op: pad, before: [1], after: [1]"),
         "net.yaml:7:23: graph[1].before: before and after want one number for each axis of [2, 4]"},
        {"add_shapes", graph("  - {op: reshape, shape: [8]}\n  - {op: add, from: [x, x.reshape]}\n"),
         "net.yaml:8:5: graph[2]: [2, 4] and [8] do not broadcast"},
        {"constant_without_values", graph("  - {op: constant, name: c, shape: [4]}\n"), "net.yaml:7:5: graph[1].values: is missing"},
        {"constant_without_shape", graph("  - {op: constant, name: c, values: {gaussian: 1}}\n"),
         "net.yaml:7:5: graph[1].shape: is missing"},
        {"constant_deviation", graph("  - {op: constant, name: c, shape: [4], values: {gaussian: -1}}\n"),
         "net.yaml:7:60: graph[1].values.gaussian: a number from 0 to 1e+30 is wanted, given '-1'"},
        {"constant_misspelt", graph("  - {op: constant, name: c, shape: [4], values: {normal: 1}}\n"),
         "net.yaml:7:49: graph[1].values: one of gaussian, file, onnx is wanted, given none"},
        {"constant_too_large", graph("  - {op: constant, name: c, shape: [16777217], values: {gaussian: 1}}\n"),
         "net.yaml:7:36: graph[1].shape: at most 16777216 seeded values are allowed, given [16777217]"},
        {"constant_without_file", graph("  - {op: constant, name: c, shape: [4], values: {file: none.safetensors, tensor: t}}\n"),
         "net.yaml:7:56: graph[1].values.file: none.safetensors: can't be read"},
        {"mask_window", graph("  - {op: constant, name: c, window_mask: {height: 8, width: 6, window: 4, shift: 2}}\n"),
         "net.yaml:7:72: graph[1].window_mask.window: height and width are multiples of the window, the shift is less than it"},
        {"mask_shift", graph("  - {op: constant, name: c, window_mask: {height: 8, width: 8, window: 4, shift: 4}}\n"),
         "net.yaml:7:72: graph[1].window_mask.window: height and width are multiples of the window, the shift is less than it"},
        {"mask_too_large", graph("  - {op: constant, name: c, window_mask: {height: 1024, width: 1024, window: 64, shift: 4}}\n"),
         "net.yaml:7:78: graph[1].window_mask.window: a mask of at most 16777216 values is allowed, this one is [256, 1, 4096, 4096]"},
        {"mask_misspelt", graph("  - {op: constant, name: c, window_mask: {height: 8, width: 8, window: 4, shfit: 2}}\n"),
         "net.yaml:7:42: graph[1].window_mask.shift: is missing\n"},
    };
}

class wrong_graph : public testing::TestWithParam<wrong> {};

/// The first problem is the one that was put there; some lead to others.
TEST_P(wrong_graph, is_refused_with_its_place) {
    const testing_files::temporary_directory directory;
    const std::string path = directory.write("net.yaml", GetParam().text);
    const std::string message = testing_files::error_of(directory, [&] { load_workload_yaml(path); });
    EXPECT_THAT(message + "\n", testing::StartsWith(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(graphs, wrong_graph, testing::ValuesIn(wrong_graphs()),
                         [](const auto& test) { return std::string(test.param.what); });

TEST(graph_errors, are_all_found_in_one_go) {
    const testing_files::temporary_directory directory;
    const std::string path =
        directory.write("net.yaml", graph("  - {op: scale, factr: 1}\n  - {op: gelu, form: none}\n  - {op: product, layer: b}\n"));
    EXPECT_EQ(
        testing_files::error_of(directory, [&] { load_workload_yaml(path); }),
        "net.yaml:7:5: graph[1].factor: is missing\nnet.yaml:7:17: graph[1].factr: unknown key; known here: factor, from, name, op\n"
        "net.yaml:8:22: graph[2].form: one of erf, tanh is wanted, given 'none'\nnet.yaml:9:26: graph[3].layer: there is no layer 'b'");
}

/// A wrong layer has no shape, so that a graph over it is not judged by shapes: one mistake, one message.
TEST(graph_errors, do_not_follow_from_a_wrong_layer) {
    const testing_files::temporary_directory directory;
    std::string text = graph("  - {op: layer_norm, gain: {file: none.safetensors, tensor: g}}\n  - {op: product, layer: a}\n");
    text.replace(text.find("in: 4"), 5, "in: 0");
    EXPECT_EQ(testing_files::error_of(directory, [&] { load_workload_yaml(directory.write("net.yaml", text)); }),
              "net.yaml:4:39: layers[0].linear.in: a whole number from 1 to 1048576 is wanted, given '0'");
}

}  // namespace
}  // namespace symmetree
