#include "runs/sweep/slurm.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <thread>

#include "core/error.h"
#include "core/output_file.h"
#include "core/program.h"

namespace symmetree {
namespace {

namespace fs = std::filesystem;

constexpr int most_rounds = 3;    ///< a task that is lost this often will be lost again
constexpr int most_silences = 6;  ///< the controller may be down for a minute

std::string for_shell(const std::string& text) {
    std::string out = "'";
    for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return out + "'";
}

std::string slurm(const std::vector<std::string>& words) {
    const program_result result = run_program(words, "", "slurm-client");
    if (result.code != 0) throw input_error(diagnostic{"", 0, 0, words.front(), fmt::format("exit code {}: {}", result.code, result.err)});
    return result.out;
}

class job_array {
public:
    job_array(const slurm_job& job, const std::atomic<bool>& stop, const std::function<void(const std::string&)>& tell)
        : job_(job), folder_(fs::absolute(job.output + ".shards")), stop_(stop), tell_(tell) {
        std::error_code failed;
        fs::create_directories(folder_, failed);
        if (failed) throw input_error(diagnostic{folder_.string(), 0, 0, "", "no folder can be made: " + failed.message()});
        require_same_shards();
    }

    /// Files of what is settled already, so that the tasks leave it alone.
    void begin_from(const result_store& store) const {
        if (store.settled().empty()) return;
        for (int task = 0; task < job_.shards; ++task)
            if (!fs::exists(file_of(task))) result_store::create(file_of(task), store.origin()).merge(job_.output);
    }

    void run() {
        std::string id = left_behind();
        if (!id.empty()) wait(id);
        for (int round = 0; !stop_; ++round) {
            const std::vector<int> missing = unfinished();
            if (missing.empty()) return;
            if (round == most_rounds)
                throw input_error(diagnostic{folder_.string(), 0, 0, "slurm",
                                             fmt::format("task {} did not finish in {} rounds; its output is in shard-{}.log",
                                                         missing.front(), most_rounds, missing.front())});
            id = submit(missing);
            tell_(fmt::format("slurm: job {} with {} tasks", id, missing.size()));
            wait(id);
        }
    }

    void merge(result_store& store) const {
        for (int task = 0; task < job_.shards; ++task) store.merge(file_of(task));
        fs::remove_all(folder_);
    }

private:
    std::string file_of(int task) const { return (folder_ / fmt::format("shard-{}.db", task)).string(); }

    /// The parts of another number of shards are other parts.
    void require_same_shards() const {
        const std::string path = (folder_ / "shards").string();
        int began = job_.shards;
        std::ifstream(path) >> began;
        if (began != job_.shards)
            throw input_error(
                diagnostic{folder_.string(), 0, 0, "--shards", fmt::format("the sweep began with {}: go on with as many", began)});
        write_output(path, fmt::format("{}\n", job_.shards));
    }

    /// The job of an earlier call that was ended while its array ran.
    std::string left_behind() const {
        std::ifstream file(folder_ / "job");
        std::string id;
        file >> id;
        return id;
    }

    std::vector<int> unfinished() const {
        std::vector<int> tasks;
        for (int task = 0; task < job_.shards; ++task)
            if (!fs::exists(file_of(task)) || !result_store::open(file_of(task), false).finished()) tasks.push_back(task);
        return tasks;
    }

    std::string submit(const std::vector<int>& tasks) const {
        std::vector<std::string> quoted;
        for (const std::string& word : job_.arguments) quoted.push_back(for_shell(word));
        const std::string script = (folder_ / "task.sh").string();
        write_output(
            script,
            fmt::format(
                "#!/bin/sh\n"
                "# Task K of the array runs part K + 1 of the sweep; a requeued task goes on where it was.\n"
                "exec {} sweep {} --output {}/shard-\"$SLURM_ARRAY_TASK_ID\".db --resume --shard \"$((SLURM_ARRAY_TASK_ID + 1))/{}\" {}\n",
                for_shell(job_.program), for_shell(job_.spec), for_shell(folder_.string()), job_.shards, fmt::join(quoted, " ")));
        std::vector<std::string> words{"sbatch",
                                       "--parsable",
                                       "--requeue",
                                       fmt::format("--array={}", fmt::join(tasks, ",")),
                                       "--job-name=symmetree-sweep",
                                       "--output=" + (folder_ / "shard-%a.log").string(),
                                       "--open-mode=append",
                                       "--chdir=" + fs::current_path().string()};
        if (!job_.partition.empty()) words.push_back("--partition=" + job_.partition);
        words.push_back(script);
        std::string id = slurm(words);
        id = id.substr(0, id.find_first_of(";\n"));
        write_output((folder_ / "job").string(), id + "\n");
        return id;
    }

    /// Until the queue knows nothing of the job any more.
    void wait(const std::string& id) const {
        auto pause = std::chrono::milliseconds(500);
        std::string before;
        for (int silent = 0;;) {
            const program_result queue =
                run_program({"squeue", "--noheader", "--array", "--format=%T", "--jobs=" + id}, "", "slurm-client");
            // A job that is long gone is an error of its own ("Invalid job id"); one that has just ended is an empty list.
            const bool gone = queue.code != 0 && queue.err.find("Invalid job id") != std::string::npos;
            if (gone || (queue.code == 0 && queue.out.empty())) return;
            if (stop_) {
                slurm({"scancel", id});
                return;
            }
            if (queue.code == 0) {
                silent = 0;
                const std::string now = states(queue.out);
                if (now != before) tell_("slurm: " + now);
                before = now;
            } else if (++silent == most_silences) {
                throw input_error(diagnostic{"", 0, 0, "squeue", fmt::format("exit code {}: {}", queue.code, queue.err)});
            }
            sleep(pause);
            pause = std::min(pause * 3 / 2, std::chrono::milliseconds(10000));
        }
    }

    /// In steps, so that Ctrl-C need not wait for the end.
    void sleep(std::chrono::milliseconds time) const {
        constexpr std::chrono::milliseconds step(100);
        for (auto slept = step; slept <= time && !stop_; slept += step) std::this_thread::sleep_for(step);
    }

    static std::string states(const std::string& lines) {
        std::map<std::string, int> counts;
        std::istringstream in(lines);
        for (std::string state; in >> state;) ++counts[state];
        std::vector<std::string> words;
        for (const auto& [state, count] : counts) words.push_back(fmt::format("{} {}", count, state));
        return fmt::format("{}", fmt::join(words, ", "));
    }

    const slurm_job& job_;
    const fs::path folder_;
    const std::atomic<bool>& stop_;
    const std::function<void(const std::string&)>& tell_;
};

}  // namespace

void run_on_slurm(const slurm_job& job, result_store& store, const std::atomic<bool>& stop,
                  const std::function<void(const std::string&)>& tell) {
    job_array array(job, stop, tell);
    array.begin_from(store);
    array.run();
    if (!stop) array.merge(store);
}

}  // namespace symmetree
