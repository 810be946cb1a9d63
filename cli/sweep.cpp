#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <iostream>

#include "cli/command.h"
#include "cli/progress_line.h"
#include "cli/run_options.h"
#include "core/digest.h"
#include "core/git_version.h"
#include "core/temporary_folder.h"
#include "runs/sweep/run_sweep.h"
#include "runs/sweep/slurm.h"

namespace symmetree {
namespace {

struct sweep_options {
    run_options run;  ///< jobs, output and cache mean the same everywhere
    std::string spec, engine = "local", partition, shards = "2", shard, timeout = "0", memory = "0";
    bool resume = false, dry_run = false;
};

boost::program_options::options_description sweep_option_words(sweep_options& o) {
    namespace po = boost::program_options;
    po::options_description words("options");
    auto add = words.add_options();
    add("help,h", "this text");
    add("spec", po::value(&o.spec)->required(), "the sweep, a .yaml file (docs/sweep-format.md)");
    add("output", po::value(&o.run.output), "results: a SQLite file that is written as the sweep goes on");
    add("resume", po::bool_switch(&o.resume), "go on with the file of --output; failed points are tried again");
    add("jobs", po::value(&o.run.jobs), "simulations at a time (number of cores)");
    add("point-timeout", po::value(&o.timeout), "seconds after which a simulation counts as hanging (0: never)");
    add("point-memory", po::value(&o.memory), "MiB of memory of one simulation, the simulated DRAM apart (0: no limit)");
    add("dry-run", po::bool_switch(&o.dry_run), "check the sweep and say how many points it has");
    add("engine", po::value(&o.engine), "local, or slurm: a job array on a shared file system (local)");
    add("shards", po::value(&o.shards), "slurm: tasks of the job array (2)");
    add("partition", po::value(&o.partition), "slurm: the partition (the default one)");
    add("shard", po::value(&o.shard), "K/N: run only part K of N, as a task of a job array does");
    add("cache", po::value(&o.run.cache_directory), "folder of fitted weights ($SYMMETREE_CACHE, else ~/.cache/symmetree)");
    add("no-cache", po::bool_switch(&o.run.no_cache), "fit anew and keep nothing");
    return words;
}

std::atomic<bool> stop{false};

void on_signal(int) { stop = true; }

/// Ctrl-C and kill end the sweep after what is finished has been recorded. A file that may not grow is an error like a full disk.
void listen_to_signals() {
    struct sigaction action {};
    action.sa_handler = on_signal;
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
    std::signal(SIGXFSZ, SIG_IGN);
}

sweep_limits limits_of(const sweep_options& o) {
    sweep_limits limits;
    limits.jobs = jobs_of(o.run);
    limits.point_timeout_s = option_number("--point-timeout", o.timeout, 0, 1000000);
    limits.point_memory_bytes = std::uint64_t(option_number("--point-memory", o.memory, 0, 100000000)) << 20;
    return limits;
}

/// Options that say nothing without another one, or against it.
void require_engine(const boost::program_options::variables_map& given, const sweep_options& o) {
    const bool slurm = o.engine == "slurm";
    if (!slurm && o.engine != "local")
        throw input_error(diagnostic{"", 0, 0, "--engine", fmt::format("one of local, slurm is wanted, given '{}'", o.engine)});
    for (const char* option : {"shards", "partition"})
        if (!slurm && given.count(option) > 0)
            throw input_error(diagnostic{"", 0, 0, std::string("--") + option, "only with --engine slurm"});
    if (slurm && !o.shard.empty()) throw input_error(diagnostic{"", 0, 0, "--shard", "a job array gives its tasks their parts"});
    option_number("--shards", o.shards, 1, 100000);
}

void tell(progress_line& line, const sweep_progress& p) {
    std::string rest;
    if (p.failed > 0) rest += fmt::format(", {} failed", p.failed);
    if (!p.best.empty()) rest += "; best " + p.best;
    line.tell(p.done + p.refused + p.failed, p.total, rest);
}

sweep_origin origin_of(const sweep_space& space) {
    sweep_origin origin;
    origin.spec = space.spec().text;
    origin.spec_file = std::filesystem::path(space.spec().file).filename().string();
    origin.version = git_version;
    origin.points = space.size();
    origin.columns = space.columns();
    for (const auto& [file, text] : space.files()) origin.files.emplace_back(space.label_of(file), digest_of(text));
    std::sort(origin.files.begin(), origin.files.end());
    origin.minimize = space.spec().minimize;
    return origin;
}

/// What a resumed sweep must share with its beginning: rows of different makes would not compare.
void require_same(const sweep_origin& now, const sweep_origin& then, const std::string& file) {
    diagnostics problems;
    const auto differs = [&](const char* what) {
        problems.add({file, 0, 0, "--resume", fmt::format("{} has changed since the sweep began: start a new one", what)});
    };
    if (now.spec != then.spec) differs("the sweep's file");
    if (now.version != then.version) differs(fmt::format("the program ({} then, {} now)", then.version, now.version).c_str());
    if (now.files != then.files) differs("a platform, workload or cost table");
    if (then.priced_again) differs("the cost table");
    problems.throw_if_any();
}

result_store store_of(const sweep_options& o, const sweep_space& space) {
    if (!o.resume || !std::filesystem::exists(o.run.output)) return result_store::create(o.run.output, origin_of(space));
    result_store store = result_store::open(o.run.output, true);
    require_same(origin_of(space), store.origin(), o.run.output);
    store.write_ahead();
    return store;
}

/// Part K of N: every N-th simulation.
void keep_shard(const std::string& text, sweep_plan& plan) {
    if (text.empty()) return;
    const std::size_t slash = text.find('/');
    if (slash == std::string::npos) throw input_error(diagnostic{"", 0, 0, "--shard", fmt::format("K/N is wanted, given '{}'", text)});
    const int count = option_number("--shard", text.substr(slash + 1), 1, 100000),
              mine = option_number("--shard", text.substr(0, slash), 1, count);
    std::vector<planned_simulation> kept;
    for (std::size_t i = std::size_t(mine) - 1; i < plan.simulations.size(); i += std::size_t(count)) kept.push_back(plan.simulations[i]);
    plan.simulations = std::move(kept);
    if (mine > 1) plan.refused.clear();
}

void say_what_comes(const sweep_space& space, const sweep_plan& plan) {
    std::fprintf(stderr, "%s: %llu points in %zu simulations", space.spec().name.c_str(), static_cast<unsigned long long>(plan.points()),
                 plan.simulations.size());
    if (!plan.refused.empty()) std::fprintf(stderr, ", %zu of them can't be run", plan.refused.size());
    if (plan.left_out > 0) std::fprintf(stderr, "; constraints leave out %llu", static_cast<unsigned long long>(plan.left_out));
    std::fputc('\n', stderr);
}

exit_code end_of(result_store& store, const std::string& file) {
    store.finish();
    const auto count = [&](point_status status) { return static_cast<unsigned long long>(store.count(status)); };
    std::fprintf(stderr, "%s: %llu points done, %llu can't be run, %llu failed\n", file.c_str(), count(point_status::done),
                 count(point_status::refused), count(point_status::failed));
    return count(point_status::failed) > 0 || store.has_differences() ? exit_code::failed_check : exit_code::done;
}

exit_code run_here(const sweep_options& o, const sweep_space& space, const sweep_plan& plan, const weight_cache& cache) {
    result_store store = store_of(o, space);
    sweep_progress end;
    {
        progress_line line("points");
        end = run_sweep(space, plan, store, cache, limits_of(o), stop, [&](const sweep_progress& p) { tell(line, p); });
    }
    if (!stop) return end_of(store, o.run.output);
    std::fprintf(stderr, "symmetree: interrupted with %llu of %llu points recorded; go on with --resume\n",
                 static_cast<unsigned long long>(end.done) + end.refused + end.failed, static_cast<unsigned long long>(end.total));
    return exit_code::interrupted;
}

exit_code run_on_slurm(const sweep_options& o, const sweep_space& space, const sweep_plan& plan, const weight_cache& cache) {
    if (!cache.enabled())
        throw input_error(diagnostic{"", 0, 0, "--no-cache", "tasks of a job array share fitted weights through a cache"});
    slurm_job job;
    job.program = std::filesystem::read_symlink("/proc/self/exe").string();
    job.spec = o.spec;
    job.output = o.run.output;
    job.partition = o.partition;
    job.shards = static_cast<int>(std::min<std::size_t>(std::size_t(option_number("--shards", o.shards, 1, 100000)),
                                                        std::max<std::size_t>(plan.simulations.size(), 1)));
    job.arguments = {"--jobs",          std::to_string(jobs_of(o.run)),
                     "--point-timeout", o.timeout,
                     "--point-memory",  o.memory,
                     "--cache",         std::filesystem::absolute(cache.directory()).string()};
    result_store store = store_of(o, space);
    run_on_slurm(job, store, stop, [](const std::string& line) { std::fprintf(stderr, "%s\n", line.c_str()); });
    if (!stop) return end_of(store, o.run.output);
    std::fprintf(stderr, "symmetree: interrupted; the job array is cancelled, its results are kept; go on with --resume\n");
    return exit_code::interrupted;
}

}  // namespace

exit_code sweep_command(const std::vector<std::string>& words) {
    sweep_options o;
    const auto known = sweep_option_words(o);
    const auto given = parse_command(known, words, {"spec"});
    if (given.count("help")) {
        std::cout
            << "symmetree sweep SPEC.yaml --output results.db [options]\nMany points, one simulation per process, into one SQLite file.\n"
            << known;
        return exit_code::done;
    }
    require_engine(given, o);
    limits_of(o);
    if (!o.dry_run && o.run.output.empty()) throw input_error(diagnostic{"", 0, 0, "--output", "a file for the results is wanted"});
    const sweep_space space(load_sweep(o.spec), {networks_directory(), platforms_directory(), cost_directory()});
    sweep_plan plan = plan_sweep(space);
    say_what_comes(space, plan);
    if (o.dry_run) return exit_code::done;
    keep_shard(o.shard, plan);
    listen_to_signals();
    if (o.engine == "slurm") return run_on_slurm(o, space, plan, cache_of(o.run));
    if (!o.run.no_cache) return run_here(o, space, plan, cache_of(o.run));
    const temporary_folder folder;
    return run_here(o, space, plan, weight_cache(folder.path()));
}

}  // namespace symmetree
