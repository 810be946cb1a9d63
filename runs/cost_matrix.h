#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "models/cost/variants.h"
#include "traces/study.h"

namespace symmetree {

/// One kind of number of a variant: its column in CSV and JSON, its heading in text.
struct cost_measure {
    const char *column, *heading;
    int decimals;
    std::optional<double> variant_cost::*value;
};

/// Every variant of a multiplier tree at weight codes of 2 to 9 bits; a place without costs in the table is absent. The table must outlive
/// the matrix.
class cost_matrix {
public:
    cost_matrix(const cost_table& table, const variant_sizes& sizes);

    using value = std::optional<double>;
    value at(const cost_measure& m, tree_variant v, int k) const;
    value over_symq(const cost_measure& m, tree_variant v, int k) const { return ratio(at(m, v, k), at(m, tree_variant::symq, k)); }
    value over_narrower(const cost_measure& m, tree_variant v, int k) const { return ratio(at(m, v, k), at(m, v, k - 1)); }

    bool empty() const;
    bool has(const cost_measure& m) const;
    /// What the numbers take for granted, one sentence each.
    std::vector<std::string> assumptions() const;
    const cost_table& table() const { return table_; }
    const variant_sizes& sizes() const { return sizes_; }

private:
    /// "composed: mac_tree": units with a key that no row answers.
    std::vector<std::string> not_rows() const;
    static value ratio(value a, value b) { return a && b && *b > 0 ? value(*a / *b) : value(); }

    const cost_table& table_;
    const variant_sizes sizes_;
    std::map<std::pair<tree_variant, int>, variant_cost> costs_;
};

/// Widths down, variants across, a block for each measure that the table has.
std::string to_table(const cost_matrix& costs);
/// One row for each variant and width.
study study_of(const cost_matrix& costs);
std::string to_json(const cost_matrix& costs);

}  // namespace symmetree
