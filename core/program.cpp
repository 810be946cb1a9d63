#include "core/program.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "core/error.h"

namespace symmetree {
namespace {

/// The two ends of a pipe, closed when they are left behind.
class pipe_ends {
public:
    pipe_ends() {
        if (pipe2(ends_.data(), O_CLOEXEC) != 0) throw model_fault(fmt::format("no pipe: {}", std::strerror(errno)));
    }
    ~pipe_ends() {
        close_end(0);
        close_end(1);
    }
    pipe_ends(const pipe_ends&) = delete;
    pipe_ends& operator=(const pipe_ends&) = delete;

    int reading() const { return ends_[0]; }
    int writing() const { return ends_[1]; }
    void close_end(std::size_t which) {
        if (ends_[which] >= 0) close(ends_[which]);
        ends_[which] = -1;
    }

private:
    std::array<int, 2> ends_{-1, -1};
};

/// Feeds `input` and collects both outputs until all three are closed, so that no side waits for the other.
void exchange(pipe_ends& in, pipe_ends& out, pipe_ends& err, const std::string& input, program_result& result) {
    fcntl(in.writing(), F_SETFL, O_NONBLOCK);
    std::size_t fed = 0;
    if (input.empty()) in.close_end(1);
    while (in.writing() >= 0 || out.reading() >= 0 || err.reading() >= 0) {
        std::array<pollfd, 3> wanted{pollfd{in.writing(), POLLOUT, 0}, pollfd{out.reading(), POLLIN, 0}, pollfd{err.reading(), POLLIN, 0}};
        if (poll(wanted.data(), wanted.size(), -1) < 0) continue;
        if (wanted[0].revents != 0) {
            const ssize_t n = write(in.writing(), input.data() + fed, input.size() - fed);
            if (n > 0) fed += static_cast<std::size_t>(n);
            if (fed == input.size() || (n < 0 && errno != EAGAIN && errno != EINTR)) in.close_end(1);
        }
        const auto collect = [](pipe_ends& from, short events, std::string& to) {
            if (events == 0) return;
            char buffer[1 << 14];
            const ssize_t n = read(from.reading(), buffer, sizeof(buffer));
            if (n > 0)
                to.append(buffer, static_cast<std::size_t>(n));
            else if (n == 0 || errno != EINTR)
                from.close_end(0);
        };
        collect(out, wanted[1].revents, result.out);
        collect(err, wanted[2].revents, result.err);
    }
}

pid_t spawn(const std::vector<std::string>& words, pipe_ends& in, pipe_ends& out, pipe_ends& err, const std::string& package) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in.reading(), 0);
    posix_spawn_file_actions_adddup2(&actions, out.writing(), 1);
    posix_spawn_file_actions_adddup2(&actions, err.writing(), 2);
    std::vector<char*> arguments;
    for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    pid_t pid = -1;
    // A group of its own: Ctrl-C is for us, and we finish what we asked for. SIGPIPE as programs expect it.
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t defaults;
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    const int failed = posix_spawnp(&pid, arguments[0], &actions, &attributes, arguments.data(), environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    if (failed != 0)
        throw input_error(diagnostic{"", 0, 0, words.front(),
                                     fmt::format("can't be started: {}{}", std::strerror(failed),
                                                 package.empty() ? "" : fmt::format(" (Debian's package {} has it)", package))});
    return pid;
}

}  // namespace

program_result run_program(const std::vector<std::string>& words, const std::string& input, const std::string& package) {
    std::signal(SIGPIPE, SIG_IGN);  // a program may end before it has read everything
    pipe_ends in, out, err;
    const pid_t pid = spawn(words, in, out, err, package);
    in.close_end(0);
    out.close_end(1);
    err.close_end(1);
    program_result result;
    exchange(in, out, err, input, result);
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    result.code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    return result;
}

}  // namespace symmetree
