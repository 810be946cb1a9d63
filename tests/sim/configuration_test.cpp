// Every field of the platform file moves the result it should, in the direction it should.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <set>
#include <sstream>

#include "tests/support/forked.h"
#include "tests/support/layers.h"

namespace symmetree {
namespace {

/// Dotted keys and values of an effective configuration, one line each in its block style.
std::map<std::string, std::string> fields_of(const std::string& yaml) {
    std::map<std::string, std::string> fields;
    std::vector<std::string> path;
    std::istringstream lines(yaml);
    for (std::string line; std::getline(lines, line);) {
        const std::size_t indent = line.find_first_not_of(' '), colon = line.find(':');
        path.resize(indent / 2);
        path.push_back(line.substr(indent, colon - indent));
        if (colon + 1 == line.size()) continue;
        std::string key;
        for (const std::string& part : path) key += (key.empty() ? "" : ".") + part;
        fields[key] = line.substr(colon + 2);
    }
    return fields;
}

std::string first_mapping(const report& r) { return r.layers.front().mapping; }
std::uint64_t memory_sum(const report& r, memory_kind kind, std::uint64_t memory_counters::*field) {
    std::uint64_t sum = 0;
    for (const layer_report& l : r.layers) sum += l.memories.at(kind).*field;
    return sum;
}
std::uint64_t dram_read(const report& r) { return memory_sum(r, memory_kind::dram, &memory_counters::read_bytes); }

std::uint64_t scratchpad_read(const report& r) { return memory_sum(r, memory_kind::scratchpad, &memory_counters::read_bytes); }
double part_pj(const report& r, const char* part) { return *r.total().energy_pj.at(part); }

/// A shipped platform, or symq with a scratchpad that keeps everything.
platform_config base_of(const std::string& name) {
    if (name != "kept") return preset(name);
    platform_config c = preset("symq");
    c.scratchpad.bytes = 65536;
    c.mapping.keep = kept_places::both;
    return c;
}

using change = std::function<void(platform_config&)>;
/// What must hold between the report before and after; empty when it does.
using effect = std::function<bool(const report&, const report&)>;

/// A field, the platform it is tried on, what is set, and what must follow: an effect, or a refusal that says this.
struct field_case {
    const char* key;
    const char* base;
    change set;
    effect follows;
    std::string refusal;
};

void PrintTo(const field_case& c, std::ostream* out) { *out << c.key << " on " << c.base; }

std::uint64_t cycles_of(const report& r) { return r.total().cycles; }
const effect slower = [](const report& a, const report& b) { return cycles_of(b) > cycles_of(a); };
const effect faster = [](const report& a, const report& b) { return cycles_of(b) < cycles_of(a); };
const effect larger = [](const report& a, const report& b) {
    return b.total_area_um2() > a.total_area_um2() && cycles_of(a) == cycles_of(b);
};
/// Of the vector unit, which runs of layers alone leave idle (tests/unit/runs/pricing_test.cpp has those that use it).
const effect not_charged = [](const report& a, const report& b) {
    return cycles_of(a) == cycles_of(b) && a.energy_j() == b.energy_j() && a.total_area_um2() == b.total_area_um2();
};
effect more(std::uint64_t slot_split::*cause) {
    return [cause](const report& a, const report& b) { return b.total().split.*cause > a.total().split.*cause; };
}
effect unit_is(const std::string& name) {
    return
        [name](const report& a, const report& b) { return a.layers[0].unit != b.layers[0].unit && b.layers[0].unit.rfind(name, 0) == 0; };
}
effect mapping_has(const std::string& text) {
    return [text](const report& a, const report& b) {
        return first_mapping(a).find(text) == std::string::npos && first_mapping(b).find(text) != std::string::npos;
    };
}

const std::vector<field_case>& field_cases() {
    using p = platform_config&;
    static const std::vector<field_case> all{
        {"name", "symq", [](p c) { c.name = "other"; }, [](auto& a, auto& b) { return a.platform == "symq" && b.platform == "other"; }, ""},
        {"description", "symq", [](p c) { c.description = "words"; },
         [](auto&, auto& b) { return b.configuration.find("words") != std::string::npos; }, ""},
        {"scheme", "symq", [](p c) { c.default_scheme.weight_bits = 3; },
         [](auto& a, auto& b) {
             return b.scheme != a.scheme && b.total().weight_bits_stored < a.total().weight_bits_stored && dram_read(b) < dram_read(a);
         },
         ""},
        {"clock_hz", "symq", [](p c) { c.clock_hz *= 2; },
         [](auto& a, auto& b) { return cycles_of(a) == cycles_of(b) && b.latency_s() < 0.51 * a.latency_s() && b.power_w() > a.power_w(); },
         ""},
        {"array.kind", "pot",
         [](p c) {
             c.array.kind = array_kind::post;
             c.default_scheme.family = scheme_family::post;
         },
         unit_is("post_tree"), ""},
        {"array.trees", "symq", [](p c) { c.array.trees = 8; },
         [](auto& a, auto& b) {
             return b.total().split.ideal * 10 > a.total().split.ideal * 19 && b.total_area_um2() < a.total_area_um2();
         },
         ""},
        {"array.lanes", "symq", [](p c) { c.array.lanes = 8; },
         [](auto& a, auto& b) {
             return b.total().split.ideal * 10 > a.total().split.ideal * 19 && b.total_area_um2() < a.total_area_um2();
         },
         ""},
        {"array.weight_bits", "symq", [](p c) { c.array.weight_bits = 6; }, larger, ""},
        {"array.activation_bits", "symq", [](p c) { c.array.activation_bits = 6; }, larger, ""},
        {"array.guard_bits", "post", [](p c) { c.array.guard_bits = 6; }, {}, "guard bits"},
        {"array.odd_products", "post", [](p c) { c.array.odd = odd_products::shared_word; }, unit_is("post_word_tree"), ""},
        {"array.level_bits", "levels",
         [](p c) {
             c.array.level_bits = 5;
             c.default_scheme.levels.level_bits = 5;
         },
         [](auto& a, auto& b) { return larger(b, a); }, ""},
        {"array.level_decoders", "levels", [](p c) { c.array.decoders = level_decoders::per_tree; }, larger, ""},
        {"array.pipeline_depth", "symq", [](p c) { c.array.pipeline_depth += 10; },
         [](auto& a, auto& b) { return cycles_of(b) >= cycles_of(a) + 10 * b.layers.size(); }, ""},
        {"array.shadow_registers", "symq", [](p c) { c.array.shadow_registers = false; }, more(&slot_split::weight_port), ""},
        {"side_array", "symq", [](p c) { c.side_array = array_config{}; }, {}, "only a pot, post or apot array has a side array"},
        {"side_array.kind", "post", [](p c) { c.side_array->kind = array_kind::pot; }, {}, "a side array is of multipliers"},
        {"side_array.trees", "post", [](p c) { c.side_array->trees = 4; }, slower, ""},
        {"side_array.lanes", "post_minimal", [](p c) { c.side_array->lanes *= 2; }, faster, ""},
        {"side_array.weight_bits", "post", [](p c) { c.side_array->weight_bits = 6; }, larger, ""},
        {"side_array.activation_bits", "post", [](p c) { c.side_array->activation_bits = 6; }, larger, ""},
        {"side_array.pipeline_depth", "post", [](p c) { c.side_array->pipeline_depth += 10; }, slower, ""},
        {"side_array.shadow_registers", "post", [](p c) { c.side_array->shadow_registers = false; }, slower, ""},
        {"zero_point.unit", "asymq_row_sum", [](p c) { c.zero_point = zero_point_unit::pre_subtract; }, unit_is("pre_subtract_tree"), ""},
        {"zero_point.correction", "asymq_row_sum",
         [](p c) { c.correction = c.correction == correction_form::at_drain ? correction_form::every_cycle : correction_form::at_drain; },
         [](auto& a, auto& b) {
             return cycles_of(a) == cycles_of(b) && a.energy_j() != b.energy_j() && a.total_area_um2() != b.total_area_um2();
         },
         ""},
        {"sparse.lanes", "dasq", [](p c) { c.sparse.lanes = 2; },
         [](auto& a, auto& b) { return b.total().split.outlier > a.total().split.outlier && b.total_area_um2() < a.total_area_um2(); }, ""},
        {"sparse.value_bits", "dasq", [](p c) { c.sparse.value_bits = 6; }, larger, ""},
        {"sparse.list_entries", "dasq_minimal", [](p c) { c.sparse.list_entries = 1; },
         [](auto& a, auto& b) { return b.total().split.outlier > a.total().split.outlier && b.total_area_um2() < a.total_area_um2(); }, ""},
        {"sparse.engine", "dasq_minimal", [](p c) { c.sparse.engine = outlier_engine::decoupled; },
         [](auto& a, auto& b) {
             return b.total().split.outlier < a.total().split.outlier && b.total_area_um2() > a.total_area_um2() &&
                    memory_sum(b, memory_kind::activation_buffer, &memory_counters::read_bytes) >
                        memory_sum(a, memory_kind::activation_buffer, &memory_counters::read_bytes);
         },
         ""},
        {"sparse.queue_tiles", "dasq_minimal",
         [](p c) {
             c.sparse.engine = outlier_engine::decoupled;
             c.sparse.queue_tiles = 16;
         },
         [](auto& a, auto& b) { return b.layers[0].outliers.index_bits == a.layers[0].outliers.index_bits + 4 + 1; }, ""},
        {"sparse.assignment", "dasq_minimal", [](p c) { c.sparse.assignment = outlier_assignment::pooled; },
         [](auto& a, auto& b) {
             return b.total().split.outlier < a.total().split.outlier && b.layers[0].outliers.assignment == "pooled" &&
                    b.total_area_um2() != a.total_area_um2();
         },
         ""},
        {"weight_buffer.bank_bytes", "symq", [](p c) { c.weight_buffer.bank_bytes = 256; },
         [](auto& a, auto& b) { return dram_read(b) > dram_read(a); }, ""},
        {"weight_buffer.port_bits", "symq", [](p c) { c.weight_buffer.port_bits = 8; }, more(&slot_split::weight_port), ""},
        {"activation_buffer.bank_bytes", "symq", [](p c) { c.activation_buffer.bank_bytes = 1024; },
         [](auto& a, auto& b) { return first_mapping(a) != first_mapping(b) && dram_read(b) > dram_read(a); }, ""},
        {"activation_buffer.port_bits", "symq", [](p c) { c.activation_buffer.port_bits = 16; }, more(&slot_split::input), ""},
        {"output_buffer.bank_bytes", "symq", [](p c) { c.output_buffer.bank_bytes = 80; }, mapping_has("m-block 10"), ""},
        {"output_buffer.port_bits", "symq", [](p c) { c.output_buffer.port_bits *= 2; },
         [](auto& a, auto& b) {
             const auto writes = [](const report& r) {
                 return memory_sum(r, memory_kind::output_buffer, &memory_counters::write_accesses);
             };
             return writes(b) < writes(a) && cycles_of(a) == cycles_of(b);
         },
         ""},
        {"outlier_port.own", "dasq", [](p c) { c.outlier_port_own = true; }, faster, ""},
        {"outlier_port.port_bits", "dasq",
         [](p c) {
             c.outlier_port_own = true;
             c.outlier_port_bits = 8;
         },
         slower, ""},
        {"accumulators.bits",
         "symq",
         [](p c) {
             c.auto_accumulators = false;
             c.accumulators.bits = 10;
         },
         {},
         "accumulators.bits of at least"},
        {"accumulators.depth", "symq", [](p c) { c.accumulators.depth = 24; }, mapping_has("m-block 24"), ""},
        {"accumulators.write_interval", "symq", [](p c) { c.accumulators.write_interval = 16; }, more(&slot_split::hazard), ""},
        {"requantizer.drain_width", "symq", [](p c) { c.drain_width = 1; },
         [](auto& a, auto& b) { return b.total().split.drain + b.total().split.barrier > a.total().split.drain + a.total().split.barrier; },
         ""},
        {"dma.burst_bytes", "symq", [](p c) { c.dma.burst_bytes = 32; },
         [](auto& a, auto& b) {
             const auto bursts = [](const report& r) { return memory_sum(r, memory_kind::dram, &memory_counters::read_accesses); };
             return bursts(b) > 4 * bursts(a) && dram_read(a) == dram_read(b);
         },
         ""},
        {"dma.outstanding", "symq", [](p c) { c.dma.outstanding = 1; }, slower, ""},
        {"dram.kind", "symq", [](p c) { c.dram.kind = dram_kind::ddr3_1600; },
         [](auto& a, auto& b) {
             const auto dram_pj = [](const report& r) { return *r.total().energy_pj.at("dram"); };
             return cycles_of(a) == cycles_of(b) && std::abs(dram_pj(b) / dram_pj(a) - 20.0 / 8) < 1e-9 &&
                    a.total_area_um2() == b.total_area_um2();
         },
         ""},
        {"dram.capacity_bytes",
         "symq",
         [](p c) {
             c.dram.capacity_bytes = 65536;
             c.default_scheme.weight_bits = 8;
         },
         {},
         "bytes of DRAM, the platform has 65536"},
        {"dram.bandwidth.bytes", "symq", [](p c) { c.dram.bandwidth_bytes = 8; }, slower, ""},
        {"dram.bandwidth.cycles", "symq", [](p c) { c.dram.bandwidth_cycles = 40; }, slower, ""},
        {"dram.latency_cycles", "symq", [](p c) { c.dram.latency_cycles += 100; },
         [](auto& a, auto& b) { return cycles_of(b) >= cycles_of(a) + 400 * a.layers.size(); }, ""},
        {"scratchpad.bytes", "kept", [](p c) { c.scratchpad.bytes = 262144; },
         [](auto& a, auto& b) {
             return scratchpad_read(b) > scratchpad_read(a) && dram_read(b) < dram_read(a) && b.total_area_um2() > a.total_area_um2() &&
                    part_pj(b, "leakage") / double(cycles_of(b)) > part_pj(a, "leakage") / double(cycles_of(a));
         },
         ""},
        {"scratchpad.port_bits", "kept", [](p c) { c.scratchpad.port_bits = 16; }, slower, ""},
        {"scratchpad.banks", "kept", [](p c) { c.scratchpad.banks = 16; },
         [](auto& a, auto& b) {
             return larger(a, b) && scratchpad_read(a) == scratchpad_read(b) && part_pj(b, "scratchpad") < part_pj(a, "scratchpad") &&
                    part_pj(b, "leakage") > part_pj(a, "leakage");
         },
         ""},
        {"scratchpad.latency_cycles", "kept", [](p c) { c.scratchpad.latency_cycles += 100; }, slower, ""},
        {"mapping.keep", "kept", [](p c) { c.mapping.keep = kept_places::none; },
         [](auto& a, auto& b) {
             return scratchpad_read(a) > 0 && scratchpad_read(b) == 0 && dram_read(b) == dram_read(a) + scratchpad_read(a) &&
                    a.total_area_um2() == b.total_area_um2() && cycles_of(b) > cycles_of(a);
         },
         ""},
        {"mapping.keep", "symq", [](p c) { c.mapping.keep = kept_places::weights; }, {}, "scratchpad.bytes is 0"},
        {"mapping.dataflow", "symq", [](p c) { c.mapping.flow = dataflow::output_stationary; },
         [](auto& a, auto& b) {
             const auto loads = [](const report& r) { return r.layers.back().units.begin()->second.loads; };
             return mapping_has("output_stationary")(a, b) && loads(b) == 40 * loads(a) && more(&slot_split::weight_port)(a, b) &&
                    b.total_area_um2() < a.total_area_um2();
         },
         ""},
        {"mapping.loop_order", "symq", [](p c) { c.mapping.order = loop_order::m_n; }, mapping_has("m_n"), ""},
        {"mapping.m_block", "symq", [](p c) { c.mapping.m_block = 30; }, mapping_has("m-block 30"), ""},
        {"mapping.n_blocks_per_group", "symq", [](p c) { c.mapping.n_blocks_per_group = 1; },
         [](auto& a, auto& b) { return cycles_of(a) != cycles_of(b); }, ""},
        {"mapping.wide_layers",
         "symq",
         [](p c) {
             c.mapping.wide = wide_layers::refuse;
             c.array.weight_bits = 3;
         },
         {},
         "mapping.wide_layers is refuse"},
        {"vector_unit.lanes", "symq", [](p c) { c.vector_unit.lanes *= 2; }, not_charged, ""},
        {"vector_unit.bank_bytes", "symq", [](p c) { c.vector_unit.bank_bytes *= 2; }, not_charged, ""},
        {"mapping.prefetch", "symq", [](p c) { c.mapping.prefetch = prefetching::weights; },
         [](auto& a, auto& b) {
             const auto moved = [](const report& r) {
                 return memory_sum(r, memory_kind::dram, &memory_counters::read_bytes) +
                        memory_sum(r, memory_kind::dram, &memory_counters::written_bytes);
             };
             return cycles_of(b) < cycles_of(a) && moved(a) == moved(b) && a.total_area_um2() == b.total_area_um2();
         },
         ""},
        {"cost_overhead", "symq", [](p c) { c.cost_overhead = true; },
         [](auto& a, auto& b) {
             return cycles_of(a) == cycles_of(b) && b.energy_j() > a.energy_j() && b.total_area_um2() > a.total_area_um2();
         },
         ""},
        {"packed_dsps", "symq_fpga", [](p c) { c.packed_dsps = true; },
         [](auto& a, auto& b) {
             return cycles_of(a) == cycles_of(b) && *a.total_fpga()[fpga_resource::dsps] == 0 && *b.total_fpga()[fpga_resource::dsps] > 0;
         },
         ""},
        {"cost_table", "symq", [](p c) { c.cost_table = "no_such_table"; }, {}, "no_such_table"},
    };
    return all;
}

workload varied_network() {
    return network_of(
        {conv_layer(16, 12, 40, 3, 1, 1), linear_layer(1, 200, 160), attention_layer(30, 24, 30, 2), linear_layer(40, 1500, 64)});
}

run_request request_for(const platform_config& p) {
    run_request r = timing_of(request_of(p, varied_network()));
    if (p.default_scheme.family == scheme_family::dasq) r.asked_scheme.dasq.sparsity = "95";
    return r;
}

/// The report, or why there is none.
struct outcome {
    report result;
    std::string refusal;
};

outcome outcome_of(const platform_config& p) {
    outcome o;
    for (const contradiction& c : contradictions(p)) o.refusal += c.message + "\n";
    if (o.refusal.empty()) o.refusal = failure_of([&] { o.result = forked_run(request_for(p)); });
    return o;
}

class every_field : public testing::TestWithParam<field_case> {};

TEST_P(every_field, moves_what_it_should) {
    const field_case& c = GetParam();
    const platform_config before = base_of(c.base);
    platform_config after = before;
    c.set(after);
    const auto old_fields = fields_of(to_yaml(before)), new_fields = fields_of(to_yaml(after));
    const auto value = [&](const auto& fields) { return fields.count(c.key) ? fields.at(c.key) : std::string("(absent)"); };
    ASSERT_NE(value(old_fields), value(new_fields)) << "the case does not change its field";
    const outcome a = outcome_of(before), b = outcome_of(after);
    ASSERT_EQ(a.refusal, "");
    if (!c.follows) {
        EXPECT_NE(b.refusal.find(c.refusal), std::string::npos) << "refused with: " << b.refusal;
        return;
    }
    ASSERT_EQ(b.refusal, "");
    EXPECT_TRUE(c.follows(a.result, b.result)) << fmt::format("cycles {} -> {}, area {} -> {}, energy {} -> {}, mapping {} -> {}",
                                                              cycles_of(a.result), cycles_of(b.result), a.result.total_area_um2(),
                                                              b.result.total_area_um2(), a.result.energy_j(), b.result.energy_j(),
                                                              first_mapping(a.result), first_mapping(b.result));
}

INSTANTIATE_TEST_SUITE_P(of_the_platform_file, every_field, testing::ValuesIn(field_cases()), [](const auto& one) {
    std::string name = one.param.key;
    for (char& letter : name)
        if (letter == '.') letter = '_';
    if (!one.param.follows) name += "_or_is_refused";
    return name;
});

TEST(platform_fields, all_have_a_case) {
    std::set<std::string> tried, known;
    for (const field_case& c : field_cases()) tried.insert(c.key);
    for (const std::string& name : shipped_platforms(presets_directory))
        for (const auto& [key, value] : fields_of(to_yaml(preset(name)))) known.insert(key);
    for (const auto& [key, value] : fields_of(to_yaml(base_of("kept")))) known.insert(key);
    EXPECT_EQ(tried, known);
}

}  // namespace
}  // namespace symmetree
