#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "compile/program.h"
#include "models/contract/memory_space.h"
#include "models/host/host_job.h"

namespace symmetree {

/// A program to be run, and what its input is this time.
struct program_call {
    const program* run = nullptr;
    bool loaded = false;                     ///< its contents stand in memory from the call before
    std::vector<std::uint8_t> input;         ///< for its input's place; empty: it is among the contents, or values do not travel
    std::optional<address_range> read_back;  ///< in place of the program's result
};

/// Feeds programs to the host, one after the other.
class program_feed : public host_program {
public:
    const host_job* next() final;

private:
    /// The next call, or nothing when there is none; its program must live until finished() was called.
    virtual std::optional<program_call> next_call() = 0;

    program_call call_;
    host_job job_;
};

}  // namespace symmetree
