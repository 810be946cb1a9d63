#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/limits.h"
#include "core/safetensors.h"
#include "core/yaml_reader.h"
#include "workloads/import/onnx_initializers.h"

// Fields that layers and operators of a workload file have in common.

namespace symmetree {

int whole(yaml_reader& reader, const std::string& key, std::int64_t low, std::int64_t high, std::optional<std::int64_t> otherwise = {});
/// From 1 to largest_extent.
int extent(yaml_reader& reader, const std::string& key, std::optional<std::int64_t> otherwise = {});
/// `key: n` for both axes or `key: [height, width]`.
void read_axes(yaml_reader& reader, const std::string& key, std::optional<std::int64_t> otherwise, int& height, int& width);

struct padding_sides {
    int top = 0, left = 0, bottom = 0, right = 0;
};
/// `padding: n`, `[height, width]` or `[top, left, bottom, right]`.
padding_sides read_padding(yaml_reader& reader);

/// The one key of `kinds` that the mapping has; reports none and several.
std::string one_of(yaml_reader& reader, const std::vector<std::string>& kinds);
/// `name`, 1 to 200 printable ASCII characters; reports a name that is none.
std::string read_name(yaml_reader& reader);

/// The tensor files and ONNX models that one workload file names; each is opened once.
class tensor_sources {
public:
    /// Relative paths start at `directory`.
    explicit tensor_sources(std::filesystem::path directory) : directory_(std::move(directory)) {}

    std::string path_of(const std::string& file) const { return (directory_ / file).string(); }
    /// Both throw input_error.
    const safetensors_file& tensors(const std::string& path);
    const onnx_initializers& model(const std::string& path);

    /// `{file, tensor}` or `{onnx, initializer}` under `key` of `reader`, with these dimensions. Null where that is wrong,
    /// which is reported.
    std::shared_ptr<const std::vector<float>> read(yaml_reader& reader, const std::string& key,
                                                   const std::vector<std::int64_t>& dimensions);

private:
    std::filesystem::path directory_;
    std::map<std::string, safetensors_file> files_;
    std::map<std::string, onnx_initializers> models_;
};

}  // namespace symmetree
