#include "runs/sweep/sweep_sources.h"

#include <fmt/format.h>

#include <fstream>
#include <sstream>

#include "core/yaml_reader.h"
#include "runs/sweep/swept_fields.h"
#include "workloads/files/load_workload.h"

namespace symmetree {

namespace fs = std::filesystem;

std::string sweep_space::sources::resolved(const std::string& name_or_path) const {
    const bool path = name_or_path.find('/') != std::string::npos || fs::path(name_or_path).has_extension();
    if (!path || fs::path(name_or_path).is_absolute()) return name_or_path;
    return (folder_ / name_or_path).string();
}

std::string sweep_space::sources::label_of(const std::string& file) const {
    const auto absolute = [](const fs::path& path) { return fs::absolute(path).lexically_normal(); };
    for (const fs::path& folder : {folder_, fs::path(shipped_.networks), fs::path(shipped_.platforms), fs::path(shipped_.costs)}) {
        const fs::path below = absolute(file).lexically_relative(absolute(folder.empty() ? "." : folder));
        if (!below.empty() && *below.begin() != "..") return below.string();
    }
    return fs::path(file).filename().string();
}

const YAML::Node& sweep_space::sources::platform(const std::string& name, std::string& file) {
    std::string& known = platform_files_[name];
    if (known.empty()) known = platform_file(resolved(name), shipped_.platforms);
    file = known;
    return document(file);
}

std::shared_ptr<const workload> sweep_space::sources::network(const std::string& name,
                                                              const std::vector<std::pair<std::string, std::string>>& fields) {
    std::string key = name;
    for (const auto& [field, text] : fields) key += fmt::format("\n{}\t{}", field, text);
    std::shared_ptr<const workload>& known = networks_[key];
    if (!known) known = std::make_shared<const workload>(load_network(name, fields));
    return known;
}

const cost_table& sweep_space::sources::prices(const std::string& name) {
    const auto found = prices_.find(name);
    if (found != prices_.end()) return found->second;
    const cost_table& loaded = prices_.emplace(name, cost_table::load(name, shipped_.costs)).first->second;
    note(loaded.file());
    return loaded;
}

YAML::Node sweep_space::sources::network_document(const std::string& name) {
    const std::string file = workload_file(resolved(name), shipped_.networks);
    return fs::path(file).extension() == ".onnx" ? YAML::Node() : document(file);
}

void sweep_space::sources::note(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    files_.emplace(file, text.str());
}

const YAML::Node& sweep_space::sources::document(const std::string& file) {
    const auto found = documents_.find(file);
    if (found != documents_.end()) return found->second;
    note(file);
    return documents_.emplace(file, load_yaml(file)).first->second;
}

workload sweep_space::sources::load_network(const std::string& name, const std::vector<std::pair<std::string, std::string>>& fields) {
    const std::string file = workload_file(resolved(name), shipped_.networks);
    note(file);
    if (fields.empty()) return load_workload(file, shipped_.networks);
    if (fs::path(file).extension() == ".onnx")
        throw input_error(diagnostic{file, 0, 0, fields.front().first, "fields of an ONNX model can't be swept; schemes and widths can"});
    YAML::Node changed = YAML::Clone(document(file));
    if (changed.IsMap()) changed.remove("graph");  // layers run one by one here; their graph would refuse every other shape
    for (const auto& [field, text] : fields)
        if (!set_workload_field(changed, field, text)) throw input_error(diagnostic{file, 0, 0, field, "no layer has a name like that"});
    return read_workload(changed, file);
}

}  // namespace symmetree
