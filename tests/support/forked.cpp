#include "tests/support/forked.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "core/error.h"
#include "runs/simulate.h"
#include "traces/writers.h"

namespace symmetree {
namespace {

enum class answer : char { result = 'R', wrong_input = 'I', fault = 'F', other = 'O' };

std::string answer_of(const std::function<std::string()>& work) {
    const auto tagged = [](answer kind, const std::string& text) { return static_cast<char>(kind) + text; };
    try {
        return tagged(answer::result, work());
    } catch (const input_error& e) {
        return tagged(answer::wrong_input, e.what());
    } catch (const model_fault& e) {
        return tagged(answer::fault, e.what());
    } catch (const std::exception& e) {
        return tagged(answer::other, e.what());
    }
}

void write_all(int to, const std::string& text) {
    for (std::size_t done = 0; done < text.size();) {
        const ssize_t n = write(to, text.data() + done, text.size() - done);
        if (n < 0 && errno != EINTR) _exit(1);
        if (n > 0) done += static_cast<std::size_t>(n);
    }
}

std::string read_all(int from) {
    std::string text;
    char buffer[1 << 16];
    for (;;) {
        const ssize_t n = read(from, buffer, sizeof(buffer));
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return text;
        text.append(buffer, static_cast<std::size_t>(n));
    }
}

}  // namespace

std::string forked(const std::function<std::string()>& work) {
    std::fflush(nullptr);
    int ends[2];
    if (pipe(ends) != 0) throw std::runtime_error("no pipe");
    const pid_t child = fork();
    if (child < 0) throw std::runtime_error("no child process");
    if (child == 0) {
        close(ends[0]);
        write_all(ends[1], answer_of(work));
        _exit(0);  // the parent's state is the parent's to destroy
    }
    close(ends[1]);
    const std::string text = read_all(ends[0]);
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    if (WIFSIGNALED(status)) throw fork_failure(fork_failure::kind::other, "ended by signal " + std::to_string(WTERMSIG(status)));
    if (text.empty()) throw fork_failure(fork_failure::kind::other, "ended without an answer");
    const std::string body = text.substr(1);
    switch (static_cast<answer>(text[0])) {
        case answer::result: return body;
        case answer::wrong_input: throw fork_failure(fork_failure::kind::wrong_input, body);
        case answer::fault: throw fork_failure(fork_failure::kind::model_fault, body);
        case answer::other: break;
    }
    throw fork_failure(fork_failure::kind::other, body);
}

report forked_run(const run_request& request) {
    return report_from_json(forked([&] { return to_json(simulate(prepare(request, weight_cache("")))); }));
}

std::string failure_of(const std::function<void()>& work) {
    try {
        work();
    } catch (const std::exception& e) {
        return e.what();
    }
    return {};
}

}  // namespace symmetree
