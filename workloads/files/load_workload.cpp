#include "workloads/files/load_workload.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "workloads/import/onnx_import.h"

namespace symmetree {

namespace {

/// A document or a model, but not the float model that a quantized workload brings (X.network.onnx).
bool is_workload(const std::filesystem::path& file) {
    return file.extension() == ".yaml" || (file.extension() == ".onnx" && file.stem().extension() != ".network");
}

}  // namespace

std::vector<std::string> shipped_workloads(const std::string& shipped_directory) {
    std::vector<std::string> names;
    std::error_code failed;
    for (std::filesystem::directory_iterator entry(shipped_directory, failed), end; !failed && entry != end; entry.increment(failed))
        if (is_workload(entry->path())) names.push_back(entry->path().stem().string());
    std::sort(names.begin(), names.end());
    return names;
}

std::string workload_file(const std::string& name_or_path, const std::string& shipped_directory) {
    const std::string extension = std::filesystem::path(name_or_path).extension().string();
    if (extension == ".yaml" || extension == ".yml" || extension == ".onnx") return name_or_path;
    const std::vector<std::string> shipped = shipped_workloads(shipped_directory);
    if (std::find(shipped.begin(), shipped.end(), name_or_path) != shipped.end()) {
        const std::filesystem::path trained = std::filesystem::path(shipped_directory) / (name_or_path + ".onnx");
        return (std::filesystem::exists(trained) ? trained : std::filesystem::path(trained).replace_extension(".yaml")).string();
    }
    throw input_error(diagnostic{
        "", 0, 0, "workload",
        fmt::format("a shipped network ({}) or a .yaml or .onnx file is wanted, given '{}'", fmt::join(shipped, ", "), name_or_path)});
}

workload load_workload(const std::string& name_or_path, const std::string& shipped_directory) {
    const std::string file = workload_file(name_or_path, shipped_directory);
    return std::filesystem::path(file).extension() == ".onnx" ? load_workload_onnx(file) : load_workload_yaml(file);
}

}  // namespace symmetree
