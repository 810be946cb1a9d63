#include <fmt/format.h>
#include <fmt/ranges.h>
#include <zip.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>
#include <regex>

#include "core/text.h"
#include "workloads/images/byte_stream.h"
#include "workloads/images/formats.h"

namespace symmetree::image_formats {
namespace {

const std::vector<std::string> image_names = {"x", "images", "x_test"}, label_names = {"y", "labels", "y_test"};

/// A zip file, open for reading.
class archive {
public:
    explicit archive(const std::string& path) : path_(path) {
        int code = 0;
        handle_ = zip_open(path.c_str(), ZIP_RDONLY, &code);
        if (!handle_) refuse(path, "", "is a damaged zip file");
    }
    ~archive() { zip_discard(handle_); }
    archive(const archive&) = delete;
    archive& operator=(const archive&) = delete;

    /// Where the first of `names` stands that the file has, without ".npy" at its end.
    std::optional<std::pair<std::string, zip_uint64_t>> find(const std::vector<std::string>& names) const {
        for (const std::string& name : names)
            if (const zip_int64_t index = zip_name_locate(handle_, (name + ".npy").c_str(), 0); index >= 0)
                return std::pair(name, static_cast<zip_uint64_t>(index));
        return std::nullopt;
    }
    zip_t* handle() const { return handle_; }
    const std::string& path() const { return path_; }

private:
    const std::string path_;
    zip_t* handle_ = nullptr;
};

class entry_stream final : public byte_stream {
public:
    entry_stream(const archive& from, const std::string& name, zip_uint64_t index)
        : byte_stream(fmt::format("{}: {}", from.path(), name)), handle_(zip_fopen_index(from.handle(), index, 0)) {
        if (!handle_) refuse(file(), "", "can't be unpacked");
    }
    ~entry_stream() override { zip_fclose(handle_); }
    entry_stream(const entry_stream&) = delete;
    entry_stream& operator=(const entry_stream&) = delete;

private:
    std::size_t read_some(std::uint8_t* bytes, std::size_t count) override {
        const zip_int64_t got = zip_fread(handle_, bytes, count);
        if (got < 0) refuse(file(), "", "its compressed data is damaged");
        return static_cast<std::size_t>(got);
    }

