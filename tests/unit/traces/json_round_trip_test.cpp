#include <gmock/gmock.h>

#include <clocale>
#include <cmath>
#include <limits>
#include <locale>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "tests/unit/traces/sample.h"
#include "traces/writers.h"

namespace symmetree {
namespace {

using nlohmann::json;
using testing::HasSubstr;

/// A report in which no two fields hold the same value, so that a swap of two shows.
report odd_report() {
    report r = sample_report();
    r.workload = "quote \" backslash \\ newline \n tab \t bell \x07 zero";
    r.workload.push_back('\0');
    r.workload_source = "\xe6\xa8\xb9\xe6\x9c\xa8 \xf0\x9f\x8c\xb3.yaml";
    r.seed = std::numeric_limits<std::uint64_t>::max();
    r.batch = 6;
    r.clock_hz = 333333333.3333333;
    r.configuration = "name: \"x\"\r\n# \xc3\xa9\n";
    r.cost_mix = "logic: one, memories: \"another\"";
    r.cost_not_modelled = {"", "a, b"};
    r.not_simulated = {};
    r.area_um2 = {{"", 5e-324},
                  {"max", std::numeric_limits<double>::max()},
                  {"min", std::numeric_limits<double>::min()},
                  {"third", 1.0 / 3.0},
                  {"no price", std::nullopt}};
    r.fpga["mac_tree"][fpga_resource::luts] = 4803;
    r.fpga["accumulator"][fpga_resource::block_rams] = 4.5;
    r.price_origins = {{"mac_tree", "composed"}, {"a \"unit\"", ""}};
    layer_report& first = r.layers[0];
    first.name = "layer, \"one\"\n\xe2\x82\xac";
    first.m = -1;
    first.k = std::numeric_limits<std::int64_t>::max();
    first.macs = std::numeric_limits<std::uint64_t>::max();
    first.energy_pj = {{"minus zero", -0.0}, {"tenth", 0.1}, {"past 2^53", 9007199254740993.0}, {"large", 1e300}};
    first.operations = {267.71e9, 1e22, 123456789.123456789};
    first.weight_sqnr_db = std::numeric_limits<double>::infinity();
    first.arithmetic_sqnr_db = -std::numeric_limits<double>::infinity();
    first.check = {exactness::verdict::differs, "vector 3: \"41\""};
    int i = 0;
    for (const unit_kind kind : {unit_kind::pre_subtract_tree, unit_kind::sparse_crossbar, unit_kind::requantizer}) {
        const auto n = static_cast<std::uint64_t>(++i) * 10;
        first.units[{kind, i, i + 3, i + 6, activation_class::gelu, i == 2}] = {n, n + 1, n + 2, n + 3, n + 4, n + 5};
    }
    first.memories[memory_kind::output_buffer] = {101, 102, 103, 104};
    r.layers[1].check = {exactness::verdict::not_checked, ""};
    r.places = {{"conv: \"weights\"", "weights", 1000, 3000, "conv", "head", 64},
                {"conv: tensor", "activation", 200, 400, "conv", "head", {}}};
    return r;
}

void expect_same(const unit_activity& a, const unit_activity& b) {
    ASSERT_EQ(a.size(), b.size());
    for (const auto& [key, x] : a) {
        ASSERT_EQ(b.count(key), 1u);
        const unit_counters& y = b.at(key);
        EXPECT_TRUE(x.instances == y.instances && x.vectors == y.vectors && x.loads == y.loads && x.busy == y.busy &&
                    x.stalled == y.stalled && x.idle == y.idle)
            << to_string(key.unit);
    }
}

void expect_same(const memory_activity& a, const memory_activity& b) {
    ASSERT_EQ(a.size(), b.size());
    for (const auto& [kind, x] : a) {
        ASSERT_EQ(b.count(kind), 1u);
        const memory_counters& y = b.at(kind);
        EXPECT_TRUE(x.read_bytes == y.read_bytes && x.written_bytes == y.written_bytes && x.read_accesses == y.read_accesses &&
                    x.write_accesses == y.write_accesses)
            << to_string(kind);
    }
}

void expect_same(const slot_split& a, const slot_split& b) {
    EXPECT_TRUE(a.ideal == b.ideal && a.mapping_loss == b.mapping_loss && a.outlier == b.outlier && a.input == b.input &&
                a.memory == b.memory && a.weight_port == b.weight_port && a.hazard == b.hazard && a.drain == b.drain &&
                a.barrier == b.barrier);
}

void expect_same(const layer_report& a, const layer_report& b) {
    EXPECT_EQ(std::tie(a.name, a.scheme, a.unit, a.mapping, a.m, a.n, a.k, a.repeat, a.macs, a.parameters, a.weight_bits_stored, a.cycles),
              std::tie(b.name, b.scheme, b.unit, b.mapping, b.m, b.n, b.k, b.repeat, b.macs, b.parameters, b.weight_bits_stored, b.cycles));
    expect_same(a.split, b.split);
    expect_same(a.units, b.units);
    expect_same(a.memories, b.memories);
    EXPECT_EQ(a.energy_pj, b.energy_pj);
    EXPECT_EQ(std::tie(a.outliers.listed, a.outliers.stored, a.outliers.index_bits, a.outliers.stream_bits, a.outliers.fullest_lane,
                       a.outliers.assignment),
              std::tie(b.outliers.listed, b.outliers.stored, b.outliers.index_bits, b.outliers.stream_bits, b.outliers.fullest_lane,
                       b.outliers.assignment));
    EXPECT_EQ(std::tie(a.operations.bops_dasq, a.operations.bops_uniq, a.operations.qops),
              std::tie(b.operations.bops_dasq, b.operations.bops_uniq, b.operations.qops));
    EXPECT_EQ(std::tie(a.weight_sqnr_db, a.arithmetic_sqnr_db), std::tie(b.weight_sqnr_db, b.arithmetic_sqnr_db));
    EXPECT_EQ(std::tie(a.check.result, a.check.first_difference), std::tie(b.check.result, b.check.first_difference));
}

void expect_same(const report& a, const report& b) {
    EXPECT_EQ(std::tie(a.workload, a.workload_source, a.platform, a.scheme, a.seed, a.timing_only, a.batch, a.clock_hz, a.array_weight_bits,
                       a.array_activation_bits),
              std::tie(b.workload, b.workload_source, b.platform, b.scheme, b.seed, b.timing_only, b.batch, b.clock_hz, b.array_weight_bits,
                       b.array_activation_bits));
    EXPECT_EQ(std::tie(a.array_trees, a.array_lanes, a.accumulator_bits, a.dram_bytes_per_cycle),
              std::tie(b.array_trees, b.array_lanes, b.accumulator_bits, b.dram_bytes_per_cycle));
    EXPECT_EQ(std::tie(a.configuration, a.cost_table, a.cost_label, a.cost_mix, a.cost_not_modelled, a.not_simulated, a.notes, a.area_um2,
                       a.price_origins, a.fpga),
              std::tie(b.configuration, b.cost_table, b.cost_label, b.cost_mix, b.cost_not_modelled, b.not_simulated, b.notes, b.area_um2,
                       b.price_origins, b.fpga));
    ASSERT_EQ(a.layers.size(), b.layers.size());
    for (std::size_t i = 0; i < a.layers.size(); ++i) expect_same(a.layers[i], b.layers[i]);
}

TEST(json_round_trip, restores_every_field) {
    expect_same(sample_report(), report_from_json(to_json(sample_report())));
    expect_same(odd_report(), report_from_json(to_json(odd_report())));
    expect_same(report{}, report_from_json(to_json(report{})));
}

TEST(json_round_trip, keeps_the_sign_of_zero_and_not_a_number) {
    report r = odd_report();
    r.layers[1].weight_sqnr_db = std::nan("");
    const report back = report_from_json(to_json(r));
    EXPECT_TRUE(std::signbit(back.layers[0].energy_pj.at("minus zero").value()));
    EXPECT_TRUE(std::isnan(back.layers[1].weight_sqnr_db.value()));
}

TEST(json_round_trip, tells_what_an_image_of_a_batch_takes) {
    report r = sample_report();
    r.batch = 4;
    const json total = json::parse(to_json(r)).at("total");
    EXPECT_DOUBLE_EQ(total.at("latency_per_image_s").get<double>(), total.at("latency_s").get<double>() / 4);
    EXPECT_DOUBLE_EQ(total.at("energy_per_image_j").get<double>(), total.at("energy_j").get<double>() / 4);
    EXPECT_DOUBLE_EQ(total.at("latency_s").get<double>(), 35000 / 500e6);
}

/// A report from before there were batches is of one image; none is of fewer.
TEST(json_round_trip, takes_a_report_without_a_batch) {
    json document = json::parse(to_json(sample_report()));
    document["batch"] = 0;
    EXPECT_THROW(report_from_json(document.dump()), input_error);
    document.erase("batch");
    EXPECT_EQ(report_from_json(document.dump()).batch, 1);
}

TEST(json_round_trip, gives_the_same_text_again) {
    const std::string text = to_json(odd_report());
    EXPECT_EQ(to_json(report_from_json(text)), text);
}

/// Decimal comma and dotted thousands, whatever locales are installed.
struct comma_punctuation : std::numpunct<char> {
    char do_decimal_point() const override { return ','; }
    char do_thousands_sep() const override { return '.'; }
    std::string do_grouping() const override { return "\3"; }
};

TEST(json_round_trip, and_every_other_writer_ignore_the_locale) {
    const report r = odd_report();
    const std::vector<std::string> before{to_json(r), to_csv(r), to_table(r), to_table(sample_comparison())};
    const std::locale usual = std::locale::global(std::locale(std::locale::classic(), new comma_punctuation));
    std::setlocale(LC_ALL, "de_DE.UTF-8");  // where it is installed
    const std::vector<std::string> inside{to_json(r), to_csv(r), to_table(r), to_table(sample_comparison())};
    expect_same(r, report_from_json(before[0]));
    std::setlocale(LC_ALL, "C");
    std::locale::global(usual);
    EXPECT_EQ(inside, before);
}

TEST(json, has_the_documented_fields) {
    const json document = json::parse(to_json(sample_report()));
    EXPECT_EQ(document.at("format_version"), 1);
    EXPECT_EQ(document.at("workload"), "three_layers");
    EXPECT_EQ(document.at("layers").size(), 3u);
    EXPECT_EQ(document.at("layers")[1].at("name"), "block.0.attn.qk");
    EXPECT_EQ(document.at("layers")[1].at("macs"), 393216);
    EXPECT_EQ(document.at("layers")[1].at("cycles"), 2000);
    EXPECT_EQ(document.at("layers")[1].at("exact"), true);
    const json& total = document.at("total");
    EXPECT_EQ(total.at("macs"), 7682560);
    EXPECT_EQ(total.at("cycles"), 35000);
    EXPECT_EQ(total.at("latency_s").get<double>(), sample_report().latency_s());
    EXPECT_EQ(total.at("energy_j").get<double>(), sample_report().energy_j());
    EXPECT_EQ(total.at("power_w").get<double>(), sample_report().power_w());
    EXPECT_EQ(total.at("area_um2"), 20000.0);
    EXPECT_EQ(total.at("bops_dasq"), 87059456.0);
}

TEST(json, verdicts_are_true_false_or_null) {
    report r = sample_report();
    r.layers[0].check.result = exactness::verdict::not_checked;
    EXPECT_TRUE(json::parse(to_json(r)).at("total").at("exact").is_null());
    r.layers[1].check.result = exactness::verdict::differs;
    const json document = json::parse(to_json(r));
    EXPECT_TRUE(document.at("layers")[0].at("exact").is_null());
    EXPECT_EQ(document.at("layers")[1].at("exact"), false);
    EXPECT_EQ(document.at("total").at("exact"), false);
    EXPECT_EQ(document.at("passed"), false);
}

TEST(json, absent_values_are_null) {
    const json run = json::parse(to_json(sample_comparison())).at("runs")[2];
    EXPECT_TRUE(run.at("total").at("energy_j").is_null());
    EXPECT_TRUE(run.at("total").at("power_w").is_null());
    EXPECT_TRUE(run.at("total").at("area_um2").is_null());
    EXPECT_TRUE(run.at("ratios").at("energy").is_null());
}

TEST(json, of_a_comparison_tells_what_was_left_out) {
    comparison c = sample_comparison();
    EXPECT_EQ(json::parse(to_json(c)).at("left_out"), json::array());
    c.left_out = {"pot at weight bits 8: too wide"};
    EXPECT_EQ(json::parse(to_json(c)).at("left_out"), json({"pot at weight bits 8: too wide"}));
}

TEST(json, of_a_comparison_holds_the_runs_with_their_ratios) {
    const json document = json::parse(to_json(sample_comparison()));
    EXPECT_EQ(document.at("format_version"), 1);
    EXPECT_EQ(document.at("baseline"), "symq");
    ASSERT_EQ(document.at("runs").size(), 5u);
    EXPECT_EQ(document.at("runs")[4].at("ratios").at("baseline_run"), 3);
    EXPECT_EQ(document.at("runs")[4].at("ratios").at("area").get<double>(), 20000.0 / 46000.0);
    json run = document.at("runs")[1];
    run["format_version"] = 1;
    expect_same(sample_report(), report_from_json(run.dump()));
}

TEST(json, survives_a_name_that_is_no_utf8) {
    report r = sample_report();
    r.layers[0].name = "bad \xff byte";
    EXPECT_EQ(json::parse(to_json(r)).at("layers")[0].at("name"), "bad \xef\xbf\xbd byte");
}

std::string refusal_of(const std::string& text) {
    try {
        report_from_json(text);
    } catch (const input_error& error) {
        return error.what();
    }
    return "accepted";
}

std::string with(const char* pointer, const json& value) {
    json document = json::parse(to_json(sample_report()));
    document[json::json_pointer(pointer)] = value;
    return document.dump();
}

TEST(json_reader, names_what_it_refuses) {
    EXPECT_THAT(refusal_of("{"), HasSubstr("parse error"));
    EXPECT_THAT(refusal_of("[]"), HasSubstr("format_version"));
    EXPECT_THAT(refusal_of("{}"), HasSubstr("format_version: missing"));
    EXPECT_THAT(refusal_of(with("/format_version", 2)), HasSubstr("format_version: 1 expected"));
    EXPECT_THAT(refusal_of(with("/seed", -1)), HasSubstr("seed: not a whole number"));
    EXPECT_THAT(refusal_of(with("/layers/0/cycles", 3.7)), HasSubstr("cycles: not a whole number"));
    EXPECT_THAT(refusal_of(with("/layers/0/units/0/unit", "abacus")), HasSubstr("unknown name 'abacus'"));
    EXPECT_THAT(refusal_of(with("/layers/0/units/0/lanes", std::int64_t{1} << 40)), HasSubstr("lanes: out of range"));
    EXPECT_THAT(refusal_of(with("/area_um2/mac_tree", "much")), HasSubstr("area_um2.mac_tree: not a number"));
    EXPECT_THAT(refusal_of(with("/layers/0/exact", "yes")), HasSubstr("exact: not true or false"));
    EXPECT_THAT(refusal_of(with("/layers", 3)), HasSubstr("layers: not an array"));
    EXPECT_THAT(refusal_of(with("/notes", json::array({1}))), HasSubstr("notes: not an array of strings"));
}

}  // namespace
}  // namespace symmetree
