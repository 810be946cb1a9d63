#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "runs/child_process.h"

namespace symmetree {

/// How many tasks run at a time, and how long one may take.
struct worker_limits {
    int jobs = 1;
    double timeout_s = 0;  ///< of one task, which is ended then; 0: none
};

/// What is done with tasks 0, 1, ...
struct worker_task {
    std::function<std::string(std::size_t task)> work;                         ///< in a process of its own
    std::function<void(std::size_t task, const child_outcome& outcome)> take;  ///< in this process, as soon as the task has ended
    std::function<bool()> go_on = [] { return true; };                         ///< asked at least once per second
};

/// Runs tasks 0 to `tasks` - 1, each in a process of its own, started in this order. Ends the tasks that run, and returns, when `go_on`
/// says false; ends them, too, when `take` throws. The caller must not have started threads.
void run_tasks(std::size_t tasks, const worker_limits& limits, const worker_task& task);

}  // namespace symmetree
