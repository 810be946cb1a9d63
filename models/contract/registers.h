#pragma once

#include <cstdint>

namespace symmetree {

/// The accelerator's register file: 32-bit registers, byte offsets, naturally aligned single accesses. Any other access gets
/// TLM_ADDRESS_ERROR_RESPONSE, a refused write TLM_COMMAND_ERROR_RESPONSE. Table with meanings: docs/architecture.md, "Registers".
enum class accelerator_register : std::uint32_t {
    identity = 0x00,          ///< r   "SYMM"
    version = 0x04,           ///< r   1
    array_shape = 0x08,       ///< r   trees | lanes << 16
    array_widths = 0x0c,      ///< r   weight bits | activation bits << 8 | sparse lanes << 16
    descriptor_low = 0x10,    ///< rw  address of the first layer descriptor
    descriptor_high = 0x14,   ///< rw
    descriptor_count = 0x18,  ///< rw  layers to run
    start = 0x1c,             ///< w   any value rings the doorbell; refused while busy
    status = 0x20,            ///< r   bit 0 busy, bit 1 done
    interrupt_enable = 0x24,  ///< rw  bit 0
    interrupt_clear = 0x28,   ///< w   any value lowers the line and clears done
    cycles_low = 0x30,        ///< r   cycles of the last run, doorbell to last output
    cycles_high = 0x34,       ///< r
    layers_done = 0x38,       ///< r   since reset
};
constexpr std::uint32_t accelerator_identity = 0x4d4d5953;

}  // namespace symmetree
