#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/cost/cost_table.h"
#include "runs/prepare.h"
#include "runs/sweep/sweep_spec.h"
#include "traces/study.h"

namespace symmetree {

/// Where shipped files are.
struct shipped_directories {
    std::string networks, platforms, costs;
};

/// A point that can be run, or why it can't: fields that don't go together, a scheme that the platform has no unit for.
struct sweep_point {
    std::optional<run_request> request;
    std::string refusal;  ///< empty when `request` is there
    std::string network;  ///< the workload as it was asked for, swept fields included

    /// Points of equal keys run in the same cycles and differ in cost only. Of points that can be run.
    std::string simulation_key() const;
};

/// All points of a sweep, made on demand: nothing is kept per point.
class sweep_space {
public:
    /// Reads every file that the sweep names. Throws input_error: axis, file, line and column of every value that no field takes.
    sweep_space(sweep_spec spec, shipped_directories shipped);
    ~sweep_space();
    sweep_space(sweep_space&&) noexcept;

    const sweep_spec& spec() const { return spec_; }
    std::uint64_t size() const { return spec_.combinations.size; }
    /// Label columns (workload, platform, scheme where they are no axes), then the axes.
    const std::vector<study_column>& columns() const { return columns_; }
    /// Throws input_error, with the axis and its line, when a value is outside the range of its field.
    sweep_point point(std::uint64_t index) const;
    /// The values of columns() at a point; labels are absent where it can't be run.
    std::vector<cell> cells(std::uint64_t index, const sweep_point& point) const;
    /// The files that were read so far and what they hold.
    const std::map<std::string, std::string>& files() const;
    /// A file as results name it, the same on every machine: by its path from the sweep's folder or from the shipped ones; one that
    /// is in none of them by its last part.
    std::string label_of(const std::string& file) const;

private:
    class sources;
    class point_builder;

    std::vector<std::size_t> choice(std::uint64_t index) const;

    sweep_spec spec_;
    std::vector<study_column> columns_;
    std::unique_ptr<sources> sources_;
};

/// A scalar as a column of results holds it: a whole number, a real one, else text.
cell cell_of(const std::string& text);

}  // namespace symmetree
