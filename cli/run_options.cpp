#include "cli/run_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <thread>

#include "cli/command.h"
#include "core/output_file.h"
#include "traces/study_rows.h"
#include "traces/study_writers.h"
#include "workloads/files/load_workload.h"

namespace symmetree {
namespace {

/// `4` or `2..8`.
std::optional<width_range> widths_of(const std::string& option, const std::string& text) {
    if (text.empty()) return {};
    const std::size_t dots = text.find("..");
    if (dots == std::string::npos) {
        const int one = option_number(option, text, 2, 8);
        return width_range{one, one, false};
    }
    const width_range range{option_number(option, text.substr(0, dots), 2, 8), option_number(option, text.substr(dots + 2), 2, 8), true};
    if (range.last < range.first) throw input_error(diagnostic{"", 0, 0, option, fmt::format("the range runs downwards: '{}'", text)});
    return range;
}

std::vector<platform_config> platforms_named(const std::vector<std::string>& names) {
    std::vector<platform_config> platforms;
    for (const std::string& name : names) {
        platform_config next = load_platform(name, platforms_directory());
        if (std::any_of(platforms.begin(), platforms.end(), [&](const platform_config& p) { return p.name == next.name; }))
            throw input_error(diagnostic{
                "", 0, 0, "--platform",
                fmt::format("'{}' is a second platform of the name {}: rows and ratios could not be told apart", name, next.name)});
        platforms.push_back(std::move(next));
    }
    return platforms;
}

/// `a` and `b` are one file, however they are spelt.
bool same_file(const std::string& a, const std::string& b) {
    namespace fs = std::filesystem;
    std::error_code ignored;
    return fs::weakly_canonical(fs::absolute(a), ignored) == fs::weakly_canonical(fs::absolute(b), ignored);
}

}  // namespace

boost::program_options::options_description run_option_words(run_options& o, bool several_platforms) {
    namespace po = boost::program_options;
    po::options_description words("options");
    auto add = words.add_options();
    add("help,h", "this text");
    add("workload", po::value(&o.workload)->required(), "shipped network, .yaml workload or .onnx model");
    add("platform", po::value(&o.platforms)->required(),
        several_platforms ? "shipped platform or .yaml file; give it several times" : "shipped platform or .yaml file");
    add("scheme", po::value(&o.scheme), "number format in place of the platform's, e.g. symq:w4a8, dasq:w3a3:sw4:p98");
    add("weight-bits", po::value(&o.weight_bits), "width of array and scheme, 4 or 2..8");
    add("activation-bits", po::value(&o.activation_bits), "width of array and scheme, 4 or 2..8");
    add("seed", po::value(&o.seed), "seed of synthetic weights and inputs (1)");
    add("batch", po::value(&o.batch), "images that pass each layer before the next layer begins (1)");
    add("timing-only", po::bool_switch(&o.timing_only), "cycles and costs without values");
    add("no-check", po::bool_switch(&o.no_check), "do not compare with the reference product");
    add("jobs", po::value(&o.jobs), "simulations at a time (number of cores)");
    add("format", po::value(&o.format), "table, csv or json (table)");
    add("output", po::value(&o.output), "write to this file instead of the terminal");
    add("cache", po::value(&o.cache_directory), "folder of fitted weights ($SYMMETREE_CACHE, else ~/.cache/symmetree)");
    add("no-cache", po::bool_switch(&o.no_cache), "fit anew and keep nothing");
    if (!several_platforms) {
        add("vcd", po::value(&o.vcd), "write a VCD trace of busy, bank levels, stall causes, layer and tile");
        add("timeline", po::value(&o.timeline),
            "write a timeline of units, tiles, stalls and bandwidth for ui.perfetto.dev or chrome://tracing");
    }
    return words;
}

output_format format_of(const run_options& o) {
    if (o.format == "table") return output_format::table;
    if (o.format == "csv") return output_format::csv;
    if (o.format == "json") return output_format::json;
    throw input_error(diagnostic{"", 0, 0, "--format", fmt::format("one of table, csv, json is wanted, given '{}'", o.format)});
}

weight_cache cache_of(const run_options& o) {
    if (o.no_cache) return weight_cache("");
    return weight_cache(o.cache_directory.empty() ? weight_cache::default_directory() : o.cache_directory);
}

int jobs_of(const run_options& o) {
    if (!o.jobs.empty()) return option_number("--jobs", o.jobs, 1, 1024);
    const unsigned cores = std::thread::hardware_concurrency();
    return cores == 0 ? 1 : static_cast<int>(cores);
}

int batch_of(const std::string& text) { return option_number("--batch", text, 1, most_batch); }

std::uint64_t seed_of(const std::string& text) {
    const bool digits = !text.empty() && text.size() <= 19 && text.find_first_not_of("0123456789") == std::string::npos;
    if (!digits)
        throw input_error(
            diagnostic{"", 0, 0, "--seed", fmt::format("a whole number from 0 to 9999999999999999999 is wanted, given '{}'", text)});
    return std::stoull(text);
}

void require_files(const std::vector<std::pair<std::string, std::string>>& files) {
    for (std::size_t i = 0; i < files.size(); ++i) {
        const auto& [option, path] = files[i];
        if (path.empty()) continue;
        require_writable(path);
        for (std::size_t before = 0; before < i; ++before)
            if (!files[before].second.empty() && same_file(path, files[before].second))
                throw input_error(diagnostic{"", 0, 0, option, fmt::format("'{}' is the file of {}, too", path, files[before].first)});
    }
}

run_plan plan_of(const run_options& o) {
    require_files({{"--output", o.output}, {"--vcd", o.vcd}, {"--timeline", o.timeline}});
    if (!o.scheme.empty()) parse_scheme(o.scheme, 4, 4);  // a misspelt scheme is no reason to leave a width out
    run_request request;
    request.network = load_workload(o.workload, networks_directory());
    const auto weight_bits = widths_of("--weight-bits", o.weight_bits), activation_bits = widths_of("--activation-bits", o.activation_bits);
    request.seed = seed_of(o.seed);
    request.batch = batch_of(o.batch);
    request.timing_only = o.timing_only;
    request.check = !o.no_check;
    request.vcd_path = o.vcd;
    request.timeline_path = o.timeline;
    request.cost_directory = cost_directory();
    request.threads = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
    return plan_runs(request, platforms_named(o.platforms), o.scheme, weight_bits, activation_bits);
}

void deliver(const run_options& o, const std::string& text) {
    if (!o.output.empty()) {
        write_output(o.output, text);
        return;
    }
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
        throw input_error(diagnostic{"", 0, 0, "standard output", "can't be written"});
}

void deliver_rows(const run_options& o, const study& rows) {
    switch (format_of(o)) {
        case output_format::table: deliver(o, rows_as_table(rows)); break;
        case output_format::csv: deliver(o, to_csv(rows)); break;
        case output_format::json: deliver(o, rows_as_json(rows)); break;
    }
}

}  // namespace symmetree
