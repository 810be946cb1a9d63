#include "runs/ranked_classes.h"

#include <gmock/gmock.h>

#include <cstdint>

namespace symmetree {
namespace {

using testing::ElementsAre;

TEST(ranked_classes, are_the_highest_scores_best_first) {
    EXPECT_THAT(best_classes(std::vector<float>{0.5f, -1, 3, 2, 0, 7, 1}), ElementsAre(5, 2, 3, 6, 0));
}

TEST(ranked_classes, of_equal_scores_rank_by_index) {
    EXPECT_THAT(best_classes(std::vector<std::int16_t>{4, 7, 4, 7, 4, 4, 7}), ElementsAre(1, 3, 6, 0, 2));
}

TEST(ranked_classes, of_few_classes_are_all_of_them) { EXPECT_THAT(best_classes(std::vector<std::int16_t>{1, 1}), ElementsAre(0, 1)); }

}  // namespace
}  // namespace symmetree
