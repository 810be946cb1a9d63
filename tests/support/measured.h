#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "core/counters.h"
#include "models/activity/layer_result.h"
#include "models/host/host.h"
#include "runs/layer_sequence.h"
#include "runs/prepare.h"

namespace symmetree {

/// What one layer of a simulation left behind, as far as tests of timing and exactness need it: no prices.
struct measured_layer {
    std::string name;
    std::uint64_t cycles = 0;
    slot_split split;
    std::array<std::uint64_t, dma_streams> dma_bytes{};  ///< by stream
    exactness check;
};

std::array<std::uint64_t, dma_streams> bytes_by_stream(const layer_result& result);

/// Simulates in this process, once.
std::vector<measured_layer> measure(const prepared_run& run);

/// Prepares and simulates in a process of its own.
std::vector<measured_layer> forked_measure(const run_request& request);

std::string to_text(const std::vector<measured_layer>& layers);
std::vector<measured_layer> measured_from_text(const std::string& text);

/// The layers' cycles added up.
std::uint64_t total_cycles(const std::vector<measured_layer>& layers);

std::string split_text(const slot_split& s);

/// Where two runs differ in cycles, slots or bytes; empty when nowhere.
std::string timing_difference(const std::vector<measured_layer>& a, const std::vector<measured_layer>& b);

}  // namespace symmetree
