#include "workloads/import/onnx_model.h"

#include <fmt/format.h>
#include <google/protobuf/stubs/logging.h>
#include <onnx/checker.h>
#include <onnx/defs/schema.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <limits>
#include <optional>

#include "core/error.h"
#include "core/text.h"
#include "workloads/operators/layer_checks.h"

namespace symmetree::onnx_import {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t largest_file_bytes = std::numeric_limits<std::int32_t>::max();  // protobuf counts in int
constexpr std::uint64_t largest_external_bytes = std::uint64_t{1} << 32;                ///< of all tensors together
constexpr int oldest_opset = 7;                                                         // before it, broadcasting worked differently

[[noreturn]] void refuse(const std::string& file, const std::string& field, const std::string& message) {
    throw input_error(diagnostic{file, 0, 0, field, message});
}

std::string bytes_of(const std::string& path) {
    std::error_code failed;
    const std::uint64_t size = fs::is_regular_file(path, failed) ? fs::file_size(path, failed) : 0;
    std::ifstream in(path, std::ios::binary);
    if (!in || failed || !fs::is_regular_file(path, failed)) refuse(path, "", "can't be read");
    if (size > largest_file_bytes) refuse(path, "", fmt::format("{} bytes; at most {} are allowed", size, largest_file_bytes));
    std::string content(size, '\0');
    if (!in.read(content.data(), static_cast<std::streamsize>(size))) refuse(path, "", "can't be read");
    return content;
}

/// Where the external data of one tensor lies.
struct external_range {
    std::string location;
    std::uint64_t offset = 0;
    std::optional<std::uint64_t> length;
};

std::optional<std::uint64_t> natural(const std::string& text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

/// Brings the external data of a model's tensors into the model.
class external_data {
public:
    explicit external_data(const std::string& path) : path_(path) {}

    void bring_in(onnx::TensorProto& tensor) {
        if (tensor.data_location() != onnx::TensorProto::EXTERNAL) return;
        const external_range range = range_of(tensor);
        const fs::path file = inside_folder(tensor, range.location);
        std::error_code failed;
        const std::uint64_t size = fs::file_size(file, failed);
        if (failed || range.offset > size || range.length.value_or(0) > size - range.offset)
            refuse(tensor, fmt::format("its bytes lie outside '{}'", printable(range.location)));
        read(tensor, file, range.offset, range.length.value_or(size - range.offset));
    }

private:
    [[noreturn]] void refuse(const onnx::TensorProto& tensor, const std::string& message) const {
        onnx_import::refuse(path_, fmt::format("tensor '{}'", printable(tensor.name())), message);
    }

    external_range range_of(const onnx::TensorProto& tensor) const {
        external_range range;
        for (const auto& entry : tensor.external_data()) {
            if (entry.key() == "location") range.location = entry.value();
            const bool number = entry.key() == "offset" || entry.key() == "length";
            const std::optional<std::uint64_t> value = number ? natural(entry.value()) : std::nullopt;
            if (number && !value) refuse(tensor, fmt::format("external data: {} is no whole number", entry.key()));
            if (entry.key() == "offset") range.offset = *value;
            if (entry.key() == "length") range.length = value;
        }
        return range;
    }

    /// Refuses a file outside the model's folder, links followed: a model must not read what its user did not give it.
    fs::path inside_folder(const onnx::TensorProto& tensor, const std::string& location) const {
        std::error_code failed;
        const fs::path absolute = fs::absolute(path_, failed);
        const fs::path folder = fs::canonical(absolute.parent_path(), failed);
        if (location.empty() || location.find('\0') != std::string::npos) refuse(tensor, "external data without a location");
        const fs::path file = fs::weakly_canonical(folder / location, failed);
        const auto [rest, unused] = std::mismatch(folder.begin(), folder.end(), file.begin(), file.end());
        if (failed || rest != folder.end())
            refuse(tensor, fmt::format("external data '{}' lies outside the model's folder", printable(location)));
        if (!fs::is_regular_file(file, failed)) refuse(tensor, fmt::format("external data '{}' can't be read", printable(location)));
        return file;
    }

    void read(onnx::TensorProto& tensor, const fs::path& file, std::uint64_t offset, std::uint64_t length) {
        total_ += length;
        if (length > largest_file_bytes || total_ > largest_external_bytes) refuse(tensor, "too much external data");
        std::string raw(length, '\0');
        std::ifstream in(file, std::ios::binary);
        in.seekg(static_cast<std::streamoff>(offset));
        if (!in.read(raw.data(), static_cast<std::streamsize>(length)))
            refuse(tensor, fmt::format("external data '{}' can't be read", file.filename().string()));
        tensor.set_raw_data(std::move(raw));
        tensor.clear_data_location();
        tensor.clear_external_data();
    }

    const std::string path_;
    std::uint64_t total_ = 0;
};

void check_versions(const onnx::ModelProto& model, const std::string& path) {
    if (model.ir_version() > onnx::IR_VERSION)
        refuse(path, "ir_version", fmt::format("1 to {} is allowed, given {}", static_cast<int>(onnx::IR_VERSION), model.ir_version()));
    const auto& known = onnx::OpSchemaRegistry::DomainToVersionRange::Instance().Map();
    for (const auto& opset : model.opset_import()) {
        if (!opset.domain().empty() && opset.domain() != "ai.onnx") continue;
        const int newest = known.at(ONNX_NAMESPACE::ONNX_DOMAIN).second;
        if (opset.version() < oldest_opset || opset.version() > newest)
            refuse(path, "opset", fmt::format("{} to {} is allowed, given {}", oldest_opset, newest, opset.version()));
    }
}

}  // namespace

onnx::ModelProto read_model(const std::string& path) {
    const std::string content = bytes_of(path);
    const google::protobuf::LogSilencer silence;  // its parser writes to stderr; our own message says enough
    onnx::ModelProto model;
    if (!model.ParseFromArray(content.data(), static_cast<int>(content.size())))
        refuse(path, "", "is not an ONNX model (its protobuf is damaged)");
    external_data outside(path);
    for (auto& tensor : *model.mutable_graph()->mutable_initializer()) outside.bring_in(tensor);
    for (auto& node : *model.mutable_graph()->mutable_node())
        for (auto& attribute : *node.mutable_attribute())
            if (attribute.has_t()) outside.bring_in(*attribute.mutable_t());
    return model;
}

void check_model(const onnx::ModelProto& model, const std::string& path) {
    check_versions(model, path);
    const google::protobuf::LogSilencer silence;
    try {
        onnx::checker::check_model(model);
    } catch (const std::exception& e) {
        std::string message = e.what();
        std::replace(message.begin(), message.end(), '\n', ' ');
        refuse(path, "", fmt::format("is not a valid ONNX model: {}", message));
    }
}

}  // namespace symmetree::onnx_import
