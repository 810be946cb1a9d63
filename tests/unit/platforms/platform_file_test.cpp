// Every key of the platform file: read, written back, refused when misspelt and when out of range.
#include <gmock/gmock.h>

#include "platforms/auto_accumulators.h"
#include "platforms/auto_memory.h"
#include "support.h"

namespace symmetree {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

void expect_same_array(const array_config& a, const array_config& b) {
    EXPECT_EQ(a.kind, b.kind);
    EXPECT_EQ(a.trees, b.trees);
    EXPECT_EQ(a.lanes, b.lanes);
    EXPECT_EQ(a.weight_bits, b.weight_bits);
    EXPECT_EQ(a.activation_bits, b.activation_bits);
    EXPECT_EQ(a.guard_bits, b.guard_bits);
    EXPECT_EQ(a.pipeline_depth, b.pipeline_depth);
    EXPECT_EQ(a.shadow_registers, b.shadow_registers);
}

void expect_same_buffer(const buffer_config& a, const buffer_config& b) {
    EXPECT_EQ(a.bank_bytes, b.bank_bytes);
    EXPECT_EQ(a.port_bits, b.port_bits);
}

void expect_same_units(const platform_config& a, const platform_config& b) {
    expect_same_array(a.array, b.array);
    ASSERT_EQ(a.side_array.has_value(), b.side_array.has_value());
    if (a.side_array) expect_same_array(*a.side_array, *b.side_array);
    EXPECT_EQ(a.zero_point, b.zero_point);
    EXPECT_EQ(a.correction, b.correction);
    EXPECT_EQ(a.sparse.lanes, b.sparse.lanes);
    EXPECT_EQ(a.sparse.value_bits, b.sparse.value_bits);
    EXPECT_EQ(a.sparse.assignment, b.sparse.assignment);
    EXPECT_EQ(a.sparse.list_entries, b.sparse.list_entries);
    EXPECT_EQ(a.sparse.engine, b.sparse.engine);
    EXPECT_EQ(a.sparse.queue_tiles, b.sparse.queue_tiles);
    EXPECT_EQ(a.outlier_port_own, b.outlier_port_own);
    EXPECT_EQ(a.outlier_port_bits, b.outlier_port_bits);
    EXPECT_EQ(a.accumulators.bits, b.accumulators.bits);
    EXPECT_EQ(a.auto_accumulators, b.auto_accumulators);
    EXPECT_EQ(a.accumulators.depth, b.accumulators.depth);
    EXPECT_EQ(a.accumulators.write_interval, b.accumulators.write_interval);
    EXPECT_EQ(a.drain_width, b.drain_width);
}

void expect_same(const platform_config& a, const platform_config& b) {
    EXPECT_EQ(a.name, b.name);
    EXPECT_EQ(a.description, b.description);
    EXPECT_EQ(a.default_scheme, b.default_scheme);
    EXPECT_EQ(a.cost_table, b.cost_table);
    EXPECT_EQ(a.cost_overhead, b.cost_overhead);
    EXPECT_EQ(a.packed_dsps, b.packed_dsps);
    EXPECT_EQ(a.clock_hz, b.clock_hz);
    ASSERT_EQ(a.auto_clock.has_value(), b.auto_clock.has_value());
    if (a.auto_clock) {
        EXPECT_EQ(a.auto_clock->table, b.auto_clock->table);
        EXPECT_EQ(a.auto_clock->margin_percent, b.auto_clock->margin_percent);
        EXPECT_EQ(a.auto_clock->units, b.auto_clock->units);
    }
    expect_same_units(a, b);
    expect_same_buffer(a.weight_buffer, b.weight_buffer);
    expect_same_buffer(a.activation_buffer, b.activation_buffer);
    expect_same_buffer(a.output_buffer, b.output_buffer);
    EXPECT_EQ(a.dma.burst_bytes, b.dma.burst_bytes);
    EXPECT_EQ(a.dma.outstanding, b.dma.outstanding);
    EXPECT_EQ(a.dram.kind, b.dram.kind);
    EXPECT_EQ(a.dram.capacity_bytes, b.dram.capacity_bytes);
    EXPECT_EQ(a.auto_bandwidth, b.auto_bandwidth);
    EXPECT_EQ(a.auto_latency, b.auto_latency);
    EXPECT_EQ(a.dram.bandwidth_bytes, b.dram.bandwidth_bytes);
    EXPECT_EQ(a.dram.bandwidth_cycles, b.dram.bandwidth_cycles);
    EXPECT_EQ(a.dram.latency_cycles, b.dram.latency_cycles);
    EXPECT_EQ(a.mapping.order, b.mapping.order);
    EXPECT_EQ(a.mapping.flow, b.mapping.flow);
    EXPECT_EQ(a.mapping.m_block, b.mapping.m_block);
    EXPECT_EQ(a.mapping.n_blocks_per_group, b.mapping.n_blocks_per_group);
    EXPECT_EQ(a.mapping.wide, b.mapping.wide);
    EXPECT_EQ(a.mapping.prefetch, b.mapping.prefetch);
}

/// No field at its default, so that a field that is not written or not read shows.
const char* const nothing_default = R"(
name: all-fields_2
description: "every field, \"quoted\": # and µm"
scheme: dasq:w3a5:sw6:p99.5:aminmax
clock_hz: 123456789.125
array: {kind: multiplier, trees: 13, lanes: 11, weight_bits: 3, activation_bits: 5, pipeline_depth: 7, shadow_registers: false}
zero_point: {unit: row_sum, correction: every_cycle}
sparse: {lanes: 17, value_bits: 7, list_entries: 9, queue_tiles: 3, assignment: pooled}
weight_buffer: {bank_bytes: 12345, port_bits: 72}
activation_buffer: {bank_bytes: 54321, port_bits: 40}
output_buffer: {bank_bytes: 999, port_bits: 160}
outlier_port: {own: true, port_bits: 24}
accumulators: {bits: 29, depth: 300, write_interval: 5}
requantizer: {drain_width: 9}
dma: {burst_bytes: 100, outstanding: 3}
dram: {kind: lpddr5, capacity_bytes: 7654321, bandwidth: {bytes: 33, cycles: 7}, latency_cycles: 61}
mapping: {dataflow: output_stationary, loop_order: m_n, m_block: 200, n_blocks_per_group: 6, wide_layers: refuse, prefetch: weights}
cost_table: tables/of mine.yaml
cost_overhead: true
packed_dsps: true
)";

