#include "tests/cli/program.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

namespace symmetree {
namespace {

namespace fs = std::filesystem;

std::string new_folder() {
    std::string pattern = (fs::temp_directory_path() / "symmetree_cli_XXXXXX").string();
    if (!::mkdtemp(pattern.data())) throw std::runtime_error("no temporary folder");
    return pattern;
}

std::string text_of(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::vector<std::string> words_of(const std::string& text) {
    std::vector<std::string> words;
    std::istringstream in(text);
    for (std::string word; std::getline(in, word, ' ');) words.push_back(word);
    return words;
}

/// The test's own environment, with the program's variables as `wanted` has them and no others of its.
std::vector<std::string> environment_with(std::map<std::string, std::string> wanted) {
    wanted.try_emplace("SYMMETREE_CACHE", SYMMETREE_TEST_CACHE);
    std::vector<std::string> all;
    for (char** entry = environ; *entry; ++entry) {
        const std::string text = *entry;
        const std::string name = text.substr(0, text.find('='));
        if (name.rfind("SYMMETREE_", 0) != 0 && wanted.count(name) == 0) all.push_back(text);
    }
    for (const auto& [name, value] : wanted) all.push_back(name + "=" + value);
    return all;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> all;
    for (std::string& text : texts) all.push_back(text.data());
    all.push_back(nullptr);
    return all;
}

}  // namespace

workbench::workbench() : folder_(new_folder()) {
    write("small.yaml",
          "name: small\n"
          "layers:\n"
          "  - {name: first, linear: {tokens: 5, in: 40, out: 20}, input: dense}\n"
          "  - {name: second, conv: {in: [4, 6, 6], out_channels: 8, kernel: 3, padding: 1}, input: relu}\n");
    write("mine.yaml", "name: mine\nscheme: symq\n");
}

workbench::~workbench() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
}

outcome workbench::run(const std::string& words, const std::map<std::string, std::string>& environment) const {
    const std::string caught = new_folder();
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, (caught + "/out").c_str(), O_WRONLY | O_CREAT, 0600);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, (caught + "/err").c_str(), O_WRONLY | O_CREAT, 0600);
    posix_spawn_file_actions_addchdir_np(&actions, folder_.c_str());
    std::vector<std::string> arguments = words.empty() ? std::vector<std::string>{} : words_of(words);
    arguments.insert(arguments.begin(), SYMMETREE_PROGRAM);
    std::vector<std::string> variables = environment_with(environment);
    pid_t child = 0;
    const int failure = posix_spawn(&child, SYMMETREE_PROGRAM, &actions, nullptr, pointers(arguments).data(), pointers(variables).data());
    posix_spawn_file_actions_destroy(&actions);
    if (failure != 0) throw std::runtime_error("the program can't be started");
    int status = 0;
    if (::waitpid(child, &status, 0) != child) throw std::runtime_error("the program got lost");
    outcome result;
    result.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    result.out = text_of(caught + "/out");
    result.err = text_of(caught + "/err");
    fs::remove_all(caught);
    return result;
}

void workbench::write(const std::string& name, const std::string& content) const { std::ofstream(path(name), std::ios::binary) << content; }

std::string workbench::content(const std::string& name) const { return text_of(path(name)); }

std::vector<std::string> workbench::files() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder_)) names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

}  // namespace symmetree
