#include "platforms/run_points.h"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/error.h"
#include "platforms/pricing.h"
#include "platforms/simulate.h"
#include "traces/writers.h"

namespace symmetree {
namespace {

/// How a child's answer begins.
enum class answer_kind : char { result = 'R', wrong_input = 'I', fault = 'F' };

std::string encode(const std::vector<diagnostic>& problems) {
    nlohmann::json list = nlohmann::json::array();
    for (const diagnostic& d : problems) list.push_back({d.file, d.line, d.column, d.field, d.message});
    return list.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::vector<diagnostic> decode(const std::string& text) {
    std::vector<diagnostic> problems;
    for (const auto& d : nlohmann::json::parse(text))
        problems.push_back({d.at(0).get<std::string>(), d.at(1).get<int>(), d.at(2).get<int>(), d.at(3).get<std::string>(), d.at(4).get<std::string>()});
    return problems;
}

/// Runs `work` and puts its outcome into one string.
std::string answer_of(const std::function<std::string()>& work) {
    const auto tagged = [](answer_kind kind, const std::string& text) { return static_cast<char>(kind) + text; };
    try {
        return tagged(answer_kind::result, work());
    } catch (const input_error& e) {
        return tagged(answer_kind::wrong_input, encode(e.problems()));
    } catch (const std::exception& e) {
        return tagged(answer_kind::fault, e.what());
    }
}

void write_all(int to, const std::string& text) {
    for (std::size_t done = 0; done < text.size();) {
        const ssize_t n = write(to, text.data() + done, text.size() - done);
        if (n < 0 && errno != EINTR) _exit(3);
        if (n > 0) done += static_cast<std::size_t>(n);
    }
}

/// A forked process whose answer is read from a pipe.
class child_process {
public:
    explicit child_process(const std::function<std::string()>& work) {
        int ends[2];
        if (pipe(ends) != 0) throw model_fault(fmt::format("no pipe to a child process: {}", std::strerror(errno)));
        pid_ = fork();
        if (pid_ < 0) throw model_fault(fmt::format("no child process: {}", std::strerror(errno)));
        if (pid_ == 0) {
            close(ends[0]);
            write_all(ends[1], answer_of(work));
            _exit(0);  // no destructors: the parent's state is the parent's
        }
        close(ends[1]);
        from_ = ends[0];
    }
    child_process(child_process&& other) noexcept : pid_(other.pid_), from_(other.from_) { other.pid_ = -1; }
    child_process(const child_process&) = delete;
    child_process& operator=(const child_process&) = delete;
    ~child_process() {
        if (pid_ < 0) return;
        kill(pid_, SIGTERM);  // another point failed: its result is not wanted any more
        close(from_);
        waitpid(pid_, nullptr, 0);
    }

    /// Reads the whole answer and reaps the process.
    std::string wait() {
        std::string text;
        char buffer[1 << 16];
        for (;;) {
            const ssize_t n = read(from_, buffer, sizeof(buffer));
            if (n < 0 && errno == EINTR) continue;
            if (n <= 0) break;
            text.append(buffer, static_cast<std::size_t>(n));
        }
        close(from_);
        int status = 0;
        waitpid(pid_, &status, 0);
        pid_ = -1;
        if (WIFSIGNALED(status)) throw model_fault(fmt::format("a simulation process was ended by signal {}", WTERMSIG(status)));
        if (text.empty()) throw model_fault("a simulation process ended without an answer");
        return text;
    }

private:
    pid_t pid_ = -1;
    int from_ = -1;
};

std::string result_of(child_process& child) {
    const std::string answer = child.wait();
    const std::string body = answer.substr(1);
    switch (static_cast<answer_kind>(answer[0])) {
        case answer_kind::result: return body;
        case answer_kind::wrong_input: throw input_error(decode(body));
        case answer_kind::fault: break;
    }
    throw model_fault(body);
}

/// A folder that goes when its owner goes.
class temporary_folder {
public:
    temporary_folder() {
        std::string pattern = (std::filesystem::temp_directory_path() / "symmetree-XXXXXX").string();
        if (!mkdtemp(pattern.data())) throw model_fault("no temporary folder");
        path_ = pattern;
    }
    temporary_folder(const temporary_folder&) = delete;
    temporary_folder& operator=(const temporary_folder&) = delete;
    ~temporary_folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    const std::string& path() const { return path_; }

private:
    std::string path_;
};

std::vector<report> run_with_cache(const std::vector<run_request>& requests, const weight_cache& cache, int jobs) {
    child_process fitting([&] {
        for (const run_request& r : requests) fit_weights(r.network, r.platform, r.format, r.seed, cache, r.threads);
        return std::string();
    });
    result_of(fitting);

    std::vector<report> reports(requests.size());
    std::map<std::size_t, child_process> running;
    std::size_t started = 0;
    for (std::size_t i = 0; i < requests.size(); ++i) {
        for (; started < requests.size() && running.size() < std::size_t(jobs); ++started) {
            const run_request& request = requests[started];
            running.emplace(started, child_process([&] { return to_json(simulate(prepare(request, cache))); }));
        }
        reports[i] = report_from_json(result_of(running.at(i)));
        running.erase(i);
    }
    return reports;
}

/// Loads and checks the cost tables before anything is fitted; the children inherit them.
void load_prices(std::vector<run_request>& requests) {
    std::map<std::string, cost_table> loaded;
    diagnostics problems;
    for (run_request& request : requests) {
        const auto known = loaded.find(request.platform.cost_table);
        if (known != loaded.end()) request.prices = known->second;
        try {
            request.prices = prices_of(request);
            loaded.emplace(request.platform.cost_table, *request.prices);
        } catch (const input_error& e) {
            for (const diagnostic& d : e.problems()) problems.add(d);
        }
    }
    problems.throw_if_any();
}

}  // namespace

void refuse_unrunnable(const std::vector<run_request>& requests) {
    diagnostics problems;
    for (const run_request& request : requests) {
        // One reason often holds for a whole network: it is told once, at its first layer, with how many more there are.
        std::vector<std::pair<std::string, std::vector<const layer*>>> refused;
        for (const layer& l : request.network.layers) {
            const scheme used = scheme_of(l, request.format, request.platform);
            const auto reason = why_not(request.platform, used);
            if (!reason) continue;
            const std::string message = fmt::format("{} can't run on platform {}: {}", to_string(used), request.platform.name, *reason);
            const auto known = std::find_if(refused.begin(), refused.end(), [&](const auto& r) { return r.first == message; });
            if (known == refused.end()) refused.push_back({message, {&l}});
            else known->second.push_back(&l);
        }
        for (const auto& [message, layers] : refused) {
            diagnostic d = layers.front()->place;
            d.field = fmt::format("layer {}", layers.front()->name);
            if (layers.size() > 1) d.field += fmt::format(" and {} more", layers.size() - 1);
            d.message = message;
            problems.add(std::move(d));
        }
    }
    problems.throw_if_any();
}

std::vector<report> run_points(std::vector<run_request> requests, const weight_cache& cache, int jobs) {
    refuse_unrunnable(requests);
    load_prices(requests);
    if (cache.enabled()) return run_with_cache(requests, cache, jobs);
    const temporary_folder folder;
    return run_with_cache(requests, weight_cache(folder.path()), jobs);
}

}  // namespace symmetree
