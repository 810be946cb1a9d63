// golden [--update] PROGRAM FOLDER...: runs each folder's workload on its platform and holds the CSV report against expected.csv.
// Text and integers must be equal; what is real (energy, power, time, area, shares, decibels) in 4 significant digits.

#include <fmt/format.h>
#include <sys/wait.h>

#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

using row = std::vector<std::string>;

std::string text_of(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::string shell_word(const std::string& text) {
    std::string quoted = "'";
    for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return quoted + "'";
}

std::string report_of(const std::string& program, const fs::path& folder) {
    std::string command = fmt::format("{} run --format csv --workload {} --platform {}", shell_word(program),
                                      shell_word((folder / "workload.yaml").string()), shell_word((folder / "platform.yaml").string()));
    std::string scheme = text_of(folder / "scheme");
    while (!scheme.empty() && scheme.back() == '\n') scheme.pop_back();
    if (!scheme.empty()) command += " --scheme " + shell_word(scheme);
    std::FILE* const pipe = ::popen(command.c_str(), "r");
    if (!pipe) throw std::runtime_error("the program can't be started");
    std::string text;
    std::array<char, 4096> part;
    for (std::size_t n; (n = std::fread(part.data(), 1, part.size(), pipe)) > 0;) text.append(part.data(), n);
    const int status = ::pclose(pipe);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) throw std::runtime_error("the run failed, see above");
    return text;
}

/// The report's texts hold commas inside quotes, but no quotes and no line ends.
std::vector<row> rows_of(const std::string& csv) {
    std::vector<row> rows;
    std::istringstream in(csv);
    for (std::string line; std::getline(in, line);) {
        rows.emplace_back(1);
        bool quoted = false;
        for (const char c : line) {
            if (c == '"')
                quoted = !quoted;
            else if (c == ',' && !quoted)
                rows.back().emplace_back();
            else
                rows.back().back() += c;
        }
    }
    return rows;
}

bool is_real(const std::string& column) {
    if (column == "utilization") return true;
    for (const std::string end : {"_pj", "_j", "_w", "_s", "_um2", "_db"})
        if (column.size() > end.size() && column.compare(column.size() - end.size(), end.size(), end) == 0) return true;
    return false;
}

/// 4 significant digits; what is no number stays as it is.
std::string rounded(const std::string& cell) {
    char* end = nullptr;
    const double value = std::strtod(cell.c_str(), &end);
    if (cell.empty() || *end != '\0') return cell;
    return fmt::format("{:.4g}", value);
}

/// Equal in 4 significant digits, or on the two sides of a rounding.
bool close(const std::string& a, const std::string& b) {
    if (rounded(a) == rounded(b)) return true;
    char *end_a = nullptr, *end_b = nullptr;
    const double x = std::strtod(a.c_str(), &end_a), y = std::strtod(b.c_str(), &end_b);
    if (a.empty() || b.empty() || *end_a != '\0' || *end_b != '\0') return false;
    return std::abs(x - y) <= 6e-4 * std::abs(y);
}

/// What differs, one line each.
std::vector<std::string> differences(const std::vector<row>& found, const std::vector<row>& expected) {
    if (expected.empty()) return {"expected.csv is missing or empty"};
    if (found.size() != expected.size() || found[0] != expected[0])
        return {fmt::format("other columns, or {} rows where {} are expected", found.size(), expected.size())};
    std::vector<std::string> all;
    for (std::size_t r = 1; r < found.size(); ++r) {
        if (found[r].size() != found[0].size() || expected[r].size() != found[0].size())
            return {fmt::format("row {} has another number of cells", r)};
        for (std::size_t c = 0; c < found[r].size(); ++c) {
            const std::string &have = found[r][c], &want = expected[r][c];
            if (have == want || (is_real(found[0][c]) && close(have, want))) continue;
            all.push_back(fmt::format("{}: {}: {}, expected {}", expected[r][0], found[0][c], have, want));
        }
    }
    return all;
}

std::string csv_of(const std::vector<row>& rows) {
    std::string text;
    for (const row& cells : rows) {
        for (std::size_t c = 0; c < cells.size(); ++c) {
            const std::string cell = is_real(rows[0][c]) ? rounded(cells[c]) : cells[c];
            text += c == 0 ? "" : ",";
            text += cell.find(',') == std::string::npos ? cell : '"' + cell + '"';
        }
        text += '\n';
    }
    return text;
}

bool passes(const std::string& program, const fs::path& folder, bool update) {
    const std::vector<row> found = rows_of(report_of(program, folder));
    if (update) {
        std::ofstream(folder / "expected.csv", std::ios::binary) << csv_of(found);
        return true;
    }
    const std::vector<std::string> lines = differences(found, rows_of(text_of(folder / "expected.csv")));
    for (const std::string& line : lines) fmt::print(stderr, "{}: {}\n", folder.filename().string(), line);
    return lines.empty();
}

}  // namespace

int main(int argc, char* argv[]) {
    std::vector<std::string> words(argv + 1, argv + argc);
    const bool update = !words.empty() && words[0] == "--update";
    if (update) words.erase(words.begin());
    if (words.size() < 2) {
        fmt::print(stderr, "golden [--update] PROGRAM FOLDER...\n");
        return 2;
    }
    bool passed = true;
    for (std::size_t i = 1; i < words.size(); ++i) {
        try {
            passed = passes(words[0], words[i], update) && passed;
        } catch (const std::exception& e) {
            fmt::print(stderr, "{}: {}\n", words[i], e.what());
            passed = false;
        }
    }
    return passed ? 0 : 1;
}