TEST(platform_file, every_field_of_a_file_arrives) {
    const platform_config c = parse_platform(nothing_default, "p.yaml");
    const platform_config d;
    EXPECT_EQ(c.name, "all-fields_2");
    EXPECT_EQ(c.description, "every field, \"quoted\": # and µm");
    EXPECT_EQ(c.default_scheme.family, scheme_family::dasq);
    EXPECT_EQ(c.default_scheme.weight_bits, 3);
    EXPECT_EQ(c.clock_hz, 123456789.125);
    EXPECT_EQ(c.array.trees, 13);
    EXPECT_EQ(c.array.lanes, 11);
    EXPECT_EQ(c.array.weight_bits, 3);
    EXPECT_EQ(c.array.activation_bits, 5);
    EXPECT_EQ(c.array.pipeline_depth, 7);
    EXPECT_NE(c.array.shadow_registers, d.array.shadow_registers);
    EXPECT_EQ(c.zero_point, zero_point_unit::row_sum);
    EXPECT_EQ(c.correction, correction_form::every_cycle);
    EXPECT_EQ(c.sparse.lanes, 17);
    EXPECT_EQ(c.sparse.value_bits, 7);
    EXPECT_EQ(c.sparse.assignment, outlier_assignment::pooled);
    EXPECT_EQ(c.sparse.list_entries, 9);
    EXPECT_EQ(c.sparse.queue_tiles, 3);
    EXPECT_EQ(c.drain_width, 9);
    EXPECT_EQ(c.cost_table, "tables/of mine.yaml");
    EXPECT_NE(c.cost_overhead, d.cost_overhead);
    EXPECT_NE(c.packed_dsps, d.packed_dsps);
}

