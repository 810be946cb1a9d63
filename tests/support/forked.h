#pragma once

#include <functional>
#include <stdexcept>
#include <string>

#include "runs/prepare.h"
#include "traces/report.h"

namespace symmetree {

/// What left a forked piece of work as an exception, or how its process ended.
struct fork_failure : std::runtime_error {
    enum class kind { wrong_input, model_fault, other };
    fork_failure(kind w, const std::string& text) : std::runtime_error(text), what_kind(w) {}
    kind what_kind;
};

/// Runs `work` in a process of its own and returns its text: the kernel allows one elaboration per process.
/// Throws fork_failure. `work` must not use expectations of the test framework, they would be lost.
std::string forked(const std::function<std::string()>& work);

/// Prepares and simulates in a process of its own. Weights are fitted there, by one thread, without a cache.
report forked_run(const run_request& request);

/// The failure of `work`, or an empty text when it ran through.
std::string failure_of(const std::function<void()>& work);

}  // namespace symmetree
