// What an evaluation may be asked to keep, and which finished images serve a dump.
#include <gmock/gmock.h>

#include "runs/evaluation_identity.h"
#include "runs/evaluation_plan.h"
#include "tests/unit/quantized_network/small_network.h"

namespace symmetree {
namespace {

using testing::HasSubstr;

struct dump_of_small_network : testing::Test {
    small_network small;
    evaluation_input input;
    std::vector<evaluation_task> tasks;

    dump_of_small_network() {
        input.network = small.network;
        tasks = plan_evaluation(small.network, {platform_named("symq")}, {}, {vector_arithmetic::integer}, {}).tasks;
    }
    std::string refusal(const dump_request& dump) const {
        return testing_files::error_of(small.directory, [&] { check_dump(dump, input, tasks); });
    }
};

dump_request request_of(std::initializer_list<dumped_value> values, std::int64_t images = 4) {
    dump_request dump;
    for (const dumped_value v : values) dump.wanted[v] = true;
    dump.images = images;
    return dump;
}

/// Five scores of an image: 4 bytes each of the float network, 4 and 2 of the scheme.
TEST_F(dump_of_small_network, of_scores_may_take_a_billion_bytes_and_no_more) {
    input.images = 20'000'000;
    EXPECT_EQ(refusal(request_of({dumped_value::logits})), "no error");
    ++input.images;
    EXPECT_THAT(refusal(request_of({dumped_value::logits})),
                HasSubstr("--dump: 20000001 images take 1.0 GB, at most 1 GB are kept: a smaller --limit"));
    EXPECT_EQ(refusal(request_of({dumped_value::predictions})), "no error");
}

/// 72 + 7 * 288 + 2 * 432 + 12 + 5 elements of the nodes and 288 of a narrowed copy, 2 bytes each; sums of 3 * 288 + 432 + 5, 4 bytes each.
TEST_F(dump_of_small_network, of_codes_and_sums_counts_every_tensor_of_the_images_that_are_kept) {
    input.images = 1'000'000;
    const std::int64_t codes = 2 * (72 + 7 * 288 + 2 * 432 + 12 + 5 + 288), both = codes + 4 * (3 * 288 + 432 + 5);
    const auto most = [](std::int64_t bytes) { return largest_dump_bytes / bytes; };
    EXPECT_EQ(refusal(request_of({dumped_value::codes}, most(codes))), "no error");
    EXPECT_THAT(refusal(request_of({dumped_value::codes}, most(codes) + 1)), HasSubstr("a smaller --dump-images is wanted"));
    EXPECT_EQ(refusal(request_of({dumped_value::codes, dumped_value::accumulators}, most(both))), "no error");
    EXPECT_THAT(refusal(request_of({dumped_value::codes, dumped_value::accumulators}, most(both) + 1)), HasSubstr("--dump-images"));
    input.images = most(both);
    EXPECT_EQ(refusal(request_of({dumped_value::codes, dumped_value::accumulators}, most(both) + 1)), "no error") << "there are no more";
}

TEST_F(dump_of_small_network, finds_no_codes_where_the_scratchpad_is_written_over) {
    tasks.front().platform.scratchpad.bytes = 65536;
    EXPECT_EQ(refusal(request_of({dumped_value::codes})), "no error");
    tasks.front().platform.mapping.keep = kept_places::activations;
    for (const dumped_value inside : {dumped_value::codes, dumped_value::accumulators})
        EXPECT_THAT(refusal(request_of({inside})),
                    HasSubstr("the scratchpad of platform symq is written over while an image runs: set mapping.keep to none"));
    EXPECT_EQ(refusal(request_of({dumped_value::logits, dumped_value::predictions})), "no error");
}

TEST(finished_images, serve_a_dump_that_takes_the_same_from_them) {
    const image_range first{0, 250}, second{250, 250};
    const auto of = [](const dump_request& dump, const image_range& range) { return identity_of(dump, range); };
    const dump_request nothing, inside = request_of({dumped_value::codes, dumped_value::accumulators}, 4);
    EXPECT_EQ(of(request_of({dumped_value::predictions}), first), of(nothing, first));
    EXPECT_EQ(of(inside, second), of(nothing, second)) << "the four images are of the first range";
    EXPECT_NE(of(inside, first), of(nothing, first));
    EXPECT_NE(of(inside, first), of(request_of({dumped_value::codes}, 4), first));
    EXPECT_NE(of(inside, first), of(request_of({dumped_value::codes, dumped_value::accumulators}, 5), first));
    EXPECT_NE(of(request_of({dumped_value::logits}), second), of(nothing, second));
}

}  // namespace
}  // namespace symmetree
