#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "workloads/formats/quantized_weights.h"
#include "workloads/quantize/symmetry.h"

namespace symmetree {

/// One code of a format, what it stands for, and how many weights of the layer have it.
struct level_use {
    int code = 0;
    std::optional<double> steps;  ///< its value in steps; absent where zero points or lists differ from channel to channel
    std::int64_t count = 0;
};

struct channel_errors {
    quantization_error error;
    double step = 1;
    int zero_point = 0;
    double midrange = 0, midrange_after = 0;  ///< |max + min| / 2 in standard deviations of the layer, with and without the stored outliers
};

/// What a format does to the weights of one layer.
struct weight_error_report {
    std::string layer;
    scheme used_scheme;
    std::int64_t rows = 0, columns = 0;
    quantization_error error;
    std::vector<channel_errors> channels;
    std::vector<level_use> levels;  ///< every code that can be written, used or not; outliers aside
    std::int64_t outliers_listed = 0, outliers_stored = 0;
    std::int64_t fullest_channel = 0;          ///< the most stored outliers of one channel
    std::optional<std::int64_t> fullest_cell;  ///< and of one cell of the scheme's bound, where it has one
    weight_symmetry symmetry;                  ///< the cut is DASQ's where that is used, else 98 % stay
    noise_symmetry noise;                      ///< of Gaussian noise of that shape

    std::int64_t unused_levels() const;
};

/// `group_rows`: as quantize_weights has it.
weight_error_report report_errors(const std::string& layer, const scheme& used, const std::vector<float>& weights,
                                  const quantized_weights& q, std::uint64_t seed, std::int64_t group_rows = 0);

}  // namespace symmetree
