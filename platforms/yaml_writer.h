#pragma once

#include <fmt/format.h>

#include <string>
#include <utility>

namespace symmetree {

/// Text between quotes, as YAML reads it back.
std::string quoted(const std::string& text);
/// Text as it stands in YAML without quotes where it can.
std::string plain(const std::string& text);
bool is_printable_ascii(const std::string& text);

/// Writes block mappings, one `key: value` per line, so that every effective field has a line of its own. By itself: a sweep writes
/// every point's platform, and YAML's emitter takes a tenth of a small simulation's time for it.
class yaml_writer {
public:
    template <class T>
    void field(const std::string& key, const T& value) {
        out_ += fmt::format("{:{}}{}: {}\n", "", 2 * depth_, key, value);
    }
    void begin(const std::string& key) {
        out_ += fmt::format("{:{}}{}:\n", "", 2 * depth_, key);
        ++depth_;
    }
    void end() { --depth_; }
    std::string finish() { return std::move(out_); }

private:
    std::string out_;
    int depth_ = 0;
};

}  // namespace symmetree
