#pragma once

#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "runs/sweep/sweep_space.h"

namespace symmetree {

/// The files that the points are made from, each read once.
class sweep_space::sources {
public:
    sources(const std::string& sweep_file, shipped_directories shipped)
        : folder_(std::filesystem::path(sweep_file).parent_path()), shipped_(std::move(shipped)) {}

    /// Names in a sweep are shipped ones; paths start at the folder of the sweep's file.
    std::string resolved(const std::string& name_or_path) const;

    const YAML::Node& platform(const std::string& name, std::string& file);

    /// The platform of these values of the axes, where an earlier point had the same ones. A worker finds here what its parent read.
    const platform_config* known_platform(const std::string& key) const {
        const auto found = platforms_.find(key);
        return found == platforms_.end() ? nullptr : &found->second;
    }
    void keep_platform(const std::string& key, const platform_config& platform) {
        if (platforms_.size() < most_platforms) platforms_.emplace(key, platform);
    }

    /// The workload with these fields set; unset documents and combinations are kept, there are few.
    std::shared_ptr<const workload> network(const std::string& name, const std::vector<std::pair<std::string, std::string>>& fields);

    const cost_table& prices(const std::string& name);

    /// The workload as its file has it, to find the layer that a problem names.
    YAML::Node network_document(const std::string& name);

    const std::map<std::string, std::string>& files() const { return files_; }

    const shipped_directories& shipped() const { return shipped_; }
    /// As sweep_space::label_of().
    std::string label_of(const std::string& file) const;

private:
    void note(const std::string& file);

    const YAML::Node& document(const std::string& file);

    workload load_network(const std::string& name, const std::vector<std::pair<std::string, std::string>>& fields);

    static constexpr std::size_t most_platforms = 4096;  // a kB each, in every worker's page tables

    const std::filesystem::path folder_;
    const shipped_directories shipped_;
    std::map<std::string, std::string> platform_files_;
    std::unordered_map<std::string, platform_config> platforms_;
    std::map<std::string, YAML::Node> documents_;
    std::map<std::string, std::shared_ptr<const workload>> networks_;
    std::map<std::string, cost_table> prices_;
    std::map<std::string, std::string> files_;
};

}  // namespace symmetree
