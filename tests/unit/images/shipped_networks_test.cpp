#include <gmock/gmock.h>

#include "core/error.h"
#include "tests/unit/workloads/files.h"
#include "workloads/images/normalization.h"
#include "workloads/import/onnx_metadata.h"

namespace symmetree {
namespace {

class trained_network : public testing::TestWithParam<const char*> {
protected:
    std::string path() const { return testing_files::shipped_directory + "/" + GetParam() + ".onnx"; }
};

TEST_P(trained_network, says_how_its_input_is_normalized) {
    const auto n = normalization_of(onnx_metadata(path()), path());
    ASSERT_TRUE(n);
    EXPECT_EQ(n->divisor, 255.f);
    EXPECT_THAT(n->mean, testing::ElementsAre(0.2858f));
    EXPECT_THAT(n->deviation, testing::ElementsAre(0.3529f));
}

TEST_P(trained_network, is_below_two_megabytes_and_says_where_it_comes_from) {
    EXPECT_LT(std::filesystem::file_size(path()), 2000000u);
    const std::map<std::string, std::string> metadata = onnx_metadata(path());
    EXPECT_THAT(metadata.at("provenance"), testing::HasSubstr("seed"));
    EXPECT_THAT(metadata.at("data_set"), testing::HasSubstr("55,000 images for training"));
}

INSTANTIATE_TEST_SUITE_P(shipped, trained_network, testing::Values("fashion_resnet", "fashion_vit"),
                         [](const auto& test) { return std::string(test.param); });

TEST(onnx_metadata, of_a_file_that_is_no_model_is_refused) {
    const testing_files::temporary_directory directory;
    EXPECT_EQ(testing_files::error_of(directory, [&] { onnx_metadata(directory.write("x.onnx", "text")); }),
              "x.onnx: is not an ONNX model (its protobuf is damaged)");
}

}  // namespace
}  // namespace symmetree
