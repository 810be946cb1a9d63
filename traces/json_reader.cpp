// Reads back what to_json() wrote. Derived fields (total, utilization, passed) are skipped.

#include <fmt/format.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "core/enumerators.h"
#include "core/error.h"
#include "traces/accuracy.h"
#include "traces/json_format.h"
#include "traces/measures.h"
#include "traces/writers.h"

namespace symmetree {

namespace {

using json = nlohmann::json;

[[noreturn]] void refuse(const std::string& field, const std::string& message) {
    throw input_error(diagnostic{"report", 0, 0, field, message});
}

const json& member(const json& object, const std::string& key) {
    if (!object.is_object()) refuse(key, "expected inside an object");
    const auto found = object.find(key);
    if (found == object.end()) refuse(key, "missing");
    return *found;
}

std::string text(const json& object, const std::string& key) {
    const json& value = member(object, key);
    if (!value.is_string()) refuse(key, "not a string");
    return value.get<std::string>();
}

bool boolean(const json& object, const std::string& key) {
    const json& value = member(object, key);
    if (!value.is_boolean()) refuse(key, "not true or false");
    return value.get<bool>();
}

// The library converts 3.7 and -1 to unsigned without a word; a count must be written as one.
std::uint64_t count(const json& object, const std::string& key) {
    const json& value = member(object, key);
    if (!value.is_number_unsigned()) refuse(key, "not a whole number from 0 to 2^64 - 1");
    return value.get<std::uint64_t>();
}

std::int64_t integer(const json& object, const std::string& key) {
    const json& value = member(object, key);
    const bool fits = value.is_number_integer() && (!value.is_number_unsigned() ||
                                                    value.get<std::uint64_t>() <= std::uint64_t{std::numeric_limits<std::int64_t>::max()});
    if (!fits) refuse(key, "not a whole number of 64 bits");
    return value.get<std::int64_t>();
}

int small_integer(const json& object, const std::string& key) {
    const std::int64_t value = integer(object, key);
    if (value < std::numeric_limits<int>::min() || value > std::numeric_limits<int>::max()) refuse(key, "out of range");
    return static_cast<int>(value);
}

double real(const json& value, const std::string& key) {
    if (value.is_number()) return value.get<double>();
    if (value == "inf") return std::numeric_limits<double>::infinity();
    if (value == "-inf") return -std::numeric_limits<double>::infinity();
    if (value == "nan" || value == "-nan") return std::numeric_limits<double>::quiet_NaN();
    refuse(key, "not a number");
}

double real_member(const json& object, const std::string& key) { return real(member(object, key), key); }

std::optional<double> optional_real(const json& object, const std::string& key) {
    const json& value = member(object, key);
    if (value.is_null()) return {};
    return real(value, key);
}

std::map<std::string, std::optional<double>> reals(const json& object, const std::string& key) {
    const json& values = member(object, key);
    if (!values.is_object()) refuse(key, "not an object");
    std::map<std::string, std::optional<double>> out;
    for (const auto& [name, value] : values.items())
        out[name] = value.is_null() ? std::nullopt : std::optional(real(value, key + "." + name));
    return out;
}

std::vector<std::string> texts(const json& object, const std::string& key) {
    const json& values = member(object, key);
    if (!values.is_array()) refuse(key, "not an array");
    std::vector<std::string> out;
    for (const json& value : values) {
        if (!value.is_string()) refuse(key, "not an array of strings");
        out.push_back(value.get<std::string>());
    }
    return out;
}

/// The enumerator of that name.
template <class Enumeration>
Enumeration enumerator(const std::string& name, const std::string& key) {
    if (const auto found = enumerator_named<Enumeration>(name)) return *found;
    refuse(key, fmt::format("unknown name '{}'", name));
}

template <class Group>
Group group_of(const json& object) {
    Group group;
    for (const counter<Group>& c : counters_of<Group>) group.*c.count = count(object, c.name);
    return group;
}

unit_activity units_of(const json& list) {
    if (!list.is_array()) refuse("units", "not an array");
    unit_activity units;
    for (const json& entry : list) {
        unit_key key;
        key.unit = enumerator<unit_kind>(text(entry, "unit"), "unit");
        key.held_bits = small_integer(entry, "weight_bits");
        key.activation_bits = small_integer(entry, "activation_bits");
        key.extent = small_integer(entry, "lanes");
        key.input = enumerator<activation_class>(text(entry, "input"), "input");
        key.sparse = boolean(entry, "sparse");
        units[key] = group_of<unit_counters>(entry);
    }
    return units;
}

memory_activity memories_of(const json& object) {
    if (!object.is_object()) refuse("memories", "not an object");
    memory_activity memories;
    for (const auto& [name, entry] : object.items()) memories[enumerator<memory_kind>(name, "memories")] = group_of<memory_counters>(entry);
    return memories;
}

outlier_report outliers_of(const json& object) {
    return {count(object, "listed"),      count(object, "stored"),       small_integer(object, "index_bits"),
            count(object, "stream_bits"), count(object, "fullest_lane"), text(object, "assignment")};
}

exactness check_of(const json& layer) {
    const json& exact = member(layer, "exact");
    const std::string difference = text(layer, "first_difference");
    if (exact.is_null()) return {exactness::verdict::not_checked, difference};
    return {boolean(layer, "exact") ? exactness::verdict::exact : exactness::verdict::differs, difference};
}

layer_report layer_of(const json& object) {
    layer_report layer;
    layer.name = text(object, "name");
    layer.scheme = text(object, "scheme");
    layer.unit = text(object, "unit");
    layer.mapping = text(object, "mapping");
    layer.m = integer(object, "m");
    layer.n = integer(object, "n");
    layer.k = integer(object, "k");
    layer.repeat = integer(object, "repeat");
    layer.macs = count(object, "macs");
    layer.parameters = count(object, "parameters");
    layer.weight_bits_stored = count(object, "weight_bits_stored");
    layer.cycles = count(object, "cycles");
    layer.split = group_of<slot_split>(member(object, "split"));
    layer.units = units_of(member(object, "units"));
    layer.memories = memories_of(member(object, "memories"));
    layer.energy_pj = reals(object, "energy_pj");
    layer.outliers = outliers_of(member(object, "outliers"));
    layer.operations = {real_member(object, "bops_dasq"), real_member(object, "bops_uniq"), real_member(object, "qops")};
    layer.weight_sqnr_db = optional_real(object, "weight_sqnr_db");
    layer.arithmetic_sqnr_db = optional_real(object, "arithmetic_sqnr_db");
    layer.check = check_of(object);
    return layer;
}

placed_bytes_report place_of(const json& object) {
    placed_bytes_report place{text(object, "name"),
                              text(object, "role"),
                              count(object, "bytes"),
                              count(object, "moved_bytes"),
                              text(object, "first"),
                              text(object, "last"),
                              {}};
    if (!member(object, "on_chip_from").is_null()) place.on_chip_from = count(object, "on_chip_from");
    return place;
}

std::vector<placed_bytes_report> places_of(const json& object) {
    std::vector<placed_bytes_report> places;
    if (!object.contains("places")) return places;  // only where something is kept on the chip
    if (!object["places"].is_array()) refuse("places", "not an array");
    for (const json& place : object["places"]) places.push_back(place_of(place));
    return places;
}

report report_of(const json& object) {
    report r;
    r.workload = text(object, "workload");
    r.workload_source = text(object, "workload_source");
    r.platform = text(object, "platform");
    r.scheme = text(object, "scheme");
    r.seed = count(object, "seed");
    r.timing_only = boolean(object, "timing_only");
    if (object.contains("batch")) r.batch = small_integer(object, "batch");  // later than version 1
    if (r.batch < 1) refuse("batch", "less than one image");
    r.clock_hz = real_member(object, "clock_hz");
    r.array_weight_bits = small_integer(object, "array_weight_bits");
    r.array_activation_bits = small_integer(object, "array_activation_bits");
    r.array_trees = small_integer(object, "array_trees");
    r.array_lanes = small_integer(object, "array_lanes");
    if (object.contains("accumulator_bits")) r.accumulator_bits = small_integer(object, "accumulator_bits");  // later than version 1
    r.dram_bytes_per_cycle = real_member(object, "dram_bytes_per_cycle");
    r.configuration = text(object, "configuration");
    r.cost_table = text(object, "cost_table");
    r.cost_label = text(object, "cost_label");
    r.cost_mix = text(object, "cost_mix");
    r.cost_not_modelled = texts(object, "cost_not_modelled");
    r.not_simulated = texts(object, "not_simulated");
    r.notes = texts(object, "notes");
    r.area_um2 = reals(object, "area_um2");
    if (object.contains("price_origins"))  // later than version 1
        for (const auto& [name, value] : member(object, "price_origins").items())
            r.price_origins[name] = text(member(object, "price_origins"), name);
    if (object.contains("fpga"))  // likewise
        for (const auto& [name, value] : member(object, "fpga").items())
            for (const fpga_resource kind : enumerators<fpga_resource>()) r.fpga[name][kind] = optional_real(value, to_string(kind));
    const json& layers = member(object, "layers");
    if (!layers.is_array()) refuse("layers", "not an array");
    for (const json& layer : layers) r.layers.push_back(layer_of(layer));
    r.places = places_of(object);
    return r;
}

json document_of(const std::string& json_text) {
    json document;
    try {
        document = json::parse(json_text);
    } catch (const json::exception& error) {
        refuse("", error.what());
    }
    if (integer(document, "format_version") != report_format_version) {
        refuse("format_version", fmt::format("{} expected", report_format_version));
    }
    return document;
}

}  // namespace

report report_from_json(const std::string& json_text) { return report_of(document_of(json_text)); }

comparison comparison_from_json(const std::string& json_text) {
    const json document = document_of(json_text);
    if (document.find("runs") == document.end()) return {"", {}, {report_of(document)}};
    comparison c;
    c.baseline = text(document, "baseline");
    c.left_out = texts(document, "left_out");
    const json& runs = member(document, "runs");
    if (!runs.is_array() || runs.empty()) refuse("runs", "not an array of runs");
    for (const json& run : runs) c.runs.push_back(report_of(run));
    return c;
}

bool is_accuracy_json(const std::string& json_text) {
    const json document = json::parse(json_text, nullptr, false);
    return document.is_object() && document.contains("evaluation");
}

accuracy_table accuracy_from_json(const std::string& json_text) {
    const json document = document_of(json_text);
    const json& evaluation = member(document, "evaluation");
    accuracy_table t;
    t.network = text(evaluation, "network");
    t.images = integer(evaluation, "images");
    t.notes = texts(evaluation, "notes");
    const json& rows = member(evaluation, "rows");
    if (!rows.is_array() || rows.empty()) refuse("rows", "not an array of rows");
    const auto images = [](const json& row, const char* key) {
        return member(row, key).is_null() ? std::nullopt : std::optional(integer(row, key));
    };
    for (const json& row : rows) {
        accuracy_row r{text(row, "platform"),   text(row, "scheme"),           text(row, "vector_unit"),
                       images(row, "top1"),     images(row, "top5"),           integer(row, "agreeing"),
                       integer(row, "checked"), text(row, "first_difference"), {}};
        if (!member(row, "run").is_null()) r.costs = report_of(member(row, "run"));
        t.rows.push_back(std::move(r));
    }
    return t;
}

}  // namespace symmetree
