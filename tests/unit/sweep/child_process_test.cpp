#include "runs/child_process.h"

#include <gmock/gmock.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <new>
#include <thread>

#include "tests/unit/sweep/support.h"

// A piece of work in a process of its own, however it ends.

#if defined(__SANITIZE_ADDRESS__)
constexpr bool address_sanitizer = true;
#else
constexpr bool address_sanitizer = false;
#endif

namespace symmetree {
namespace {

using testing::AnyOf;
using testing::ElementsAre;
using testing::HasSubstr;

using kind = child_outcome::kind;

/// Bytes that are really touched, so that they count.
std::string touched(std::size_t bytes) {
    std::string text(bytes, 'x');
    for (std::size_t i = 0; i < bytes; i += 4096) text[i] = static_cast<char>('a' + i / 4096 % 26);
    return text;
}

child_outcome outcome_of(const std::function<std::string()>& work) { return child_process(work).wait(); }

bool is_running(pid_t pid) {
    std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
    std::string text((std::istreambuf_iterator<char>(stat)), {});
    return !text.empty() && text.substr(text.rfind(')') + 2, 1) != "Z";
}

/// Waits for what happens soon, and gives up after half a minute.
bool soon(const std::function<bool()>& holds) {
    for (int i = 0; i < 3000; ++i) {
        if (holds()) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
}

TEST(child, returns_what_its_work_returns) {
    for (const std::string& text : {std::string(), std::string("x"), std::string("a\0b", 3), std::string("R")}) {
        const child_outcome outcome = outcome_of([&] { return text; });
        EXPECT_EQ(outcome.ended, kind::result);
        EXPECT_EQ(outcome.text, text);
        EXPECT_EQ(outcome.result_or_throw(), text);
    }
}

TEST(child, returns_large_answers_whole) {
    const std::string large = touched(50u << 20);
    const child_outcome outcome = outcome_of([&] { return large; });
    EXPECT_EQ(outcome.ended, kind::result);
    EXPECT_TRUE(outcome.text == large);
}

TEST(child, hands_over_wrong_input_with_every_place) {
    const child_outcome outcome = outcome_of([]() -> std::string {
        throw input_error(std::vector<diagnostic>{{"a.yaml", 3, 4, "field", "wrong"}, {"", 0, 0, "--option", "\"quoted\"\n\xff"}});
    });
    EXPECT_EQ(outcome.ended, kind::wrong_input);
    ASSERT_EQ(outcome.problems.size(), 2u);
    EXPECT_EQ(outcome.problems[0].text(), "a.yaml:3:4: field: wrong");
    EXPECT_THAT(outcome.problems[1].text(), HasSubstr("--option: \"quoted\"\n"));
    EXPECT_THROW(outcome.result_or_throw(), input_error);
}

TEST(child, hands_over_faults) {
    const child_outcome outcome = outcome_of([]() -> std::string { throw model_fault("starved"); });
    EXPECT_EQ(outcome.ended, kind::fault);
    EXPECT_EQ(outcome.text, "starved");
    EXPECT_THAT([&] { outcome.result_or_throw(); }, testing::ThrowsMessage<model_fault>("starved"));
    EXPECT_EQ(outcome_of([]() -> std::string { throw std::bad_alloc(); }).text, "out of memory");
}

TEST(child, that_is_ended_by_a_signal_says_which) {
    for (const int number : {SIGKILL, SIGSEGV, SIGABRT}) {
        const child_outcome outcome = outcome_of([&]() -> std::string {
            signal(number, SIG_DFL);  // sanitizers catch some
            raise(number);
            return "survived";
        });
        EXPECT_EQ(outcome.ended, kind::died);
        EXPECT_THAT(outcome.text, HasSubstr("ended by signal " + std::to_string(number)));
        EXPECT_THROW(outcome.result_or_throw(), model_fault);
    }
}

TEST(child, that_exits_without_an_answer_died) {
    const child_outcome outcome = outcome_of([]() -> std::string { _exit(7); });
    EXPECT_EQ(outcome.ended, kind::died);
    EXPECT_EQ(outcome.text, "ended without a whole answer, exit code 7");
    EXPECT_EQ(outcome_of([]() -> std::string { _exit(0); }).ended, kind::died);
}

TEST(child, that_throws_something_else_goes_no_further) {
    EXPECT_EQ(outcome_of([]() -> std::string { throw 5; }).ended, kind::fault);
}

TEST(child, that_is_killed_half_way_through_its_answer_died) {
    child_process child([] { return touched(8u << 20); });
    ASSERT_TRUE(child.read_some());
    child.kill();
    EXPECT_EQ(child.wait().ended, kind::died);
}

TEST(child, that_is_stopped_can_be_killed) {
    child_process child([]() -> std::string {
        raise(SIGSTOP);
        return "went on";
    });
    child.kill();
    EXPECT_EQ(child.wait().ended, kind::died);
}

TEST(child, has_at_most_the_memory_it_is_given) {
    if (address_sanitizer) GTEST_SKIP() << "the address sanitizer's shadow is larger than any limit of memory";
    const auto take = [](std::size_t mib) {
        return [mib] {
            limit_memory(512u << 20);
            return std::to_string(touched(mib << 20).size());
        };
    };
    const child_outcome outcome = outcome_of(take(1024));
    EXPECT_EQ(outcome.ended, kind::fault);
    EXPECT_EQ(outcome.text, "out of memory");
    EXPECT_EQ(outcome_of(take(64)).ended, kind::result);
}

TEST(child, tells_its_peak_and_its_time) {
    const child_outcome small = outcome_of([] { return std::string("small"); });
    const child_outcome large = outcome_of([] { return std::to_string(touched(200u << 20).back()); });
    EXPECT_GE(large.peak_bytes, 200u << 20);
    EXPECT_GT(large.peak_bytes, small.peak_bytes + (150u << 20));
    const child_outcome busy = outcome_of([] {
        const clock_t end = clock() + CLOCKS_PER_SEC / 4;
        while (clock() < end) {
        }
        return std::string("busy");
    });
    EXPECT_GE(busy.cpu_s, 0.2);
    EXPECT_GE(small.cpu_s, 0);
}

TEST(child, leaves_interrupts_to_its_parent) {
    const child_outcome outcome = outcome_of([] {
        raise(SIGINT);
        raise(SIGTERM);
        return std::string("still here");
    });
    EXPECT_EQ(outcome.text, "still here");
}

TEST(child, ends_with_its_parent) {
    folder_of_files files;
    // A parent that is killed while its child waits for ever: the child's number comes through a file.
    const std::string told = files.path("pid");
    child_process parent([&]() -> std::string {
        child_process child([&]() -> std::string {
            std::ofstream(told + ".new") << getpid() << "\n";
            std::filesystem::rename(told + ".new", told);
            for (;;) pause();
        });
        return child.wait().text;
    });
    ASSERT_TRUE(soon([&] { return std::filesystem::exists(told); }));
    pid_t child = 0;
    std::ifstream(told) >> child;
    EXPECT_TRUE(is_running(child));
    parent.kill();
    parent.wait();
    EXPECT_TRUE(soon([&] { return !is_running(child); }));
}

TEST(child, that_nobody_waits_for_is_ended) {
    folder_of_files files;
    const std::string told = files.path("pid");
    {
        child_process child([&]() -> std::string {
            std::ofstream(told + ".new") << getpid() << "\n";
            std::filesystem::rename(told + ".new", told);
            for (;;) pause();
        });
        ASSERT_TRUE(soon([&] { return std::filesystem::exists(told); }));
    }
    pid_t child = 0;
    std::ifstream(told) >> child;
    EXPECT_FALSE(is_running(child));
}

TEST(children, run_side_by_side_and_can_be_moved) {
    std::vector<child_process> children;
    for (int i = 0; i < 20; ++i) children.emplace_back([i] { return std::to_string(i) + touched(1u << 20); });
    for (int i = 19; i >= 0; --i) EXPECT_EQ(children[std::size_t(i)].wait().text.substr(0, std::to_string(i).size()), std::to_string(i));
}

}  // namespace
}  // namespace symmetree
