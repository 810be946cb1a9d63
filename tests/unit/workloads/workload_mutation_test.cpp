#include <gtest/gtest.h>

#include <cstring>

#include "core/random.h"
#include "tests/unit/workloads/files.h"
#include "workloads/safetensors.h"
#include "workloads/workload.h"

// A damaged file is either still readable or refused with an input_error; nothing else may leave the readers.

namespace symmetree {
namespace {

using testing_files::temporary_directory;

const std::string valid_yaml =
    "name: t\nsource: here\ndefaults: {input: relu, weights: {student_t: {degrees_of_freedom: 7}}}\nlayers:\n"
    "  - {name: a, conv: {in: [4, 9, 8], out_channels: 6, kernel: [3, 2], stride: 2, padding: [1, 0, 2, 1], groups: 2}, weight_bits: 8}\n"
    "  - {name: b, linear: {tokens: 5, in: 7, out: 3}, instead_of_dasq: [asymq, symq], weights: {skewed_outliers: {share: 0.01}}}\n"
    "  - {name: c, matmul: {rows: 4, inner: 8, columns: 6, count: 3}, input: gelu}\n";

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

TEST(mutation, of_a_workload_file_yields_a_workload_or_an_input_error) {
    const temporary_directory directory;
    damage(valid_yaml, 1000, [&](const std::string& text) {
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
