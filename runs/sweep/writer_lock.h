#pragma once

#include <string>

namespace symmetree {

/// Held while a sweep writes: a second one on the same file would mix its rows with the first one's. Forked workers do not hold
/// it, so that it is free as soon as the sweep itself is gone.
class writer_lock {
public:
    /// Throws input_error where another process holds it.
    explicit writer_lock(const std::string& database);
    ~writer_lock();
    writer_lock(const writer_lock&) = delete;
    writer_lock& operator=(const writer_lock&) = delete;

private:
    /// Not the file that the last holder has just removed.
    bool is_there() const;

    std::string path_;
    int file_;
};

}  // namespace symmetree
