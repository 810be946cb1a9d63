#include "runs/sweep/sweep_space.h"

#include <gmock/gmock.h>

#include <set>

#include "runs/sweep/sweep_plan.h"
#include "tests/unit/sweep/support.h"

// From axes to configurations: every kind of field, and whom a wrong value is blamed on.

namespace symmetree {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

/// A sweep in a folder with a workload and a platform of its own.
class space_test : public testing::Test {
protected:
    space_test() {
        files_.write("net.yaml",
                     "name: net\nlayers:\n"
                     "  - {name: conv1, conv: {in: [4, 6, 6], out_channels: 8, kernel: 3, padding: 1}, input: relu}\n"
                     "  - {name: conv2, conv: {in: [8, 6, 6], out_channels: 8, kernel: 3, padding: 1}, input: relu}\n"
                     "  - {name: fc, linear: {tokens: 5, in: 40, out: 20}, input: dense}\n");
        files_.write("mine.yaml", "name: mine\nscheme: symq\ncost_table: published_45nm\n");
    }

    sweep_space space_of(const std::string& rest) const {
        return sweep_space(parse_sweep("name: s\n" + rest, files_.path("s.yaml")), shipped);
    }
    sweep_space axes(const std::string& list, const std::string& platform = "mine.yaml") const {
        return space_of("workload: net.yaml\nplatform: " + platform + "\naxes:\n" + list);
    }

    /// All problems of all points, without the folder.
    std::vector<std::string> problems_with(const std::string& rest) const {
        std::vector<std::string> found = problems_of([&] { plan_sweep(space_of(rest)); });
        for (std::string& text : found)
            for (std::size_t at; (at = text.find(files_.path(""))) != std::string::npos;) text.erase(at, files_.path("").size());
        return found;
    }
    std::vector<std::string> problems_of_axes(const std::string& list) const {
        return problems_with("workload: net.yaml\nplatform: mine.yaml\naxes:\n" + list);
    }

    run_request request(const sweep_space& space, std::uint64_t index) const {
        sweep_point point = space.point(index);
        EXPECT_EQ(point.refusal, "");
        return *point.request;
    }

