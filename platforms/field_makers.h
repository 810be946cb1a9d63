#pragma once

#include <type_traits>
#include <utility>

#include "core/enumerators.h"
#include "platforms/platform_fields.h"

namespace symmetree {

// Declarations of fields from what finds their value in a configuration, constant or not.

/// The configuration itself: holds the fields of a section that is no struct.
inline constexpr auto whole_platform = [](auto& c) -> auto& { return c; };

/// A member of the struct that `section` finds in a configuration, constant or not.
template <class Section, class Member>
auto in(Section section, Member member) {
    return [=](auto& c) -> auto& { return section(c).*member; };
}

template <class At>
platform_field whole(const char* key, At at, std::int64_t low, std::int64_t high, const char* unit, const char* effect) {
    whole_value v{low,
                  high,
                  {},
                  [=](const platform_config& c) { return static_cast<std::int64_t>(at(c)); },
                  [=](platform_config& c, std::int64_t value) { at(c) = static_cast<std::decay_t<decltype(at(c))>>(value); }};
    return {key, std::move(v), unit, effect, "", nullptr};
}

template <class At>
platform_field whole_or_auto(const char* key, At at, std::int64_t high, const char* effect) {
    platform_field f = whole(key, at, 1, high, "", effect);
    std::get<whole_value>(f.value).automatic = 0;
    return f;
}

template <class At>
platform_field real(const char* key, At at, double low, double high, const char* unit, const char* effect) {
    real_value v{low, high, [=](const platform_config& c) { return at(c); }, [=](platform_config& c, double value) { at(c) = value; }};
    return {key, std::move(v), unit, effect, "", nullptr};
}

template <class At>
platform_field boolean(const char* key, At at, const char* effect) {
    boolean_value v{[=](const platform_config& c) { return at(c); }, [=](platform_config& c, bool value) { at(c) = value; }};
    return {key, std::move(v), "", effect, "", nullptr};
}

template <class At>
platform_field choice(const char* key, At at, const char* effect) {
    using word = std::decay_t<decltype(at(std::declval<platform_config&>()))>;
    choice_value v{{},
                   [=](const platform_config& c) { return static_cast<std::size_t>(at(c)); },
                   [=](platform_config& c, std::size_t index) { at(c) = static_cast<word>(index); }};
    for (const word w : enumerators<word>()) v.words.emplace_back(to_string(w));
    return {key, std::move(v), "", effect, "", nullptr};
}

template <class At>
platform_field text(const char* key, At at, std::size_t least, const char* range, const char* effect) {
    text_value v{least, [=](const platform_config& c) { return at(c); },
                 [=](platform_config& c, const std::string& value) { at(c) = value; }};
    return {key, std::move(v), "", effect, range, nullptr};
}

}  // namespace symmetree
