#pragma once

#include <cstdint>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace symmetree {

/// What a waveform says, read token by token: for each signal its type, width and (time, value) changes in file order.
struct vcd_content {
    struct signal {
        std::string type;
        int width = 0;
        std::vector<std::pair<std::uint64_t, std::string>> changes;
    };
    std::string timescale;
    std::uint64_t end = 0;                  ///< the last time stamp
    std::map<std::string, signal> signals;  ///< by dotted name
};

/// Undoes \ooo, \n-like and \\ escapes of a string value.
inline std::string unescaped(const std::string& text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\') {
            out += text[i];
        } else if (text.at(i + 1) >= '0' && text[i + 1] <= '7') {
            out += static_cast<char>(std::stoi(text.substr(i + 1, 3), nullptr, 8));
            i += 3;
        } else {
            const char c = text[++i];
            out += c == 'n' ? '\n' : c == 't' ? '\t' : c;
        }
    }
    return out;
}

/// Leading zeros say nothing: "00101" is "101".
inline std::string trimmed_bits(std::string bits) {
    while (bits.size() > 1 && bits[0] == '0') bits.erase(0, 1);
    return bits.find_first_not_of('x') == std::string::npos ? "x" : bits;
}

class vcd_reader {
public:
    explicit vcd_reader(const std::string& text) : in_(text) {}

    vcd_content read() {
        std::string token;
        while (in_ >> token && token != "$enddefinitions") definition(token);
        if (token != "$enddefinitions" || !scopes_.empty()) throw std::runtime_error("definitions do not end");
        skip();
        std::string line;
        std::getline(in_, line);
        while (std::getline(in_, line)) change(line);
        return content_;
    }

private:
    std::string skip() {
        std::string all, token;
        while (in_ >> token && token != "$end") all += (all.empty() ? "" : " ") + token;
        return all;
    }
    void definition(const std::string& token) {
        std::istringstream body(skip());
        std::string word;
        if (token == "$timescale") {
            while (body >> word) content_.timescale += word;
        } else if (token == "$scope") {
            body >> word >> word;
            scopes_.push_back(word);
        } else if (token == "$upscope") {
            if (scopes_.empty()) throw std::runtime_error("$upscope without a scope");
            scopes_.pop_back();
        } else if (token == "$var") {
            vcd_content::signal s;
            std::string code, name;
            body >> s.type >> s.width >> code >> name;
            std::string full;
            for (const std::string& scope : scopes_) full += scope + ".";
            if (scopes_.empty() || !names_.emplace(code, full + name).second) throw std::runtime_error("bad variable " + name);
            content_.signals[full + name] = s;
        }
    }
    void change(const std::string& line) {
        if (line.empty() || line[0] == '$') return;
        if (line[0] == '#') {
            const std::uint64_t time = std::stoull(line.substr(1));
            if (started_ && time <= now_) throw std::runtime_error("time does not advance: " + line);
            started_ = true;
            content_.end = now_ = time;
            return;
        }
        const std::size_t space = line.find(' ');
        const bool scalar = line[0] != 'b' && line[0] != 's';
        const std::string code = scalar ? line.substr(1) : line.substr(space + 1);
        const std::string value = scalar           ? line.substr(0, 1)
                                  : line[0] == 'b' ? trimmed_bits(line.substr(1, space - 1))
                                                   : unescaped(line.substr(1, space - 1));
        if (names_.count(code) == 0) throw std::runtime_error("unknown code in " + line);
        content_.signals.at(names_.at(code)).changes.emplace_back(now_, value);
    }

    std::istringstream in_;
    vcd_content content_;
    std::vector<std::string> scopes_;
    std::map<std::string, std::string> names_;
    std::uint64_t now_ = 0;
    bool started_ = false;
};

inline vcd_content read_vcd(const std::string& text) { return vcd_reader(text).read(); }

}  // namespace symmetree