TEST(platform_file, clock_may_be_auto_with_or_without_details) {
    const platform_config plain = parse_platform(minimal("clock_hz: auto\n"), "p.yaml");
    ASSERT_TRUE(plain.auto_clock.has_value());
    EXPECT_EQ(plain.auto_clock->table, "");
    EXPECT_EQ(plain.auto_clock->margin_percent, 10);
    EXPECT_EQ(plain.auto_clock->units, clock_units::array);
    EXPECT_EQ(plain.clock_hz, 0) << "until it is settled";
    expect_same(parse_platform(to_yaml(plain), "p.yaml"), plain);

    const platform_config detailed =
        parse_platform(minimal("clock_hz: {table: my/delays.yaml, margin_percent: 12.5, units: chip}\n"), "p.yaml");
    ASSERT_TRUE(detailed.auto_clock.has_value());
    EXPECT_EQ(detailed.auto_clock->table, "my/delays.yaml");
    EXPECT_EQ(detailed.auto_clock->margin_percent, 12.5);
    EXPECT_EQ(detailed.auto_clock->units, clock_units::chip);
    expect_same(parse_platform(to_yaml(detailed), "p.yaml"), detailed);
    EXPECT_FALSE(parse_platform(minimal("clock_hz: 1e9\n"), "p.yaml").auto_clock.has_value());
}

TEST(platform_file, width_of_accumulators_may_be_auto) {
    const platform_config c = parse_platform(minimal("accumulators: {bits: auto}\n"), "p.yaml");
    EXPECT_TRUE(c.auto_accumulators);
    EXPECT_EQ(c.accumulators.bits, 32) << "until it is settled";
    expect_same(parse_platform(to_yaml(c), "p.yaml"), c);

    platform_config settled = c;
    settle_accumulators(settled, 21);
    EXPECT_EQ(settled.accumulators.bits, 21);
    EXPECT_EQ(to_yaml(settled), to_yaml(c)) << "the file says auto still";
    settle_accumulators(settled, 9);
    EXPECT_EQ(settled.accumulators.bits, 16) << "narrower ones have no price";

    platform_config fixed = parse_platform(minimal("accumulators: {bits: 24}\n"), "p.yaml");
    settle_accumulators(fixed, 21);
    EXPECT_EQ(fixed.accumulators.bits, 24);
    EXPECT_FALSE(parse_platform(minimal(""), "p.yaml").auto_accumulators);
}

TEST(platform_file, every_size_of_a_file_arrives) {
    const platform_config c = parse_platform(nothing_default, "p.yaml");
    EXPECT_EQ(c.weight_buffer.bank_bytes, 12345u);
    EXPECT_EQ(c.weight_buffer.port_bits, 72);
    EXPECT_EQ(c.activation_buffer.bank_bytes, 54321u);
    EXPECT_EQ(c.activation_buffer.port_bits, 40);
    EXPECT_EQ(c.output_buffer.bank_bytes, 999u);
    EXPECT_EQ(c.output_buffer.port_bits, 160);
    EXPECT_TRUE(c.outlier_port_own);
    EXPECT_EQ(c.outlier_port_bits, 24);
    EXPECT_EQ(c.accumulators.bits, 29);
    EXPECT_EQ(c.accumulators.depth, 300);
    EXPECT_EQ(c.accumulators.write_interval, 5);
    EXPECT_EQ(c.dma.burst_bytes, 100);
    EXPECT_EQ(c.dma.outstanding, 3);
    EXPECT_EQ(c.dram.kind, dram_kind::lpddr5);
    EXPECT_EQ(c.dram.capacity_bytes, 7654321u);
    EXPECT_EQ(c.dram.bandwidth_bytes, 33u);
    EXPECT_EQ(c.dram.bandwidth_cycles, 7u);
    EXPECT_EQ(c.dram.latency_cycles, 61u);
    EXPECT_EQ(c.mapping.flow, dataflow::output_stationary);
    EXPECT_EQ(c.mapping.order, loop_order::m_n);
    EXPECT_EQ(c.mapping.m_block, 200);
    EXPECT_EQ(c.mapping.n_blocks_per_group, 6);
    EXPECT_EQ(c.mapping.wide, wide_layers::refuse);
    EXPECT_EQ(c.mapping.prefetch, prefetching::weights);
}

