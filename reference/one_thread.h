#pragma once

#include <omp.h>

namespace symmetree {

/// While it lives, OpenMP regions that the calling thread opens run on that thread alone; afterwards its old number of
/// threads holds again. The number is a setting of the calling thread, so other threads never notice. Tile-sized
/// products are far slower on several threads, and a process that has no OpenMP workers may still fork.
class one_thread {
public:
    one_thread() : before_(omp_get_max_threads()) { omp_set_num_threads(1); }
    ~one_thread() { omp_set_num_threads(before_); }
    one_thread(const one_thread&) = delete;
    one_thread& operator=(const one_thread&) = delete;

private:
    int before_;
};

}  // namespace symmetree
