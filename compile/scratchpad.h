#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "compile/memory_map.h"

namespace symmetree {

/// Something that would be in the scratchpad, and what that saves.
struct wanted_place {
    std::uint64_t bytes = 0;
    std::uint64_t moved_bytes = 0;  ///< traffic that DRAM has where it is not
    lifetime alive;
    bool stays = false;                  ///< from image to image
    std::vector<std::size_t> over = {};  ///< others that it may share bytes with, where both begin at one offset
};

/// Offsets in a scratchpad of `capacity` bytes, multiples of place_alignment, or nothing for what stays in DRAM. Places that are alive in
/// one step do not share a byte, but a result may begin at an operand that it is written over. Greedy: one place after the other takes the
/// lowest offset that is free while it is alive. Nine orders are tried, and the first that leaves least traffic to the DRAM is taken: by
/// the traffic that is saved for each byte and step, for each byte, or in all; with all places together, or those that pass before those
/// that stay, or the other way round. So what stays and what passes together never save less than each alone.
std::vector<std::optional<std::uint64_t>> scratchpad_offsets(const std::vector<wanted_place>& wanted, std::uint64_t capacity);

/// Moves places into the scratchpad: those whose role `mapping.keep` wants there and that scratchpad_offsets() finds room for. Lifetimes
/// and traffic are known; `over` counts in `places`.
void keep_in_scratchpad(const accelerator_config& config, const std::vector<memory_place*>& places);

/// True where `keep` wants places of that role in the scratchpad.
bool wants(kept_places keep, place_role role);

}  // namespace symmetree