TEST(platform_file, round_trip_of_a_file_without_defaults) {
    const platform_config c = parse_platform(nothing_default, "p.yaml");
    expect_same(parse_platform(to_yaml(c), "effective.yaml"), c);
}

TEST(platform_file, round_trip_of_every_shipped_platform) {
    for (const std::string& name : shipped_platforms(shipped_directory)) {
        SCOPED_TRACE(name);
        const platform_config c = shipped(name);
        expect_same(parse_platform(to_yaml(c), "effective.yaml"), c);
        EXPECT_EQ(to_yaml(parse_platform(to_yaml(c), "effective.yaml")), to_yaml(c));
    }
}

TEST(platform_file, round_trip_keeps_awkward_names_and_texts) {
    for (const std::string name : {"null", "true", "-", "007", "1e3"}) {
        SCOPED_TRACE(name);
        platform_config c = shipped("symq");
        c.name = name;
        c.description = "a\nb\t\"c\" '# : {[&*!|>%@` ";
        expect_same(parse_platform(to_yaml(c), "effective.yaml"), c);
    }
}

TEST(platform_file, left_out_sections_take_their_defaults) {
    platform_config expected;
    expected.name = "p";
    expect_same(parse_platform(minimal(""), "p.yaml"), expected);
}

TEST(platform_file, scheme_widths_default_to_the_ports_of_the_array) {
    const std::string array = "array: {weight_bits: 3, activation_bits: 6}\n";
    EXPECT_EQ(to_string(parse_platform(minimal(array), "p.yaml").default_scheme), "symq:w3a6");
    EXPECT_EQ(to_string(parse_platform(minimal(array, "symq:w5a5"), "p.yaml").default_scheme), "symq:w5a5");
}

TEST(platform_file, side_array_takes_the_ports_of_the_array_by_default) {
    const platform_config c =
        parse_platform(minimal("array: {kind: pot, trees: 6, weight_bits: 3, activation_bits: 5}\nside_array: {lanes: 2}\n"), "p.yaml");
    ASSERT_TRUE(c.side_array);
    EXPECT_EQ(c.side_array->kind, array_kind::multiplier);
    EXPECT_EQ(c.side_array->trees, 6);
    EXPECT_EQ(c.side_array->lanes, 2);
    EXPECT_EQ(c.side_array->weight_bits, 3);
    EXPECT_EQ(c.side_array->activation_bits, 5);
}

/// Bandwidth and latency that follow from the kind.
platform_config memory_of(const std::string& kind, const std::string& clock) {
    return parse_platform(minimal("clock_hz: " + clock + "\ndram: {kind: " + kind + ", bandwidth: auto, latency_cycles: auto}\n"),
                          "p.yaml");
}

