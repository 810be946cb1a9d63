#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/error.h"

namespace symmetree {

/// What a child process did, as its parent learns it.
struct child_outcome {
    enum class kind {
        result,       ///< `text` is what the work returned
        wrong_input,  ///< it threw input_error: `problems`
        fault,        ///< it threw something else: `text`
        died,         ///< it ended without an answer: `text` says how
    };
    kind ended = kind::died;
    std::string text;
    std::vector<diagnostic> problems;
    double cpu_s = 0;              ///< user and system time
    double wall_s = 0;             ///< from its start until it was reaped
    std::uint64_t peak_bytes = 0;  ///< largest resident set

    /// The result, or what the child threw; a child that died is a model_fault.
    const std::string& result_or_throw() const;
};

/// A forked process that runs `work` and sends what it returns or throws through a pipe. It ends when its parent does,
/// and leaves Ctrl-C and SIGTERM to the parent. The parent must not have started threads.
class child_process {
public:
    explicit child_process(const std::function<std::string()>& work);
    child_process(child_process&& other) noexcept;
    child_process(const child_process&) = delete;
    ~child_process();  ///< ends a child that nobody waited for

    /// Becomes readable when there is something to read or the child has ended.
    int descriptor() const { return from_; }
    /// Reads what is there, waiting for the first byte; false at the end of the answer.
    bool read_some();
    /// Reads the rest of the answer and reaps the process.
    child_outcome wait();
    void kill();
    /// Seconds since its start.
    double age_s() const;

private:
    pid_t pid_ = -1;
    int from_ = -1;
    std::string answer_;
    std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

/// Which of the children's descriptors are readable, waiting for the first of them, but no longer than that; none where a signal came.
std::vector<bool> readable(const std::vector<int>& descriptors, int milliseconds);

/// Bounds the writable memory of its own that this process may have from now on, touched or not; more is std::bad_alloc.
void limit_memory(std::uint64_t bytes);

}  // namespace symmetree