    folder_of_files files_;
};

std::vector<std::string> names(const std::vector<study_column>& columns) {
    std::vector<std::string> all;
    for (const study_column& c : columns) all.push_back(c.name);
    return all;
}

TEST_F(space_test, sets_fields_of_the_platform_at_any_depth) {
    const sweep_space space = axes(
        "  - {axis: platform.array.trees, values: [4, 8]}\n  - {axis: platform.clock_hz, values: [1e9]}\n  - {axis: "
        "platform.weight_buffer.bank_bytes, values: [4096]}\n");
    EXPECT_EQ(space.size(), 2u);
    EXPECT_EQ(request(space, 0).platform.array.trees, 4);
    EXPECT_EQ(request(space, 1).platform.array.trees, 8);
    EXPECT_EQ(request(space, 1).platform.clock_hz, 1e9);
    EXPECT_EQ(request(space, 1).platform.weight_buffer.bank_bytes, 4096);
    EXPECT_EQ(request(space, 1).platform.array.lanes, 16);
}

TEST_F(space_test, sets_a_part_where_the_file_has_one_value_for_all) {
    files_.write("narrow.yaml", "name: narrow\nscheme: symq\ndram: {bandwidth: 16}\n");
    const sweep_space space =
        axes("  - {axis: platform.dram.bandwidth.bytes, values: [32]}\n  - {axis: platform.dram.bandwidth.cycles, values: [5]}\n",
             "narrow.yaml");
    const run_request r = request(space, 0);
    EXPECT_EQ(to_yaml(r.platform),
              to_yaml(parse_platform("name: narrow\nscheme: symq\ndram: {bandwidth: {bytes: 32, cycles: 5}}\n", "p.yaml")));
}

TEST_F(space_test, sets_layers_by_name) {
    const sweep_space space = axes(
        "  - {axis: 'workload.layers[conv*].weight_bits', values: [3]}\n  - {axis: 'workload.layers[f?].activation_bits', values: [8]}\n"
        "  - {axis: 'workload.layers[conv1].conv.out_channels', values: [8]}\n");
    const run_request r = request(space, 0);
    EXPECT_EQ(r.network.layers[0].weight_bits, 3);
    EXPECT_EQ(r.network.layers[1].weight_bits, 3);
    EXPECT_EQ(r.network.layers[2].weight_bits, std::nullopt);
    EXPECT_EQ(r.network.layers[1].activation_bits, std::nullopt);
    EXPECT_EQ(r.network.layers[2].activation_bits, 8);
}

TEST_F(space_test, sets_shapes_of_layers_that_a_graph_connects) {
    files_.write(
        "net.yaml",
        "name: net\ndefaults: {input: dense}\nlayers:\n  - {name: conv1, conv: {in: [4, 6, 6], out_channels: 8, kernel: 3}}\n"
        "graph:\n  - {op: input, name: image, shape: [1, 4, 6, 6]}\n  - {op: product, layer: conv1}\n  - {op: reshape, shape: [128]}\n");
    const sweep_space space = axes("  - {axis: 'workload.layers[conv1].conv.out_channels', values: [16]}\n");
    const run_request r = request(space, 0);
    EXPECT_EQ(std::get<conv_shape>(r.network.layers[0].shape).out_channels, 16);
    EXPECT_FALSE(r.network.graph);
}

TEST_F(space_test, matches_layer_names_as_shells_do) {
    const auto layers = [&](const std::string& pattern) {
        const sweep_space space = axes("  - {axis: 'workload.layers[" + pattern + "].weight_bits', values: [3]}\n");
        std::string names;
        for (const layer& l : request(space, 0).network.layers)
            if (l.weight_bits) names += l.name + " ";
        return names;
    };
    EXPECT_EQ(layers("*"), "conv1 conv2 fc ");
    EXPECT_EQ(layers("*2"), "conv2 ");
    EXPECT_EQ(layers("c*v*1"), "conv1 ");
    EXPECT_EQ(layers("??"), "fc ");
    EXPECT_EQ(layers("conv?"), "conv1 conv2 ");
    EXPECT_EQ(layers("fc***"), "fc ");
    for (const char* none : {"conv", "c", "", "conv1?", "*x*"})
        EXPECT_THAT(problems_of_axes("  - {axis: 'workload.layers[" + std::string(none) + "].weight_bits', values: [3]}\n"),
                    ElementsAre(AllOf(HasSubstr("s.yaml:5:"), HasSubstr("no layer has a name like that"))))
            << none;
}

TEST_F(space_test, is_not_slowed_by_a_pattern_of_many_stars) {
    files_.write("net.yaml",
                 "name: net\nlayers:\n  - {name: " + std::string(100, 'a') + ", linear: {tokens: 5, in: 40, out: 20}, input: dense}\n");
    std::string pattern;
    for (int i = 0; i < 30; ++i) pattern += "*a";
    EXPECT_THAT(problems_of_axes("  - {axis: 'workload.layers[" + pattern + "b].weight_bits', values: [3]}\n"), SizeIs(1));
}

TEST_F(space_test, sets_parts_of_the_scheme) {
    const sweep_space space = axes(
        "  - {axis: scheme.outlier_bits, values: [3, 5]}\n  - {axis: scheme.sparsity, values: [95]}\n  - {axis: scheme.activation_range, "
        "values: [minmax]}\n",
        "dasq");
    EXPECT_EQ(request(space, 0).asked_scheme.dasq.outlier_bits, 3);
    EXPECT_EQ(request(space, 0).asked_scheme.dasq.sparsity, "95");
    EXPECT_EQ(request(space, 0).asked_scheme.activation_range, range_method::min_max);
    EXPECT_EQ(space.size(), 2u);
}

TEST_F(space_test, sets_the_bound_of_outliers) {
    const sweep_space space = axes("  - {axis: scheme.bound, values: [none, max1per16, maxK/16perchannel]}\n", "dasq");
    EXPECT_EQ(to_string(request(space, 0).asked_scheme), "dasq:w4a4:sw4:p98");
    EXPECT_EQ(to_string(request(space, 1).asked_scheme), "dasq:w4a4:sw4:p98:max1per16");
    EXPECT_EQ(to_string(request(space, 2).asked_scheme), "dasq:w4a4:sw4:p98:maxK/16perchannel");
}

TEST_F(space_test, sets_widths_of_array_and_scheme) {
    const sweep_space space = axes("  - {axis: weight_bits, values: [3]}\n  - {axis: activation_bits, values: [6]}\n");
    const run_request r = request(space, 0);
    EXPECT_EQ(r.platform.array.weight_bits, 3);
    EXPECT_EQ(r.platform.array.activation_bits, 6);
    EXPECT_EQ(to_string(r.asked_scheme), "symq:w3a6");
}

TEST_F(space_test, sets_seed_scheme_platform_and_workload) {
    files_.write("deep/other.yaml", "name: other\nlayers:\n  - {name: x, linear: {tokens: 5, in: 40, out: 20}, input: dense}\n");
    const sweep_space space = space_of(
        "axes:\n  - {axis: seed, values: [0, 9223372036854775807]}\n  - {axis: scheme, values: ['symq:w4a8', symq]}\n"
        "  - {axis: platform, values: [mine.yaml, symq]}\n  - {axis: workload, values: [net.yaml, resnet20, deep/other.yaml]}\n");
    EXPECT_EQ(space.size(), 24u);
    EXPECT_EQ(request(space, 0).seed, 0u);
    EXPECT_EQ(request(space, 23).seed, 9223372036854775807u);
    EXPECT_EQ(to_string(request(space, 0).asked_scheme), "symq:w4a8");
    EXPECT_EQ(to_string(request(space, 6).asked_scheme), "symq:w4a4");
    EXPECT_EQ(request(space, 0).platform.name, "mine");
    EXPECT_EQ(request(space, 3).platform.name, "symq");
    EXPECT_EQ(request(space, 1).network.name, "resnet20");
    EXPECT_EQ(request(space, 2).network.name, "other");
    EXPECT_THAT(names(space.columns()), ElementsAre("seed", "scheme", "platform", "workload"));
    EXPECT_THAT(space.cells(5, space.point(5)), ElementsAre(cell(std::int64_t{0}), cell(std::string("symq:w4a8")),
                                                            cell(std::string("symq")), cell(std::string("deep/other.yaml"))));
}

TEST_F(space_test, sets_the_batch_each_of_which_is_a_simulation) {
    const sweep_space space = axes("  - {axis: batch, values: [1, 2, 8]}\n");
    EXPECT_EQ(request(space, 0).batch, 1);
    EXPECT_EQ(request(space, 2).batch, 8);
    EXPECT_NE(space.point(0).simulation_key(), space.point(1).simulation_key());
}

TEST_F(space_test, labels_points_by_what_is_no_axis) {
    const sweep_space space = axes("  - {axis: platform.array.trees, values: [4]}\n");
    EXPECT_THAT(names(space.columns()), ElementsAre("workload", "platform", "scheme", "trees"));
    EXPECT_THAT(space.cells(0, space.point(0)),
                ElementsAre(cell(std::string("net")), cell(std::string("mine")), cell(std::string("symq:w4a4")), cell(std::int64_t{4})));
}

TEST_F(space_test, finds_paths_from_the_folder_of_the_sweep) {
    files_.write("prices/mine.yaml", [] {
        std::ifstream in(shipped.costs + "/published_45nm.yaml");
        return std::string(std::istreambuf_iterator<char>(in), {});
    }());
    const sweep_space space = axes("  - {axis: platform.cost_table, values: [prices/mine.yaml, published_45nm]}\n");
    EXPECT_EQ(request(space, 0).platform.cost_table, files_.path("prices/mine.yaml"));
    EXPECT_EQ(request(space, 1).platform.cost_table, "published_45nm");
    EXPECT_THAT(space.cells(0, space.point(0)).back(), cell(std::string("prices/mine.yaml")));
}

TEST_F(space_test, knows_every_file_that_it_read) {
    const sweep_space space = axes("  - {axis: platform.array.trees, values: [4]}\n");
    space.point(0);
    std::vector<std::string> read;
    for (const auto& [file, text] : space.files()) read.push_back(file);
    EXPECT_THAT(read,
                testing::UnorderedElementsAre(files_.path("net.yaml"), files_.path("mine.yaml"), shipped.costs + "/published_45nm.yaml"));
    EXPECT_EQ(space.files().at(files_.path("mine.yaml")), "name: mine\nscheme: symq\ncost_table: published_45nm\n");
}

TEST_F(space_test, shares_a_simulation_among_points_that_differ_in_cost_only) {
    const sweep_space space = axes(
        "  - {axis: platform.clock_hz, values: [1e8, 1e9]}\n  - {axis: platform.array.trees, values: [4, 8]}\n  - {axis: seed, values: [1, "
        "2]}\n");
    std::set<std::string> keys;
    for (std::uint64_t i = 0; i < space.size(); ++i) keys.insert(space.point(i).simulation_key());
    EXPECT_EQ(keys.size(), 4u);
    EXPECT_EQ(space.point(0).simulation_key(), space.point(4).simulation_key());
    const sweep_plan plan = plan_sweep(space);
    ASSERT_EQ(plan.simulations.size(), 4u);
    EXPECT_THAT(plan.simulations[0].points, ElementsAre(0u, 4u));
}

TEST_F(space_test, shares_no_simulation_among_clocks_where_the_memory_is_in_real_units) {
    const sweep_space space = axes(
        "  - {axis: platform.clock_hz, values: [1e8, 1e9]}\n  - {axis: platform.dram.bandwidth, values: [auto, 16]}\n  - {axis: "
        "platform.dram.kind, values: "
        "[lpddr4]}\n");
    std::set<std::string> keys;
    for (std::uint64_t i = 0; i < space.size(); ++i) keys.insert(space.point(i).simulation_key());
    EXPECT_EQ(keys.size(), 3u);
}

TEST_F(space_test, gives_every_other_field_a_simulation_of_its_own) {
    for (const char* axis :
         {"'workload.layers[*].weight_bits', values: [3, 5]", "scheme, values: [symq:w4a4, symq:w4a8]", "activation_bits, values: [4, 8]",
          "scheme.range, values: [mse, minmax]", "platform.dram.latency_cycles, values: [10, 20]", "workload, values: [net.yaml, resnet20]",
          "platform, values: [mine.yaml, symq]"}) {
        const std::string text = axis;
        const bool whole_workload = text.rfind("workload,", 0) == 0, whole_platform = text.rfind("platform,", 0) == 0;
        const sweep_space space = space_of((whole_workload ? "" : std::string("workload: net.yaml\n")) +
                                           (whole_platform ? "" : "platform: mine.yaml\n") + "axes:\n  - {axis: " + text + "}\n");
        EXPECT_EQ(plan_sweep(space).simulations.size(), 2u) << axis;
    }
}

TEST_F(space_test, refuses_unknown_fields_at_their_lines) {
    EXPECT_THAT(
        problems_of_axes("  - {axis: trees, values: [4]}\n  - {axis: Platform.array.trees, values: [4]}\n  - {axis: '', values: [1]}\n"),
        ElementsAre(HasSubstr("s.yaml:5:12: axis trees: no such field: workload, platform, scheme, weight_bits"),
                    HasSubstr("s.yaml:6:12: axis Platform.array.trees: no such field"), HasSubstr("s.yaml:7:12: axis : no such field")));
    EXPECT_THAT(problems_of_axes("  - {axis: platform.array.treess, values: [4]}\n"),
                ElementsAre(AllOf(HasSubstr("s.yaml:5:"), HasSubstr("axis platform.array.treess: unknown key"))));
    EXPECT_THAT(problems_of_axes("  - {axis: platform., values: [4]}\n"),
                ElementsAre(AllOf(HasSubstr("s.yaml:5:"), HasSubstr("axis platform.: "), HasSubstr("unknown key"))));
    EXPECT_THAT(problems_of_axes("  - {axis: workload.nams, values: [4]}\n"),
                ElementsAre(AllOf(HasSubstr("s.yaml:5:"), HasSubstr("axis workload.nams: unknown key"))));
    EXPECT_THAT(problems_of_axes("  - {axis: scheme.bits, values: [4]}\n"),
                ElementsAre(AllOf(HasSubstr("s.yaml:5:"), HasSubstr("no such part; there are"))));
}

TEST_F(space_test, blames_a_value_on_its_own_axis_and_line) {
    EXPECT_THAT(
        problems_of_axes(
            "  - axis: platform.array.trees\n    values:\n      - 4\n      - 999\n  - axis: platform.clock_hz\n    values: [1e9]\n"),
        ElementsAre(AllOf(StartsWith("s.yaml:8:9: axis platform.array.trees: a whole number from 1 to 256 is wanted, given '999'"))));
    EXPECT_THAT(problems_of_axes("  - axis: platform.aray.trees\n    values: [4]\n  - axis: platform.clock_hz\n    values: [1e9]\n"),
                ElementsAre(AllOf(StartsWith("s.yaml:6:14: axis platform.aray.trees: aray: unknown key"))));
    EXPECT_THAT(problems_of_axes(
                    "  - axis: platform.dram.bandwidth.bytes\n    values: [0]\n  - {axis: platform.dram.bandwidth.cycles, values: [5]}\n"),
                ElementsAre(StartsWith("s.yaml:6:14: axis platform.dram.bandwidth.bytes: ")));
    EXPECT_THAT(problems_of_axes("  - axis: 'workload.layers[conv1].weight_bits'\n    values: [9]\n  - {axis: "
                                 "'workload.layers[conv2].weight_bits', values: [4]}\n"),
                ElementsAre(StartsWith("s.yaml:6:14: axis workload.layers[conv1].weight_bits: ")));
    EXPECT_THAT(problems_of_axes("  - axis: 'workload.layers[conv1].weight_bits'\n    values: [4]\n  - {axis: "
                                 "'workload.layers[conv2].weight_bits', values: [9]}\n"),
                ElementsAre(StartsWith("s.yaml:7:59: axis workload.layers[conv2].weight_bits: ")));
    for (const char* wrong : {"1", "9", "4.5", "x", "''"})
        EXPECT_THAT(problems_of_axes("  - {axis: weight_bits, values: [" + std::string(wrong) + "]}\n"),
                    ElementsAre(AllOf(StartsWith("s.yaml:5:34: axis weight_bits: a whole number from 2 to 8 is wanted"))));
    for (const char* wrong : {"0", "1025", "1.5", "x"})
        EXPECT_THAT(problems_of_axes("  - {axis: batch, values: [" + std::string(wrong) + "]}\n"),
                    ElementsAre(StartsWith("s.yaml:5:28: axis batch: a whole number from 1 to 1024 is wanted")));
    EXPECT_THAT(problems_of_axes("  - {axis: seed, values: [-1]}\n"),
                ElementsAre("s.yaml:5:27: axis seed: a whole number from 0 on is wanted, given '-1'"));
    EXPECT_THAT(problems_of_axes("  - {axis: scheme, values: [symq, nonsense]}\n"), ElementsAre(StartsWith("s.yaml:5:35: axis scheme: ")));
    EXPECT_THAT(problems_of_axes("  - {axis: scheme.range, values: [mse, wide]}\n"),
                ElementsAre(StartsWith("s.yaml:5:40: axis scheme.range: ")));
    EXPECT_THAT(problems_of_axes("  - {axis: platform.cost_table, values: [nonsense]}\n"),
                ElementsAre(StartsWith("s.yaml:5:42: axis platform.cost_table: ")));
    EXPECT_THAT(problems_with("workload: net.yaml\naxes:\n  - {axis: platform, values: [symq, no_such]}\n"),
                ElementsAre(StartsWith("s.yaml:4:37: axis platform: ")));
    EXPECT_THAT(problems_with("platform: symq\naxes:\n  - {axis: workload, values: [resnet20, no.yaml]}\n"),
                ElementsAre(AllOf(StartsWith("s.yaml:4:41: axis workload: "), HasSubstr("no.yaml"))));
}

TEST_F(space_test, blames_a_file_of_its_own_on_the_file) {
    files_.write("mine.yaml", "name: mine\nscheme: symq\narray: {tree: 4}\n");
    EXPECT_THAT(problems_of_axes("  - {axis: platform.clock_hz, values: [1e9]}\n"),
                ElementsAre(AllOf(StartsWith("s.yaml:3:11: platform: "), HasSubstr("mine.yaml: array.tree: unknown key"))));
    files_.write("mine.yaml", "name: mine\nscheme: symq\ncost_table: published_45nm\n");
    files_.write("net.yaml", "name: net\nlayers: [{name: a, lineal: 3}]\n");
    EXPECT_THAT(problems_of_axes("  - {axis: platform.clock_hz, values: [1e9]}\n"),
                testing::Each(AllOf(StartsWith("s.yaml:2:11: workload: "), HasSubstr("net.yaml:"))));
}

TEST_F(space_test, tells_every_wrong_value_once) {
    EXPECT_THAT(problems_of_axes("  - {axis: platform.array.trees, values: [0, 4, 999]}\n  - {axis: seed, range: 1..20}\n"), SizeIs(2));
    EXPECT_THAT(problems_of_axes("  - {axis: platform.array.trees, range: 1000..2000}\n").size(), testing::Le(50u));
}

TEST_F(space_test, takes_values_as_texts_never_as_yaml) {
    for (const char* value : {"'[1'", "'\"a'", "'{a: b}'", "'*x'", "'&x 1'", "'!!binary x'", "'|'"})
        EXPECT_THAT(
            problems_of_axes("  - {axis: platform.array.trees, values: [" + std::string(value) + "]}\n"),
            ElementsAre(AllOf(StartsWith("s.yaml:5:43: axis platform.array.trees: "), HasSubstr("a whole number from 1 to 256 is wanted"))))
            << value;
}

TEST_F(space_test, refuses_documents_that_are_no_mappings) {
    for (const char* content : {"- 1\n", "5\n", "", "layers: 5\n", "layers: [5, [6]]\n", "layers: {a: b}\n"}) {
        files_.write("mine.yaml", content);
        EXPECT_THAT(problems_of_axes("  - {axis: platform.array.trees, values: [4]}\n"), testing::Each(HasSubstr("s.yaml:"))) << content;
        EXPECT_FALSE(problems_of_axes("  - {axis: platform.array.trees, values: [4]}\n").empty()) << content;
        files_.write("mine.yaml", "name: mine\nscheme: symq\ncost_table: published_45nm\n");
        files_.write("net.yaml", content);
        EXPECT_FALSE(problems_of_axes("  - {axis: 'workload.layers[*].weight_bits', values: [4]}\n").empty()) << content;
        EXPECT_FALSE(problems_of_axes("  - {axis: workload.name, values: [x]}\n").empty()) << content;
    }
}

TEST_F(space_test, turns_contradictions_into_refusals_with_their_reason) {
    const sweep_space space =
        axes("  - {axis: platform.zero_point.unit, values: [none, row_sum]}\n  - {axis: scheme, values: [symq, asymq, pot]}\n");
    const sweep_plan plan = plan_sweep(space);
    std::vector<std::uint64_t> refused;
    for (const stored_point& p : plan.refused) {
        refused.push_back(p.id);
        EXPECT_FALSE(p.reason.empty());
        EXPECT_EQ(p.status, point_status::refused);
    }
    EXPECT_THAT(refused, ElementsAre(1u, 2u, 5u));
    EXPECT_EQ(plan.points(), 6u);
}

TEST_F(space_test, refuses_widths_that_a_platform_cannot_have) {
    const sweep_plan plan = plan_sweep(axes("  - {axis: weight_bits, values: [7, 8]}\n", "pot"));
    ASSERT_EQ(plan.refused.size(), 1u);
    EXPECT_EQ(plan.refused[0].id, 1u);
    EXPECT_THAT(plan.refused[0].reason, HasSubstr("2 to 7"));
}

TEST_F(space_test, refuses_axes_that_set_the_same_thing) {
    EXPECT_THAT(problems_of_axes("  - {axis: weight_bits, values: [4]}\n  - {axis: platform.array.weight_bits, name: b, values: [8]}\n"),
                ElementsAre("s.yaml:6:12: axis platform.array.weight_bits: sets what axis weight_bits sets, too"));
    EXPECT_THAT(problems_of_axes("  - {axis: scheme.activation_bits, values: [4]}\n  - {axis: activation_bits, name: b, values: [8]}\n"),
                ElementsAre(HasSubstr("s.yaml:6:12: axis activation_bits: ")));
    EXPECT_THAT(
        problems_of_axes("  - {axis: platform.dram.bandwidth, values: [4]}\n  - {axis: platform.dram.bandwidth.bytes, values: [8]}\n"),
        ElementsAre(HasSubstr("s.yaml:6:12: ")));
    EXPECT_THAT(
        problems_of_axes("  - {axis: platform.dram.bandwidth, values: [4]}\n  - {axis: platform.dram.latency_cycles, values: [8]}\n"),
        IsEmpty());
}

TEST_F(space_test, leaves_points_out_by_what_is_known_before_they_run) {
    const std::string fields =
        "workload: net.yaml\nplatform: mine.yaml\naxes:\n  - {axis: platform.array.trees, powers_of_two: 4..32}\n  - {axis: "
        "platform.array.lanes, powers_of_two: 4..32}\n";
    const sweep_plan all = plan_sweep(space_of(fields));
    EXPECT_EQ(all.points(), 16u);
    const sweep_plan some = plan_sweep(space_of(fields + "constraints: [lanes * trees == 64, energy_j < 1]\n"));
    EXPECT_EQ(some.points(), 3u);
    EXPECT_EQ(some.left_out, 13u);
    const sweep_plan small = plan_sweep(space_of(fields + "constraints: [area_um2 < 1]\n"));
    EXPECT_EQ(small.points(), 0u);
}

TEST_F(space_test, fits_each_set_of_weights_once) {
    const sweep_plan plan =
        plan_sweep(axes("  - {axis: platform.array.trees, values: [4, 8]}\n  - {axis: scheme.weight_bits, values: [3, 4]}\n"));
    EXPECT_THAT(plan.to_fit, ElementsAre(0u, 1u));
}

TEST_F(space_test, refuses_fields_of_a_model_without_a_document) {
    files_.write("m.onnx", "no model");
    EXPECT_THAT(problems_with("workload: m.onnx\nplatform: mine.yaml\naxes:\n  - {axis: 'workload.layers[*].weight_bits', values: [4]}\n"),
                ElementsAre(AllOf(StartsWith("s.yaml:"), HasSubstr("fields of an ONNX model can't be swept"))));
}

TEST(cell_of, tells_numbers_from_texts) {
    EXPECT_EQ(cell_of("42"), cell(std::int64_t{42}));
    EXPECT_EQ(cell_of("-9223372036854775808"), cell(std::numeric_limits<std::int64_t>::min()));
    EXPECT_EQ(cell_of("1e9"), cell(1e9));
    EXPECT_EQ(cell_of("0.1"), cell(0.1));
    EXPECT_EQ(cell_of("9223372036854775808"), cell(9223372036854775808.0));
    for (const char* text : {"", " 1", "1 ", "0x10", "nan", "inf", "-", "symq", "1e999", "1,5"})
        EXPECT_EQ(cell_of(text), cell(std::string(text)));
}

}  // namespace
}  // namespace symmetree
