#pragma once

#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

namespace symmetree {

/// Process exit codes of every command.
enum class exit_code : int { done = 0, failed_check = 1, wrong_input = 2, model_fault = 3, interrupted = 130 };

/// One finding about the user's input: where it stands, which field, what is allowed and what was given.
/// `line` and `column` count from 1; 0 means that the place has none (a binary file, a command-line option).
struct diagnostic {
    std::string file;
    int line = 0;
    int column = 0;
    std::string field;
    std::string message;

    /// `file:line:column: field: message`, leaving out what is empty.
    std::string text() const;
};

/// Wrong input or wrong use: exit 2. Carries every problem found, not only the first.
class input_error : public std::exception {
public:
    explicit input_error(std::vector<diagnostic> problems);
    explicit input_error(diagnostic problem) : input_error(std::vector<diagnostic>{std::move(problem)}) {}

    const std::vector<diagnostic>& problems() const { return problems_; }
    const char* what() const noexcept override { return text_.c_str(); }

private:
    std::vector<diagnostic> problems_;
    std::string text_;
};

/// The simulator itself is at fault (a broken invariant, a starved engine): exit 3.
class model_fault : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Collects problems so that all of them are reported at once.
class diagnostics {
public:
    void add(diagnostic problem) { problems_.push_back(std::move(problem)); }
    bool empty() const { return problems_.empty(); }
    const std::vector<diagnostic>& problems() const { return problems_; }
    /// Throws input_error when anything was added.
    void throw_if_any() const;

private:
    std::vector<diagnostic> problems_;
};

}  // namespace symmetree
