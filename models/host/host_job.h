#pragma once

#include <cstdint>
#include <vector>

namespace symmetree {

/// Bytes to put into memory; they belong to the program.
struct memory_content {
    std::uint64_t address = 0;
    const std::vector<std::uint8_t>* bytes = nullptr;
};

/// One ring of the doorbell: what to put into memory before, which descriptors to run, what to read back.
struct host_job {
    std::vector<memory_content> contents;
    std::uint64_t descriptor_address = 0;
    std::uint32_t descriptors = 1;
    std::uint64_t result_address = 0, result_bytes = 0;
};

/// What the host runs: jobs one after the other.
class host_program {
public:
    virtual ~host_program() = default;
    /// The next job, or null when there is none; it must live until `finished` was called.
    virtual const host_job* next() = 0;
    /// The bytes read back, as they stand in memory; none where values do not travel.
    virtual void finished(const std::vector<std::uint8_t>& result) = 0;
};

}  // namespace symmetree
