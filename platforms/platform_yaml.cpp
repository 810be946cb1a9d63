#include <fmt/format.h>
#include <fmt/ranges.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <tuple>

#include "core/enumerators.h"
#include "core/yaml_reader.h"
#include "platforms/platform_config.h"

namespace symmetree {
namespace {

constexpr std::int64_t kib = 1024, mib = 1024 * kib, gib = 1024 * mib;

/// The words of a closed set, for reading.
template <class T>
std::vector<std::pair<std::string, T>> words(std::initializer_list<T> values) {
    std::vector<std::pair<std::string, T>> out;
    for (const T value : values) out.emplace_back(name_of(value), value);
    return out;
}

int small(yaml_reader& reader, const std::string& key, int low, int high, int otherwise) {
    return static_cast<int>(reader.integer(key, low, high, otherwise));
}

/// `auto` (0) or a count from 1 to `high`.
int automatic_or(yaml_reader& reader, const std::string& key, int high) {
    const YAML::Node node = reader.raw(key);
    if (!node.IsDefined() || node.IsNull()) return 0;
    const std::string given = node.IsScalar() ? node.Scalar() : "no single value";
    if (given == "auto") return 0;
    int value = 0;
    const auto [end, error] = std::from_chars(given.data(), given.data() + given.size(), value);
    if (error == std::errc{} && end == given.data() + given.size() && value >= 1 && value <= high) return value;
    reader.problem(key, fmt::format("auto or a whole number from 1 to {} is wanted, given '{}'", high, given));
    return 0;
}

std::string read_name(yaml_reader& reader) {
    const std::string name = reader.text("name");
    const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-'; };
    // It becomes part of file names: no folders, no dots, nothing a shell would take apart.
    if (reader.has("name") && (name.empty() || name.size() > 64 || !std::all_of(name.begin(), name.end(), allowed)))
        reader.problem("name", fmt::format("1 to 64 of a-z, 0-9, '_' and '-' are wanted, given '{}'", name));
    return name;
}

bool is_printable_ascii(const std::string& text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

std::string quoted(const std::string& text) {
    if (is_printable_ascii(text) && text.find_first_of("\"\\") == std::string::npos) return '"' + text + '"';
    YAML::Emitter out;
    out << YAML::DoubleQuoted << text;
    return out.c_str();
}

/// Text that reports repeat: what YAML can't write back (broken UTF-8) JSON can't either.
std::string read_text(yaml_reader& reader, const std::string& key, const std::string& otherwise, std::size_t least) {
    const std::string text = reader.text(key, otherwise);
    if (text.size() < least || text.size() > 1000)
        reader.problem(key, fmt::format("text of {} to 1000 bytes is wanted, given {} bytes", least, text.size()));
    else if (!is_printable_ascii(text) && YAML::Load(quoted(text)).Scalar() != text)
        reader.problem(key, "is not valid UTF-8");
    return text;
}

std::vector<std::pair<std::string, array_kind>> array_kinds() {
    std::vector<std::pair<std::string, array_kind>> kinds;
    for (const array_kind kind : enumerators<array_kind>()) kinds.emplace_back(to_string(kind), kind);
    return kinds;
}

array_config read_array(yaml_reader reader, const array_config& defaults) {
    array_config array = defaults;
    array.kind = reader.choice("kind", array_kinds(), std::optional(defaults.kind));
    array.trees = small(reader, "trees", 1, 256, defaults.trees);
    array.lanes = small(reader, "lanes", 1, 64, defaults.lanes);
    array.weight_bits = small(reader, "weight_bits", 2, 8, defaults.weight_bits);
    array.activation_bits = small(reader, "activation_bits", 2, 8, defaults.activation_bits);
    if (reader.has("guard_bits") && !is_shift_circuit(array.kind))
        reader.problem("guard_bits", fmt::format("only {} arrays have guard bits", shift_arrays("and")));
    array.guard_bits = small(reader, "guard_bits", 0, 7, defaults.guard_bits);
    array.pipeline_depth = small(reader, "pipeline_depth", 1, 64, defaults.pipeline_depth);
    array.shadow_registers = reader.boolean("shadow_registers", defaults.shadow_registers);
    reader.finish();
    return array;
}

/// The ports of a side array default to those of the array: one set of widths for the platform.
std::optional<array_config> read_side_array(yaml_reader& root, const array_config& array) {
    const YAML::Node node = root.raw("side_array");
    if (!node.IsDefined() || node.IsNull() || (node.IsScalar() && node.Scalar() == "none")) return {};
    array_config defaults;
    defaults.trees = array.trees;
    defaults.lanes = 4;
    defaults.weight_bits = array.weight_bits;
    defaults.activation_bits = array.activation_bits;
    return read_array(root.map("side_array"), defaults);
}

std::pair<zero_point_unit, correction_form> read_zero_point(yaml_reader reader) {
    const auto unit = reader.choice(
        "unit", words({zero_point_unit::none, zero_point_unit::pre_subtract, zero_point_unit::widened, zero_point_unit::row_sum}),
        std::optional(zero_point_unit::none));
    const auto correction = reader.choice("correction", words({correction_form::every_cycle, correction_form::at_drain}),
                                          std::optional(correction_form::at_drain));
    reader.finish();
    return {unit, correction};
}

sparse_config read_sparse(yaml_reader reader) {
    sparse_config sparse;
    sparse.lanes = small(reader, "lanes", 0, 256, sparse.lanes);
    sparse.value_bits = small(reader, "value_bits", 2, 8, sparse.value_bits);
    sparse.assignment =
        reader.choice("assignment", words({outlier_assignment::row_banked, outlier_assignment::pooled}), std::optional(sparse.assignment));
    reader.finish();
    return sparse;
}

buffer_config read_buffer(yaml_reader reader) {
    buffer_config buffer;
    buffer.bank_bytes =
        static_cast<std::uint64_t>(reader.integer("bank_bytes", 64, 64 * mib, static_cast<std::int64_t>(buffer.bank_bytes)));
    buffer.port_bits = small(reader, "port_bits", 8, 8192, buffer.port_bits);
    reader.finish();
    return buffer;
}

void read_outlier_port(yaml_reader reader, platform_config& config) {
    config.outlier_port_own = reader.boolean("own", config.outlier_port_own);
    config.outlier_port_bits = small(reader, "port_bits", 8, 8192, config.outlier_port_bits);
    reader.finish();
}

accumulator_config read_accumulators(yaml_reader reader) {
    accumulator_config accumulators;
    accumulators.bits = small(reader, "bits", 8, 32, accumulators.bits);
    accumulators.depth = small(reader, "depth", 1, 65536, accumulators.depth);
    accumulators.write_interval = small(reader, "write_interval", 1, 16, accumulators.write_interval);
    reader.finish();
    return accumulators;
}

int read_drain_width(yaml_reader reader, int otherwise) {
    const int width = small(reader, "drain_width", 1, 256, otherwise);
    reader.finish();
    return width;
}

dma_config read_dma(yaml_reader reader) {
    dma_config dma;
    dma.burst_bytes = small(reader, "burst_bytes", 8, 4096, dma.burst_bytes);
    dma.outstanding = small(reader, "outstanding", 1, 64, dma.outstanding);
    reader.finish();
    return dma;
}

/// `bandwidth: 16` or `bandwidth: {bytes: 64, cycles: 5}`: bytes per clock cycle as an exact fraction.
void read_bandwidth(yaml_reader& reader, dram_config& dram) {
    constexpr int most = 65536;
    const YAML::Node node = reader.raw("bandwidth");
    if (!node.IsMap()) {
        dram.bandwidth_bytes = static_cast<std::uint64_t>(small(reader, "bandwidth", 1, most, static_cast<int>(dram.bandwidth_bytes)));
        return;
    }
    yaml_reader fraction = reader.map("bandwidth");
    dram.bandwidth_bytes = static_cast<std::uint64_t>(fraction.integer("bytes", 1, most));
    dram.bandwidth_cycles = static_cast<std::uint64_t>(fraction.integer("cycles", 1, most, 1));
    fraction.finish();
}

dram_config read_dram(yaml_reader reader) {
    dram_config dram;
    dram.capacity_bytes =
        static_cast<std::uint64_t>(reader.integer("capacity_bytes", 64 * kib, 4 * gib, static_cast<std::int64_t>(dram.capacity_bytes)));
    read_bandwidth(reader, dram);
    dram.latency_cycles =
        static_cast<std::uint64_t>(reader.integer("latency_cycles", 0, 100000, static_cast<std::int64_t>(dram.latency_cycles)));
    reader.finish();
    return dram;
}

vector_unit_config read_vector_unit(yaml_reader reader) {
    vector_unit_config unit;
    unit.lanes = small(reader, "lanes", 0, 256, unit.lanes);
    unit.bank_bytes = static_cast<std::uint64_t>(reader.integer("bank_bytes", 64, 256 * mib, static_cast<std::int64_t>(unit.bank_bytes)));
    reader.finish();
    return unit;
}

mapping_config read_mapping(yaml_reader reader) {
    mapping_config mapping;
    mapping.flow =
        reader.choice("dataflow", words({dataflow::weight_stationary, dataflow::output_stationary}), std::optional(mapping.flow));
    mapping.order =
        reader.choice("loop_order", words({loop_order::automatic, loop_order::n_m, loop_order::m_n}), std::optional(mapping.order));
    mapping.m_block = automatic_or(reader, "m_block", 65536);
    mapping.n_blocks_per_group = automatic_or(reader, "n_blocks_per_group", 65536);
    mapping.wide = reader.choice("wide_layers", words({wide_layers::passes, wide_layers::refuse}), std::optional(mapping.wide));
    reader.finish();
    return mapping;
}

/// Widths that the scheme doesn't name are those of the array's ports.
scheme read_scheme(yaml_reader& root, const array_config& array) {
    const std::string text = root.text("scheme");
    if (!root.has("scheme")) return {};
    try {
        return parse_scheme(text, array.weight_bits, array.activation_bits);
    } catch (const input_error& e) {
        for (const diagnostic& problem : e.problems())
            root.problem("scheme",
                         problem.field.empty() || problem.field == "scheme" ? problem.message : problem.field + ": " + problem.message);
    }
    return {};
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
    c.auto_clock->table = read_text(details, "table", "", 0);
    c.auto_clock->margin_percent = details.number("margin_percent", 0, 1000, c.auto_clock->margin_percent);
    c.auto_clock->units = details.choice("units", words({clock_units::array, clock_units::chip}), std::optional(c.auto_clock->units));
    details.finish();
}

platform_config read_fields(yaml_reader& root) {
    platform_config c;
    c.name = read_name(root);
    c.description = read_text(root, "description", "", 0);
    read_clock(root, c);
    c.array = read_array(root.map("array", false), array_config{});
    c.side_array = read_side_array(root, c.array);
    c.default_scheme = read_scheme(root, c.array);
    std::tie(c.zero_point, c.correction) = read_zero_point(root.map("zero_point", false));
    c.sparse = read_sparse(root.map("sparse", false));
    c.weight_buffer = read_buffer(root.map("weight_buffer", false));
    c.activation_buffer = read_buffer(root.map("activation_buffer", false));
    c.output_buffer = read_buffer(root.map("output_buffer", false));
    read_outlier_port(root.map("outlier_port", false), c);
    c.accumulators = read_accumulators(root.map("accumulators", false));
    c.drain_width = read_drain_width(root.map("requantizer", false), c.drain_width);
    c.vector_unit = read_vector_unit(root.map("vector_unit", false));
    c.dma = read_dma(root.map("dma", false));
    c.dram = read_dram(root.map("dram", false));
    c.mapping = read_mapping(root.map("mapping", false));
    c.cost_table = read_text(root, "cost_table", c.cost_table, 1);
    root.finish();
    return c;
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

bool ends_with(const std::string& text, const std::string& end) {
    return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

bool is_path(const std::string& name_or_path) {
    return name_or_path.find('/') != std::string::npos || ends_with(name_or_path, ".yaml") || ends_with(name_or_path, ".yml");
}

/// Text as it stands in YAML without quotes where it can.
std::string plain(const std::string& text) {
    YAML::Emitter out;
    out << text;
    return out.c_str();
}

/// Writes block mappings, one `key: value` per line, so that every effective field has a line of its own. By itself: a sweep writes
/// every point's platform, and YAML's emitter takes a tenth of a small simulation's time for it.
class yaml_writer {
public:
    template <class T>
    void field(const char* key, const T& value) {
        out_ += fmt::format("{:{}}{}: {}\n", "", 2 * depth_, key, value);
    }
    void quoted_field(const char* key, const std::string& text) { field(key, quoted(text)); }
    void automatic_field(const char* key, int value) { field(key, value == 0 ? std::string("auto") : std::to_string(value)); }
    void begin(const char* key) {
        out_ += fmt::format("{:{}}{}:\n", "", 2 * depth_, key);
        ++depth_;
    }
    void end() { --depth_; }
    std::string finish() { return std::move(out_); }

private:
    std::string out_;
    int depth_ = 0;
};

void write_array(yaml_writer& out, const char* key, const array_config& array) {
    out.begin(key);
    out.field("kind", to_string(array.kind));
    out.field("trees", array.trees);
    out.field("lanes", array.lanes);
    out.field("weight_bits", array.weight_bits);
    out.field("activation_bits", array.activation_bits);
    if (is_shift_circuit(array.kind)) out.field("guard_bits", array.guard_bits);
    out.field("pipeline_depth", array.pipeline_depth);
    out.field("shadow_registers", array.shadow_registers);
    out.end();
}

void write_buffer(yaml_writer& out, const char* key, const buffer_config& buffer) {
    out.begin(key);
    out.field("bank_bytes", buffer.bank_bytes);
    out.field("port_bits", buffer.port_bits);
    out.end();
}

void write_clock(yaml_writer& out, const platform_config& c) {
    // Shortest text that reads back as the same double.
    if (!c.auto_clock) return out.field("clock_hz", fmt::format("{}", c.clock_hz));
    out.begin("clock_hz");
    out.quoted_field("table", c.auto_clock->table);
    out.field("margin_percent", fmt::format("{}", c.auto_clock->margin_percent));
    out.field("units", name_of(c.auto_clock->units));
    out.end();
}

void write_units(yaml_writer& out, const platform_config& c) {
    write_array(out, "array", c.array);
    if (c.side_array)
        write_array(out, "side_array", *c.side_array);
    else
        out.field("side_array", "none");
    out.begin("zero_point");
    out.field("unit", name_of(c.zero_point));
    out.field("correction", name_of(c.correction));
    out.end();
    out.begin("sparse");
    out.field("lanes", c.sparse.lanes);
    out.field("value_bits", c.sparse.value_bits);
    out.field("assignment", name_of(c.sparse.assignment));
    out.end();
}

void write_storage(yaml_writer& out, const platform_config& c) {
    write_buffer(out, "weight_buffer", c.weight_buffer);
    write_buffer(out, "activation_buffer", c.activation_buffer);
    write_buffer(out, "output_buffer", c.output_buffer);
    out.begin("outlier_port");
    out.field("own", c.outlier_port_own);
    out.field("port_bits", c.outlier_port_bits);
    out.end();
    out.begin("accumulators");
    out.field("bits", c.accumulators.bits);
    out.field("depth", c.accumulators.depth);
    out.field("write_interval", c.accumulators.write_interval);
    out.end();
    out.begin("requantizer");
    out.field("drain_width", c.drain_width);
    out.end();
    if (c.vector_unit.lanes == 0) return;
    out.begin("vector_unit");
    out.field("lanes", c.vector_unit.lanes);
    out.field("bank_bytes", c.vector_unit.bank_bytes);
    out.end();
}

void write_memory(yaml_writer& out, const platform_config& c) {
    out.begin("dma");
    out.field("burst_bytes", c.dma.burst_bytes);
    out.field("outstanding", c.dma.outstanding);
    out.end();
    out.begin("dram");
    out.field("capacity_bytes", c.dram.capacity_bytes);
    out.begin("bandwidth");
    out.field("bytes", c.dram.bandwidth_bytes);
    out.field("cycles", c.dram.bandwidth_cycles);
    out.end();
    out.field("latency_cycles", c.dram.latency_cycles);
    out.end();
}

void write_mapping(yaml_writer& out, const mapping_config& mapping) {
    out.begin("mapping");
    out.field("dataflow", name_of(mapping.flow));
    out.field("loop_order", name_of(mapping.order));
    out.automatic_field("m_block", mapping.m_block);
    out.automatic_field("n_blocks_per_group", mapping.n_blocks_per_group);
    out.field("wide_layers", name_of(mapping.wide));
    out.end();
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
    out.field("name", plain(c.name));
    out.quoted_field("description", c.description);
    out.field("scheme", plain(to_string(c.default_scheme)));
    write_clock(out, c);
    write_units(out, c);
    write_storage(out, c);
    write_memory(out, c);
    write_mapping(out, c.mapping);
    out.quoted_field("cost_table", c.cost_table);
    return out.finish();
}

}  // namespace symmetree
