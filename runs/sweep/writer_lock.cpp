#include "runs/sweep/writer_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "runs/sweep/sqlite_errors.h"

namespace symmetree {

writer_lock::writer_lock(const std::string& database)
    : path_(database + ".lock"), file_(::open(path_.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0644)) {
    if (file_ < 0) throw refusal(database, fmt::format("can't be written: {}", std::strerror(errno)));
    struct flock whole {};
    whole.l_type = F_WRLCK;
    if (fcntl(file_, F_SETLK, &whole) == 0 && is_there()) return;
    close(file_);
    throw refusal(database, "another process is writing to it");
}

writer_lock::~writer_lock() {
    unlink(path_.c_str());
    close(file_);
}

bool writer_lock::is_there() const {
    struct stat named {
    }, locked{};
    return stat(path_.c_str(), &named) == 0 && fstat(file_, &locked) == 0 && named.st_ino == locked.st_ino;
}

}  // namespace symmetree
