#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace symmetree {

/// How pixels become a network's input: (pixel / divisor - mean) / std in float32, rounded after each operation as PyTorch does.
struct normalization {
    float divisor = 255;           ///< of 8-bit pixels; pixels stored as floats count as divided already
    std::vector<float> mean;       ///< one per channel, or one for all
    std::vector<float> deviation;  ///< "std": as many, each above 0
};

/// Reads `mean=0.485,0.456,0.406 std=0.229,0.224,0.225`, in any order, optionally with `divisor=255`.
/// Throws input_error naming `option` as the field.
normalization parse_normalization(const std::string& text, const std::string& option);

/// What parse_normalization() reads back as the same numbers.
std::string to_string(const normalization& n);

/// Reads the keys `normalization.mean`, `.std` and `.divisor` of a model's metadata; absent where it has none of them.
/// Throws input_error naming the file and the key.
std::optional<normalization> normalization_of(const std::map<std::string, std::string>& metadata, const std::string& file);

/// One value per channel and an 8-bit image of [channels][pixels] to floats of the same order. Throws input_error where the
/// constants are for another number of channels; `field` says whose they are.
void check_channels(const normalization& n, int channels, const std::string& field);
std::vector<float> normalized(const std::uint8_t* image, int channels, std::size_t pixels, const normalization& n);
/// The same for pixels stored as floats, which are not divided.
std::vector<float> normalized(const float* image, int channels, std::size_t pixels, const normalization& n);

}  // namespace symmetree
