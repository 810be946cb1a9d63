#include "core/safetensors.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "core/error.h"
#include "core/limits.h"
#include "core/text.h"

namespace symmetree {
namespace {

constexpr std::uint64_t length_bytes = 8;
constexpr std::uint64_t largest_header_bytes = std::uint64_t{32} << 20;
constexpr std::size_t most_dimensions = 16;

[[noreturn]] void refuse(const std::string& file, const std::string& tensor, const std::string& message) {
    throw input_error(diagnostic{file, 0, 0, tensor.empty() ? "" : fmt::format("tensor '{}'", printable(tensor)), message});
}

/// Bytes per element; absent for a type this reader does not know.
std::optional<std::uint64_t> element_bytes(const std::string& type) {
    static const std::map<std::string, std::uint64_t> sizes = {{"BOOL", 1}, {"U8", 1},  {"I8", 1},  {"F8_E5M2", 1}, {"F8_E4M3", 1},
                                                               {"I16", 2},  {"U16", 2}, {"F16", 2}, {"BF16", 2},    {"I32", 4},
                                                               {"U32", 4},  {"F32", 4}, {"F64", 8}, {"I64", 8},     {"U64", 8}};
    const auto found = sizes.find(type);
    return found == sizes.end() ? std::nullopt : std::optional(found->second);
}

/// Parses the header and refuses a name that stands twice in it (a JSON reader would keep one of them silently).
nlohmann::json parse_header(const std::string& text, const std::string& file) {
    std::set<std::string> names;
    std::string twice;
    const auto watch = [&](int depth, nlohmann::json::parse_event_t event, nlohmann::json& parsed) {
        if (depth == 1 && event == nlohmann::json::parse_event_t::key && !names.insert(parsed.get<std::string>()).second)
            twice = parsed.get<std::string>();
        return true;
    };
    nlohmann::json header;
    try {
        header = nlohmann::json::parse(text, watch);
    } catch (const nlohmann::json::exception&) {
        refuse(file, "", "the header is not valid JSON");
    }
    if (!header.is_object()) refuse(file, "", "the header must be a JSON object");
    if (!twice.empty()) refuse(file, twice, "stands twice in the header");
    return header;
}

std::uint64_t natural(const nlohmann::json& value, const std::string& file, const std::string& tensor, const char* what) {
    if (!value.is_number_unsigned()) refuse(file, tensor, fmt::format("{} must be whole numbers from 0", what));
    return value.get<std::uint64_t>();
}

safetensors_entry read_entry(const nlohmann::json& value, const std::string& file, const std::string& tensor) {
    if (!value.is_object() || !value.contains("dtype") || !value.contains("shape") || !value.contains("data_offsets") ||
        !value["dtype"].is_string() || !value["shape"].is_array() || !value["data_offsets"].is_array() || value["data_offsets"].size() != 2)
        refuse(file, tensor, "dtype, shape and two data_offsets are wanted");
    safetensors_entry entry;
    entry.type = value["dtype"].get<std::string>();
    if (value["shape"].size() > most_dimensions) refuse(file, tensor, fmt::format("more than {} dimensions", most_dimensions));
    for (const auto& dimension : value["shape"]) {
        const std::uint64_t extent = natural(dimension, file, tensor, "dimensions");
        if (extent > std::uint64_t{largest_tensor})
            refuse(file, tensor, fmt::format("a dimension of {}; at most {} is allowed", extent, largest_tensor));
        entry.dimensions.push_back(static_cast<std::int64_t>(extent));
    }
    entry.begin = natural(value["data_offsets"][0], file, tensor, "data_offsets");
    entry.end = natural(value["data_offsets"][1], file, tensor, "data_offsets");
    return entry;
}

void check_size(const safetensors_entry& entry, std::uint64_t data_bytes, const std::string& file, const std::string& tensor) {
    if (entry.begin > entry.end || entry.end > data_bytes)
        refuse(file, tensor, fmt::format("bytes {} to {} lie outside the {} bytes of data", entry.begin, entry.end, data_bytes));
    const std::optional<std::uint64_t> width = element_bytes(entry.type);
    if (!width) return;
    std::uint64_t wanted = *width;
    for (const std::int64_t extent : entry.dimensions)
        if (__builtin_mul_overflow(wanted, static_cast<std::uint64_t>(extent), &wanted)) refuse(file, tensor, "its size overflows");
    if (wanted != entry.end - entry.begin)
        refuse(file, tensor,
               fmt::format("{} {} needs {} bytes, the header gives it {}", entry.type, dimensions_text(entry.dimensions), wanted,
                           entry.end - entry.begin));
}

/// The format wants the tensors to cover the data without holes: anything else is damage or hides bytes.
void check_cover(const std::map<std::string, safetensors_entry>& entries, std::uint64_t data_bytes, const std::string& file) {
    std::vector<std::pair<const std::string*, const safetensors_entry*>> order;
    for (const auto& [name, entry] : entries) order.emplace_back(&name, &entry);
    std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
        return std::pair(a.second->begin, a.second->end) < std::pair(b.second->begin, b.second->end);
    });
    std::uint64_t reached = 0;
    for (const auto& [name, entry] : order) {
        if (entry->begin < reached) refuse(file, *name, "overlaps another tensor");
        if (entry->begin > reached) refuse(file, *name, fmt::format("bytes {} to {} before it belong to no tensor", reached, entry->begin));
        reached = entry->end;
    }
    if (reached != data_bytes) refuse(file, "", fmt::format("the last {} bytes belong to no tensor", data_bytes - reached));
}

