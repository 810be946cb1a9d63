#include "core/program.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <csignal>

#include "tests/unit/sweep/support.h"

// Other programs: what they write, how they end, and that nobody waits for ever.

namespace symmetree {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(program, tells_both_outputs_and_the_exit_code) {
    const program_result result = run_program({"sh", "-c", "echo out; echo err >&2; exit 7"});
    EXPECT_EQ(result.code, 7);
    EXPECT_EQ(result.out, "out\n");
    EXPECT_EQ(result.err, "err\n");
}

TEST(program, gets_its_words_as_they_are) {
    EXPECT_EQ(run_program({"printf", "%s|", "a b", "$(id)", "'", "\"", "", "*", "; rm -rf x", "two\nlines"}).out,
              "a b|$(id)|'|\"||*|; rm -rf x|two\nlines|");
}

TEST(program, that_a_signal_ended_says_which) { EXPECT_EQ(run_program({"sh", "-c", "kill -9 $$"}).code, 137); }

TEST(program, gets_its_input) {
    EXPECT_EQ(run_program({"cat"}, "hello").out, "hello");
    EXPECT_EQ(run_program({"cat"}).out, "");
}

TEST(program, takes_and_gives_large_texts_both_ways) {
    std::string large;
    for (int i = 0; large.size() < 20'000'000; ++i) large += std::to_string(i) + "\n";
    const program_result result = run_program({"sh", "-c", "tee /dev/stderr"}, large);
    EXPECT_TRUE(result.out == large);
    EXPECT_TRUE(result.err == large);
}

TEST(program, need_not_read_its_input) {
    const program_result result = run_program({"sh", "-c", "echo done"}, std::string(8'000'000, 'x'));
    EXPECT_EQ(result.code, 0);
    EXPECT_EQ(result.out, "done\n");
}

TEST(program, that_is_not_there_is_wrong_use_and_names_the_package) {
    EXPECT_THAT(problems_of([] { run_program({"no-such-program-here"}, "", "some-package"); }),
                ElementsAre("no-such-program-here: can't be started: No such file or directory (Debian's package some-package has it)"));
    EXPECT_THAT(problems_of([] { run_program({"/"}); }), ElementsAre("/: can't be started: Permission denied"));
}

TEST(program, has_the_usual_signals_and_a_group_of_its_own) {
    EXPECT_EQ(run_program({"sh", "-c", "kill -PIPE $$; echo survived"}).code, 128 + SIGPIPE);
    EXPECT_EQ(run_program({"sh", "-c", "yes | head -n 1"}).err, "");
    const std::string group = run_program({"sh", "-c", "cut -d ' ' -f 5 /proc/$$/stat"}).out;
    EXPECT_NE(group, std::to_string(getpgrp()) + "\n");
}

}  // namespace
}  // namespace symmetree
