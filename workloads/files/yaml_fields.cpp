#include "workloads/files/yaml_fields.h"

#include <fmt/format.h>

#include "core/limits.h"
#include "core/text.h"
#include "workloads/operators/layer_checks.h"

namespace symmetree {
namespace {

template <class File>
const File& opened(std::map<std::string, File>& files, const std::string& path) {
    const auto found = files.find(path);
    return found != files.end() ? found->second : files.emplace(path, File(path)).first->second;
}

}  // namespace

int whole(yaml_reader& reader, const std::string& key, std::int64_t low, std::int64_t high, std::optional<std::int64_t> otherwise) {
    return static_cast<int>(reader.integer(key, low, high, otherwise));
}

int extent(yaml_reader& reader, const std::string& key, std::optional<std::int64_t> otherwise) {
    return whole(reader, key, 1, largest_extent, otherwise);
}

void read_axes(yaml_reader& reader, const std::string& key, std::optional<std::int64_t> otherwise, int& height, int& width) {
    if (!reader.raw(key).IsSequence()) {
        height = width = extent(reader, key, otherwise);
        return;
    }
    const std::vector<std::int64_t> given = reader.integers(key, 2, 2, 1, largest_extent);
    height = static_cast<int>(given[0]);
    width = static_cast<int>(given[1]);
}

padding_sides read_padding(yaml_reader& reader) {
    const YAML::Node given = reader.raw("padding");
    if (!given.IsSequence()) {
        const int all = whole(reader, "padding", 0, largest_extent, 0);
        return {all, all, all, all};
    }
    if (given.size() != 2 && given.size() != 4) {
        reader.problem("padding",
                       fmt::format("a number, [height, width] or [top, left, bottom, right] is wanted, given {} numbers", given.size()));
        return {};
    }
    const std::vector<std::int64_t> sides = reader.integers("padding", given.size(), given.size(), 0, largest_extent);
    const std::size_t half = sides.size() / 2;  // [height, width] stands for both ends
    return {static_cast<int>(sides[0]), static_cast<int>(sides[1]), static_cast<int>(sides[half == 1 ? 0 : 2]),
            static_cast<int>(sides[half == 1 ? 1 : 3])};
}

std::string one_of(yaml_reader& reader, const std::vector<std::string>& kinds) {
    std::string found, listed;
    int count = 0;
    for (const std::string& kind : kinds) {
        listed += (listed.empty() ? "" : ", ") + kind;
        if (!reader.raw(kind).IsDefined()) continue;
        found = kind;
        ++count;
    }
    if (count != 1 && reader.valid())
        reader.problem("", fmt::format("one of {} is wanted, given {}", listed, count == 0 ? "none" : "several"));
    return count == 1 ? found : "";
}

std::string read_name(yaml_reader& reader) {
    const std::string name = reader.text("name");
    if (reader.has("name") && (name.empty() || name != printable(name)))
        reader.problem("name", "1 to 200 printable ASCII characters are wanted");
    return name;
}

const safetensors_file& tensor_sources::tensors(const std::string& path) { return opened(files_, path); }
const onnx_initializers& tensor_sources::model(const std::string& path) { return opened(models_, path); }

std::shared_ptr<const std::vector<float>> tensor_sources::read(yaml_reader& reader, const std::string& key,
                                                               const std::vector<std::int64_t>& dimensions) {
    yaml_reader fields = reader.map(key);
    const std::string kind = one_of(fields, {"file", "onnx"});
    const std::string path = kind.empty() ? "" : path_of(fields.text(kind));
    const std::string tensor = kind.empty() ? "" : fields.text(kind == "file" ? "tensor" : "initializer");
    fields.finish();
    if (tensor.empty()) return nullptr;
    try {
        if (kind == "onnx") return model(path).read(tensor, dimensions, false);
        return std::make_shared<const std::vector<float>>(tensors(path).read(tensor, dimensions));
    } catch (const input_error& e) {
        fields.problem(kind, e.what());
    }
    return nullptr;
}

}  // namespace symmetree
