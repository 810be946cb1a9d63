#include "runs/worker_pool.h"

#include <fmt/format.h>

#include <algorithm>
#include <list>

namespace symmetree {
namespace {

struct worker {
    std::size_t task;
    child_process process;
};

bool too_long(const worker& w, const worker_limits& limits) { return limits.timeout_s > 0 && w.process.age_s() > limits.timeout_s; }

int milliseconds_to_deadline(const std::list<worker>& running, const worker_limits& limits) {
    double least = 1;
    if (limits.timeout_s > 0)
        for (const worker& w : running) least = std::min(least, limits.timeout_s - w.process.age_s());
    return std::max(0, static_cast<int>(least * 1000)) + 1;
}

child_outcome outcome_of(worker& w, bool timed_out, const worker_limits& limits) {
    if (timed_out) w.process.kill();
    child_outcome outcome = w.process.wait();
    if (timed_out && outcome.ended == child_outcome::kind::died) outcome.text = fmt::format("no result within {} s", limits.timeout_s);
    return outcome;
}

/// Waits for answers and hands out those of the tasks that have ended.
void take_some(std::list<worker>& running, const worker_limits& limits, const worker_task& task) {
    std::vector<int> descriptors;
    for (const worker& w : running) descriptors.push_back(w.process.descriptor());
    const std::vector<bool> ready = readable(descriptors, milliseconds_to_deadline(running, limits));
    std::size_t i = 0;
    for (auto w = running.begin(); w != running.end(); ++i) {
        const bool ended = ready[i] && !w->process.read_some();
        const bool timed_out = !ended && too_long(*w, limits);
        if (!ended && !timed_out) {
            ++w;
            continue;
        }
        task.take(w->task, outcome_of(*w, timed_out, limits));
        w = running.erase(w);
    }
}

}  // namespace

void run_tasks(std::size_t tasks, const worker_limits& limits, const worker_task& task) {
    std::list<worker> running;
    for (std::size_t next = 0; next < tasks || !running.empty();) {
        for (; next < tasks && running.size() < std::size_t(limits.jobs); ++next)
            running.push_back({next, child_process([&] { return task.work(next); })});
        take_some(running, limits, task);
        if (!task.go_on()) return;
    }
}

}  // namespace symmetree
