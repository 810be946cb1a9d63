#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>

#include "core/error.h"
#include "core/text.h"
#include "workloads/images/byte_stream.h"
#include "workloads/images/formats.h"
#include "workloads/images/picture.h"

namespace symmetree::image_formats {
namespace {

namespace fs = std::filesystem;

const char* const labels_name = "labels.csv";

struct labelled_file {
    fs::path path;
    std::optional<int> label;
};

std::optional<int> whole_number(const std::string& text) {
    int value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    return failure == std::errc() && end == text.data() + text.size() && value >= 0 ? std::optional(value) : std::nullopt;
}

bool is_picture(const fs::path& path) {
    std::string extension = path.extension().string();
    std::transform(extension.begin(), extension.end(), extension.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return extension == ".png" || extension == ".jpg" || extension == ".jpeg";
}

/// Subfolders or pictures of a folder in the order of their names.
std::vector<fs::path> sorted(const fs::path& folder, bool folders) {
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(folder)) {
        const bool hidden = entry.path().filename().string()[0] == '.';
        if (!hidden && (folders ? entry.is_directory() : entry.is_regular_file() && is_picture(entry.path())))
            found.push_back(entry.path());
    }
    std::sort(found.begin(), found.end());
    return found;
}

/// One subfolder per class. Whole numbers as names are the labels; other names are numbered in alphabetical order, as torchvision's
/// ImageFolder does. The classes take turns, so that the first images of a set show all of them.
std::vector<labelled_file> by_class(const std::vector<fs::path>& folders, std::vector<std::string>& classes) {
    const bool numbered =
        std::all_of(folders.begin(), folders.end(), [](const fs::path& f) { return whole_number(f.filename().string()).has_value(); });
    std::vector<std::pair<std::size_t, labelled_file>> turns;
    for (std::size_t c = 0; c < folders.size(); ++c) {
        const std::string name = folders[c].filename().string();
        if (!numbered) classes.push_back(printable(name));
        const std::vector<fs::path> files = sorted(folders[c], false);
        if (files.empty()) refuse(folders[c].string(), "", "has no PNG or JPEG");
        for (std::size_t i = 0; i < files.size(); ++i)
            turns.emplace_back(i, labelled_file{files[i], numbered ? *whole_number(name) : static_cast<int>(c)});
    }
    std::stable_sort(turns.begin(), turns.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<labelled_file> out;
    for (auto& [turn, file] : turns) out.push_back(std::move(file));
    return out;
}

/// Lines `file,label`; empty ones and those that begin with # say nothing.
std::map<std::string, int> read_labels(const fs::path& path) {
    std::ifstream in(path);
    std::map<std::string, int> labels;
    diagnostics problems;
    int number = 0;
    for (std::string line; std::getline(in, line);) {
        ++number;
        if (!line.empty() && line.back() == '\r') line.pop_back();
        if (line.empty() || line[0] == '#') continue;
        const std::size_t comma = line.rfind(',');
        const std::optional<int> label = comma == std::string::npos ? std::nullopt : whole_number(line.substr(comma + 1));
        const int column = comma == std::string::npos ? 1 : static_cast<int>(comma) + 2;
        if (!label)
            problems.add({path.string(), number, column, "label",
                          fmt::format("a file's name, a comma and a whole number from 0 are wanted, given '{}'", printable(line))});
        else if (!labels.emplace(line.substr(0, comma), *label).second)
            problems.add({path.string(), number, 1, "file", fmt::format("'{}' has a label already", printable(line.substr(0, comma)))});
    }
    problems.throw_if_any();
    return labels;
}

std::vector<labelled_file> by_list(const fs::path& folder, const std::vector<fs::path>& files) {
    const fs::path list = folder / labels_name;
    std::vector<labelled_file> out;
    if (!fs::exists(list)) {
        for (const fs::path& file : files) out.push_back({file, std::nullopt});
        return out;
    }
    std::map<std::string, int> labels = read_labels(list);
    for (const fs::path& file : files) {
        const auto label = labels.find(file.filename().string());
        if (label == labels.end()) refuse(list.string(), "", fmt::format("has no label for '{}'", printable(file.filename().string())));
        out.push_back({file, label->second});
        labels.erase(label);
    }
    if (!labels.empty()) refuse(list.string(), "", fmt::format("names '{}', which is not in the folder", printable(labels.begin()->first)));
    return out;
}

void append(image_set& images, std::vector<std::uint8_t>& pixels, const picture& p, const std::string& path) {
    if (p.channels != images.channels || p.height != images.height || p.width != images.width)
        refuse(
            path, "",
            fmt::format("images of one size are wanted: this one is {}, those before it {}",
                        dimensions_text({p.channels, p.height, p.width}), dimensions_text({images.channels, images.height, images.width})));
    append_planar(pixels, p.pixels.data(), static_cast<std::size_t>(p.height) * static_cast<std::size_t>(p.width),
                  static_cast<std::size_t>(p.channels));
}

image_set read_files(const std::vector<labelled_file>& files, std::int64_t limit) {
    image_set images;
    std::vector<std::uint8_t> pixels;
    for (std::size_t i = 0; i < files.size() && (i == 0 || static_cast<std::int64_t>(i) < images.count); ++i) {
        const std::string path = files[i].path.string();
        const picture p = read_picture_file(path);
        if (i == 0) set_shape(images, static_cast<std::int64_t>(files.size()), p.channels, p.height, p.width, 1, limit, path);
        append(images, pixels, p, path);
        if (files[i].label) images.labels.push_back(*files[i].label);
    }
    images.pixels = std::move(pixels);
    return images;
}

}  // namespace

image_set read_picture(const std::string& path) { return read_files({{path, std::nullopt}}, 1); }

image_set read_folder(const std::string& path, std::int64_t limit) {
    const std::vector<fs::path> folders = sorted(path, true), files = sorted(path, false);
    if (folders.empty() && files.empty()) refuse(path, "", "has no PNG or JPEG, no subfolder of these, and no IDX test images");
    if (!folders.empty() && !files.empty())
        refuse(path, "",
               fmt::format("has pictures ('{}') and subfolders ('{}'); one of them is allowed", printable(files[0].filename().string()),
                           printable(folders[0].filename().string())));
    std::vector<std::string> classes;
    image_set images = read_files(folders.empty() ? by_list(path, files) : by_class(folders, classes), limit);
    images.classes = std::move(classes);
    return images;
}

}  // namespace symmetree::image_formats
