#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>
#include <set>

#include "cli/command.h"
#include "cli/run_options.h"
#include "models/cost/variants.h"
#include "traces/numbers.h"
#include "traces/study_rows.h"
#include "traces/study_writers.h"
#include "traces/text_table.h"

namespace symmetree {
namespace {

constexpr int least_width = 2, greatest_width = 9;

struct cost_options {
    run_options run;  ///< format and output mean the same everywhere
    std::string table = "ratio_45nm", lanes = "16", activation_bits = "4", activations = "relu";
};

/// One kind of number of a variant: its column in CSV and JSON, its heading in text.
struct cost_measure {
    const char *column, *heading;
    int decimals;
    std::optional<double> variant_cost::*value;
};

constexpr cost_measure measures[] = {
    {"area_um2", "area per tree, um2", 0, &variant_cost::area_um2},
    {"luts", "LUTs per tree", 1, &variant_cost::luts},
    {"flip_flops", "flip-flops per tree", 1, &variant_cost::flip_flops},
    {"carries", "CARRY4 per tree", 1, &variant_cost::carries},
    {"dsps", "DSP48E1 per tree", 1, &variant_cost::dsps},
    {"delay_ns", "delay, ns", 2, &variant_cost::delay_ns},
    {"held_pj_per_mac", "energy per multiply-accumulate with weights held, pJ", 4, &variant_cost::held_pj_per_mac},
    {"streamed_pj_per_mac", "energy per multiply-accumulate with new weights for every vector, pJ", 4, &variant_cost::streamed_pj_per_mac}};

/// Every variant at every width; a place without costs in the table is absent.
class cost_matrix {
public:
    cost_matrix(const cost_table& table, const variant_sizes& sizes) : table_(table), sizes_(sizes) {
        for (const tree_variant v : every_tree_variant)
            for (int k = least_width; k <= greatest_width; ++k) costs_[{v, k}] = cost_of(v, k, sizes, table);
    }

    using value = std::optional<double>;
    value at(const cost_measure& m, tree_variant v, int k) const {
        const auto found = costs_.find({v, k});
        return found == costs_.end() ? value() : found->second.*m.value;
    }
    value over_symq(const cost_measure& m, tree_variant v, int k) const { return ratio(at(m, v, k), at(m, tree_variant::symq, k)); }
    value over_narrower(const cost_measure& m, tree_variant v, int k) const { return ratio(at(m, v, k), at(m, v, k - 1)); }

    bool empty() const {
        return std::none_of(std::begin(measures), std::end(measures), [&](const cost_measure& m) { return has(m); });
    }
    bool has(const cost_measure& m) const {
        return std::any_of(costs_.begin(), costs_.end(), [&](const auto& c) { return (c.second.*m.value).has_value(); });
    }
    /// What the numbers take for granted, one sentence each.
    std::vector<std::string> assumptions() const;

private:
    static value ratio(value a, value b) { return a && b && *b > 0 ? value(*a / *b) : value(); }

