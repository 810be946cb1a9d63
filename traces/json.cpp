// JSON writers. Fields: docs/report-format.md, "JSON".

#include "traces/accuracy.h"
#include "traces/json_format.h"
#include "traces/json_writer.h"
#include "traces/measures.h"
#include "traces/writers.h"

namespace symmetree {

namespace {

using layout = json_writer::layout;

std::optional<bool> verdict(const exactness& check) {
    switch (check.result) {
        case exactness::verdict::exact: return true;
        case exactness::verdict::differs: return false;
        case exactness::verdict::not_checked: return {};
    }
    return {};
}

void write(json_writer& out, const char* name, const std::map<std::string, std::optional<double>>& values) {
    out.key(name).open_object(layout::row);
    for (const auto& [key, value] : values) out.member(key, value);
    out.close();
}

void write(json_writer& out, const char* name, const std::map<std::string, std::string>& texts) {
    out.key(name).open_object(layout::row);
    for (const auto& [key, value] : texts) out.member(key, value);
    out.close();
}

void write(json_writer& out, const char* name, const fpga_parts& parts) {
    out.key(name).open_object(layout::lines);
    for (const auto& [unit, part] : parts) {
        out.key(unit).open_object(layout::row);
        for (const fpga_resource kind : enumerators<fpga_resource>()) out.member(to_string(kind), part[kind]);
        out.close();
    }
    out.close();
}

void write(json_writer& out, const char* name, const std::vector<std::string>& texts) {
    out.key(name).open_array(layout::row);
    for (const std::string& text : texts) out.value(text);
    out.close();
}

template <class Group>
void write_group(json_writer& out, const Group& group) {
    for (const counter<Group>& c : counters_of<Group>) out.member(c.name, group.*c.count);
}

void write_split(json_writer& out, const slot_split& split) {
    out.key("split").open_object(layout::row);
    write_group(out, split);
    out.close();
}

void write_units(json_writer& out, const unit_activity& units) {
    out.key("units").open_array(layout::lines);
    for (const auto& [key, counters] : units) {
        out.open_object(layout::row);
        out.member("unit", to_string(key.unit));
        out.member("weight_bits", key.held_bits);
        out.member("activation_bits", key.activation_bits);
        out.member("lanes", key.extent);
        out.member("input", to_string(key.input));
        out.member("sparse", key.sparse);
        write_group(out, counters);
        out.close();
    }
    out.close();
}

void write_memories(json_writer& out, const memory_activity& memories) {
    out.key("memories").open_object(layout::lines);
    for (const auto& [kind, counters] : memories) {
        out.key(to_string(kind)).open_object(layout::row);
        write_group(out, counters);
        out.close();
    }
    out.close();
}

void write_outliers(json_writer& out, const outlier_report& outliers) {
    out.key("outliers").open_object(layout::row);
    out.member("listed", outliers.listed);
    out.member("stored", outliers.stored);
    out.member("index_bits", outliers.index_bits);
    out.member("stream_bits", outliers.stream_bits);
    out.member("fullest_lane", outliers.fullest_lane);
    out.member("assignment", outliers.assignment);
    out.close();
}

/// What a layer and the total share, after the fields that differ.
void write_counts(json_writer& out, const layer_report& layer) {
    out.member("parameters", layer.parameters);
    out.member("weight_bits_stored", layer.weight_bits_stored);
    out.member("first_difference", layer.check.first_difference);
    write_split(out, layer.split);
    write(out, "energy_pj", layer.energy_pj);
    write_memories(out, layer.memories);
    write_outliers(out, layer.outliers);
    write_units(out, layer.units);
}

void write_operations(json_writer& out, const operation_measures& operations) {
    out.member("bops_dasq", operations.bops_dasq);
    out.member("bops_uniq", operations.bops_uniq);
    out.member("qops", operations.qops);
}

void write_layer(json_writer& out, const layer_report& layer) {
    out.open_object(layout::lines);
    out.member("name", layer.name);
    out.member("scheme", layer.scheme);
    out.member("unit", layer.unit);
    out.member("mapping", layer.mapping);
    out.member("m", layer.m);
    out.member("n", layer.n);
    out.member("k", layer.k);
    out.member("repeat", layer.repeat);
    out.member("macs", layer.macs);
    out.member("cycles", layer.cycles);
    out.member("utilization", layer.utilization());
    out.member("exact", verdict(layer.check));
    out.member("energy_total_pj", energy_pj_of(layer));
    write_operations(out, layer.operations);
    out.member("weight_sqnr_db", layer.weight_sqnr_db);
    out.member("arithmetic_sqnr_db", layer.arithmetic_sqnr_db);
    write_counts(out, layer);
    out.close();
}

void write_total(json_writer& out, const report& r) {
    const layer_report total = r.total();
    out.key("total").open_object(layout::lines);
    out.member("scheme", total.scheme);
    out.member("macs", total.macs);
    out.member("cycles", total.cycles);
    out.member("utilization", total.utilization());
    out.member("exact", verdict(total.check));
    out.member("latency_s", latency_s_of(r));
    out.member("energy_j", energy_j_of(r));
    out.member("latency_per_image_s", per_image(r, latency_s_of(r)));
    out.member("energy_per_image_j", per_image(r, energy_j_of(r)));
    out.member("power_w", power_w_of(r));
    out.member("area_um2", area_um2_of(r));
    write_operations(out, total.operations);
    write_counts(out, total);
    out.close();
}

void write_places(json_writer& out, const std::vector<placed_bytes_report>& places) {
    if (places.empty()) return;
    out.key("places").open_array(layout::lines);
    for (const placed_bytes_report& place : places) {
        out.open_object(layout::row);
        out.member("name", place.name);
        out.member("role", place.role);
        out.member("bytes", place.bytes);
        out.member("moved_bytes", place.moved_bytes);
        out.member("first", place.first);
        out.member("last", place.last);
        out.member("on_chip_from", place.on_chip_from);
        out.close();
    }
    out.close();
}

/// The members of a run, without the braces around them.
void write_run(json_writer& out, const report& r) {
    out.member("workload", r.workload);
    out.member("workload_source", r.workload_source);
    out.member("platform", r.platform);
    out.member("scheme", r.scheme);
    out.member("seed", r.seed);
    out.member("timing_only", r.timing_only);
    out.member("batch", r.batch);
    out.member("passed", r.passed());
    out.member("clock_hz", r.clock_hz);
    out.member("array_weight_bits", r.array_weight_bits);
    out.member("array_activation_bits", r.array_activation_bits);
    out.member("array_trees", r.array_trees);
    out.member("array_lanes", r.array_lanes);
    out.member("accumulator_bits", r.accumulator_bits);
    out.member("dram_bytes_per_cycle", r.dram_bytes_per_cycle);
    out.member("cost_table", r.cost_table);
    out.member("cost_label", r.cost_label);
    out.member("cost_mix", r.cost_mix);
    write(out, "cost_not_modelled", r.cost_not_modelled);
    write(out, "not_simulated", r.not_simulated);
    write(out, "notes", r.notes);
    write_total(out, r);
    write(out, "area_um2", r.area_um2);
    write(out, "price_origins", r.price_origins);
    write(out, "fpga", r.fpga);
    out.member("peak_ops", peak_ops_of(r));
    out.member("reached_ops", reached_ops_of(r));
    out.key("layers").open_array(layout::lines);
    for (const layer_report& layer : r.layers) write_layer(out, layer);
    out.close();
    write_places(out, r.places);
    out.member("configuration", r.configuration);
}

void write_ratios(json_writer& out, const comparison& c, std::size_t index) {
    const run_ratios ratios = ratios_of(c, index);
    out.key("ratios").open_object(layout::row);
    out.member("baseline_run", baseline_of(c, index));
    out.member("latency", ratios.latency);
    out.member("energy", ratios.energy);
    out.member("power", ratios.power);
    out.member("area", ratios.area);
    out.close();
}

}  // namespace

std::string to_json(const report& r) {
    json_writer out;
    out.open_object(layout::lines);
    out.member("format_version", report_format_version);
    write_run(out, r);
    out.close();
    return out.finish();
}

std::string to_json(const comparison& c) {
    json_writer out;
    out.open_object(layout::lines);
    out.member("format_version", report_format_version);
    out.member("baseline", c.baseline);
    write(out, "left_out", c.left_out);
    out.key("runs").open_array(layout::lines);
    for (std::size_t i = 0; i < c.runs.size(); ++i) {
        out.open_object(layout::lines);
        write_run(out, c.runs[i]);
        write_ratios(out, c, i);
        out.close();
    }
    out.close();
    out.close();
    return out.finish();
}

std::string to_json(const accuracy_table& t) {
    json_writer out;
    out.open_object(layout::lines);
    out.member("format_version", report_format_version);
    out.key("evaluation").open_object(layout::lines);
    out.member("network", t.network);
    out.member("images", t.images);
    write(out, "notes", t.notes);
    out.key("rows").open_array(layout::lines);
    for (const accuracy_row& r : t.rows) {
        out.open_object(layout::lines);
        out.member("platform", r.platform);
        out.member("scheme", r.scheme);
        out.member("vector_unit", r.vector_unit);
        out.member("top1", r.top1);
        out.member("top5", r.top5);
        out.member("agreeing", r.agreeing);
        out.member("checked", r.checked);
        out.member("first_difference", r.first_difference);
        out.key("run");
        if (r.costs) {
            out.open_object(layout::lines);
            write_run(out, *r.costs);
            out.close();
        } else {
            out.null();
        }
        out.close();
    }
    out.close();
    out.close();
    out.close();
    return out.finish();
}

}  // namespace symmetree
