#pragma once

#include <map>
#include <optional>
#include <string>

#include "core/enumerators.h"

namespace symmetree {

/// What an FPGA of Xilinx' series 7 is made of; block RAMs of 36 Kbit, halves count as such.
enum class fpga_resource { luts, flip_flops, carries, dsps, block_rams };

constexpr const char* to_string(fpga_resource resource) {
    switch (resource) {
        case fpga_resource::luts: return "luts";
        case fpga_resource::flip_flops: return "flip_flops";
        case fpga_resource::carries: return "carries";
        case fpga_resource::dsps: return "dsps";
        case fpga_resource::block_rams: return "block_rams";
    }
    return "?";
}

/// Counts of one part of a chip; absent where a cost table does not know.
using fpga_resources = per_enumerator<fpga_resource, std::optional<double>>;
/// By unit and memory.
using fpga_parts = std::map<std::string, fpga_resources>;

}  // namespace symmetree
