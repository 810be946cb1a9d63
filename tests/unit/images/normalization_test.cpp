#include "workloads/images/normalization.h"

#include <gmock/gmock.h>

#include "core/error.h"

namespace symmetree {
namespace {

using testing::ElementsAre;

std::string refusal(const std::string& text) {
    try {
        parse_normalization(text, "--normalization");
    } catch (const input_error& e) {
        return e.what();
    }
    return "no error";
}

std::string refusal_of(const std::map<std::string, std::string>& metadata) {
    try {
        normalization_of(metadata, "x.onnx");
    } catch (const input_error& e) {
        return e.what();
    }
    return "no error";
}

TEST(normalization, is_read_from_an_option) {
    const normalization n = parse_normalization("std=0.25,0.5,2  mean=0.5,-1,0 divisor=127.5", "--normalization");
    EXPECT_THAT(n.mean, ElementsAre(0.5f, -1.f, 0.f));
    EXPECT_THAT(n.deviation, ElementsAre(0.25f, 0.5f, 2.f));
    EXPECT_EQ(n.divisor, 127.5f);
    EXPECT_EQ(parse_normalization("mean=0 std=1", "o").divisor, 255.f);
}

TEST(normalization, rounds_after_every_operation_like_pytorch) {
    const normalization n = parse_normalization("mean=0.2858 std=0.3529", "o");
    const std::uint8_t pixels[] = {0, 1, 100, 255};
    // ((torch.tensor(p) / 255 - 0.2858) / 0.3529).item() of PyTorch 1.13, digits enough for every float32.
    EXPECT_THAT(normalized(pixels, 1, 4, n), ElementsAre(-0.809861183f, -0.798748791f, 0.301379591f, 2.02380276f));
}

TEST(normalization, takes_the_constants_of_the_channel_and_leaves_floats_undivided) {
    const normalization n = parse_normalization("mean=0,1,2 std=1,2,4 divisor=2", "o");
    const std::uint8_t bytes[] = {2, 4, 2, 4, 2, 4};
    EXPECT_THAT(normalized(bytes, 3, 2, n), ElementsAre(1, 2, 0, 0.5f, -0.25f, 0));
    const float floats[] = {2, 4, 2, 4, 2, 4};
    EXPECT_THAT(normalized(floats, 3, 2, n), ElementsAre(2, 4, 0.5f, 1.5f, 0, 0.5f));
}

TEST(normalization, is_refused_with_what_is_allowed) {
    EXPECT_EQ(refusal("mean=0"), "--normalization: std: is missing");
    EXPECT_EQ(refusal("mean=0 std=1 scale=3"), "--normalization: mean=..., std=... and divisor=... are allowed, given 'scale=3'");
    EXPECT_EQ(refusal("mean"), "--normalization: mean=..., std=... and divisor=... are allowed, given 'mean'");
    EXPECT_EQ(refusal("mean=0 mean=1 std=1"), "--normalization: mean is given twice");
    EXPECT_EQ(refusal("mean=0,x std=1,1"), "--normalization: mean: numbers separated by commas are wanted, given '0,x'");
    EXPECT_EQ(refusal("mean=0, std=1,1"), "--normalization: mean: numbers separated by commas are wanted, given '0,'");
    EXPECT_EQ(refusal("mean=nan std=1"), "--normalization: mean: numbers separated by commas are wanted, given 'nan'");
    EXPECT_EQ(refusal("mean=0,0,0 std=1"), "--normalization: std: as many numbers as mean has are wanted, 3, given 1");
    EXPECT_EQ(refusal("mean=0 std=0"), "--normalization: std: numbers above 0 are wanted, given 0");
    EXPECT_EQ(refusal("mean=0,0,0,0,0 std=1"), "--normalization: mean: 1 to 4 numbers are allowed, given 5");
    EXPECT_EQ(refusal("mean=0 std=1 divisor=0"), "--normalization: divisor: one number above 0 is wanted, given '0'");
    EXPECT_EQ(refusal("mean=0 std=1 divisor=1,2"), "--normalization: divisor: one number above 0 is wanted, given '1,2'");
}

TEST(normalization, is_read_from_a_models_metadata) {
    const auto n = normalization_of({{"provenance", "here"}, {"normalization.mean", "0.5"}, {"normalization.std", "2"}}, "x.onnx");
    ASSERT_TRUE(n);
    EXPECT_THAT(n->mean, ElementsAre(0.5f));
    EXPECT_THAT(n->deviation, ElementsAre(2.f));
    EXPECT_FALSE(normalization_of({{"provenance", "here"}}, "x.onnx"));
}

TEST(normalization, of_a_models_metadata_is_refused_by_its_key) {
    EXPECT_EQ(refusal_of({{"normalization.mean", "0.5"}}), "x.onnx: normalization.std: is missing");
    EXPECT_EQ(refusal_of({{"normalization.means", "0.5"}}),
              "x.onnx: normalization.means: mean, std and divisor are allowed after 'normalization.'");
    EXPECT_EQ(refusal_of({{"normalization.mean", "a"}, {"normalization.std", "1"}}),
              "x.onnx: normalization.mean: numbers separated by commas are wanted, given 'a'");
}

TEST(normalization, of_other_channels_is_refused) {
    const normalization one = parse_normalization("mean=0 std=1", "o"), three = parse_normalization("mean=0,0,0 std=1,1,1", "o");
    EXPECT_NO_THROW(check_channels(one, 3, "o"));
    EXPECT_NO_THROW(check_channels(three, 3, "o"));
    EXPECT_THROW(check_channels(three, 1, "o"), input_error);
}

}  // namespace
}  // namespace symmetree