TEST(platform_file, memory_in_real_units_follows_the_clock) {
    const platform_config c = memory_of("lpddr4", "500e6");  // 6.4 GB/s and 80 ns
    EXPECT_EQ(c.dram.bandwidth_bytes, 64u);
    EXPECT_EQ(c.dram.bandwidth_cycles, 5u);
    EXPECT_EQ(c.dram.latency_cycles, 40u);
    expect_same(parse_platform(to_yaml(c), "effective.yaml"), c);
    const dram_config fast = memory_of("lpddr4", "1e9").dram;
    EXPECT_EQ(fast.bandwidth_bytes * 5, fast.bandwidth_cycles * 32);
    EXPECT_EQ(fast.latency_cycles, 80u);
    const dram_config odd = memory_of("lpddr5", "333333333").dram;  // 12.8 GB/s and 83.75 ns
    EXPECT_EQ(odd.bandwidth_bytes * 333333333, odd.bandwidth_cycles * 12800000000);
    EXPECT_EQ(odd.latency_cycles, 28u) << "27.9 cycles";
    const dram_config slow = memory_of("ddr3_1600", "1e6").dram;  // 3.2 GB/s and 72 ns
    EXPECT_EQ(slow.bandwidth_bytes, 3200u);
    EXPECT_EQ(slow.latency_cycles, 1u);
}

TEST(platform_file, numbers_override_what_the_kind_has) {
    const platform_config c = parse_platform(minimal("dram: {kind: lpddr5, bandwidth: auto, latency_cycles: 7}\n"), "p.yaml");
    EXPECT_EQ(c.dram.bandwidth_bytes * 5, c.dram.bandwidth_cycles * 128);
    EXPECT_EQ(c.dram.latency_cycles, 7u);
    const platform_config plain = parse_platform(minimal("dram: {kind: lpddr5}\n"), "p.yaml");
    EXPECT_EQ(plain.dram.bandwidth_bytes, 16u) << "the default does not follow the kind";
    EXPECT_EQ(plain.dram.latency_cycles, 40u);
}

TEST(platform_file, shipped_platforms_have_the_speed_of_their_memory) {
    for (const std::string& name : shipped_platforms(shipped_directory)) {
        platform_config c = shipped(name);
        if (c.dram.kind != dram_kind::lpddr4) continue;
        const dram_config given = c.dram;
        c.auto_bandwidth = c.auto_latency = true;
        settle_memory(c);
        EXPECT_EQ(c.dram.bandwidth_bytes, given.bandwidth_bytes) << name;
        EXPECT_EQ(c.dram.bandwidth_cycles, given.bandwidth_cycles) << name;
        EXPECT_EQ(c.dram.latency_cycles, given.latency_cycles) << name;
    }
}

TEST(platform_file, bandwidth_is_a_number_or_a_fraction) {
    const dram_config whole = parse_platform(minimal("dram: {bandwidth: 24}\n"), "p.yaml").dram;
    EXPECT_EQ(whole.bandwidth_bytes, 24u);
    EXPECT_EQ(whole.bandwidth_cycles, 1u);
    const dram_config fraction = parse_platform(minimal("dram: {bandwidth: {bytes: 64, cycles: 5}}\n"), "p.yaml").dram;
    EXPECT_EQ(fraction.bandwidth_bytes, 64u);
    EXPECT_EQ(fraction.bandwidth_cycles, 5u);
    EXPECT_THAT(problems_of(minimal("dram: {bandwidth: 12.8}\n")), SizeIs(1));
    EXPECT_THAT(problems_of(minimal("dram: {bandwidth: {cycles: 5}}\n")), Contains(Field(&diagnostic::field, "dram.bandwidth.bytes")));
}

/// Effective files that together hold every key there is.
std::vector<std::string> effective_files() { return {to_yaml(parse_platform(nothing_default, "p.yaml")), to_yaml(shipped("post"))}; }

TEST(platform_file, every_misspelt_key_is_refused_with_its_line) {
    for (const std::string& file : effective_files()) {
        const std::vector<std::string> lines = lines_of(file);
        for (std::size_t i = 0; i < lines.size(); ++i) {
            SCOPED_TRACE(lines[i]);
            const std::size_t colon = lines[i].find(':');
            ASSERT_NE(colon, std::string::npos) << "every line of the effective file holds a key";
            std::vector<std::string> misspelt = lines;
            misspelt[i].insert(colon, "s");
            const std::size_t column = lines[i].find_first_not_of(' ') + 1;
            EXPECT_THAT(problems_of(text_of(misspelt)), Contains(AllOf(Field(&diagnostic::message, HasSubstr("unknown key")),
                                                                       Field(&diagnostic::line, static_cast<int>(i) + 1),
                                                                       Field(&diagnostic::column, static_cast<int>(column)))));
        }
    }
}

