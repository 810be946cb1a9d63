#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/error.h"
#include "models/arithmetic/fixed_factor_math.h"

namespace symmetree {

// Parameters of a step as they stand in memory: little-endian, without padding between fields, lists after their length (4 bytes). A struct
// takes part by `template <class Table> void fields_of(Table& t, T& p)`, which calls `t(p.field, ..)` for its fields in their order: the
// same function writes and reads.

template <class Table>
void fields_of(Table& t, fixed_multiplier& p) {
    t(p.multiplier, p.shift);
}
template <class Table>
void fields_of(Table& t, code_output& p) {
    t(p.zero_point, p.least, p.greatest);
}

/// Writes fields one after the other.
class parameter_writer {
public:
    template <class... T>
    void operator()(const T&... values) {
        (put(values), ...);
    }
    std::vector<std::uint8_t> take() { return std::move(bytes_); }

private:
    template <class T>
    void put(const T& value) {
        if constexpr (std::is_arithmetic_v<T>) {
            const std::size_t at = bytes_.size();
            bytes_.resize(at + sizeof(T));
            std::memcpy(bytes_.data() + at, &value, sizeof(T));
        } else {
            fields_of(*this, const_cast<T&>(value));  // which only reads it here
        }
    }
    void put(bool value) { put(static_cast<std::uint8_t>(value)); }
    template <class T>
    void put(const std::vector<T>& values) {
        put(static_cast<std::uint32_t>(values.size()));
        for (const T& value : values) put(value);
    }
    template <class T>
    void put(const std::optional<T>& value) {
        if (value) put(*value);
    }

    std::vector<std::uint8_t> bytes_;
};

/// Reads what parameter_writer wrote; throws model_fault where the bytes are too few.
class parameter_reader {
public:
    explicit parameter_reader(const std::vector<std::uint8_t>& bytes) : bytes_(bytes) {}

    template <class... T>
    void operator()(T&... values) {
        (get(values), ...);
    }
    bool at_end() const { return at_ == bytes_.size(); }

private:
    template <class T>
    void get(T& value) {
        if constexpr (std::is_arithmetic_v<T>) {
            if (bytes_.size() - at_ < sizeof(T)) throw model_fault("a parameter table that is too short");
            std::memcpy(&value, bytes_.data() + at_, sizeof(T));
            at_ += sizeof(T);
        } else {
            fields_of(*this, value);
        }
    }
    void get(bool& value) {
        std::uint8_t byte = 0;
        get(byte);
        value = byte != 0;
    }
    template <class T>
    void get(std::vector<T>& values) {
        std::uint32_t count = 0;
        get(count);
        if (count > bytes_.size()) throw model_fault("a parameter table that is too short");
        values.resize(count);
        for (T& value : values) get(value);
    }
    /// A table's last field: there if anything is left.
    template <class T>
    void get(std::optional<T>& value) {
        if (!at_end()) get(value.emplace());
    }

    const std::vector<std::uint8_t>& bytes_;
    std::size_t at_ = 0;
};

template <class Parameters>
std::vector<std::uint8_t> parameter_bytes(const Parameters& p) {
    parameter_writer table;
    table(p);
    return table.take();
}

/// Throws model_fault unless the bytes are those of such parameters.
template <class Parameters>
Parameters parameters_from(const std::vector<std::uint8_t>& bytes) {
    parameter_reader table(bytes);
    Parameters p;
    table(p);
    if (!table.at_end()) throw model_fault("a parameter table that is too long");
    return p;
}

}  // namespace symmetree
