#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "traces/report.h"
#include "traces/study.h"

namespace symmetree {

/// One way of running a network over a set of images: how many it gets right, and what a batch of them costs.
struct accuracy_row {
    std::string platform, scheme;
    std::string vector_unit;                 ///< arithmetic of the operators between the products: "integer", "float32"
    std::optional<std::int64_t> top1, top5;  ///< images whose label is the best class, or among the best five; absent without labels
    std::int64_t agreeing = 0;               ///< images whose best class is that of the float network
    std::int64_t checked = 0;                ///< images that the second executor ran, too
    std::string first_difference;            ///< empty: all of these were equal
    std::optional<report> costs;             ///< of one batch; absent where nothing was simulated
};

/// What `evaluate` found out.
struct accuracy_table {
    std::string network;
    std::int64_t images = 0;
    std::vector<accuracy_row> rows;  ///< the float network first
    std::vector<std::string> notes;
};

/// One row per row, with every metric of its costs: what reports are made from.
study study_of(const accuracy_table& t);
/// The same with the few columns that `evaluate` prints: ms, uJ, mW, mm2.
study brief_study_of(const accuracy_table& t);

/// docs/report-format.md, "JSON".
std::string to_json(const accuracy_table& t);
/// True for a document that to_json() of an accuracy_table wrote; false for all others, whatever they are.
bool is_accuracy_json(const std::string& text);
/// Reads back what to_json() wrote; throws input_error.
accuracy_table accuracy_from_json(const std::string& text);

}  // namespace symmetree
