#include <fmt/format.h>

#include <iostream>

#include "cli/command.h"
#include "cli/run_options.h"
#include "runs/cost_matrix.h"
#include "traces/study_writers.h"

namespace symmetree {
namespace {

struct cost_options {
    run_options run;  ///< format and output mean the same everywhere
    std::string table = "ratio_45nm", lanes = "16", activation_bits = "4", activations = "relu";
};

activation_class class_of(const std::string& text) {
    for (const activation_class c : {activation_class::relu, activation_class::gelu, activation_class::dense})
        if (text == to_string(c)) return c;
    throw input_error(diagnostic{"", 0, 0, "--activations", fmt::format("one of relu, gelu, dense is wanted, given '{}'", text)});
}

boost::program_options::options_description words_of(cost_options& o) {
    namespace po = boost::program_options;
    po::options_description words("options");
    auto add = words.add_options();
    add("help,h", "this text");
    add("table", po::value(&o.table), "shipped cost table or .yaml file (ratio_45nm)");
    add("lanes", po::value(&o.lanes), "lanes of a tree, 1 to 64 (16)");
    add("activation-bits", po::value(&o.activation_bits), "width of the activations, 2 to 8 (4)");
    add("activations", po::value(&o.activations), "relu, gelu or dense: which energies (relu)");
    add("format", po::value(&o.run.format), "table, csv or json (table)");
    add("output", po::value(&o.run.output), "write to this file instead of the terminal");
    return words;
}

}  // namespace

exit_code cost_command(const std::vector<std::string>& words) {
    cost_options o;
    const auto known = words_of(o);
    if (parse_command(known, words).count("help")) {
        std::cout << "symmetree cost [options]\nWhat a multiplier tree costs by weight width, one column per zero-point form, DASQ, PoT "
                     "and POST; nothing is\n"
                     "simulated. Tables are made by `python3 scripts/characterize` (docs/cost-model.md).\n"
                  << known;
        return exit_code::done;
    }
    const output_format format = format_of(o.run);
    variant_sizes sizes;
    sizes.lanes = option_number("--lanes", o.lanes, 1, 64);
    sizes.activation_bits = option_number("--activation-bits", o.activation_bits, 2, 8);
    sizes.input = class_of(o.activations);
    const cost_table table = cost_table::load(o.table, cost_directory());
    const cost_matrix costs(table, sizes);
    if (costs.empty()) table.unit(parts_of(tree_variant::symq, 4, sizes).front().key);  // says what the table covers
    switch (format) {
        case output_format::table: deliver(o.run, to_table(costs)); break;
        case output_format::csv: deliver(o.run, to_csv(study_of(costs))); break;
        case output_format::json: deliver(o.run, to_json(costs)); break;
    }
    return exit_code::done;
}

}  // namespace symmetree