float from_half(std::uint16_t bits) {
    const int exponent = (bits >> 10) & 31;
    const int fraction = bits & 1023;
    double magnitude;
    if (exponent == 31)
        magnitude = fraction == 0 ? INFINITY : NAN;
    else
        magnitude = exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(fraction + 1024, exponent - 25);
    return static_cast<float>((bits & 0x8000) != 0 ? -magnitude : magnitude);
}

float from_bfloat(std::uint16_t bits) {
    const std::uint32_t wide = std::uint32_t{bits} << 16;
    float value;
    std::memcpy(&value, &wide, sizeof value);
    return value;
}

template <class Stored, class Convert>
std::vector<float> converted(const std::vector<std::uint8_t>& bytes, Convert convert) {
    std::vector<float> values(bytes.size() / sizeof(Stored));
    for (std::size_t i = 0; i < values.size(); ++i) {
        Stored stored;
        std::memcpy(&stored, bytes.data() + i * sizeof stored, sizeof stored);
        values[i] = convert(stored);
    }
    return values;
}

}  // namespace

safetensors_file::safetensors_file(std::string path) : path_(std::move(path)) {
    std::ifstream in(path_, std::ios::binary | std::ios::ate);
    const std::streamoff size = in ? static_cast<std::streamoff>(in.tellg()) : -1;
    if (size < 0) refuse(path_, "", "can't be read");
    const auto file_bytes = static_cast<std::uint64_t>(size);
    std::uint8_t length[length_bytes] = {};
    in.seekg(0);
    if (file_bytes < length_bytes || !in.read(reinterpret_cast<char*>(length), length_bytes))
        refuse(path_, "", "shorter than the 8 bytes of its header's length");
    std::uint64_t header_bytes = 0;
    for (int i = 7; i >= 0; --i) header_bytes = header_bytes << 8 | length[i];
    if (header_bytes > largest_header_bytes)
        refuse(path_, "", fmt::format("a header of {} bytes; at most {} are allowed", header_bytes, largest_header_bytes));
    if (header_bytes > file_bytes - length_bytes)
        refuse(path_, "", fmt::format("a header of {} bytes does not fit the file", header_bytes));
    std::string text(header_bytes, '\0');
    if (!in.read(text.data(), static_cast<std::streamsize>(header_bytes))) refuse(path_, "", "can't be read");

    const std::uint64_t data_bytes = file_bytes - length_bytes - header_bytes;
    const nlohmann::json header = parse_header(text, path_);
    for (const auto& [name, value] : header.items()) {
        if (name == "__metadata__") continue;
        safetensors_entry entry = read_entry(value, path_, name);
        check_size(entry, data_bytes, path_, name);
        entries_.emplace(name, std::move(entry));
    }
    check_cover(entries_, data_bytes, path_);
    for (auto& [name, entry] : entries_) {
        entry.begin += length_bytes + header_bytes;
        entry.end += length_bytes + header_bytes;
    }
}