    const cost_table& table_;
    const variant_sizes sizes_;
    std::map<std::pair<tree_variant, int>, variant_cost> costs_;
};

std::vector<std::string> cost_matrix::assumptions() const {
    const variant_sizes& s = sizes_;
    std::vector<std::string> all{
        fmt::format("one tree of {} lanes, activations of {} bits, class {}, and its share of what stands beside it; widths of weight "
                    "codes as stored, "
                    "widened holds them in one bit more",
                    s.lanes, s.activation_bits, to_string(s.input)),
        "neither accumulators, requantizers, buffers nor memory; leakage is not in the energies; a vector every cycle, so that waits for "
        "outliers are not in dasq's",
        fmt::format("row_sum: {} trees share one activation sum, and at the drain {} corrections, each busy once per {} vectors ({} inputs "
                    "per output), and one "
                    "accumulator of {} bits and {} words for the sums",
                    s.trees, s.drain_lanes, (s.inputs + s.lanes - 1) / s.lanes, s.inputs, s.accumulator_bits, s.accumulator_depth),
        fmt::format("dasq: {} sparse lanes and {} bank adders for {} trees, outliers of {} bits, {:g} % of the weights: {:g} per tree and "
                    "vector, each loaded with its tile",
                    s.sparse_lanes, s.trees, s.trees, s.outlier_bits, 100 * s.outlier_share, s.lanes * s.outlier_share)};
    if (!table_.mix().empty()) all.push_back(table_.mix());
    std::set<std::string> told;
    for (const auto& [key, cost] : costs_)
        for (const std::string& part : cost.left_out)
            if (told.insert(part + to_string(key.first)).second)
                all.push_back(fmt::format("{} without its {}: the table has no costs for it", to_string(key.first), part));
    for (const cost_measure& m : measures)
        if (!has(m)) all.push_back(fmt::format("not in this table: {}", m.heading));
    return all;
}

/// Widths down, variants across.
template <class Value>
std::string block(const std::string& heading, int decimals, Value value) {
    std::vector<table_column> columns{{"k", ""}};
    for (const tree_variant v : every_tree_variant) columns.push_back({to_string(v), ""});
    text_table table(std::move(columns));
    for (int k = least_width; k <= greatest_width; ++k) {
        std::vector<std::string> row{std::to_string(k)};
        for (const tree_variant v : every_tree_variant) {
            const std::optional<double> number = value(v, k);
            row.push_back(number ? grouped(*number, decimals) : absent_cell);
        }
        table.add_row(std::move(row));
    }
    return heading + "\n" + table.text() + "\n";
}

std::string as_table(const cost_matrix& costs, const cost_table& table) {
    std::string out = fmt::format("{}: {}\n\n", table.name(), table.label());
    for (const cost_measure& m : measures) {
        if (!costs.has(m)) continue;
        out += block(m.heading, m.decimals, [&](tree_variant v, int k) { return costs.at(m, v, k); });
        out += block("  over symq at the same k", 3, [&](tree_variant v, int k) { return costs.over_symq(m, v, k); });
        out += block("  over the same at k - 1", 3, [&](tree_variant v, int k) { return costs.over_narrower(m, v, k); });
    }
    for (const std::string& line : costs.assumptions()) out += "* " + line + "\n";
    return out;
}

study as_rows(const cost_matrix& costs, const cost_table& table, const variant_sizes& sizes) {
    study s;
    for (const char* axis : {"table", "variant", "weight_bits", "activation_bits", "lanes", "activations"})
        s.columns.push_back({axis, column_role::axis, ""});
    for (const cost_measure& m : measures)
        for (const char* of : {"", "_over_symq", "_over_narrower"})
            s.columns.push_back({std::string(m.column) + of, column_role::metric, ""});
    for (const tree_variant v : every_tree_variant)
        for (int k = least_width; k <= greatest_width; ++k) {
            std::vector<cell> row{table.name(),
                                  std::string(to_string(v)),
                                  std::int64_t{k},
                                  std::int64_t{sizes.activation_bits},
                                  std::int64_t{sizes.lanes},
                                  std::string(to_string(sizes.input))};
            for (const cost_measure& m : measures)
                for (const auto& number : {costs.at(m, v, k), costs.over_symq(m, v, k), costs.over_narrower(m, v, k)})
                    row.push_back(number ? cell(*number) : cell());
            s.rows.push_back(std::move(row));
        }
    return s;
}

std::string as_json(const cost_matrix& costs, const cost_table& table, const variant_sizes& sizes) {
    nlohmann::ordered_json all;
    all["table"] = table.name();
    all["label"] = table.label();
    all["assumptions"] = costs.assumptions();
    all["not_modelled"] = table.not_modelled();
    all["rows"] = nlohmann::ordered_json::parse(rows_as_json(as_rows(costs, table, sizes)));
    return all.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

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
        case output_format::table: deliver(o.run, as_table(costs, table)); break;
        case output_format::csv: deliver(o.run, to_csv(as_rows(costs, table, sizes))); break;
        case output_format::json: deliver(o.run, as_json(costs, table, sizes)); break;
    }
    return exit_code::done;
}

}  // namespace symmetree