TEST(platform_file, every_value_of_the_wrong_kind_is_refused_with_its_line) {
    for (const std::string& file : effective_files()) {
        const std::vector<std::string> lines = lines_of(file);
        for (std::size_t i = 0; i < lines.size(); ++i) {
            SCOPED_TRACE(lines[i]);
            const std::size_t colon = lines[i].find(':');
            std::vector<std::string> wrong = lines;
            wrong[i] = lines[i].substr(0, colon) + ": [1, 2]";
            // A section's own fields would hang below the list: leave them out.
            while (i + 1 < wrong.size() && lines[i].size() == colon + 1 &&
                   wrong[i + 1].find_first_not_of(' ') > lines[i].find_first_not_of(' '))
                wrong.erase(wrong.begin() + static_cast<std::ptrdiff_t>(i) + 1);
            EXPECT_THAT(problems_of(text_of(wrong)), Contains(Field(&diagnostic::line, static_cast<int>(i) + 1)));
        }
    }
}

struct range {
    const char* section;
    const char* key;
    std::vector<const char*> refused;
    std::vector<const char*> accepted;  ///< the ends of the range
};

/// One row per field of the file format.
std::vector<range> ranges() {
    return {
        {"", "name", {"a/b", "..", "A", "a.b", "''", "a b", "abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcde"}, {"a-_9"}},
        {"", "scheme", {"symmetric", "symq:w9a4", "symq:w1a4", "''"}, {"symq:w2a8"}},
        {"",
         "clock_hz",
         {"999999", "5000000001", "0", "-1", ".nan", ".inf", "fast", "{margin_percent: -1}", "{margin_percent: 1001}", "{units: core}",
          "{margin: 1}"},
         {"1e6", "5000000000", "auto", "{}", "{margin_percent: 0}", "{margin_percent: 1000}"}},
        {"", "cost_table", {"''"}, {"t"}},
        {"", "cost_overhead", {"yes", "1", "0.3"}, {"true", "false"}},
        {"", "packed_dsps", {"yes", "2"}, {"true", "false"}},
        {"array", "kind", {"multipliers", "POT"}, {"multiplier"}},
        {"array", "trees", {"0", "257", "-1", "1.5", "0x10", "many"}, {"1", "256"}},
        {"array", "lanes", {"0", "65"}, {"1", "64"}},
        {"array", "weight_bits", {"1", "9"}, {"2", "8"}},
        {"array", "activation_bits", {"1", "9"}, {"2", "8"}},
        {"array", "pipeline_depth", {"0", "65"}, {"1", "64"}},
        {"array", "shadow_registers", {"yes", "1", "True"}, {"true", "false"}},
        {"zero_point", "unit", {"rowsum", "None"}, {"none", "pre_subtract", "port_subtract", "widened", "row_sum"}},
        {"zero_point", "correction", {"drain"}, {"every_cycle", "at_drain"}},
        {"sparse", "lanes", {"-1", "257"}, {"0", "16"}},
        {"sparse", "value_bits", {"1", "9"}, {"2", "8"}},
        {"sparse", "assignment", {"banked"}, {"row_banked", "pooled"}},
        {"sparse", "list_entries", {"0", "17"}, {"1", "16"}},
        {"sparse", "engine", {"coupled"}, {"lock_step", "decoupled"}},
        {"sparse", "queue_tiles", {"0", "17"}, {"1", "16"}},
        {"weight_buffer", "bank_bytes", {"63", "67108865", "64 KiB"}, {"64", "67108864"}},
        {"weight_buffer", "port_bits", {"7", "8193"}, {"8", "8192"}},
        {"activation_buffer", "bank_bytes", {"63", "67108865"}, {"64", "67108864"}},
        {"activation_buffer", "port_bits", {"7", "8193"}, {"8", "8192"}},
        {"output_buffer", "bank_bytes", {"63", "67108865"}, {"64", "67108864"}},
        {"output_buffer", "port_bits", {"7", "8193"}, {"128", "8192"}},
        {"outlier_port", "own", {"no"}, {"true", "false"}},
        {"outlier_port", "port_bits", {"7", "8193"}, {"8", "8192"}},
        {"accumulators", "bits", {"7", "33"}, {"8", "32"}},
        {"accumulators", "depth", {"0", "65537"}, {"1", "65536"}},
        {"accumulators", "write_interval", {"0", "17"}, {"1", "16"}},
        {"requantizer", "drain_width", {"0", "257"}, {"1", "16"}},
        {"dma", "burst_bytes", {"7", "4097"}, {"8", "4096"}},
        {"dma", "outstanding", {"0", "65"}, {"1", "64"}},
        {"dram", "kind", {"ddr4", "LPDDR4", "auto"}, {"ddr3_1600", "lpddr4", "lpddr5"}},
        {"dram", "capacity_bytes", {"65535", "4294967297", "99999999999999999999"}, {"65536", "4294967296"}},
        {"dram",
         "bandwidth",
         {"0", "65537", "{bytes: 0}", "{bytes: 1, cycles: 0}", "{bytes: 65537}", "{bytes: 1, cycles: 65537}", "{bytes: 1, per: 2}"},
         {"auto", "1", "65536", "{bytes: 1, cycles: 65536}"}},
        {"dram", "latency_cycles", {"-1", "100001", "automatic"}, {"auto", "0", "100000"}},
        {"mapping", "dataflow", {"output", "os", "automatic"}, {"weight_stationary", "output_stationary"}},
        {"mapping", "loop_order", {"nm", "automatic"}, {"auto", "n_m", "m_n"}},
        {"mapping", "m_block", {"0", "-1", "65537", "automatic", "1.5"}, {"auto", "1", "256"}},
        {"mapping", "n_blocks_per_group", {"0", "65537", "all", "12x"}, {"auto", "1", "65536"}},
        {"mapping", "wide_layers", {"pass"}, {"passes", "refuse"}},
        {"mapping", "prefetch", {"weight", "true", "inputs"}, {"none", "weights"}},
    };
}

