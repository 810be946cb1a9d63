#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/error.h"

namespace symmetree {

/// A field of platform, workload or scheme and the values it takes. Fields: docs/sweep-format.md.
struct sweep_axis {
    struct value {
        std::string text;  ///< as written; a scalar of YAML
        diagnostic place;
    };
    std::string field;   ///< "platform.array.trees", "scheme", "weight_bits", "workload.layers[conv*].weight_bits"
    std::string column;  ///< name of its column in the results
    std::vector<value> values;
    diagnostic place;
};

/// How axes are combined: all combinations of the parts (product), or the parts in step (zip).
struct axis_block {
    enum class kind { axis, product, zip };
    kind holds = kind::product;
    std::size_t axis = 0;           ///< of an axis: index into sweep_spec::axes
    std::vector<axis_block> parts;  ///< of product and zip
    std::uint64_t size = 1;         ///< combinations
};

/// A condition on the columns of a point, an expression of SQLite.
struct sweep_constraint {
    std::string expression;
    diagnostic place;
};

/// A sweep as its file says it; the fields' values are not looked at yet.
struct sweep_spec {
    std::string file, text;  ///< where it was read, what it says
    std::string name, description;
    std::string workload, platform, scheme;  ///< empty: an axis gives it; scheme: the platform's own
    diagnostic workload_place, platform_place, scheme_place;
    std::uint64_t seed = 1;
    bool exact = false;  ///< values are computed and checked; otherwise timing only
    std::vector<sweep_axis> axes;
    axis_block combinations;
    std::vector<sweep_constraint> constraints;
    std::string baseline;               ///< platform that ratios refer to: given, or the first of the axis `platform`
    std::vector<std::string> minimize;  ///< columns of results; the first one tells the best so far
};

/// Reads and checks the form of a sweep. Throws input_error with all problems: file, line and column of each.
sweep_spec load_sweep(const std::string& path);
sweep_spec parse_sweep(const std::string& yaml, const std::string& file_name);

/// For combination `index` of a block, which value each axis takes; axes outside the block keep theirs.
void choose(const axis_block& block, std::uint64_t index, std::vector<std::size_t>& choice);

}  // namespace symmetree
