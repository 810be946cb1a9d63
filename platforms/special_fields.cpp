#include "platforms/special_fields.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/yaml_reader.h"
#include "platforms/yaml_writer.h"

namespace symmetree {
namespace {

void read_name(yaml_reader& reader, platform_config& c) {
    c.name = reader.text("name");
    const auto allowed = [](char letter) {
        return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || letter == '_' || letter == '-';
    };
    // It becomes part of file names: no folders, no dots, nothing a shell would take apart.
    if (reader.has("name") && (c.name.empty() || c.name.size() > 64 || !std::all_of(c.name.begin(), c.name.end(), allowed)))
        reader.problem("name", fmt::format("1 to 64 of a-z, 0-9, '_' and '-' are wanted, given '{}'", c.name));
}

/// `clock_hz: 500e6`, `clock_hz: auto` or `clock_hz: {table: osu018, margin_percent: 10, units: array}`, which is auto with its details.
void read_clock(yaml_reader& root, platform_config& c) {
    const YAML::Node node = root.raw("clock_hz");
    const bool automatic = node.IsScalar() && node.Scalar() == "auto";
    if (!automatic && !node.IsMap()) {
        c.clock_hz = root.number("clock_hz", least_clock_hz, greatest_clock_hz, c.clock_hz);
        return;
    }
    c.clock_hz = 0;
    c.auto_clock.emplace();
    if (automatic) return;
    yaml_reader details = root.map("clock_hz");
    for (const platform_field& field : clock_details()) read_field(details, field, c);
    details.finish();
}

void write_clock(yaml_writer& out, const platform_config& c) {
    // Shortest text that reads back as the same double.
    if (!c.auto_clock) return out.field("clock_hz", c.clock_hz);
    out.begin("clock_hz");
    for (const platform_field& field : clock_details()) write_field(out, field, c);
    out.end();
}

/// `bandwidth: 16` or `bandwidth: {bytes: 64, cycles: 5}`: bytes per clock cycle as an exact fraction. Or `auto`.
void read_bandwidth(yaml_reader& reader, platform_config& c) {
    dram_config& dram = c.dram;
    const YAML::Node node = reader.raw("bandwidth");
    c.auto_bandwidth = node.IsScalar() && node.Scalar() == "auto";
    if (c.auto_bandwidth) return;
    if (!node.IsMap()) {
        const auto otherwise = static_cast<std::int64_t>(dram.bandwidth_bytes);
        dram.bandwidth_bytes = static_cast<std::uint64_t>(reader.integer("bandwidth", 1, most_bandwidth, otherwise));
        return;
    }
    yaml_reader fraction = reader.map("bandwidth");
    dram.bandwidth_bytes = static_cast<std::uint64_t>(fraction.integer("bytes", 1, most_bandwidth));
    dram.bandwidth_cycles = static_cast<std::uint64_t>(fraction.integer("cycles", 1, most_bandwidth, 1));
    fraction.finish();
}

void write_bandwidth(yaml_writer& out, const platform_config& c) {
    if (c.auto_bandwidth) return out.field("bandwidth", "auto");
    out.begin("bandwidth");
    out.field("bytes", c.dram.bandwidth_bytes);
    out.field("cycles", c.dram.bandwidth_cycles);
    out.end();
}

}  // namespace

void read_scheme(yaml_reader& root, platform_config& c) {
    const std::string text = root.text("scheme");
    if (!root.has("scheme")) return;
    try {
        c.default_scheme = parse_scheme(text, c.array.weight_bits, c.array.activation_bits);
    } catch (const input_error& e) {
        for (const diagnostic& problem : e.problems())
            root.problem("scheme",
                         problem.field.empty() || problem.field == "scheme" ? problem.message : problem.field + ": " + problem.message);
    }
}

special_value name_value() {
    return {"text", "required", read_name, [](yaml_writer& out, const platform_config& c) { out.field("name", plain(c.name)); }};
}

special_value scheme_value() {
    return {"scheme", "required", [](yaml_reader&, platform_config&) {},
            [](yaml_writer& out, const platform_config& c) { out.field("scheme", plain(to_string(c.default_scheme))); }};
}

special_value clock_value() {
    return {"number, `auto` or details of `auto`", fmt::format("{}e6", platform_config{}.clock_hz / 1e6), read_clock, write_clock};
}

special_value bandwidth_value() {
    return {"`auto`, integer or `{bytes, cycles}`", std::to_string(platform_config{}.dram.bandwidth_bytes), read_bandwidth,
            write_bandwidth};
}

}  // namespace symmetree
