#include "core/safetensors.h"

#include <gmock/gmock.h>

#include <cmath>
#include <cstring>

#include "tests/unit/workloads/files.h"
#include "workloads/files/load_workload.h"

namespace symmetree {
namespace {

using testing::ElementsAre;
using testing_files::error_of;
using testing_files::temporary_directory;

std::string with_length(const std::string& header, const std::string& data) {
    std::string out;
    for (int byte = 0; byte < 8; ++byte) out += static_cast<char>(header.size() >> (8 * byte));
    return out + header + data;
}

template <class T>
std::string bytes_of(const std::vector<T>& values) {
    return std::string(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
}

std::string one_tensor(const std::string& type, const std::string& shape, const std::string& data) {
    return with_length("{\"__metadata__\": {\"made\": \"here\"}, \"w\": {\"dtype\": \"" + type + "\", \"shape\": " + shape +
                           ", \"data_offsets\": [0, " + std::to_string(data.size()) + "]}}  ",
                       data);
}

TEST(safetensors, reads_every_floating_type) {
    const temporary_directory directory;
    const auto read = [&](const std::string& type, const std::string& data) {
        return safetensors_file(directory.write("x.safetensors", one_tensor(type, "[2, 2]", data))).read("w", {2, 2});
    };
    EXPECT_THAT(read("F32", bytes_of<float>({1.5f, -2, 0, 1e-30f})), ElementsAre(1.5f, -2, 0, 1e-30f));
    EXPECT_THAT(read("F64", bytes_of<double>({1.5, -2, 0, 0.1})), ElementsAre(1.5f, -2, 0, 0.1f));
    EXPECT_THAT(read("BF16", bytes_of<std::uint16_t>({0x3fc0, 0xc000, 0x0000, 0x3f80})), ElementsAre(1.5f, -2, 0, 1));
    EXPECT_THAT(read("F16", bytes_of<std::uint16_t>({0x3e00, 0xc000, 0x0001, 0x7bff})), ElementsAre(1.5f, -2, std::ldexp(1.f, -24), 65504));
}

TEST(safetensors, finds_one_tensor_among_several) {
    const temporary_directory directory;
    const std::string header =
        R"({"b": {"dtype": "F32", "shape": [1], "data_offsets": [8, 12]}, "a": {"dtype": "I64", "shape": [], "data_offsets": [0, 8]}})";
    const safetensors_file file(directory.write("x.safetensors", with_length(header, std::string(8, 'x') + bytes_of<float>({7}))));
    EXPECT_THAT(file.read("b", {1}), ElementsAre(7));
}

struct damaged {
    const char* what;
    std::string content;
    std::string message;
};

void PrintTo(const damaged& d, std::ostream* out) { *out << d.what; }

std::string entry(const std::string& name, const std::string& range, const std::string& shape = "[1]") {
    return "\"" + name + "\": {\"dtype\": \"F32\", \"shape\": " + shape + ", \"data_offsets\": " + range + "}";
}

std::vector<damaged> damaged_files() {
    const std::string four = bytes_of<float>({1}), eight = bytes_of<float>({1, 2});
    const std::string wide(8, '\xff');
    return {
        {"empty", "", "x.safetensors: shorter than the 8 bytes of its header's length"},
        {"header_too_long", wide, "x.safetensors: a header of 18446744073709551615 bytes; at most 33554432 are allowed"},
        {"header_past_end", std::string("\x40\0\0\0\0\0\0\0{}", 10), "x.safetensors: a header of 64 bytes does not fit the file"},
        {"no_json", with_length("{\"w\": ", ""), "x.safetensors: the header is not valid JSON"},
        {"no_object", with_length("[]", ""), "x.safetensors: the header must be a JSON object"},
        {"twice", with_length("{" + entry("w", "[0, 4]") + "," + entry("w", "[0, 4]") + "}", four),
         "x.safetensors: tensor 'w': stands twice in the header"},
        {"no_type", with_length("{\"w\": {\"shape\": [1], \"data_offsets\": [0, 4]}}", four),
         "x.safetensors: tensor 'w': dtype, shape and two data_offsets are wanted"},
        {"negative", with_length("{" + entry("w", "[0, 4]", "[-1]") + "}", four),
         "x.safetensors: tensor 'w': dimensions must be whole numbers from 0"},
        {"huge_dimension", with_length("{" + entry("w", "[0, 4]", "[4294967296]") + "}", four),
         "x.safetensors: tensor 'w': a dimension of 4294967296; at most 2147483648 is allowed"},
        {"overflow", with_length("{" + entry("w", "[0, 4]", "[2147483648, 2147483648, 2147483648]") + "}", four),
         "x.safetensors: tensor 'w': its size overflows"},
        {"out_of_range", with_length("{" + entry("w", "[0, 8]", "[2]") + "}", four),
         "x.safetensors: tensor 'w': bytes 0 to 8 lie outside the 4 bytes of data"},
        {"backwards", with_length("{" + entry("w", "[4, 0]") + "}", four),
         "x.safetensors: tensor 'w': bytes 4 to 0 lie outside the 4 bytes of data"},
        {"wrong_size", with_length("{" + entry("w", "[0, 8]") + "}", eight),
         "x.safetensors: tensor 'w': F32 [1] needs 4 bytes, the header gives it 8"},
        {"overlap", with_length("{" + entry("v", "[0, 4]") + "," + entry("w", "[0, 8]", "[2]") + "}", eight),
         "x.safetensors: tensor 'w': overlaps another tensor"},
        {"hole", with_length("{" + entry("w", "[4, 8]") + "}", eight),
         "x.safetensors: tensor 'w': bytes 0 to 4 before it belong to no tensor"},
        {"tail", with_length("{" + entry("w", "[0, 4]") + "}", eight), "x.safetensors: the last 4 bytes belong to no tensor"},
        {"other_tensor", with_length("{" + entry("v", "[0, 4]") + "}", four), "x.safetensors: tensor 'w': is not in the file; it has v"},
        {"other_shape", with_length("{" + entry("w", "[0, 4]", "[1, 1]") + "}", four),
         "x.safetensors: tensor 'w': the layer wants [1], the file has [1, 1]"},
        {"other_type", with_length("{\"w\": {\"dtype\": \"I32\", \"shape\": [1], \"data_offsets\": [0, 4]}}", four),
         "x.safetensors: tensor 'w': F32, F16, BF16 or F64 is wanted, the file has I32"},
        {"not_a_number", with_length("{" + entry("w", "[0, 4]") + "}", bytes_of<float>({NAN})),
         "x.safetensors: tensor 'w': element 0 is not a finite float"},
        {"infinite", with_length("{" + entry("w", "[0, 4]") + "}", bytes_of<float>({INFINITY})),
         "x.safetensors: tensor 'w': element 0 is not a finite float"},
        {"too_large_for_float",
         with_length("{\"w\": {\"dtype\": \"F64\", \"shape\": [1], \"data_offsets\": [0, 8]}}", bytes_of<double>({1e300})),
         "x.safetensors: tensor 'w': element 0 is not a finite float"},
    };
}

class damaged_safetensors : public testing::TestWithParam<damaged> {};

TEST_P(damaged_safetensors, is_refused) {
    const temporary_directory directory;
    const std::string path = directory.write("x.safetensors", GetParam().content);
    EXPECT_EQ(error_of(directory, [&] { safetensors_file(path).read("w", {1}); }), GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(files, damaged_safetensors, testing::ValuesIn(damaged_files()),
                         [](const auto& test) { return std::string(test.param.what); });

TEST(safetensors, a_layer_reads_its_tensor_beside_the_workload) {
    const temporary_directory directory;
    directory.write("sub/w.safetensors", one_tensor("F32", "[2, 3]", bytes_of<float>({1, 2, 3, 4, 5, 6})));
    const std::string path = directory.write("net.yaml",
                                             "name: t\nlayers:\n  - {name: a, linear: {tokens: 1, in: 3, out: 2}, input: dense, weights: "
                                             "{file: sub/w.safetensors, tensor: w}}\n");
    const workload w = load_workload_yaml(path);
    EXPECT_THAT(materialize_weights(w.layers[0], 1), ElementsAre(1, 2, 3, 4, 5, 6));
    EXPECT_THAT(weights_identity(w.layers[0], 1), testing::HasSubstr("F32 "));
}

}  // namespace
}  // namespace symmetree
