#include "core/error.h"

#include <fmt/format.h>

namespace symmetree {

std::string diagnostic::text() const {
    std::string out = file;
    if (line > 0) out += fmt::format(":{}:{}", line, column);
    if (!out.empty()) out += ": ";
    if (!field.empty()) out += field + ": ";
    return out + message;
}

input_error::input_error(std::vector<diagnostic> problems) : problems_(std::move(problems)) {
    for (const diagnostic& problem : problems_) {
        if (!text_.empty()) text_ += '\n';
        text_ += problem.text();
    }
}

void diagnostics::throw_if_any() const {
    if (!problems_.empty()) throw input_error(problems_);
}

}  // namespace symmetree
