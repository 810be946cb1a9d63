#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <map>
#include <systemc>

#include "cli/command.h"

namespace {

constexpr const char* usage =
    "symmetree: what each way of quantizing a vision network costs on the same accelerator, bit for bit\n"
    "\n"
    "  symmetree compare  --workload W --platform P1 --platform P2 ...   platforms side by side\n"
    "  symmetree run      --workload W --platform P                      one platform, layer by layer\n"
    "  symmetree evaluate --workload M --images S --calibration C --platform P  how many images a network gets right\n"
    "  symmetree sweep    SPEC.yaml --output results.db                  many points, one process each\n"
    "  symmetree pareto   results.db --minimize energy_j,latency_s       its best points\n"
    "  symmetree query    results.db \"SELECT ...\"                       any other question to it\n"
    "  symmetree reprice  results.db --table T                           other prices for the same counters\n"
    "  symmetree report   FILE... --output page.html                     page, tables and figures of results\n"
    "  symmetree analyze  --workload W                                   how symmetric the weights of every layer are\n"
    "  symmetree cost     --table T                                      what a tree costs by width and variant\n"
    "  symmetree quantize --workload W --scheme S --output Q.yaml        codes of every layer, and what they lose\n"
    "  symmetree describe --platform P                                   effective configuration and block diagram\n"
    "  symmetree list                                                    shipped platforms and workloads\n"
    "\n"
    "--help after a command tells its options. Exit codes: 0 done, 1 failed check or point, 2 wrong use or input, 3 model\n"
    "fault, 130 interrupted.\n";

symmetree::exit_code dispatch(const std::vector<std::string>& words) {
    using command = symmetree::exit_code (*)(const std::vector<std::string>&);
    const std::map<std::string, command> commands{
        {"run", symmetree::run_command},           {"evaluate", symmetree::evaluate_command}, {"compare", symmetree::compare_command},
        {"analyze", symmetree::analyze_command},   {"cost", symmetree::cost_command},         {"quantize", symmetree::quantize_command},
        {"describe", symmetree::describe_command}, {"list", symmetree::list_command},         {"report", symmetree::report_command},
        {"sweep", symmetree::sweep_command},       {"pareto", symmetree::pareto_command},     {"query", symmetree::query_command},
        {"reprice", symmetree::reprice_command}};
    if (words.empty() || words[0] == "--help" || words[0] == "-h") {
        std::fputs(usage, words.empty() ? stderr : stdout);
        return words.empty() ? symmetree::exit_code::wrong_input : symmetree::exit_code::done;
    }
    const auto found = commands.find(words[0]);
    if (found == commands.end()) {
        std::string known;
        for (const auto& [name, run] : commands) known += (known.empty() ? "" : ", ") + name;
        throw symmetree::input_error(symmetree::diagnostic{"", 0, 0, "command line", "no command '" + words[0] + "'; known: " + known});
    }
    return found->second({words.begin() + 1, words.end()});
}

/// One problem per line; `file:line:column:` stands first, where editors and terminals look for it.
void report_problems(const symmetree::input_error& error) {
    for (const symmetree::diagnostic& problem : error.problems())
        std::fprintf(stderr, "%s%s\n", problem.file.empty() ? "symmetree: " : "", problem.text().c_str());
}

}  // namespace

int sc_main(int argc, char* argv[]) {
    symmetree::exit_code code;
    try {
        code = dispatch({argv + 1, argv + argc});
    } catch (const symmetree::input_error& e) {
        report_problems(e);
        code = symmetree::exit_code::wrong_input;
    } catch (const std::exception& e) {
        std::fprintf(stderr, "symmetree: model fault: %s\n", e.what());
        code = symmetree::exit_code::model_fault;
    }
    return static_cast<int>(code);
}

int main(int argc, char* argv[]) {
    setenv("SC_COPYRIGHT_MESSAGE", "DISABLE", 1);  // stdout and stderr belong to results and messages
    return sc_core::sc_elab_and_sim(argc, argv);
}
