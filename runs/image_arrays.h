#pragma once

#include <vector>

#include "core/npz_arrays.h"
#include "runs/evaluation_dump.h"
#include "runs/network_record.h"

namespace symmetree {

// The arrays of one row of an evaluation, image by image, named as docs/evaluate.md says but for the row's name in front.

/// Scores of the float network.
void append_scores(npz_arrays& arrays, const std::vector<float>& scores);
/// Scores of a network in codes.
void append_scores(npz_arrays& arrays, const std::vector<std::int16_t>& codes, const tensor_format& format);
/// The format of a network's scores.
void set_score_format(npz_arrays& arrays, const tensor_format& format);
/// Steps, zero points and limits of every tensor.
void set_formats(npz_arrays& arrays, const quantized_network& q);
/// Codes and sums of the image that was recorded last, as the dump wants them.
void append_record(npz_arrays& arrays, const quantized_network& q, const network_record& record, const dump_request& dump);
/// Best classes, by image.
void set_predictions(npz_arrays& arrays, const std::vector<std::vector<int>>& best);

}  // namespace symmetree
