#pragma once

#include <memory>
#include <optional>
#include <string>

namespace symmetree {

/// Outcomes by what decided them, in one SQLite file: table `outcome`, `key` (a digest), `digest` of the text, `text`. Every keep() is one
/// transaction on a write-ahead log: after a crash an outcome is there or not at all, and one whose bytes are damaged counts as absent.
/// Several processes may share a file. Whatever the file system or SQLite refuses is an input_error that names the file.
class outcome_store {
public:
    /// The file at `path`, made where there is none. Throws input_error for any other kind of file.
    explicit outcome_store(const std::string& path);
    ~outcome_store();
    outcome_store(const outcome_store&) = delete;
    outcome_store& operator=(const outcome_store&) = delete;

    std::optional<std::string> find(const std::string& key) const;
    void keep(const std::string& key, const std::string& text);

private:
    struct state;
    std::unique_ptr<state> state_;
};

}  // namespace symmetree
