#pragma once

#include <map>
#include <string>
#include <vector>

namespace symmetree {

/// How the program ended and what it wrote.
struct outcome {
    int code = -1;  ///< exit code; 128 + signal when one ended it
    std::string out, err;
};

/// A folder of its own for one test, in which the program runs. Its two small files are there from the start:
/// small.yaml, a workload of two layers, and mine.yaml, a symq platform of the name "mine".
class workbench {
public:
    workbench();
    ~workbench();
    workbench(const workbench&) = delete;
    workbench& operator=(const workbench&) = delete;

    /// Runs the program on `words`, separated by single spaces. Fitted weights are kept under the build tree unless the
    /// environment or an option says otherwise.
    outcome run(const std::string& words, const std::map<std::string, std::string>& environment = {}) const;

    void write(const std::string& name, const std::string& content) const;
    std::string content(const std::string& name) const;
    std::string path(const std::string& name) const { return folder_ + "/" + name; }
    /// Names of everything in the folder, sorted.
    std::vector<std::string> files() const;

private:
    std::string folder_;
};

std::vector<std::string> lines_of(const std::string& text);

}  // namespace symmetree
