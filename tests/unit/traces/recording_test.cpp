#include "traces/recording.h"

#include <gmock/gmock.h>

#include "core/error.h"

namespace symmetree {
namespace {

using testing::ElementsAre;

TEST(recording, refuses_what_a_model_must_not_do) {
    EXPECT_THROW(recording(0), model_fault);
    EXPECT_THROW(recording(2e12), model_fault);
    recording probe(1e9);
    const auto narrow = probe.declare("top.narrow", 2);
    const auto state = probe.declare_enumeration("top.state", {"a", "b"});
    const auto text = probe.declare_text("top.text");
    EXPECT_THROW(probe.declare("top.narrow", 2), model_fault);
    EXPECT_THROW(probe.declare("top.none", 0), model_fault);
    EXPECT_THROW(probe.declare("top.broad", 65), model_fault);
    EXPECT_THROW(probe.change(narrow, 0, 4), model_fault);
    EXPECT_THROW(probe.change(state, 0, 2), model_fault);
    EXPECT_THROW(probe.change(text, 0, 0), model_fault);
    EXPECT_THROW(probe.change_text(state, 0, "a"), model_fault);
    EXPECT_THROW(probe.change(99, 0, 0), model_fault);
    EXPECT_NO_THROW(probe.change(narrow, 0, 3));
    EXPECT_NO_THROW(probe.change(state, 0, 1));
}

TEST(recording, ends_when_it_is_told_but_not_before_its_last_change) {
    recording probe(1e9);
    const auto busy = probe.declare("top.busy", 1);
    EXPECT_EQ(probe.end_cycle(), 0u);
    probe.change(busy, 30, 1);
    probe.change(busy, 20, 1);
    probe.in_order();
    EXPECT_EQ(probe.end_cycle(), 30u);
    probe.end_at(40);
    EXPECT_EQ(probe.end_cycle(), 40u);
}

TEST(recording, keeps_a_text_once) {
    recording probe(1e9);
    const auto one = probe.declare_text("top.one"), two = probe.declare_text("top.two");
    for (const auto s : {one, two, one}) probe.change_text(s, 1, "same");
    probe.change_text(two, 2, "other");
    EXPECT_THAT(probe.texts(), ElementsAre("same", "other"));
    EXPECT_EQ(probe.in_order().size(), 3u);
}

TEST(recording, names_have_dotted_parts) {
    EXPECT_THAT(parts_of("a.bc..d"), ElementsAre("a", "bc", "", "d"));
    EXPECT_THAT(parts_of("alone"), ElementsAre("alone"));
}

}  // namespace
}  // namespace symmetree
