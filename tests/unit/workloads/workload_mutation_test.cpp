#include <gtest/gtest.h>

#include <cstring>

#include "core/random.h"
#include "core/safetensors.h"
#include "tests/unit/workloads/files.h"
#include "workloads/files/load_workload.h"
#include "workloads/network/workload.h"

// A damaged file is either still readable or refused with an input_error; nothing else may leave the readers.

namespace symmetree {
namespace {

using testing_files::temporary_directory;

const std::string valid_yaml =
    "name: t\nsource: here\ndefaults: {input: relu, weights: {student_t: {degrees_of_freedom: 7}}}\nlayers:\n"
    "  - {name: a, conv: {in: [4, 9, 8], out_channels: 6, kernel: [3, 2], stride: 2, padding: [1, 0, 2, 1], groups: 2}, weight_bits: 8}\n"
    "  - {name: b, linear: {tokens: 5, in: 7, out: 3}, instead_of_dasq: [asymq, symq], weights: {skewed_outliers: {share: 0.01}}}\n"
    "  - {name: c, matmul: {rows: 4, inner: 8, columns: 6, count: 3}, input: gelu}\n";

const std::string valid_graph =
    "name: t\ndefaults: {input: dense}\nlayers:\n"
    "  - {name: a, conv: {in: [4, 4, 4], out_channels: 4, kernel: 3, padding: 1}}\n"
    "  - {name: b, matmul: {rows: 4, inner: 4, columns: 4, count: 4}}\n"
    "graph:\n"
    "  - {op: input, name: x, shape: [1, 4, 4, 4]}\n  - {op: product, layer: a}\n  - {op: clip, greatest: 6}\n  - {op: mean_pool, kernel: "
    "3, padding: 1}\n"
    "  - {op: transpose, name: t, permutation: [0, 1, 3, 2]}\n  - {op: product, layer: b, from: [x, t]}\n  - {op: softmax}\n  - {op: "
    "layer_norm, name: n}\n"
    "  - {op: constant, name: c, window_mask: {height: 4, width: 4, window: 2, shift: 1}}\n  - {op: constant, name: d, shape: [4], values: "
    "{gaussian: 1}}\n"
    "  - {op: add, name: e, from: [n, c]}\n  - {op: add, name: f, from: [e, d]}\n  - {op: slice, starts: [0, 1, 0, 0], steps: [1, 2, 1, "
    "1], shape: [1, 2, 4, 4]}\n"
    "  - {op: pad, name: p, before: [0, 1, 0, 0], after: [0, 1, 0, 0]}\n  - {op: concat, axis: 1, from: [p, n]}\n  - {op: mean, "
    "first_axis: 1, axes: 2}\n"
    "  - {op: reshape, shape: [4]}\n  - {op: scale, factor: 0.5}\n  - {op: gelu, form: tanh}\n";

std::string valid_safetensors() {
    const std::string header =
        R"({"v":{"dtype":"F16","shape":[2],"data_offsets":[0,4]},"w":{"dtype":"F32","shape":[2,2],"data_offsets":[4,20]}})";
    std::string out(8, '\0');
    out[0] = static_cast<char>(header.size());
    return out + header + std::string(20, '\0');
}

/// Calls `read`, which says whether the file was readable, with every truncation and with `rounds` files in which a few bytes were changed.
template <class Read>
void damage(const std::string& valid, int rounds, const Read& read) {
    constexpr std::uint64_t seed = 20;
    const random_stream random(seed, "damage");
    EXPECT_TRUE(read(valid)) << "the undamaged file must be readable";
    for (std::size_t length = 0; length < valid.size(); ++length) read(valid.substr(0, length));
    std::uint64_t draw = 0;
    for (int round = 0; round < rounds; ++round) {
        std::string changed = valid;
        for (std::uint64_t n = random.word(draw++) % 4 + 1; n > 0; --n) {
            const std::size_t at = random.word(draw++) % changed.size();
            const std::uint64_t how = random.word(draw++);
            // Digits and brackets get further into a reader than noise does.
            changed[at] = how % 2 == 0 ? static_cast<char>(how >> 8) : "0123456789-[]{}:,\"e. "[(how >> 8) % 21];
        }
        read(changed);
    }
}

struct undamaged {
    const char* name;
    const std::string& text;
};
void PrintTo(const undamaged& u, std::ostream* out) { *out << u.name; }

class damaged_yaml : public testing::TestWithParam<undamaged> {};

TEST_P(damaged_yaml, yields_a_workload_or_an_input_error) {
    const temporary_directory directory;
    damage(GetParam().text, 1000, [&](const std::string& text) {
        const std::string path = directory.write("net.yaml", text);
        try {
            const workload w = load_workload_yaml(path);
            EXPECT_FALSE(w.layers.empty());
            for (const layer& l : w.layers) EXPECT_GT(product_of(l).macs(), 0);
            return true;
        } catch (const input_error& e) {
            EXPECT_FALSE(e.problems().empty());
        } catch (const std::exception& e) {
            ADD_FAILURE() << e.what() << "\n" << text;
        }
        return false;
    });
}

INSTANTIATE_TEST_SUITE_P(mutation, damaged_yaml, testing::Values(undamaged{"layers", valid_yaml}, undamaged{"graph", valid_graph}),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(mutation, of_a_safetensors_file_yields_finite_weights_or_an_input_error) {
    const temporary_directory directory;
    damage(valid_safetensors(), 1000, [&](const std::string& content) {
        const std::string path = directory.write("x.safetensors", content);
        try {
            EXPECT_EQ(safetensors_file(path).read("w", {2, 2}).size(), 4u);
            return true;
        } catch (const input_error& e) {
            EXPECT_FALSE(e.problems().empty());
        } catch (const std::exception& e) {
            ADD_FAILURE() << e.what();
        }
        return false;
    });
}

}  // namespace
}  // namespace symmetree
