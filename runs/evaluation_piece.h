#pragma once

#include <string>
#include <vector>

#include "core/npz_arrays.h"
#include "runs/evaluate.h"
#include "runs/evaluation_identity.h"

namespace symmetree {

/// What one process finds out about a range of images.
struct evaluation_piece {
    std::vector<std::vector<int>> best;  ///< per image
    std::string first_difference;
    std::string costs;  ///< of the first range: the report as JSON
    std::vector<std::string> tensors;
    npz_arrays arrays;  ///< what the dump wants and `best` has not
};

std::string to_text(const evaluation_piece& piece);
evaluation_piece piece_from(const std::string& text);

evaluation_piece float_piece(const evaluation_input& input, const image_range& range, const dump_request& dump);
evaluation_piece task_piece(const evaluation_input& input, const evaluation_task& task, const adapter_set& adapters,
                            const weight_cache& cache, const image_range& range, const cost_table& prices, const dump_request& dump);

/// `count` parts of one task, from the `first` on, in the order of the images.
evaluation_piece joined(const std::vector<std::string>& pieces, std::size_t first, std::size_t count);

}  // namespace symmetree
