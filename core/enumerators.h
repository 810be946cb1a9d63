#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace symmetree {

// The one definition of an enumeration's extent is its `constexpr to_string`: a switch over every enumerator without a `default`, so that
// the compiler asks for the name of a new one, and "?" for every value behind the last.

/// How many enumerators there are.
template <class Enumeration>
inline constexpr std::size_t enumerator_count = [] {
    std::size_t count = 0;
    while (std::string_view(to_string(static_cast<Enumeration>(count))) != "?") ++count;
    return count;
}();

template <class Enumeration>
inline constexpr std::array<Enumeration, enumerator_count<Enumeration>> all_enumerators = [] {
    std::array<Enumeration, enumerator_count<Enumeration>> all{};
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<Enumeration>(i);
    return all;
}();

/// Every enumerator in order.
template <class Enumeration>
constexpr const std::array<Enumeration, enumerator_count<Enumeration>>& enumerators() {
    return all_enumerators<Enumeration>;
}

/// The enumerator of a name.
template <class Enumeration>
constexpr std::optional<Enumeration> enumerator_named(std::string_view name) {
    for (const Enumeration e : enumerators<Enumeration>())
        if (name == to_string(e)) return e;
    return {};
}

/// "one, other": every name, for error texts.
template <class Enumeration>
std::string names_of() {
    std::string names;
    for (const Enumeration e : enumerators<Enumeration>()) names += (names.empty() ? "" : ", ") + std::string(to_string(e));
    return names;
}

/// One value per enumerator; adds, subtracts and compares as a whole where its values do.
template <class Enumeration, class Value>
class per_enumerator {
public:
    Value& operator[](Enumeration e) { return values_[static_cast<std::size_t>(e)]; }
    const Value& operator[](Enumeration e) const { return values_[static_cast<std::size_t>(e)]; }
    auto begin() const { return values_.begin(); }
    auto end() const { return values_.end(); }

    per_enumerator& operator+=(const per_enumerator& other) {
        for (std::size_t i = 0; i < values_.size(); ++i) values_[i] += other.values_[i];
        return *this;
    }
    per_enumerator& operator-=(const per_enumerator& other) {
        for (std::size_t i = 0; i < values_.size(); ++i) values_[i] -= other.values_[i];
        return *this;
    }
    friend bool operator==(const per_enumerator& a, const per_enumerator& b) { return a.values_ == b.values_; }
    friend bool operator!=(const per_enumerator& a, const per_enumerator& b) { return !(a == b); }

private:
    std::array<Value, enumerator_count<Enumeration>> values_{};
};

}  // namespace symmetree
