#include "runs/child_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <new>
#include <nlohmann/json.hpp>

namespace symmetree {
namespace {

/// How a child's answer begins.
enum class answer_kind : char { result = 'R', wrong_input = 'I', fault = 'F' };

std::string encode(const std::vector<diagnostic>& problems) {
    nlohmann::json list = nlohmann::json::array();
    for (const diagnostic& d : problems) list.push_back({d.file, d.line, d.column, d.field, d.message});
    return list.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::vector<diagnostic> decode(const std::string& text) {
    std::vector<diagnostic> problems;
    for (const auto& d : nlohmann::json::parse(text))
        problems.push_back(
            {d.at(0).get<std::string>(), d.at(1).get<int>(), d.at(2).get<int>(), d.at(3).get<std::string>(), d.at(4).get<std::string>()});
    return problems;
}

/// Runs `work` and puts its outcome into one string.
std::string answer_of(const std::function<std::string()>& work) {
    const auto tagged = [](answer_kind kind, const std::string& text) { return static_cast<char>(kind) + text; };
    try {
        return tagged(answer_kind::result, work());
    } catch (const input_error& e) {
        return tagged(answer_kind::wrong_input, encode(e.problems()));
    } catch (const std::bad_alloc&) {
        return tagged(answer_kind::fault, "out of memory");
    } catch (const std::exception& e) {
        return tagged(answer_kind::fault, e.what());
    } catch (...) {  // it must not get out: the child would go on as a second parent
        return tagged(answer_kind::fault, "an exception of an unknown kind");
    }
}

void write_all(int to, const std::string& text) {
    for (std::size_t done = 0; done < text.size();) {
        const ssize_t n = write(to, text.data() + done, text.size() - done);
        if (n < 0 && errno != EINTR) _exit(3);
        if (n > 0) done += static_cast<std::size_t>(n);
    }
}

[[noreturn]] void run_child(const std::function<std::string()>& work, int to, pid_t parent) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(3);  // it went before the line above
    std::signal(SIGINT, SIG_IGN);
    std::signal(SIGTERM, SIG_IGN);  // both reach whole groups of processes; the parent decides, and takes its children along
    write_all(to, answer_of(work));
    _exit(0);  // no destructors: the parent's state is the parent's
}

child_outcome understood(const std::string& answer, int status) {
    child_outcome outcome;
    if (WIFSIGNALED(status)) {
        const int number = WTERMSIG(status);
        outcome.text = fmt::format("ended by signal {} ({})", number, strsignal(number));
        return outcome;
    }
    if (answer.empty() || WEXITSTATUS(status) != 0) {
        outcome.text = fmt::format("ended without a whole answer, exit code {}", WEXITSTATUS(status));
        return outcome;
    }
    const std::string body = answer.substr(1);
    switch (static_cast<answer_kind>(answer[0])) {
        case answer_kind::result: outcome.ended = child_outcome::kind::result; break;
        case answer_kind::fault: outcome.ended = child_outcome::kind::fault; break;
        case answer_kind::wrong_input:
            outcome.ended = child_outcome::kind::wrong_input;
            outcome.problems = decode(body);
            return outcome;
    }
    outcome.text = body;
    return outcome;
}

double seconds(const timeval& t) { return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec); }

}  // namespace

const std::string& child_outcome::result_or_throw() const {
    switch (ended) {
        case kind::result: return text;
        case kind::wrong_input: throw input_error(problems);
        case kind::fault: throw model_fault(text);
        case kind::died: break;
    }
    throw model_fault("a simulation process " + text);
}

std::vector<bool> readable(const std::vector<int>& descriptors, int milliseconds) {
    std::vector<pollfd> wanted;
    for (const int d : descriptors) wanted.push_back({d, POLLIN, 0});
    if (poll(wanted.data(), wanted.size(), milliseconds) < 0 && errno != EINTR)
        throw model_fault(fmt::format("poll: {}", std::strerror(errno)));
    std::vector<bool> ready;
    for (const pollfd& w : wanted) ready.push_back((w.revents & (POLLIN | POLLHUP | POLLERR)) != 0);
    return ready;
}

void limit_memory(std::uint64_t bytes) {
    const rlimit limit{bytes, bytes};
    setrlimit(RLIMIT_DATA, &limit);
}

child_process::child_process(const std::function<std::string()>& work) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) throw model_fault(fmt::format("no pipe to a child process: {}", std::strerror(errno)));
    const pid_t parent = getpid();
    pid_ = fork();
    if (pid_ == 0) {
        close(ends[0]);
        run_child(work, ends[1], parent);
    }
    close(ends[1]);
    from_ = ends[0];
    if (pid_ < 0) {
        close(from_);
        throw model_fault(fmt::format("no child process: {}", std::strerror(errno)));
    }
}

child_process::child_process(child_process&& other) noexcept
    : pid_(other.pid_), from_(other.from_), answer_(std::move(other.answer_)), started_(other.started_) {
    other.pid_ = -1;
}

child_process::~child_process() {
    if (pid_ < 0) return;
    kill();
    close(from_);
    while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
}

void child_process::kill() { ::kill(pid_, SIGKILL); }

double child_process::age_s() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count(); }

bool child_process::read_some() {
    char buffer[1 << 16];
    for (;;) {
        const ssize_t n = read(from_, buffer, sizeof(buffer));
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        answer_.append(buffer, static_cast<std::size_t>(n));
        return true;
    }
}

child_outcome child_process::wait() {
    while (read_some()) {
    }
    close(from_);
    int status = 0;
    rusage used{};
    while (wait4(pid_, &status, 0, &used) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    child_outcome outcome = understood(answer_, status);
    outcome.wall_s = age_s();
    outcome.cpu_s = seconds(used.ru_utime) + seconds(used.ru_stime);
    outcome.peak_bytes = static_cast<std::uint64_t>(used.ru_maxrss) * 1024;
    return outcome;
}

}  // namespace symmetree
