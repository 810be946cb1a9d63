#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace symmetree {

/// Writes JSON text as it goes, two spaces per level. `lines` puts every member on a line of its own; a `row`, which holds
/// plain values only, stands on one line where it fits. Text that is no UTF-8 is repaired; numbers that JSON does not have are the strings
/// "inf", "-inf" and "nan".
class json_writer {
public:
    enum class layout { lines, row };

    void open_object(layout how) { open('{', how); }
    void open_array(layout how) { open('[', how); }
    void close();

    json_writer& key(std::string_view name);  ///< before every member of an object
    void null() { begin_value(), out_ += "null"; }
    void value(bool truth) { begin_value(), out_ += truth ? "true" : "false"; }
    void value(double number);
    void value(const std::string& text) { begin_value(), append_text(text); }
    void value(const char* text) { begin_value(), append_text(text); }
    template <class T, std::enable_if_t<std::is_integral_v<T> && !std::is_same_v<T, bool>, int> = 0>
    void value(T number) {
        begin_value();
        if constexpr (std::is_signed_v<T>)
            append_whole(static_cast<std::int64_t>(number));
        else
            append_count(static_cast<std::uint64_t>(number));
    }
    template <class T>
    void value(const std::optional<T>& maybe) {
        if (maybe)
            value(*maybe);
        else
            null();
    }
    template <class T>
    void member(std::string_view name, const T& what) {
        key(name);
        value(what);
    }

    /// The text, with a line end.
    std::string finish() { return std::move(out_) + '\n'; }

private:
    struct level {
        layout how;
        char closing;
        std::size_t start;               ///< of its text
        std::vector<std::size_t> items;  ///< of a row: where each begins
        bool empty = true;
    };

    void open(char bracket, layout how);
    void begin_value();
    void begin_item();
    void append_text(std::string_view text);
    void append_whole(std::int64_t number);
    void append_count(std::uint64_t number);
    void break_row(const level& row);
    std::string indent(std::size_t levels) const { return '\n' + std::string(2 * levels, ' '); }

    std::string out_;
    std::vector<level> open_;
    bool after_key_ = false;
};

}  // namespace symmetree
