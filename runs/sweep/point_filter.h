#pragma once

#include <memory>
#include <vector>

#include "runs/sweep/sweep_spec.h"
#include "traces/study.h"

namespace symmetree {

/// The constraints of a sweep. Each is an expression of SQLite over the columns of a point; it can read them and call
/// SQLite's functions, nothing else. An absent value makes no constraint true.
class point_filter {
public:
    /// `known` columns have values before a point runs, `metrics` only afterwards. Throws input_error: constraint and line of each
    /// expression that is none.
    point_filter(const std::vector<sweep_constraint>& constraints, const std::vector<study_column>& known,
                 const std::vector<study_column>& metrics);
    ~point_filter();

    /// False when a constraint over known columns does not hold: the point is left out.
    bool keeps(const std::vector<cell>& known);
    /// The same before the area is known: constraints over it don't count.
    bool keeps_unsized(const std::vector<cell>& known);
    /// True when all others hold, too.
    bool feasible(const std::vector<cell>& known, const std::vector<cell>& metrics);

private:
    struct state;
    std::unique_ptr<state> state_;
};

}  // namespace symmetree
