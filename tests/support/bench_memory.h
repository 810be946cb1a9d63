#pragma once

#include <tlm_utils/multi_passthrough_target_socket.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <functional>
#include <systemc>
#include <tlm>
#include <vector>

namespace symmetree {

/// A memory that is not the shipped one: base-protocol socket, a fixed time per transaction, and a hook that may change what passes.
class bench_memory : public sc_core::sc_module {
public:
    tlm_utils::multi_passthrough_target_socket<bench_memory> port{"port"};
    /// Called after each timed access, before its initiator sees the data (reads) or before they are stored (writes).
    /// It may set an error response.
    std::function<void(tlm::tlm_generic_payload&)> hook;

    bench_memory(const sc_core::sc_module_name& name, std::size_t bytes, const sc_core::sc_time& time_per_access)
        : sc_module(name), storage_(bytes), time_(time_per_access) {
        port.register_b_transport(this, &bench_memory::b_transport);
        port.register_transport_dbg(this, &bench_memory::transport_dbg);
    }

    /// Puts bytes where a loader would.
    void store(std::uint64_t address, const std::vector<std::uint8_t>& bytes) {
        std::copy(bytes.begin(), bytes.end(), storage_.begin() + static_cast<std::ptrdiff_t>(address));
    }
    const std::vector<std::uint8_t>& storage() const { return storage_; }

private:
    void b_transport(int, tlm::tlm_generic_payload& transaction, sc_core::sc_time& delay) {
        if (hook && transaction.is_write()) hook(transaction);
        access(transaction);
        if (hook && transaction.is_read()) hook(transaction);
        delay += time_;
    }

    unsigned transport_dbg(int, tlm::tlm_generic_payload& transaction) { return access(transaction) ? transaction.get_data_length() : 0; }

    bool access(tlm::tlm_generic_payload& transaction) {
        const std::uint64_t address = transaction.get_address(), length = transaction.get_data_length();
        if (address + length > storage_.size()) {
            transaction.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
            return false;
        }
        if (transaction.is_read())
            std::memcpy(transaction.get_data_ptr(), storage_.data() + address, length);
        else
            std::memcpy(storage_.data() + address, transaction.get_data_ptr(), length);
        transaction.set_response_status(tlm::TLM_OK_RESPONSE);
        return true;
    }

    std::vector<std::uint8_t> storage_;
    const sc_core::sc_time time_;
};

/// The byte of a transaction that stands at `address` in memory; null when it is not part of it.
inline std::uint8_t* byte_at(tlm::tlm_generic_payload& transaction, std::uint64_t address) {
    const std::uint64_t begin = transaction.get_address();
    if (address < begin || address >= begin + transaction.get_data_length()) return nullptr;
    return transaction.get_data_ptr() + (address - begin);
}

}  // namespace symmetree