const safetensors_entry& safetensors_file::entry_of(const std::string& tensor) const {
    const auto found = entries_.find(tensor);
    if (found == entries_.end()) {
        std::vector<std::string> some;
        for (const auto& [name, entry] : entries_)
            if (some.size() < 8) some.push_back(printable(name));
        refuse(path_, tensor,
               fmt::format("is not in the file; it has {}{}", fmt::join(some, ", "), entries_.size() > some.size() ? ", ..." : ""));
    }
    return found->second;
}

const safetensors_entry& safetensors_file::find(const std::string& tensor, const std::vector<std::int64_t>& dimensions) const {
    const safetensors_entry& entry = entry_of(tensor);
    if (entry.type != "F32" && entry.type != "F16" && entry.type != "BF16" && entry.type != "F64")
        refuse(path_, tensor, fmt::format("F32, F16, BF16 or F64 is wanted, the file has {}", printable(entry.type)));
    if (entry.dimensions != dimensions)
        refuse(path_, tensor,
               fmt::format("the layer wants {}, the file has {}", dimensions_text(dimensions), dimensions_text(entry.dimensions)));
    return entry;
}

std::vector<std::uint8_t> safetensors_file::bytes(const std::string& tensor, const std::vector<std::int64_t>& dimensions) const {
    return stored_bytes(tensor, find(tensor, dimensions));
}

std::vector<std::uint8_t> safetensors_file::stored_bytes(const std::string& tensor, const safetensors_entry& entry) const {
    std::vector<std::uint8_t> out(entry.end - entry.begin);
    std::ifstream in(path_, std::ios::binary);
    in.seekg(static_cast<std::streamoff>(entry.begin));
    if (!in.read(reinterpret_cast<char*>(out.data()), static_cast<std::streamsize>(out.size()))) refuse(path_, tensor, "can't be read");
    return out;
}

std::vector<std::uint8_t> safetensors_file::list_bytes(const std::string& tensor, const std::string& type,
                                                       std::size_t element_bytes) const {
    const safetensors_entry& entry = entry_of(tensor);
    if (entry.type != type || entry.dimensions.size() != 1)
        refuse(path_, tensor,
               fmt::format("a list of {} is wanted, the file has {} {}", type, printable(entry.type), dimensions_text(entry.dimensions)));
    const std::vector<std::uint8_t> bytes = stored_bytes(tensor, entry);
    if (bytes.size() != static_cast<std::uint64_t>(entry.dimensions[0]) * element_bytes)
        refuse(path_, tensor, fmt::format("{} bytes are no {} numbers of {}", bytes.size(), entry.dimensions[0], type));
    return bytes;
}

std::vector<float> safetensors_file::read(const std::string& tensor, const std::vector<std::int64_t>& dimensions) const {
    const std::string type = find(tensor, dimensions).type;
    const std::vector<std::uint8_t> stored = bytes(tensor, dimensions);
    std::vector<float> values;
    if (type == "F32")
        values = converted<float>(stored, [](float v) { return v; });
    else if (type == "F64")
        values = converted<double>(stored, [](double v) { return static_cast<float>(v); });
    else if (type == "F16")
        values = converted<std::uint16_t>(stored, from_half);
    else
        values = converted<std::uint16_t>(stored, from_bfloat);
    for (std::size_t i = 0; i < values.size(); ++i)
        if (!std::isfinite(values[i])) refuse(path_, tensor, fmt::format("element {} is not a finite float", i));
    return values;
}

void safetensors_writer::add_bytes(const std::string& tensor, const std::string& type, const std::vector<std::int64_t>& dimensions,
                                   const void* bytes, std::size_t size) {
    entries_.push_back({tensor, {type, dimensions, data_.size(), data_.size() + size}});
    data_.append(static_cast<const char*>(bytes), size);
}

std::string safetensors_writer::text() const {
    nlohmann::ordered_json header = nlohmann::ordered_json::object();
    for (const auto& [name, entry] : entries_)
        header[name] = {{"dtype", entry.type}, {"shape", entry.dimensions}, {"data_offsets", {entry.begin, entry.end}}};
    std::string json = header.dump();
    json.append((length_bytes - json.size() % length_bytes) % length_bytes, ' ');  // data begins at a multiple of 8 bytes
    std::string text;
    for (std::size_t i = 0; i < length_bytes; ++i) text += static_cast<char>(json.size() >> (8 * i) & 255);
    return text + json + data_;
}

}  // namespace symmetree
