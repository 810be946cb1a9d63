#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/enumerators.h"

namespace symmetree {

/// What of an evaluation's images can be kept as arrays. Names, types and shapes: docs/evaluate.md, "Values for scripts".
enum class dumped_value {
    logits,        ///< of every image, by the float network and by every task
    predictions,   ///< the best class, likewise
    codes,         ///< of every tensor, as they stand in the simulated memory; of the first images
    accumulators,  ///< of every layer, as they enter the requantizer; of the first images
};
constexpr const char* to_string(dumped_value v) {
    switch (v) {
        case dumped_value::logits: return "logits";
        case dumped_value::predictions: return "predictions";
        case dumped_value::codes: return "codes";
        case dumped_value::accumulators: return "accumulators";
    }
    return "?";
}

/// Images `first` to `first + count - 1`.
struct image_range {
    std::int64_t first = 0, count = 0;
};

/// What is to be kept. As it stands here: nothing.
struct dump_request {
    per_enumerator<dumped_value, bool> wanted;
    std::int64_t images = 0;  ///< codes and accumulators are those of so many first images

    bool any() const { return looks_inside() || wanted[dumped_value::logits] || wanted[dumped_value::predictions]; }
    /// Codes or accumulators.
    bool looks_inside() const { return wanted[dumped_value::codes] || wanted[dumped_value::accumulators]; }
    /// How many images of a range have their codes or accumulators kept.
    std::int64_t recorded(const image_range& range) const;
};

/// Bounds what is kept in memory on its way into the file.
inline constexpr std::int64_t largest_dump_bytes = 1'000'000'000;

struct evaluation_input;
struct evaluation_task;

/// What the arrays of a task are named by: "symq/symq:w4a4", with "/float32" behind it where the vector unit computes in floats.
std::string row_name(const evaluation_task& task);

/// Throws input_error where tasks would share their names, nothing of what is asked for exists, or it takes more than largest_dump_bytes.
void check_dump(const dump_request& dump, const evaluation_input& input, const std::vector<evaluation_task>& tasks);

}  // namespace symmetree
