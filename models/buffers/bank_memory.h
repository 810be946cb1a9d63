#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <tlm>
#include <vector>

#include "core/counters.h"
#include "core/units.h"
#include "models/contract/accelerator_config.h"

namespace symmetree {

/// Two banks of SRAM, one behind the other in the address space: bank b at b * bank_bytes.
class bank_memory {
public:
    explicit bank_memory(const buffer_config& config) : config_(config), storage_(2 * config.bank_bytes) {}

    const std::uint8_t* bank(int index) const { return storage_.data() + config_.bank_address(index); }
    std::uint64_t bank_bytes() const { return config_.bank_bytes; }

    /// Reads or writes within one bank and answers where: bank, offset and length. A transaction that crosses the
    /// end of a bank gets TLM_ADDRESS_ERROR_RESPONSE and no place.
    struct place {
        int bank;
        std::uint64_t offset, length;
    };
    std::optional<place> access(tlm::tlm_generic_payload& transaction, memory_counters& counters) {
        const std::uint64_t at = transaction.get_address(), length = transaction.get_data_length();
        const place where{static_cast<int>(at / config_.bank_bytes), at % config_.bank_bytes, length};
        if (at >= storage_.size() || where.offset + length > config_.bank_bytes) {
            transaction.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
            return {};
        }
        const std::uint64_t accesses = ceil_div(length * 8, std::uint64_t(config_.port_bits));
        if (transaction.is_write()) {
            std::memcpy(storage_.data() + at, transaction.get_data_ptr(), length);
            counters.written_bytes += length;
            counters.write_accesses += accesses;
        } else if (transaction.is_read()) {
            std::memcpy(transaction.get_data_ptr(), storage_.data() + at, length);
            counters.read_bytes += length;
            counters.read_accesses += accesses;
        }
        transaction.set_response_status(tlm::TLM_OK_RESPONSE);
        return where;
    }

private:
    const buffer_config config_;
    std::vector<std::uint8_t> storage_;
};

}  // namespace symmetree
