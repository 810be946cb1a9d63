#pragma once

#include <yaml-cpp/yaml.h>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.h"

namespace symmetree {

/// Parses a YAML file written by hand. Throws input_error (file:line:column) when it can't be read or is no YAML.
/// Files above 64 MiB and documents nested deeper than 64 levels are refused.
YAML::Node load_yaml(const std::string& path);
YAML::Node parse_yaml(const std::string& text, const std::string& file_name);

/// Reads one YAML mapping, field by field, into typed values. Every problem goes to `problems` with its place;
/// a reader returns the default (or a harmless value) and goes on, so that all problems are found in one pass.
/// finish() reports the keys that nobody asked for.
class yaml_reader {
public:
    /// `path` is the dotted name of this mapping inside the document ("" for the root).
    yaml_reader(YAML::Node node, std::string file, std::string path, diagnostics& problems);

    bool has(const std::string& key) const;
    /// True when this reader stands on a mapping.
    bool valid() const { return valid_; }

    /// A number in [low, high]; reports a missing field when there is no default.
    std::int64_t integer(const std::string& key, std::int64_t low, std::int64_t high, std::optional<std::int64_t> otherwise = {});
    double number(const std::string& key, double low, double high, std::optional<double> otherwise = {});
    bool boolean(const std::string& key, std::optional<bool> otherwise = {});
    std::string text(const std::string& key, std::optional<std::string> otherwise = {});
    std::vector<std::int64_t> integers(const std::string& key, std::size_t least, std::size_t most, std::int64_t low, std::int64_t high);

    /// One of a closed set of names.
    template <class T>
    T choice(const std::string& key, const std::vector<std::pair<std::string, T>>& names, std::optional<T> otherwise = {}) {
        std::vector<std::string> spelled;
        for (const auto& [name, value] : names) spelled.push_back(name);
        const std::optional<std::size_t> found = choice_index(key, spelled, otherwise.has_value());
        if (found) return names[*found].second;
        return otherwise ? *otherwise : names.front().second;
    }

    /// A mapping below this one; an absent one yields a reader on an empty mapping when `required` is false.
    yaml_reader map(const std::string& key, bool required = true);
    /// A sequence of mappings below this one.
    std::vector<yaml_reader> maps(const std::string& key, bool required = true);
    /// A sequence of strings.
    std::vector<std::string> texts(const std::string& key, bool required = true);
    /// The raw node, marked as read; undefined when absent.
    YAML::Node raw(const std::string& key);

    /// Reports every key that was not read.
    void finish();
    /// Reports a problem at `key` (or at the mapping itself when the key is absent).
    void problem(const std::string& key, const std::string& message);
    /// Where `key` stands (or the mapping itself), to report something later.
    diagnostic place(const std::string& key) const;

    const std::string& path() const { return path_; }
    const std::string& file() const { return file_; }

private:
    YAML::Node take(const std::string& key, bool required);
    std::optional<std::size_t> choice_index(const std::string& key, const std::vector<std::string>& names, bool optional);
    std::string full(const std::string& key) const { return path_.empty() ? key : path_ + "." + key; }

    YAML::Node node_;
    std::map<std::string, YAML::Node> entries_;  ///< of `node_`; the first one of a key
    std::string file_;
    std::string path_;
    diagnostics* problems_;
    std::set<std::string> read_;
    bool valid_ = true;
};

}  // namespace symmetree
