#include "runs/sweep/query.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>

#include "cli/command.h"
#include "cli/run_options.h"
#include "runs/sweep/stored_reports.h"
#include "traces/pareto.h"

namespace symmetree {
namespace {

boost::program_options::options_description row_options(run_options& o) {
    namespace po = boost::program_options;
    po::options_description words("options");
    words.add_options()("help,h", "this text")("format", po::value(&o.format), "table, csv or json (table)")(
        "output", po::value(&o.output), "write to this file instead of the terminal");
    return words;
}

std::vector<std::string> words_of(const std::string& list) {
    std::vector<std::string> words;
    for (std::size_t begin = 0; begin < list.size();) {
        const std::size_t end = std::min(list.find(',', begin), list.size());
        words.push_back(list.substr(begin, end - begin));
        begin = end + 1;
    }
    return words;
}

std::vector<objective> objectives_of(const std::string& minimize, const std::string& maximize) {
    std::vector<objective> all;
    for (const std::string& column : words_of(minimize)) all.push_back({column, false});
    for (const std::string& column : words_of(maximize)) all.push_back({column, true});
    if (all.empty()) throw input_error(diagnostic{"", 0, 0, "--minimize", "at least one column is wanted, here or in --maximize"});
    return all;
}

/// The front's rows, with labels, axes and objectives only.
study front_of(const study& s, const std::vector<objective>& objectives, const std::vector<std::string>& per) {
    study front;
    std::vector<std::size_t> kept;
    for (std::size_t c = 0; c < s.columns.size(); ++c) {
        const bool wanted =
            std::any_of(objectives.begin(), objectives.end(), [&](const objective& o) { return o.column == s.columns[c].name; });
        if (s.columns[c].role != column_role::axis && !wanted) continue;
        kept.push_back(c);
        front.columns.push_back(s.columns[c]);
    }
    for (const std::size_t row : pareto_front(s, objectives, per)) {
        std::vector<cell> values;
        for (const std::size_t c : kept) values.push_back(s.rows[row][c]);
        front.rows.push_back(std::move(values));
    }
    return front;
}

}  // namespace

exit_code query_command(const std::vector<std::string>& words) {
    run_options o;
    std::string file, sql;
    auto known = row_options(o);
    known.add_options()("file", boost::program_options::value(&file)->required(), "results of a sweep")(
        "sql", boost::program_options::value(&sql)->required(), "one SELECT; tables and columns: docs/sweep-format.md");
    if (parse_command(known, words, {"file", "sql"}).count("help")) {
        std::cout << "symmetree query results.db \"SELECT ...\" [options]\nRows of a sweep's results; the file is only read.\n" << known;
        return exit_code::done;
    }
    format_of(o);
    deliver_rows(o, query_rows(file, sql));
    return exit_code::done;
}

exit_code pareto_command(const std::vector<std::string>& words) {
    run_options o;
    std::string file, minimize, maximize, per = "workload";
    auto known = row_options(o);
    known.add_options()("file", boost::program_options::value(&file)->required(), "results of a sweep")(
        "minimize", boost::program_options::value(&minimize), "columns, separated by commas")(
        "maximize", boost::program_options::value(&maximize), "columns, separated by commas")(
        "per", boost::program_options::value(&per), "columns whose values have a front each (workload)");
    if (parse_command(known, words, {"file"}).count("help")) {
        std::cout << "symmetree pareto results.db --minimize energy_j,latency_s [--maximize COLUMN] [options]\n"
                     "The points that no other point betters in everything.\n"
                  << known;
        return exit_code::done;
    }
    format_of(o);
    deliver_rows(o, front_of(load_study(file, 0), objectives_of(minimize, maximize), words_of(per)));
    return exit_code::done;
}

exit_code reprice_command(const std::vector<std::string>& words) {
    std::string file, table;
    boost::program_options::options_description known("options");
    known.add_options()("help,h", "this text")("file", boost::program_options::value(&file)->required(), "results of a sweep")(
        "table", boost::program_options::value(&table)->required(), "shipped cost table or .yaml file");
    if (parse_command(known, words, {"file"}).count("help")) {
        std::cout << "symmetree reprice results.db --table NAME|FILE\nOther prices for the same counters: nothing is simulated.\n" << known;
        return exit_code::done;
    }
    result_store store = result_store::open(file, true);
    reprice(store, table, cost_directory());
    return exit_code::done;
}

}  // namespace symmetree
