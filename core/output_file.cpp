#include "core/output_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

#include "core/error.h"

namespace symmetree {

namespace {

[[noreturn]] void refuse(const std::string& path, int error) {
    throw input_error(diagnostic{path, 0, 0, "", "cannot be written: " + std::generic_category().message(error)});
}

/// The file behind a chain of links; the path itself when it does not exist yet.
std::string resolved(const std::string& path) {
    const std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr), &std::free);
    return real ? std::string(real.get()) : path;
}

}  // namespace

output_file::output_file(std::string path) : path_(std::move(path)), target_(resolved(path_)) {
    struct stat found {};
    if (::stat(target_.c_str(), &found) != 0) {
        open_temporary(0666);  // the umask takes its share
        return;
    }
    if (S_ISDIR(found.st_mode)) fail(EISDIR);
    // A rename asks only for the directory's permission; a write-protected file is meant to stay.
    if (::access(target_.c_str(), W_OK) != 0) fail(errno);
    if (S_ISREG(found.st_mode)) {
        open_temporary(0666);
        ::fchmod(::fileno(file_), found.st_mode & 07777);
    } else {
        file_ = std::fopen(target_.c_str(), "w");
        if (file_ == nullptr) fail(errno);
    }
}

output_file::~output_file() { discard(); }

void output_file::open_temporary(unsigned permissions) {
    // The process id keeps forked runs apart; the count steps over what a killed process left behind.
    int descriptor = -1;
    for (int attempt = 0; attempt < 100; ++attempt) {
        temporary_ = fmt::format("{}.{}.{}.tmp", target_, ::getpid(), attempt);
        descriptor = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, permissions);
        if (descriptor >= 0 || errno != EEXIST) break;
    }
    if (descriptor < 0) {
        temporary_.clear();
        fail(errno);
    }
    file_ = ::fdopen(descriptor, "w");
    if (file_ == nullptr) {
        const int error = errno;
        ::close(descriptor);
        ::unlink(temporary_.c_str());
        fail(error);
    }
}

void output_file::write(std::string_view text) {
    if (std::fwrite(text.data(), 1, text.size(), file_) != text.size()) fail(errno);
}

void output_file::commit() {
    std::FILE* closing = std::exchange(file_, nullptr);
    if (std::fclose(closing) != 0) {
        const int error = errno;
        discard();
        fail(error);
    }
    if (temporary_.empty()) return;
    if (std::rename(temporary_.c_str(), target_.c_str()) != 0) {
        const int error = errno;
        discard();
        fail(error);
    }
    temporary_.clear();
}

void output_file::fail(int error) const { refuse(path_, error); }

void output_file::discard() noexcept {
    if (file_ != nullptr) std::fclose(std::exchange(file_, nullptr));
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
    temporary_.clear();
}

void require_writable(const std::string& path) {
    const std::string target = resolved(path);
    struct stat found {};
    if (::stat(target.c_str(), &found) == 0 && !S_ISREG(found.st_mode)) {
        // Opening a pipe to try it would show its reader an end of file.
        if (S_ISDIR(found.st_mode)) refuse(path, EISDIR);
        if (::access(target.c_str(), W_OK) != 0) refuse(path, errno);
        return;
    }
    output_file tried(path);  // makes the temporary file and takes it away again
}

void write_output(const std::string& path, std::string_view text) {
    write_output(path, [&](const text_sink& sink) { sink(text); });
}

void write_output(const std::string& path, const std::function<void(const text_sink&)>& writer) {
    output_file file(path);
    writer([&](std::string_view piece) { file.write(piece); });
    file.commit();
}

void write_folder(const std::string& folder, const std::vector<named_content>& files) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) throw input_error(diagnostic{folder, 0, 0, "", "no such folder can be made: " + error.message()});
    for (const named_content& file : files) write_output((std::filesystem::path(folder) / file.name).string(), file.content);
}

}  // namespace symmetree
