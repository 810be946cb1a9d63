#include "traces/gnuplot.h"

#include <fmt/format.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "core/error.h"

namespace symmetree {

namespace {

[[noreturn]] void refuse(const std::string& message) { throw input_error(diagnostic{"", 0, 0, "gnuplot", message}); }

/// A file without a name. A pipe would need reading and writing at the same time.
class memory_file {
public:
    explicit memory_file(const char* purpose) : descriptor_(::memfd_create(purpose, MFD_CLOEXEC)) {
        if (descriptor_ < 0) refuse(fmt::format("no memory file: {}", std::strerror(errno)));
    }
    ~memory_file() { ::close(descriptor_); }
    memory_file(const memory_file&) = delete;
    memory_file& operator=(const memory_file&) = delete;

    int descriptor() const { return descriptor_; }
    void write(const std::string& text) {
        for (std::size_t done = 0; done < text.size();) {
            const ssize_t step = ::write(descriptor_, text.data() + done, text.size() - done);
            if (step < 0) refuse(fmt::format("its input can't be written: {}", std::strerror(errno)));
            done += static_cast<std::size_t>(step);
        }
        ::lseek(descriptor_, 0, SEEK_SET);
    }
    std::string content() const {
        std::string all;
        std::array<char, 65536> buffer;
        ::lseek(descriptor_, 0, SEEK_SET);
        for (ssize_t step = 0; (step = ::read(descriptor_, buffer.data(), buffer.size())) > 0;)
            all.append(buffer.data(), static_cast<std::size_t>(step));
        return all;
    }

private:
    int descriptor_;
};

}  // namespace

std::string run_gnuplot(const std::string& script) {
    memory_file input("gnuplot input"), output("gnuplot output"), errors("gnuplot messages");
    input.write(script);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input.descriptor(), STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output.descriptor(), STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, errors.descriptor(), STDERR_FILENO);
    std::string program = "gnuplot", defaults_off = "-d";  // a user's ~/.gnuplot must not change the figures
    std::array<char*, 3> words{program.data(), defaults_off.data(), nullptr};
    pid_t child = 0;
    const int failure = ::posix_spawnp(&child, program.c_str(), &actions, nullptr, words.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failure == ENOENT) refuse("not found; figures need it (Debian package gnuplot-nox)");
    if (failure != 0) refuse(fmt::format("can't be started: {}", std::strerror(failure)));
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) refuse("refused the figure: " + errors.content());
    std::string image = output.content();
    if (image.empty()) refuse("drew nothing: " + errors.content());
    return image;
}

std::vector<named_content> drawn(const std::vector<figure>& figures) {
    std::vector<named_content> files;
    for (const figure& f : figures) {
        files.push_back({f.name + ".svg", run_gnuplot(gnuplot_script(f, figure_format::svg))});
        files.push_back({f.name + ".png", run_gnuplot(gnuplot_script(f, figure_format::png))});
    }
    return files;
}

}  // namespace symmetree