std::string file_with(const range& r, const std::string& value) {
    const std::string section = r.section, key = r.key;
    if (section.empty()) {
        if (key == "name") return "name: " + value + "\nscheme: symq\n";
        if (key == "scheme") return "name: p\nscheme: " + value + "\n";
        return minimal(key + ": " + value + "\n");
    }
    return minimal(section + ":\n  " + key + ": " + value + "\n");
}

TEST(platform_file, every_field_is_refused_outside_its_range_and_taken_at_its_ends) {
    for (const range& r : ranges()) {
        const std::string field = *r.section ? std::string(r.section) + "." + r.key : r.key;
        for (const std::string value : r.refused) {
            SCOPED_TRACE(field + " = " + value);
            const auto problems = problems_of(file_with(r, value));
            ASSERT_THAT(problems, SizeIs(1));
            EXPECT_THAT(problems[0].field, HasSubstr(field));
            EXPECT_EQ(problems[0].file, "p.yaml");
            EXPECT_GT(problems[0].line, 0);
            EXPECT_GT(problems[0].column, 0);
        }
        for (const std::string value : r.accepted) {
            SCOPED_TRACE(field + " = " + value);
            EXPECT_THAT(problems_of(file_with(r, value)), IsEmpty());
        }
    }
}

TEST(platform_file, ranges_of_pot_and_side_arrays) {
    const auto with = [](const std::string& array, const std::string& side) {
        return problems_of(minimal("array: {kind: pot" + array + "}\nside_array: {" + side + "}\n"));
    };
    EXPECT_THAT(with("", ""), IsEmpty());
    EXPECT_THAT(with(", guard_bits: 7", ""), IsEmpty());
    EXPECT_THAT(with(", guard_bits: 8", ""), Contains(Field(&diagnostic::field, "array.guard_bits")));
    EXPECT_THAT(with(", guard_bits: -1", ""), Contains(Field(&diagnostic::field, "array.guard_bits")));
    for (const char* side : {"trees: 0", "lanes: 65", "weight_bits: 9", "activation_bits: 1", "pipeline_depth: 0",
                             "shadow_registers: maybe", "kind: shifter", "guard_bits: 4"}) {
        SCOPED_TRACE(side);
        const std::string key = std::string(side).substr(0, std::string(side).find(':'));
        EXPECT_THAT(with("", side), Contains(Field(&diagnostic::field, "side_array." + key)));
    }
    EXPECT_THAT(problems_of(minimal("array: {guard_bits: 4}\n")),
                Contains(Field(&diagnostic::message, HasSubstr("only pot, post and apot"))));
    EXPECT_THAT(problems_of(minimal("side_array: some\n")), SizeIs(1));
}

