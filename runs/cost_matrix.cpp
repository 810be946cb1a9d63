#include "runs/cost_matrix.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>

#include "traces/numbers.h"
#include "traces/study_rows.h"
#include "traces/text_table.h"

namespace symmetree {
namespace {

constexpr int least_width = 2, greatest_width = 9;

constexpr cost_measure measures[] = {
    {"area_um2", "area per tree, um2", 0, &variant_cost::area_um2},
    {"luts", "LUTs per tree", 1, &variant_cost::luts},
    {"flip_flops", "flip-flops per tree", 1, &variant_cost::flip_flops},
    {"carries", "CARRY4 per tree", 1, &variant_cost::carries},
    {"dsps", "DSP48E1 per tree", 1, &variant_cost::dsps},
    {"delay_ns", "delay, ns", 2, &variant_cost::delay_ns},
    {"held_pj_per_mac", "energy per multiply-accumulate with weights held, pJ", 4, &variant_cost::held_pj_per_mac},
    {"streamed_pj_per_mac", "energy per multiply-accumulate with new weights for every vector, pJ", 4, &variant_cost::streamed_pj_per_mac}};

/// Widths down, variants across.
template <class Value>
std::string block(const std::string& heading, int decimals, Value value) {
    std::vector<table_column> columns{{"k", ""}};
    for (const tree_variant v : enumerators<tree_variant>()) columns.push_back({to_string(v), ""});
    text_table table(std::move(columns));
    for (int k = least_width; k <= greatest_width; ++k) {
        std::vector<std::string> row{std::to_string(k)};
        for (const tree_variant v : enumerators<tree_variant>()) {
            const std::optional<double> number = value(v, k);
            row.push_back(number ? grouped(*number, decimals) : absent_cell);
        }
        table.add_row(std::move(row));
    }
    return heading + "\n" + table.text() + "\n";
}

}  // namespace

cost_matrix::cost_matrix(const cost_table& table, const variant_sizes& sizes) : table_(table), sizes_(sizes) {
    for (const tree_variant v : enumerators<tree_variant>())
        for (int k = least_width; k <= greatest_width; ++k) costs_[{v, k}] = cost_of(v, k, sizes, table);
}

cost_matrix::value cost_matrix::at(const cost_measure& m, tree_variant v, int k) const {
    const auto found = costs_.find({v, k});
    return found == costs_.end() ? value() : found->second.*m.value;
}

bool cost_matrix::empty() const {
    return std::none_of(std::begin(measures), std::end(measures), [&](const cost_measure& m) { return has(m); });
}

bool cost_matrix::has(const cost_measure& m) const {
    return std::any_of(costs_.begin(), costs_.end(), [&](const auto& c) { return (c.second.*m.value).has_value(); });
}

std::vector<std::string> cost_matrix::not_rows() const {
    std::map<price_origin, std::vector<std::string>> units;
    for (const auto& [place, cost] : costs_)
        for (const variant_part& part : parts_of(place.first, place.second, sizes_)) {
            const std::optional<price_origin> origin = table_.has(part.key) ? table_.origin(part.key) : std::nullopt;
            if (origin != price_origin::interpolated && origin != price_origin::composed) continue;
            std::vector<std::string>& names = units[*origin];
            if (std::find(names.begin(), names.end(), to_string(part.key.unit)) == names.end())
                names.emplace_back(to_string(part.key.unit));
        }
    std::vector<std::string> lines;
    for (const auto& [origin, names] : units) lines.push_back(fmt::format("{}: {}", to_string(origin), fmt::join(names, ", ")));
    return lines;
}

std::vector<std::string> cost_matrix::assumptions() const {
    const variant_sizes& s = sizes_;
    std::vector<std::string> all{
        fmt::format("one tree of {} lanes, activations of {} bits, class {}, and its share of what stands beside it; widths of weight "
                    "codes as stored, "
                    "widened and port_subtract hold W - z in one bit more",
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
    for (const std::string& line : not_rows()) all.push_back(line);
    return all;
}

std::string to_table(const cost_matrix& costs) {
    const cost_table& table = costs.table();
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

study study_of(const cost_matrix& costs) {
    const variant_sizes& sizes = costs.sizes();
    study s;
    for (const char* axis : {"table", "variant", "weight_bits", "activation_bits", "lanes", "activations"})
        s.columns.push_back({axis, column_role::axis, ""});
    for (const cost_measure& m : measures)
        for (const char* of : {"", "_over_symq", "_over_narrower"})
            s.columns.push_back({std::string(m.column) + of, column_role::metric, ""});
    for (const tree_variant v : enumerators<tree_variant>())
        for (int k = least_width; k <= greatest_width; ++k) {
            std::vector<cell> row{costs.table().name(),      std::string(to_string(v)),
                                  std::int64_t{k},           std::int64_t{sizes.activation_bits},
                                  std::int64_t{sizes.lanes}, std::string(to_string(sizes.input))};
            for (const cost_measure& m : measures)
                for (const auto& number : {costs.at(m, v, k), costs.over_symq(m, v, k), costs.over_narrower(m, v, k)})
                    row.push_back(number ? cell(*number) : cell());
            s.rows.push_back(std::move(row));
        }
    return s;
}

std::string to_json(const cost_matrix& costs) {
    const cost_table& table = costs.table();
    nlohmann::ordered_json all;
    all["table"] = table.name();
    all["label"] = table.label();
    all["assumptions"] = costs.assumptions();
    all["not_modelled"] = table.not_modelled();
    all["rows"] = nlohmann::ordered_json::parse(rows_as_json(study_of(costs)));
    return all.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace symmetree
