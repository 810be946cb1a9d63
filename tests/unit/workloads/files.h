#pragma once

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "core/error.h"
#include "workloads/network/workload.h"

namespace symmetree::testing_files {

/// A directory of its own for one test, removed afterwards.
class temporary_directory {
public:
    temporary_directory() {
        std::string pattern = (std::filesystem::temp_directory_path() / "symmetree_XXXXXX").string();
        path_ = mkdtemp(pattern.data());
    }
    ~temporary_directory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    temporary_directory(const temporary_directory&) = delete;
    temporary_directory& operator=(const temporary_directory&) = delete;

    std::string file(const std::string& name) const { return (path_ / name).string(); }
    std::string write(const std::string& name, const std::string& content) const {
        std::filesystem::create_directories((path_ / name).parent_path());
        std::ofstream(path_ / name, std::ios::binary) << content;
        return file(name);
    }

private:
    std::filesystem::path path_;
};

/// The message of the input_error that `action` throws, with the directory's name taken out; "no error" when it doesn't.
template <class Action>
std::string error_of(const temporary_directory& directory, const Action& action) {
    try {
        action();
    } catch (const input_error& e) {
        std::string text = e.what();
        const std::string prefix = directory.file("");
        for (std::size_t at; (at = text.find(prefix)) != std::string::npos;) text.erase(at, prefix.size());
        return text;
    }
    return "no error";
}

inline const std::string shipped_directory = SYMMETREE_ROOT "/workloads/nets";

}  // namespace symmetree::testing_files
