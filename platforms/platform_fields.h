#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "platforms/platform_config.h"

namespace symmetree {

class yaml_reader;
class yaml_writer;

// The fields of the platform file, each declared once: its key, its place in platform_config, its range and its line in
// docs/platform-format.md. Reading, writing, messages and the document's tables come from here; defaults are those of the structs.

/// A whole number in [low, high]; `automatic`: what `get` and `set` call the word `auto`; absent: it is none.
struct whole_value {
    std::int64_t low = 0, high = 0;
    std::optional<std::int64_t> automatic;
    std::function<std::int64_t(const platform_config&)> get;
    std::function<void(platform_config&, std::int64_t)> set;
};

/// A real number in [low, high].
struct real_value {
    double low = 0, high = 0;
    std::function<double(const platform_config&)> get;
    std::function<void(platform_config&, double)> set;
};

struct boolean_value {
    std::function<bool(const platform_config&)> get;
    std::function<void(platform_config&, bool)> set;
};

/// One of the words of an enumeration, by their order.
struct choice_value {
    std::vector<std::string> words;
    std::function<std::size_t(const platform_config&)> get;
    std::function<void(platform_config&, std::size_t)> set;
};

/// Valid UTF-8 of `least` to `longest` bytes.
struct text_value {
    static constexpr std::size_t longest = 1000;
    std::size_t least = 0;
    std::function<std::string(const platform_config&)> get;
    std::function<void(platform_config&, const std::string&)> set;
};

/// What is read and written in a way of its own.
struct special_value {
    std::string type, otherwise;  ///< of the document: its type, and what it is where it is left out
    std::function<void(yaml_reader&, platform_config&)> read;
    std::function<void(yaml_writer&, const platform_config&)> write;
};

using field_value = std::variant<whole_value, real_value, boolean_value, choice_value, text_value, special_value>;

struct platform_field {
    std::string key;
    field_value value;
    std::string unit;    ///< empty: none
    std::string effect;  ///< for the document
    std::string range;   ///< for the document where low and high don't say it all; {low} and {high} stand for them
    /// Why the field may not stand there: nothing where it may. Null: it always may. A field that may not is not written.
    std::function<std::optional<std::string>(const platform_config&)> why_not;

    platform_field with_range(std::string text) && {
        range = std::move(text);
        return std::move(*this);
    }
};

/// A mapping of fields, or the top level's own fields where `key` is empty.
struct platform_section {
    std::string key;
    std::vector<platform_field> fields;
    /// False where the platform is without; null: never. Then `word_without` is written, or nothing.
    std::function<bool(const platform_config&)> is_there;
    std::string word_without;
    /// Prepares the configuration for the fields; false where the file has none of them. Null: nothing to prepare.
    std::function<bool(yaml_reader& root, platform_config&)> begin;
};

/// In the order of the file.
const std::vector<platform_section>& platform_sections();
/// The details of `clock_hz: {...}`.
const std::vector<platform_field>& clock_details();
/// The scheme takes the widths that it does not name from the array: it is read behind the arrays.
void read_scheme(yaml_reader& root, platform_config& config);

void read_field(yaml_reader& reader, const platform_field& field, platform_config& config);
void write_field(yaml_writer& out, const platform_field& field, const platform_config& config);

}  // namespace symmetree