TEST(platform_file, description_is_short_and_valid_text) {
    EXPECT_THAT(problems_of(minimal("description: " + std::string(1000, 'x') + "\n")), IsEmpty());
    EXPECT_THAT(problems_of(minimal("description: " + std::string(1001, 'x') + "\n")), SizeIs(1));
    EXPECT_THAT(problems_of(minimal("description: \"a\xff\xfe z\"\n")), Contains(Field(&diagnostic::message, HasSubstr("UTF-8"))));
}

TEST(platform_file, all_problems_at_once_each_with_its_place) {
    const auto problems =
        problems_of("name: p\nscheme: dasq\narray:\n  trees: 0\n  lames: 4\ndram:\n  latency_cycles: x\nmapping: {m_block: 1000}\n");
    ASSERT_THAT(problems, SizeIs(5));
    EXPECT_THAT(problems,
                Contains(AllOf(Field(&diagnostic::field, "array.trees"), Field(&diagnostic::line, 4), Field(&diagnostic::column, 10))));
    EXPECT_THAT(problems,
                Contains(AllOf(Field(&diagnostic::field, "array.lames"), Field(&diagnostic::line, 5), Field(&diagnostic::column, 3))));
    EXPECT_THAT(problems, Contains(AllOf(Field(&diagnostic::field, "dram.latency_cycles"), Field(&diagnostic::line, 7))));
    EXPECT_THAT(problems, Contains(AllOf(Field(&diagnostic::field, "mapping.m_block"), Field(&diagnostic::line, 8))));
    EXPECT_THAT(problems, Contains(AllOf(Field(&diagnostic::field, "scheme"), Field(&diagnostic::line, 2))));
}

TEST(platform_file, missing_name_and_scheme_are_reported_together) {
    const auto problems = problems_of("array: {trees: 4}\n");
    EXPECT_THAT(problems, SizeIs(2));
    EXPECT_THAT(problems, Contains(Field(&diagnostic::field, "name")));
    EXPECT_THAT(problems, Contains(Field(&diagnostic::field, "scheme")));
}

TEST(platform_file, what_is_no_mapping_is_refused) {
    EXPECT_THAT(problems_of(""), SizeIs(2));
    EXPECT_THAT(problems_of("- a\n- b\n"), SizeIs(1));
    EXPECT_THAT(problems_of("just text"), SizeIs(1));
    EXPECT_THAT(problems_of("name: [\n"), SizeIs(1));
    EXPECT_THAT(problems_of(minimal("array: 16\n")), SizeIs(1));
    EXPECT_THAT(problems_of(minimal("name: q\n")), Contains(Field(&diagnostic::message, HasSubstr("twice"))));
}

}  // namespace
}  // namespace symmetree
