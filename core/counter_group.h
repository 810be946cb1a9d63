#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace symmetree {

/// How a counter of two groups makes that of both together.
enum class counter_join {
    sum,
    largest  ///< of a size that both share; what happened between two moments has the later one's
};

/// One counter of a group of them: its name in files and where it is.
template <class Group>
struct counter {
    const char* name;
    std::uint64_t Group::*count;
    counter_join join = counter_join::sum;
};

/// The counters of a group, a struct of nothing but std::uint64_t: each group declares its own table, in the order of files. Adding,
/// subtracting, comparing, packing and every writer and reader go by it.
template <class Group>
inline constexpr std::array<int, 0> counters_of{};

template <class Group>
inline constexpr bool is_counter_group = counters_of<Group>.size() > 0;

/// False where the table misses a counter of the struct or has one twice.
template <class Group>
constexpr bool lists_every_counter() {
    const auto& all = counters_of<Group>;
    if (sizeof(Group) != all.size() * sizeof(std::uint64_t)) return false;
    for (std::size_t i = 0; i < all.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
            if (all[i].count == all[j].count) return false;
    return true;
}

template <class Group, std::enable_if_t<is_counter_group<Group>, int> = 0>
constexpr Group& operator+=(Group& sum, const Group& other) {
    for (const counter<Group>& c : counters_of<Group>) {
        std::uint64_t& count = sum.*c.count;
        const std::uint64_t more = other.*c.count;
        if (c.join == counter_join::sum)
            count += more;
        else if (more > count)
            count = more;
    }
    return sum;
}

template <class Group, std::enable_if_t<is_counter_group<Group>, int> = 0>
constexpr Group& operator-=(Group& now, const Group& before) {
    for (const counter<Group>& c : counters_of<Group>)
        if (c.join == counter_join::sum) now.*c.count -= before.*c.count;
    return now;
}

/// What happened between two sets of running totals.
template <class Group, std::enable_if_t<is_counter_group<Group>, int> = 0>
constexpr Group operator-(Group now, const Group& before) {
    return now -= before;
}

template <class Group, std::enable_if_t<is_counter_group<Group>, int> = 0>
constexpr bool operator==(const Group& a, const Group& b) {
    for (const counter<Group>& c : counters_of<Group>)
        if (a.*c.count != b.*c.count) return false;
    return true;
}

template <class Group, std::enable_if_t<is_counter_group<Group>, int> = 0>
constexpr bool operator!=(const Group& a, const Group& b) {
    return !(a == b);
}

}  // namespace symmetree