    zip_file_t* handle_;
};

/// What stands before the numbers of an array (numpy.lib.format).
struct array_header {
    std::string type;  ///< as numpy writes it: "|u1", "<f4"
    std::vector<std::int64_t> dimensions;
};

std::int64_t natural(const std::string& digits, const std::string& file) {
    if (digits.size() > 10) refuse(file, "shape", fmt::format("an extent of {}", digits));
    return std::stoll(digits);
}

array_header parse_header(const std::string& text, const std::string& file) {
    static const std::regex type(R"('descr': *'([^']*)')"), order(R"('fortran_order': *(True|False))"),
        shape(R"('shape': *\(([0-9, ]*)\))"), number("[0-9]+");
    std::smatch found;
    array_header header;
    if (!std::regex_search(text, found, type)) refuse(file, "descr", "is missing, or not a plain type");
    header.type = found[1];
    if (!std::regex_search(text, found, order)) refuse(file, "fortran_order", "is missing");
    if (found[1] == "True") refuse(file, "fortran_order", "False is wanted: numpy.ascontiguousarray() makes it so");
    if (!std::regex_search(text, found, shape)) refuse(file, "shape", "is missing");
    const std::string extents = found[1];
    for (std::sregex_iterator at(extents.begin(), extents.end(), number), end; at != end; ++at)
        header.dimensions.push_back(natural(at->str(), file));
    return header;
}

array_header read_header(byte_stream& in) {
    const std::vector<std::uint8_t> magic = in.read(8);
    if (std::memcmp(magic.data(), "\x93NUMPY", 6) != 0 || magic[6] < 1 || magic[6] > 3)
        refuse(in.file(), "", "is not a numpy array of format 1, 2 or 3");
    const std::vector<std::uint8_t> length = in.read(magic[6] == 1 ? 2 : 4);
    std::uint64_t bytes = 0;
    for (std::size_t i = length.size(); i-- > 0;) bytes = bytes << 8 | length[i];
    if (bytes > 65536) refuse(in.file(), "", fmt::format("a header of {} bytes; at most 65536 are allowed", bytes));
    const std::vector<std::uint8_t> text = in.read(bytes);
    return parse_header({text.begin(), text.end()}, in.file());
}

/// Numbers of an integer type, little-endian.
template <class Stored>
std::vector<int> integers(byte_stream& in, std::int64_t count) {
    const std::vector<std::uint8_t> bytes = in.read(static_cast<std::uint64_t>(count) * sizeof(Stored));
    std::vector<int> values;
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
        Stored stored;
        std::memcpy(&stored, bytes.data() + i * sizeof stored, sizeof stored);
        if (stored < 0 || stored > std::numeric_limits<int>::max())
            refuse(in.file(), fmt::format("label of image {}", i), fmt::format("a number from 0 is wanted, given {}", stored));
        values.push_back(static_cast<int>(stored));
    }
    return values;
}

std::vector<int> read_labels(byte_stream& in, std::int64_t images, std::int64_t wanted) {
    const array_header header = read_header(in);
    const std::vector<std::int64_t>& dims = header.dimensions;
    if (dims.empty() || dims.size() > 2 || (dims.size() == 2 && dims[1] != 1))
        refuse(in.file(), "shape", fmt::format("[N] or [N, 1] is wanted, given {}", dimensions_text(dims)));
    if (dims[0] != images) refuse(in.file(), "shape", fmt::format("{} labels for {} images", dims[0], images));
    const std::string& type = header.type;
    if (type == "|u1") return integers<std::uint8_t>(in, wanted);
    if (type == "|i1") return integers<std::int8_t>(in, wanted);
    if (type == "<u2") return integers<std::uint16_t>(in, wanted);
    if (type == "<i2") return integers<std::int16_t>(in, wanted);
    if (type == "<u4") return integers<std::uint32_t>(in, wanted);
    if (type == "<i4") return integers<std::int32_t>(in, wanted);
    if (type == "<i8" || type == "<u8") return integers<std::int64_t>(in, wanted);
    refuse(in.file(), "descr", fmt::format("integers, little-endian, are wanted, given '{}'", printable(type)));
}

/// [N][H][W][C] or [N][H][W] where the last extent is that of channels, [N][C][H][W] where the second is.
struct image_layout {
    std::int64_t channels, height, width;
    bool channels_last;
};

image_layout layout_of(const std::vector<std::int64_t>& dims, const std::string& file) {
    const auto is_channels = [](std::int64_t extent) { return extent == 1 || extent == 3; };
    if (dims.size() == 3) return {1, dims[1], dims[2], false};
    if (dims.size() != 4 || is_channels(dims[1]) == is_channels(dims[3]))
        refuse(file, "shape",
               fmt::format("[N, H, W], [N, H, W, C] or [N, C, H, W] with C of 1 or 3, and no doubt which is C, is wanted, given {}",
                           dimensions_text(dims)));
    return is_channels(dims[3]) ? image_layout{dims[3], dims[1], dims[2], true} : image_layout{dims[1], dims[2], dims[3], false};
}

template <class Pixel>
std::vector<Pixel> read_pixels(byte_stream& in, const image_set& images, bool channels_last) {
    const std::size_t plane = static_cast<std::size_t>(images.height) * static_cast<std::size_t>(images.width);
    const std::size_t channels = static_cast<std::size_t>(images.channels);
    std::vector<Pixel> image(plane * channels), out;
    for (std::int64_t i = 0; i < images.count; ++i) {
        const std::vector<std::uint8_t> bytes = in.read(image.size() * sizeof(Pixel));
        std::memcpy(image.data(), bytes.data(), bytes.size());
        if (channels_last)
            append_planar(out, image.data(), plane, channels);
        else
            out.insert(out.end(), image.begin(), image.end());
    }
    return out;
}

void refuse_odd_floats(const std::vector<float>& values, const std::string& file) {
    const auto odd = std::find_if(values.begin(), values.end(), [](float v) { return !std::isfinite(v); });
    if (odd != values.end()) refuse(file, "", fmt::format("pixel {} is not a finite float", odd - values.begin()));
}

}  // namespace

image_set read_npz(const std::string& path, std::int64_t limit) {
    const archive file(path);
    const auto found = file.find(image_names);
    if (!found) refuse(path, "", fmt::format("has no array of images; {} are looked for", fmt::join(image_names, ", ")));
    entry_stream in(file, found->first, found->second);
    const array_header header = read_header(in);
    const bool is_float = header.type == "<f4";
    if (!is_float && header.type != "|u1")
        refuse(in.file(), "descr", fmt::format("uint8 or float32 is wanted, given '{}'", printable(header.type)));
    const image_layout layout = layout_of(header.dimensions, in.file());
    image_set images;
    set_shape(images, header.dimensions[0], layout.channels, layout.height, layout.width, is_float ? sizeof(float) : 1, limit, in.file());
    if (is_float) {
        images.pixels = read_pixels<float>(in, images, layout.channels_last);
        refuse_odd_floats(std::get<std::vector<float>>(images.pixels), in.file());
    } else {
        images.pixels = read_pixels<std::uint8_t>(in, images, layout.channels_last);
    }
    if (images.count == header.dimensions[0]) in.expect_end();
    if (const auto labels = file.find(label_names)) {
        entry_stream labels_in(file, labels->first, labels->second);
        images.labels = read_labels(labels_in, header.dimensions[0], images.count);
    }
    return images;
}

}  // namespace symmetree::image_formats
