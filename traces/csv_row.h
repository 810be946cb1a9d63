#pragma once

#include <string>

namespace symmetree {

/// One CSV record, RFC 4180 quoting: cells are appended in the order of the columns.
class csv_row {
public:
    void add(const std::string& text) {
        if (started_) line_ += ',';
        started_ = true;
        line_ += quoted(text);
    }
    /// With its line end, LF.
    std::string line() const { return line_ + '\n'; }

private:
    static std::string quoted(const std::string& text) {
        if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
        std::string out = "\"";
        for (const char c : text) {
            if (c == '"') out += '"';
            out += c;
        }
        return out + '"';
    }

    std::string line_;
    bool started_ = false;
};

}  // namespace symmetree
