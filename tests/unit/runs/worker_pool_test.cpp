// A process per task: how many run at a time, and what becomes of the ones that fail.
#include "runs/worker_pool.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <map>
#include <sstream>
#include <thread>

#include "tests/unit/workloads/files.h"

namespace symmetree {
namespace {

using kind = child_outcome::kind;

void sleep_ms(int milliseconds) { std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds)); }

std::int64_t now_us() {
    return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::map<std::size_t, child_outcome> outcomes_of(std::size_t tasks, const worker_limits& limits,
                                                 const std::function<std::string(std::size_t)>& work) {
    std::map<std::size_t, child_outcome> all;
    worker_task task;
    task.work = work;
    task.take = [&](std::size_t i, const child_outcome& outcome) { EXPECT_TRUE(all.emplace(i, outcome).second) << "task " << i; };
    run_tasks(tasks, limits, task);
    return all;
}

TEST(worker_pool, hands_out_every_result_once_and_runs_no_more_than_it_may) {
    const auto all = outcomes_of(9, {3, 0}, [](std::size_t) {
        const std::int64_t began = now_us();
        sleep_ms(20);
        return std::to_string(began) + ' ' + std::to_string(now_us());
    });
    ASSERT_EQ(all.size(), 9u);
    std::vector<std::pair<std::int64_t, int>> changes;
    for (const auto& [i, outcome] : all) {
        std::int64_t began = 0, ended = 0;
        std::istringstream(outcome.result_or_throw()) >> began >> ended;
        changes.push_back({began, 1});
        changes.push_back({ended, -1});
        EXPECT_GT(outcome.wall_s, 0.019);
    }
    std::sort(changes.begin(), changes.end());
    int running = 0;
    for (const auto& [at, change] : changes) {
        running += change;
        EXPECT_LE(running, 3);
    }
}

TEST(worker_pool, keeps_the_fault_of_one_task_and_goes_on_with_the_others) {
    const auto all = outcomes_of(4, {2, 0}, [](std::size_t i) -> std::string {
        if (i == 0) throw input_error(diagnostic{"a.yaml", 3, 1, "field", "is wrong"});
        if (i == 1) throw std::runtime_error("broken");
        if (i == 2) _exit(7);
        return "well";
    });
    ASSERT_EQ(all.size(), 4u);
    EXPECT_EQ(all.at(0).ended, kind::wrong_input);
    EXPECT_EQ(all.at(0).problems.at(0).line, 3);
    EXPECT_EQ(all.at(1).ended, kind::fault);
    EXPECT_EQ(all.at(1).text, "broken");
    EXPECT_EQ(all.at(2).ended, kind::died);
    EXPECT_THAT(all.at(2).text, testing::HasSubstr("exit code 7"));
    EXPECT_EQ(all.at(3).text, "well");
}

TEST(worker_pool, ends_a_task_that_takes_too_long) {
    const auto all = outcomes_of(2, {2, 0.2}, [](std::size_t i) -> std::string {
        if (i == 0) sleep_ms(60000);
        return "well";
    });
    EXPECT_EQ(all.at(0).ended, kind::died);
    EXPECT_EQ(all.at(0).text, "no result within 0.2 s");
    EXPECT_EQ(all.at(1).text, "well");
}

/// Each task waits for half a second, then leaves a file behind.
worker_task slow_tasks(const testing_files::temporary_directory& folder) {
    worker_task task;
    task.work = [&](std::size_t i) -> std::string {
        if (i == 0) return "quick";
        sleep_ms(500);
        folder.write(std::to_string(i), "here");
        return "slow";
    };
    task.take = [](std::size_t, const child_outcome&) {};
    return task;
}

bool left_a_file(const testing_files::temporary_directory& folder) {
    sleep_ms(900);
    return std::ifstream(folder.file("1")).good();
}

TEST(worker_pool, ends_what_runs_when_it_is_not_to_go_on) {
    const testing_files::temporary_directory folder;
    worker_task task = slow_tasks(folder);
    task.go_on = [] { return false; };
    run_tasks(2, {2, 0}, task);
    EXPECT_FALSE(left_a_file(folder));
}

TEST(worker_pool, ends_what_runs_when_a_result_is_not_taken) {
    const testing_files::temporary_directory folder;
    worker_task task = slow_tasks(folder);
    task.take = [](std::size_t, const child_outcome&) { throw model_fault("not that one"); };
    EXPECT_THROW(run_tasks(2, {2, 0}, task), model_fault);
    EXPECT_FALSE(left_a_file(folder));
}

}  // namespace
}  // namespace symmetree
