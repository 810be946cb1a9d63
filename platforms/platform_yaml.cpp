#include <fmt/format.h>
#include <fmt/ranges.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <filesystem>

#include "core/text.h"
#include "core/yaml_reader.h"
#include "platforms/auto_memory.h"
#include "platforms/platform_config.h"
#include "platforms/platform_fields.h"
#include "platforms/yaml_writer.h"

namespace symmetree {
namespace {

/// Reads the mapping of a section, or the top level's own fields.
void read_section(yaml_reader& root, const platform_section& section, platform_config& c) {
    if (section.begin && !section.begin(root, c)) return;
    if (section.key.empty()) {
        for (const platform_field& field : section.fields) read_field(root, field, c);
        return;
    }
    yaml_reader reader = root.map(section.key, false);
    for (const platform_field& field : section.fields) read_field(reader, field, c);
    reader.finish();
}

platform_config read_fields(yaml_reader& root) {
    platform_config c;
    for (const platform_section& section : platform_sections()) {
        read_section(root, section, c);
        if (section.key == "side_array") read_scheme(root, c);
    }
    root.finish();
    settle_memory(c);
    return c;
}

void write_section(yaml_writer& out, const platform_section& section, const platform_config& c) {
    if (section.is_there && !section.is_there(c)) {
        if (!section.word_without.empty()) out.field(section.key, section.word_without);
        return;
    }
    const bool top_level = section.key.empty();
    if (!top_level) out.begin(section.key);
    for (const platform_field& field : section.fields) write_field(out, field, c);
    if (!top_level) out.end();
}

/// True when `field` or the mapping that holds it was found wrong already.
bool already_reported(const std::string& field, const diagnostics& problems) {
    return std::any_of(problems.problems().begin(), problems.problems().end(),
                       [&](const diagnostic& problem) { return problem.field == field || field.rfind(problem.field + ".", 0) == 0; });
}

/// Where a dotted field stands; the nearest mapping around it when it was left out.
diagnostic place_of(const YAML::Node& node, const std::string& file, const std::string& field) {
    diagnostics ignored;  // they were reported when the fields were read
    yaml_reader root(node, file, "", ignored);
    const std::size_t dot = field.find('.');
    if (dot == std::string::npos) return root.place(field);
    const std::string section = field.substr(0, dot);
    const YAML::Node below = root.raw(section);
    if (!below.IsDefined() || !below.IsMap()) {
        diagnostic around = root.place(section);
        around.field = field;
        return around;
    }
    return root.map(section).place(field.substr(dot + 1));
}

/// A rule over fields that were misread would blame values that nobody wrote.
void report_contradictions(const platform_config& config, const YAML::Node& node, const std::string& file, diagnostics& problems) {
    const diagnostics misread = problems;
    for (const contradiction& rule : contradictions(config)) {
        if (std::any_of(rule.fields.begin(), rule.fields.end(), [&](const std::string& field) { return already_reported(field, misread); }))
            continue;
        diagnostic problem = place_of(node, file, rule.fields.front());
        problem.message = rule.message;
        problems.add(std::move(problem));
    }
}

bool is_path(const std::string& name_or_path) {
    return name_or_path.find('/') != std::string::npos || ends_with(name_or_path, ".yaml") || ends_with(name_or_path, ".yml");
}

}  // namespace

std::vector<std::string> shipped_platforms(const std::string& shipped_directory) {
    std::vector<std::string> names;
    std::error_code unreadable;
    for (std::filesystem::directory_iterator entry(shipped_directory, unreadable), end; !unreadable && entry != end;
         entry.increment(unreadable))
        if (entry->path().extension() == ".yaml") names.push_back(entry->path().stem().string());
    std::sort(names.begin(), names.end());
    return names;
}

platform_config read_platform(const YAML::Node& document, const std::string& file_name) {
    diagnostics problems;
    yaml_reader root(document, file_name, "", problems);
    platform_config config = read_fields(root);
    const bool well_read = problems.empty();
    if (root.valid()) report_contradictions(config, document, file_name, problems);
    if (well_read && !problems.empty()) throw contradictory_platform(problems.problems());
    problems.throw_if_any();
    return config;
}

platform_config parse_platform(const std::string& yaml, const std::string& file_name) {
    return read_platform(parse_yaml(yaml, file_name), file_name);
}

std::string platform_file(const std::string& name_or_path, const std::string& shipped_directory) {
    if (is_path(name_or_path)) return name_or_path;
    const std::vector<std::string> shipped = shipped_platforms(shipped_directory);
    if (std::find(shipped.begin(), shipped.end(), name_or_path) == shipped.end())
        throw input_error(
            diagnostic{"", 0, 0, "platform",
                       fmt::format("no platform '{}' is shipped; there are {} (a file of your own: with a '/' or ending in .yaml)",
                                   name_or_path, fmt::join(shipped, ", "))});
    return shipped_directory + "/" + name_or_path + ".yaml";
}

platform_config load_platform(const std::string& name_or_path, const std::string& shipped_directory) {
    const std::string path = platform_file(name_or_path, shipped_directory);
    return read_platform(load_yaml(path), path);
}

std::string to_yaml(const platform_config& c) {
    yaml_writer out;
    for (const platform_section& section : platform_sections()) write_section(out, section, c);
    return out.finish();
}

}  // namespace symmetree
