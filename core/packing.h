#pragma once

#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "core/enumerators.h"

namespace symmetree {

// Values as bytes without names, for what the same program reads back: whole numbers with seven bits per byte, lowest first (signed ones
// as 2v, or -2v - 1 below 0), reals as their eight bytes, texts and lists after their length. A type of one's own takes part by a function
// `template <class Archive> void pack_fields(Archive& archive, T& value)` that calls `archive(field)` for each of its fields:
// the same one writes and reads, so that the two can't differ.

class packer {
public:
    template <class... T>
    void operator()(const T&... values) {
        (put(values), ...);
    }
    /// An enumerator.
    template <class Word>
    void word(const Word& value) {
        if (value > enumerators<Word>().back()) throw std::logic_error("a word beyond the last one can't be packed");
        put(static_cast<std::uint64_t>(value));
    }
    std::string take() { return std::move(bytes_); }

private:
    template <class T>
    void put(const T& value) {
        if constexpr (std::is_floating_point_v<T>)
            bytes_.append(reinterpret_cast<const char*>(&value), sizeof(value));
        else if constexpr (std::is_unsigned_v<T>)
            put_whole(value);
        else if constexpr (std::is_integral_v<T>)
            put_whole(value < 0 ? ~(std::uint64_t(value) << 1) : std::uint64_t(value) << 1);
        else
            pack_fields(*this, const_cast<T&>(value));  // which only reads it here
    }
    void put(const std::string& text) {
        put_whole(text.size());
        bytes_ += text;
    }
    void put(std::monostate) {}
    template <class T>
    void put(const std::optional<T>& value) {
        put(value.has_value());
        if (value) put(*value);
    }
    template <class T>
    void put(const std::vector<T>& values) {
        put_whole(values.size());
        for (const T& value : values) put(value);
    }
    template <class K, class V>
    void put(const std::map<K, V>& values) {
        put_whole(values.size());
        for (const auto& [key, value] : values) put(key), put(value);
    }
    template <class... T>
    void put(const std::variant<T...>& value) {
        put_whole(value.index());
        std::visit([this](const auto& held) { put(held); }, value);
    }
    void put_whole(std::uint64_t value) {
        for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>(value | 0x80);
        bytes_ += static_cast<char>(value);
    }

    std::string bytes_;
};

/// Reads what a packer wrote; throws std::runtime_error where the bytes can't be that.
class unpacker {
public:
    explicit unpacker(const std::string& bytes) : at_(bytes.data()), end_(at_ + bytes.size()) {}

    template <class... T>
    void operator()(T&... values) {
        (get(values), ...);
    }
    template <class Word>
    void word(Word& value) {
        const std::uint64_t number = get_whole();
        require(number < enumerator_count<Word>);
        value = static_cast<Word>(number);
    }
    /// Nothing may be left over.
    void finish() const { require(at_ == end_); }

private:
    template <class T>
    void get(T& value) {
        if constexpr (std::is_floating_point_v<T>) {
            require(std::size_t(end_ - at_) >= sizeof(value));
            std::memcpy(&value, at_, sizeof(value));
            at_ += sizeof(value);
        } else if constexpr (std::is_unsigned_v<T>) {
            const std::uint64_t number = get_whole();
            value = static_cast<T>(number);
            require(value == number);
        } else if constexpr (std::is_integral_v<T>) {
            const std::uint64_t number = get_whole();
            const auto signed_number = static_cast<std::int64_t>(number % 2 == 0 ? number >> 1 : ~(number >> 1));
            value = static_cast<T>(signed_number);
            require(value == signed_number);
        } else {
            pack_fields(*this, value);
        }
    }
    void get(std::string& text) {
        const std::size_t size = get_size();
        text.assign(at_, size);
        at_ += size;
    }
    void get(std::monostate&) {}
    template <class T>
    void get(std::optional<T>& value) {
        bool there = false;
        get(there);
        value.reset();
        if (there) get(value.emplace());
    }
    template <class T>
    void get(std::vector<T>& values) {
        values.clear();
        values.resize(get_size());
        for (T& value : values) get(value);
    }
    template <class K, class V>
    void get(std::map<K, V>& values) {
        values.clear();
        for (std::size_t left = get_size(); left > 0; --left) {
            K key{};
            get(key);
            get(values[key]);
        }
    }
    template <class... T>
    void get(std::variant<T...>& value) {
        const std::uint64_t index = get_whole();
        require(index < sizeof...(T));
        std::uint64_t i = 0;
        (void)((i++ == index ? (get(value.template emplace<T>()), true) : false) || ...);
    }
    /// Of a text or a list: no item takes less than a byte, so that damage asks for no more memory than there are bytes.
    std::size_t get_size() {
        const std::uint64_t size = get_whole();
        require(size <= std::uint64_t(end_ - at_));
        return size;
    }
    std::uint64_t get_whole() {
        std::uint64_t value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            require(at_ != end_);
            const auto byte = static_cast<std::uint8_t>(*at_++);
            value |= std::uint64_t(byte & 0x7f) << shift;
            if (byte < 0x80) return value;
        }
        require(false);
        return 0;
    }
    static void require(bool condition) {
        if (!condition) throw std::runtime_error("packed bytes are damaged");
    }

    const char* at_;
    const char* end_;
};

}  // namespace symmetree
