#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/temporary_folder.h"
#include "runs/sweep/sweep_space.h"

namespace symmetree {

/// How a failed expectation shows a diagnostic.
inline void PrintTo(const diagnostic& problem, std::ostream* out) { *out << problem.text(); }

/// The problems that `work` throws, each as `file:line:column: field: message`.
inline std::vector<std::string> problems_of(const std::function<void()>& work) {
    std::vector<std::string> texts;
    try {
        work();
    } catch (const input_error& e) {
        for (const diagnostic& d : e.problems()) texts.push_back(d.text());
    }
    return texts;
}

/// A folder with files of its own, gone at the end of the test.
class folder_of_files {
public:
    std::string path(const std::string& name) const { return folder_.path() + "/" + name; }
    std::string write(const std::string& name, const std::string& content) const {
        std::filesystem::create_directories(std::filesystem::path(path(name)).parent_path());
        std::ofstream(path(name), std::ios::binary) << content;
        return path(name);
    }

private:
    temporary_folder folder_;
};

inline const shipped_directories shipped{SYMMETREE_ROOT "/workloads/nets", SYMMETREE_ROOT "/platforms/presets",
                                         SYMMETREE_ROOT "/models/cost/tables"};

}  // namespace symmetree
