#include <gtest/gtest.h>

#include "tests/unit/workloads/files.h"
#include "workloads/files/load_workload.h"
#include "workloads/network/workload.h"

// One wrong input each, with the whole message: where it stands, which field, what is allowed, what was given.

namespace symmetree {
namespace {

struct wrong {
    const char* what;
    std::string text;
    std::string message;
};

void PrintTo(const wrong& w, std::ostream* out) { *out << w.what; }

/// A file with one layer, which stands in line 3 from column 5.
std::string one_layer(const std::string& layer) { return "name: t\nlayers:\n  - {" + layer + "}\n"; }
std::string conv(const std::string& fields) { return one_layer("name: a, conv: {" + fields + "}, input: relu"); }
std::string linear(const std::string& rest) { return one_layer("name: a, linear: {tokens: 1, in: 2, out: 3}, input: dense" + rest); }

std::vector<wrong> wrong_files() {
    return {
        {"nothing_but_a_comment", "# nothing\n", "net.yaml: name: is missing\nnet.yaml: layers: is missing"},
        {"no_yaml", "name: [", "net.yaml:1:1: not valid YAML: end of sequence flow not found"},
        {"no_mapping", "- a\n", "net.yaml:1:1: a mapping is wanted, given a list"},
        {"no_name", "layers:\n  - {name: a, linear: {tokens: 1, in: 2, out: 3}, input: dense}\n", "net.yaml:1:1: name: is missing"},
        {"no_layers", "name: t\n", "net.yaml:1:1: layers: is missing"},
        {"empty_layers", "name: t\nlayers: []\n", "net.yaml:2:9: layers: at least one layer is wanted"},
        {"layers_no_list", "name: t\nlayers: 3\n", "net.yaml:2:9: layers: a list is wanted, given '3'"},
        {"layer_no_mapping", "name: t\nlayers:\n  - a\n", "net.yaml:3:5: layers[0]: a mapping is wanted, given 'a'"},
        {"unknown_root_key", "name: t\nnmae: u\nlayers:\n  - {name: a, linear: {tokens: 1, in: 2, out: 3}, input: dense}\n",
         "net.yaml:2:1: nmae: unknown key; known here: defaults, graph, layers, name, not_simulated, source"},
        {"misspelt_source", "name: t\nsuorce: u\nlayers:\n  - {name: a, linear: {tokens: 1, in: 2, out: 3}, input: dense}\n",
         "net.yaml:2:1: suorce: unknown key; known here: defaults, graph, layers, name, not_simulated, source"},
        {"misspelt_not_simulated", "name: t\nnot_simulted: []\nlayers:\n  - {name: a, linear: {tokens: 1, in: 2, out: 3}, input: dense}\n",
         "net.yaml:2:1: not_simulted: unknown key; known here: defaults, graph, layers, name, not_simulated, source"},
        {"misspelt_defaults", "name: t\ndefault: {input: relu}\nlayers:\n  - {name: a, linear: {tokens: 1, in: 2, out: 3}, input: dense}\n",
         "net.yaml:2:1: default: unknown key; known here: defaults, graph, layers, name, not_simulated, source"},
        {"misspelt_default_input",
         "name: t\ndefaults: {inputs: relu}\nlayers:\n  - {name: a, linear: {tokens: 1, in: 2, out: 3}, input: dense}\n",
         "net.yaml:2:12: defaults.inputs: unknown key; known here: input, weights"},
        {"misspelt_default_weights",
         "name: t\ndefaults: {weight: {}}\nlayers:\n  - {name: a, linear: {tokens: 1, in: 2, out: 3}, input: dense}\n",
         "net.yaml:2:12: defaults.weight: unknown key; known here: input, weights"},
        {"default_weights_of_a_file",
         "name: t\ndefaults: {weights: {file: x, tensor: y}}\nlayers:\n  - {name: a, linear: {tokens: 1, in: 2, out: 3}, input: dense}\n",
         "net.yaml:2:21: defaults.weights: one of gaussian, student_t, skewed_outliers is wanted, given none\nnet.yaml:2:22: "
         "defaults.weights.file: unknown key; known here: gaussian, skewed_outliers, student_t\nnet.yaml:2:31: defaults.weights.tensor: "
         "unknown key; known here: gaussian, skewed_outliers, student_t"},
        {"control_character_in_name", one_layer("name: \"a\\tb\", linear: {tokens: 1, in: 2, out: 3}, input: dense"),
         "net.yaml:3:12: layers[0].name: 1 to 200 printable ASCII characters are wanted"},
        {"empty_name", one_layer("name: \"\", linear: {tokens: 1, in: 2, out: 3}, input: dense"),
         "net.yaml:3:12: layers[0].name: 1 to 200 printable ASCII characters are wanted"},
        {"no_layer_name", one_layer("linear: {tokens: 1, in: 2, out: 3}, input: dense"), "net.yaml:3:5: layers[0].name: is missing"},
        {"same_name_twice",
         "name: t\nlayers:\n  - {name: a, linear: {tokens: 1, in: 2, out: 3}, input: dense}\n  - {name: a, linear: {tokens: 1, in: 2, out: "
         "3}, input: dense}\n",
         "net.yaml:4:12: layers[1].name: 'a' is already the layer of line 3"},
        {"no_shape", one_layer("name: a, input: dense"), "net.yaml:3:5: layers[0]: one of conv, linear, matmul is wanted, given none"},
        {"two_shapes", one_layer("name: a, linear: {tokens: 1, in: 2, out: 3}, matmul: {rows: 1, inner: 1, columns: 1}, input: dense"),
         "net.yaml:3:5: layers[0]: one of conv, linear, matmul is wanted, given several"},
        {"misspelt_shape", one_layer("name: a, linaer: {tokens: 1, in: 2, out: 3}, input: dense"),
         "net.yaml:3:5: layers[0]: one of conv, linear, matmul is wanted, given none\nnet.yaml:3:15: layers[0].linaer: unknown key; known "
         "here: activation_bits, bias, conv, family, input, instead_of_dasq, linear, matmul, name, weight_bits, weights"},
        {"no_input", one_layer("name: a, linear: {tokens: 1, in: 2, out: 3}"), "net.yaml:3:5: layers[0].input: is missing"},
        {"wrong_input", one_layer("name: a, linear: {tokens: 1, in: 2, out: 3}, input: Relu"),
         "net.yaml:3:58: layers[0].input: one of relu, gelu, dense is wanted, given 'Relu'"},
        {"conv_no_channels", conv("in: [3, 8, 8], kernel: 3"), "net.yaml:3:21: layers[0].conv.out_channels: is missing"},
        {"conv_two_inputs", conv("in: [8, 8], out_channels: 4, kernel: 3"),
         "net.yaml:3:26: layers[0].conv.in: 3 whole numbers from 1 to 1048576 are wanted, given a list"},
        {"conv_zero_input", conv("in: [3, 0, 8], out_channels: 4, kernel: 3"),
         "net.yaml:3:30: layers[0].conv.in: 3 whole numbers from 1 to 1048576 are wanted, given '0'"},
        {"conv_negative_channels", conv("in: [3, 8, 8], out_channels: -4, kernel: 3"),
         "net.yaml:3:51: layers[0].conv.out_channels: a whole number from 1 to 1048576 is wanted, given '-4'"},
        {"conv_huge_channels", conv("in: [3, 8, 8], out_channels: 99999999999, kernel: 3"),
         "net.yaml:3:51: layers[0].conv.out_channels: a whole number from 1 to 1048576 is wanted, given '99999999999'"},
        {"conv_fraction", conv("in: [3, 8, 8], out_channels: 4.5, kernel: 3"),
         "net.yaml:3:51: layers[0].conv.out_channels: a whole number from 1 to 1048576 is wanted, given '4.5'"},
        {"conv_misspelt", conv("in: [3, 8, 8], out_channels: 4, kernel: 3, strides: 2"),
         "net.yaml:3:65: layers[0].conv.strides: unknown key; known here: dilation, groups, in, kernel, out_channels, padding, stride"},
        {"conv_misspelt_padding", conv("in: [3, 8, 8], out_channels: 4, kernel: 3, pading: 2"),
         "net.yaml:3:65: layers[0].conv.pading: unknown key; known here: dilation, groups, in, kernel, out_channels, padding, stride"},
        {"conv_kernel_list", conv("in: [3, 8, 8], out_channels: 4, kernel: [3, 3, 3]"),
         "net.yaml:3:62: layers[0].conv.kernel: 2 whole numbers from 1 to 1048576 are wanted, given a list"},
        {"conv_kernel_too_large", conv("in: [3, 8, 8], out_channels: 4, kernel: 11, padding: 1"),
         "net.yaml:3:62: layers[0].conv.kernel: covers 11 along the height, but the padded input has 10\nnet.yaml:3:62: "
         "layers[0].conv.kernel: covers 11 along the width, but the padded input has 10"},
        {"conv_dilated_too_large", conv("in: [3, 8, 8], out_channels: 4, kernel: [3, 1], dilation: 4"),
         "net.yaml:3:62: layers[0].conv.kernel: covers 9 along the height, but the padded input has 8"},
        {"conv_padding_beyond_kernel", conv("in: [3, 8, 8], out_channels: 4, kernel: 3, padding: [3, 0]"),
         "net.yaml:3:74: layers[0].conv.padding: less than what the kernel covers (3 along the height) is allowed, given 3"},
        {"conv_three_paddings", conv("in: [3, 8, 8], out_channels: 4, kernel: 3, padding: [1, 1, 1]"),
         "net.yaml:3:74: layers[0].conv.padding: a number, [height, width] or [top, left, bottom, right] is wanted, given 3 numbers"},
        {"conv_negative_padding", conv("in: [3, 8, 8], out_channels: 4, kernel: 3, padding: -1"),
         "net.yaml:3:74: layers[0].conv.padding: a whole number from 0 to 1048576 is wanted, given '-1'"},
        {"conv_zero_stride", conv("in: [3, 8, 8], out_channels: 4, kernel: 3, stride: 0"),
         "net.yaml:3:73: layers[0].conv.stride: a whole number from 1 to 1048576 is wanted, given '0'"},
        {"conv_groups_of_inputs", conv("in: [3, 8, 8], out_channels: 4, kernel: 3, groups: 2"),
         "net.yaml:3:73: layers[0].conv.groups: 3 input channels are not divisible by 2"},
        {"conv_groups_of_outputs", conv("in: [4, 8, 8], out_channels: 3, kernel: 3, groups: 2"),
         "net.yaml:3:73: layers[0].conv.groups: 3 output channels are not divisible by 2"},
        {"conv_huge_kernel", conv("in: [3, 1000000, 1000000], out_channels: 4, kernel: 3"),
         "net.yaml:3:21: layers[0].conv: inputs of one layer: at most 2147483648 are allowed\nnet.yaml:3:21: layers[0].conv: outputs of "
         "one layer: at most 2147483648 are allowed"},
        {"linear_no_tokens", one_layer("name: a, linear: {in: 2, out: 3}, input: dense"),
         "net.yaml:3:23: layers[0].linear.tokens: is missing"},
        {"linear_zero", one_layer("name: a, linear: {tokens: 0, in: 2, out: 3}, input: dense"),
         "net.yaml:3:32: layers[0].linear.tokens: a whole number from 1 to 1048576 is wanted, given '0'"},
        {"linear_misspelt", one_layer("name: a, linear: {token: 1, tokens: 1, in: 2, out: 3}, input: dense"),
         "net.yaml:3:24: layers[0].linear.token: unknown key; known here: in, out, tokens"},
        {"linear_too_many_weights", one_layer("name: a, linear: {tokens: 1, in: 1000000, out: 1000000}, input: dense"),
         "net.yaml:3:23: layers[0].linear: weights of one layer: at most 2147483648 are allowed"},
        {"linear_too_many_outputs", one_layer("name: a, linear: {tokens: 1000000, in: 1, out: 1000000}, input: dense"),
         "net.yaml:3:23: layers[0].linear: outputs of one layer: at most 2147483648 are allowed"},
        {"matmul_too_many_macs", one_layer("name: a, matmul: {rows: 2048, inner: 2048, columns: 2048, count: 1000000}, input: dense"),
         "net.yaml:3:23: layers[0].matmul: inputs of one layer: at most 2147483648 are allowed\nnet.yaml:3:23: layers[0].matmul: "
         "multiply-accumulates of one layer: at most 1125899906842624 are allowed\nnet.yaml:3:23: layers[0].matmul: weights of one layer: "
         "at most 2147483648 are allowed\nnet.yaml:3:23: layers[0].matmul: outputs of one layer: at most 2147483648 are allowed"},
        {"matmul_misspelt", one_layer("name: a, matmul: {rows: 1, inner: 1, column: 1}, input: dense"),
         "net.yaml:3:23: layers[0].matmul.columns: is missing\nnet.yaml:3:43: layers[0].matmul.column: unknown key; known here: columns, "
         "count, inner, rows"},
        {"matmul_with_weights", one_layer("name: a, matmul: {rows: 1, inner: 1, columns: 1}, input: dense, weights: {gaussian: {}}"),
         "net.yaml:3:79: layers[0].weights: a matmul multiplies activations by activations: it has no weights"},
        {"matmul_with_weight_bits", one_layer("name: a, matmul: {rows: 1, inner: 1, columns: 1}, input: dense, weight_bits: 4"),
         "net.yaml:3:83: layers[0].weight_bits: a matmul multiplies activations by activations: it has no weights"},
        {"matmul_with_family", one_layer("name: a, matmul: {rows: 1, inner: 1, columns: 1}, input: dense, family: symq"),
         "net.yaml:3:78: layers[0].family: a matmul multiplies activations by activations: it has no weights"},
        {"weight_bits_too_few", linear(", weight_bits: 1"),
         "net.yaml:3:78: layers[0].weight_bits: a whole number from 2 to 8 is wanted, given '1'"},
        {"weight_bits_too_many", linear(", weight_bits: 9"),
         "net.yaml:3:78: layers[0].weight_bits: a whole number from 2 to 8 is wanted, given '9'"},
        {"activation_bits_too_many", linear(", activation_bits: 9"),
         "net.yaml:3:82: layers[0].activation_bits: a whole number from 2 to 8 is wanted, given '9'"},
        {"misspelt_weight_bits", linear(", weights_bits: 4"),
         "net.yaml:3:65: layers[0].weights_bits: unknown key; known here: activation_bits, bias, conv, family, input, instead_of_dasq, "
         "linear, "
         "matmul, name, weight_bits, weights"},
        {"misspelt_activation_bits", linear(", activation_bit: 4"),
         "net.yaml:3:65: layers[0].activation_bit: unknown key; known here: activation_bits, bias, conv, family, input, instead_of_dasq, "
         "linear, "
         "matmul, name, weight_bits, weights"},
        {"misspelt_family", linear(", famly: symq"),
         "net.yaml:3:65: layers[0].famly: unknown key; known here: activation_bits, bias, conv, family, input, instead_of_dasq, linear, "
         "matmul, "
         "name, weight_bits, weights"},
        {"misspelt_instead", linear(", instead_of_dsaq: [symq]"),
         "net.yaml:3:65: layers[0].instead_of_dsaq: unknown key; known here: activation_bits, bias, conv, family, input, instead_of_dasq, "
         "linear, matmul, name, weight_bits, weights"},
        {"family_of_another_kind", linear(", family: dasq"), "net.yaml:3:73: layers[0].family: one of symq, asymq is wanted, given 'dasq'"},
        {"instead_of_another_kind", linear(", instead_of_dasq: [asymq, pot]"),
         "net.yaml:3:82: layers[0].instead_of_dasq: symq and asymq are allowed, given 'pot'"},
        {"instead_twice", linear(", instead_of_dasq: [symq, symq]"), "net.yaml:3:82: layers[0].instead_of_dasq: 'symq' stands twice"},
        {"instead_no_list", linear(", instead_of_dasq: symq"), "net.yaml:3:82: layers[0].instead_of_dasq: a list is wanted, given 'symq'"},
        {"instead_beside_family", linear(", family: symq, instead_of_dasq: [symq]"),
         "net.yaml:3:96: layers[0].instead_of_dasq: has no effect beside family, which holds under every scheme"},
        {"weights_no_kind", linear(", weights: {}"),
         "net.yaml:3:74: layers[0].weights: one of gaussian, student_t, skewed_outliers, file, onnx is wanted, given none"},
        {"weights_two_kinds", linear(", weights: {gaussian: {}, student_t: {}}"),
         "net.yaml:3:74: layers[0].weights: one of gaussian, student_t, skewed_outliers, file, onnx is wanted, given several"},
        {"weights_unknown_kind", linear(", weights: {uniform: {}}"),
         "net.yaml:3:74: layers[0].weights: one of gaussian, student_t, skewed_outliers, file, onnx is wanted, given none\nnet.yaml:3:75: "
         "layers[0].weights.uniform: unknown key; known here: file, gaussian, onnx, skewed_outliers, student_t"},
        {"gaussian_with_a_field", linear(", weights: {gaussian: {sigma: 1}}"),
         "net.yaml:3:86: layers[0].weights.gaussian.sigma: unknown key; none is known here"},
        {"student_misspelt", linear(", weights: {student_t: {degrees: 5}}"),
         "net.yaml:3:87: layers[0].weights.student_t.degrees: unknown key; known here: degrees_of_freedom"},
        {"student_two_degrees", linear(", weights: {student_t: {degrees_of_freedom: 2}}"),
         "net.yaml:3:107: layers[0].weights.student_t.degrees_of_freedom: a whole number from 3 to 30 is wanted, given '2'"},
        {"outliers_misspelt", linear(", weights: {skewed_outliers: {shar: 0.1}}"),
         "net.yaml:3:93: layers[0].weights.skewed_outliers.shar: unknown key; known here: scale, share, skew"},
        {"outliers_too_many", linear(", weights: {skewed_outliers: {share: 0.2}}"),
         "net.yaml:3:100: layers[0].weights.skewed_outliers.share: a number from 0 to 0.1 is wanted, given '0.2'"},
        {"outliers_too_near", linear(", weights: {skewed_outliers: {scale: 0.5}}"),
         "net.yaml:3:100: layers[0].weights.skewed_outliers.scale: a number from 1 to 100 is wanted, given '0.5'"},
        {"outliers_skew", linear(", weights: {skewed_outliers: {skew: nan}}"),
         "net.yaml:3:99: layers[0].weights.skewed_outliers.skew: a number from 0 to 1 is wanted, given 'nan'"},
        {"file_without_tensor", linear(", weights: {file: x.safetensors}"), "net.yaml:3:74: layers[0].weights.tensor: is missing"},
        {"file_missing", linear(", weights: {file: x.safetensors, tensor: w}"),
         "net.yaml:3:81: layers[0].weights.file: x.safetensors: can't be read"},
        {"file_misspelt_tensor", linear(", weights: {file: x.safetensors, tensro: w}"),
         "net.yaml:3:74: layers[0].weights.tensor: is missing\nnet.yaml:3:96: layers[0].weights.tensro: unknown key; known here: file, "
         "gaussian, onnx, skewed_outliers, student_t, tensor"},
        {"onnx_missing", linear(", weights: {onnx: x.onnx, initializer: w}"),
         "net.yaml:3:81: layers[0].weights.onnx: x.onnx: can't be read"},
        {"onnx_misspelt", linear(", weights: {onnx: x.onnx, initialiser: w}"),
         "net.yaml:3:74: layers[0].weights.initializer: is missing\nnet.yaml:3:89: layers[0].weights.initialiser: unknown key; known here: "
         "file, gaussian, initializer, onnx, skewed_outliers, student_t, transposed"},
        {"onnx_transposed_conv",
         one_layer("name: a, conv: {in: [3, 8, 8], out_channels: 4, kernel: 3}, input: relu, weights: {onnx: x.onnx, initializer: w, "
                   "transposed: true}"),
         "net.yaml:3:131: layers[0].weights.transposed: only linear layers have transposed initializers"},
        {"all_problems_at_once",
         "name: t\nlayers:\n  - {name: a, linear: {tokens: 0, in: 2, out: 3}, input: dense}\n  - {name: b, matmul: {rows: 1, inner: 1, "
         "columns: 1}, input: none}\n",
         "net.yaml:3:32: layers[0].linear.tokens: a whole number from 1 to 1048576 is wanted, given '0'\nnet.yaml:4:63: layers[1].input: "
         "one of relu, gelu, dense is wanted, given 'none'"},
    };
}

class wrong_workload : public testing::TestWithParam<wrong> {};

TEST_P(wrong_workload, is_refused_with_its_place) {
    const testing_files::temporary_directory directory;
    const std::string path = directory.write("net.yaml", GetParam().text);
    EXPECT_EQ(testing_files::error_of(directory, [&] { load_workload_yaml(path); }), GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(files, wrong_workload, testing::ValuesIn(wrong_files()),
                         [](const auto& test) { return std::string(test.param.what); });

}  // namespace
}  // namespace symmetree
