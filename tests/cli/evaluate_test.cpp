#include <gmock/gmock.h>

#include <filesystem>

#include "tests/cli/program.h"

// `symmetree evaluate` on seeded images: whole networks without data.

namespace symmetree {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;

const std::string networks = SYMMETREE_ROOT "/tests/data/networks/";

/// A workbench with lanes.yaml: platform "mine" with a vector unit.
struct evaluate_bench : workbench {
    evaluate_bench() { write("lanes.yaml", content("mine.yaml") + "vector_unit: {lanes: 16}\n"); }
    outcome evaluate(const std::string& words) const { return run("evaluate --platform lanes.yaml --jobs 1 " + words); }
};

TEST(evaluate, runs_random_images_through_shipped_and_exported_networks_exactly) {
    const evaluate_bench bench;
    for (const std::string& network : {std::string("resnet20"), networks + "small_swin.onnx", networks + "small_mobilenet_v2.onnx"}) {
        const outcome result = bench.evaluate("--workload " + network + " --images random:2 --check -1 --format csv");
        EXPECT_EQ(result.code, 0) << result.err;
        const std::vector<std::string> lines = lines_of(result.out);
        ASSERT_EQ(lines.size(), 3u) << network;
        EXPECT_THAT(lines[2], HasSubstr("exact on 2")) << network;
    }
}

TEST(evaluate, runs_images_in_batches_that_cost_less_per_image) {
    const evaluate_bench bench;
    const std::string words = "--workload " + networks + "small_swin.onnx --images random:3 --check -1 --format json ";
    const auto run_of = [&](const std::string& more) {
        const outcome result = bench.evaluate(words + more);
        EXPECT_EQ(result.code, 0) << result.err;
        const nlohmann::json row = nlohmann::json::parse(result.out).at("evaluation").at("rows").at(1);
        EXPECT_EQ(row.at("first_difference"), "");
        return row.at("run");
    };
    const nlohmann::json one = run_of(""), two = run_of("--batch 2");
    EXPECT_EQ(two.at("batch"), 2);
    EXPECT_LT(two.at("total").at("energy_per_image_j").get<double>(), one.at("total").at("energy_j").get<double>());
    EXPECT_LT(two.at("total").at("latency_per_image_s").get<double>(), one.at("total").at("latency_s").get<double>());
    EXPECT_EQ(two.at("total").at("macs").get<double>(), 2 * one.at("total").at("macs").get<double>());
    const outcome table = bench.evaluate("--workload " + networks + "small_swin.onnx --images random:3 --batch 2");
    EXPECT_THAT(table.out, HasSubstr("those of a batch of 2 images"));
    EXPECT_THAT(table.out, testing::Not(HasSubstr("anew for each image")));
}

/// Two images of one grey, without labels, as an IDX file.
TEST(evaluate, refuses_a_set_without_labels_unless_told) {
    const evaluate_bench bench;
    const std::string header{0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 28, 0, 0, 0, 28};
    bench.write("images", header + std::string(2 * 28 * 28, '\7'));
    const std::string words = "--workload fashion_resnet --images images --calibration random:8 --calibration-images 8 --check 0 ";
    const outcome refused = bench.evaluate(words);
    EXPECT_EQ(refused.code, 2);
    EXPECT_THAT(refused.err, HasSubstr("labels: are missing: accuracy is counted by them"));
    const outcome told = bench.evaluate(words + "--without-labels");
    EXPECT_EQ(told.code, 0) << told.err;
    EXPECT_THAT(told.out, HasSubstr("(no labels)"));
}

TEST(evaluate, smooths_layer_norms_by_a_set_of_images_unless_told_and_by_random_ones_only_where_told) {
    const evaluate_bench bench;
    const std::string header{0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 28, 0, 0, 0, 28};
    bench.write("images", header + std::string(28 * 28, '\7') + std::string(28 * 28, '\77'));
    const std::string words = "--workload fashion_vit --images random:1 --check 0 --rounding nearest --calibration-images 2 ";
    const auto notes = [&](const std::string& more) {
        const outcome result = bench.evaluate(words + more);
        EXPECT_EQ(result.code, 0) << result.err;
        return result.out;
    };
    const auto smooths = HasSubstr("Smoothed: 64 channels from ");
    EXPECT_THAT(notes("--calibration images"), smooths);
    EXPECT_THAT(notes("--calibration images --smooth none"), testing::Not(smooths));
    EXPECT_THAT(notes("--calibration random:2"), testing::Not(smooths));
    EXPECT_THAT(notes("--calibration random:2 --smooth norms"), smooths);
}

TEST(evaluate, random_images_depend_on_the_seed) {
    const evaluate_bench bench;
    const std::string words = "--workload " + networks + "small_resnet18.onnx --images random:8 --format csv";
    const outcome first = bench.evaluate(words), again = bench.evaluate(words);
    EXPECT_EQ(first.code, 0) << first.err;
    EXPECT_EQ(first.out, again.out);
    const outcome noted = bench.evaluate("--workload " + networks + "small_resnet18.onnx --images random:8 --seed 7");
    EXPECT_THAT(
        noted.out,
        HasSubstr("8 images of random images (seed 7) (no labels); steps of activations by mse from 4 images of random images (seed 7)"));
}

TEST(evaluate, adaptive_activations_are_exact_and_named) {
    const evaluate_bench bench;
    for (const std::string& network : {std::string("resnet20"), networks + "small_mobilenet_v2.onnx"}) {
        const outcome result =
            bench.evaluate("--workload " + network +
                           " --scheme symq:asq --adapters fit --images random:2 --calibration random:12 --check -1 --format csv");
        EXPECT_EQ(result.code, 0) << result.err;
        EXPECT_THAT(result.out, HasSubstr("symq:w4a4:asq")) << network;
        EXPECT_THAT(result.out, HasSubstr("exact on 2")) << network;
    }
    const std::string words = "--workload resnet20 --scheme symq:asq --images random:1 --check 0 ";
    EXPECT_THAT(bench.evaluate(words).out, HasSubstr("asq: identity adapters, beta = 1."));
    EXPECT_THAT(bench.evaluate(words + "--adapters fit").out, HasSubstr("asq: adapters fitted on the same images as the steps."));
}

TEST(evaluate, searches_steps_by_logits_where_it_is_told_to_and_says_so) {
    const evaluate_bench bench;
    const std::string words =
        "--workload " + networks + "small_mobilenet_v2.onnx --scheme symq --images random:2 --calibration random:8 --check -1 ";
    const outcome searched = bench.evaluate(words + "--activation-steps logits");
    EXPECT_EQ(searched.code, 0) << searched.err;
    EXPECT_THAT(searched.out, HasSubstr("exact on 2"));
    EXPECT_THAT(searched.out, HasSubstr("so that scores stay near those of the float network"));
    EXPECT_THAT(bench.evaluate(words).out, testing::Not(HasSubstr("scores stay near")));
}

TEST(evaluate, refuses_adapters_that_are_not_there) {
    const evaluate_bench bench;
    const outcome result = bench.evaluate("--workload resnet20 --scheme symq:asq --images random:1 --adapters none.safetensors");
    EXPECT_EQ(result.code, 2);
    EXPECT_THAT(result.err, HasSubstr("none.safetensors"));
    const outcome alone = bench.run("run --workload resnet20 --platform lanes.yaml --scheme symq:asq");
    EXPECT_EQ(alone.code, 2);
    EXPECT_THAT(alone.err, HasSubstr("asq needs the tensors of a whole network: symmetree evaluate"));
}

/// By the delays of osu018 the array is slower than the 500 MHz of lanes.yaml: the same cycles take longer.
TEST(evaluate, an_automatic_clock_is_settled) {
    const evaluate_bench bench;
    bench.write("auto.yaml", bench.content("lanes.yaml") + "clock_hz: {table: osu018}\n");
    const auto latency = [&](const std::string& platform) {
        const outcome result =
            bench.run("evaluate --workload " + networks + "small_resnet18.onnx --images random:1 --format csv --platform " + platform);
        EXPECT_EQ(result.code, 0) << result.err;
        const std::string row = lines_of(result.out).at(2);
        std::size_t at = 0;
        for (int comma = 0; comma < 7; ++comma) at = row.find(',', at) + 1;
        return std::stod(row.substr(at));
    };
    const double given = latency("lanes.yaml"), automatic = latency("auto.yaml");
    EXPECT_GT(automatic, 1.5 * given);
    EXPECT_LT(automatic, 10 * given);
}

/// The integer forms lose little at 8 bits; what was not simulated has no costs.
TEST(evaluate, float_arithmetic_of_the_vector_unit_stands_beside_the_integer_one) {
    const evaluate_bench bench;
    bench.write("eight.yaml", bench.content("lanes.yaml") + "array: {weight_bits: 8, activation_bits: 8}\n");
    const std::string both = " --vector-arithmetic integer --vector-arithmetic float32 ";
    for (const std::string& words : {"--workload " + networks + "small_swin.onnx --images random:20",
                                     "--workload " + networks + "small_mobilenet_v2.onnx --images random:20",
                                     std::string("--workload resnet20 --scheme symq:asq --images random:4")}) {
        const outcome result = bench.run("evaluate --format csv --platform eight.yaml " + words + both);
        EXPECT_EQ(result.code, 0) << result.err;
        const std::vector<std::string> lines = lines_of(result.out);
        ASSERT_EQ(lines.size(), 4u) << words;
        EXPECT_THAT(lines[2], AllOf(HasSubstr(",integer,"), HasSubstr(",exact on 4")));
        EXPECT_THAT(lines[3], AllOf(HasSubstr(",float32,"), EndsWith(",,,,,,")));
    }
    const outcome noted = bench.evaluate("--workload resnet20 --images random:1 --vector-arithmetic float32");
    EXPECT_THAT(noted.out, HasSubstr("Vector unit float32: operators between the products on real numbers"));
    const outcome refused = bench.evaluate("--workload resnet20 --images random:1 --vector-arithmetic half");
    EXPECT_EQ(refused.code, 2);
    EXPECT_THAT(refused.err, HasSubstr("--vector-arithmetic: one of integer, float32 is wanted, given 'half'"));
}

TEST(evaluate, its_json_becomes_a_report) {
    const evaluate_bench bench;
    const outcome evaluated = bench.evaluate("--workload " + networks +
                                             "small_resnet18.onnx --images random:8 --scheme symq:w4a4 --scheme symq:w3a4 --format json "
                                             "--vector-arithmetic integer --vector-arithmetic float32 --output e.json");
    ASSERT_EQ(evaluated.code, 0) << evaluated.err;
    const outcome markdown = bench.run("report e.json --format markdown");
    EXPECT_EQ(markdown.code, 0) << markdown.err;
    EXPECT_THAT(markdown.out, AllOf(HasSubstr("## Evaluation of small_resnet18"), HasSubstr("agrees with float (%)"),
                                    HasSubstr("| mine | symq:w3a4 | float32 |"), HasSubstr("8 images of random images (seed 1)")));
    const std::vector<std::string> rows = lines_of(bench.run("report e.json --format csv").out);
    ASSERT_EQ(rows.size(), 6u);
    EXPECT_THAT(rows[0], AllOf(HasSubstr("platform,scheme,vector_unit,top1,top5,agrees_with_float,check,cycles,latency_s,"),
                               HasSubstr(",dram_energy_j,")));
    EXPECT_THAT(rows[2], HasSubstr("mine,symq:w4a4,integer,,,"));
    EXPECT_EQ(bench.run("report e.json --output e.html").code, 0);
    EXPECT_THAT(bench.content("e.html"), HasSubstr("agrees with float"));
    bench.write("cut.json", "{\"format_version\": 1, \"evaluation\": {\"network\": 3}}");
    const outcome damaged = bench.run("report cut.json");
    EXPECT_EQ(damaged.code, 2);
    EXPECT_THAT(damaged.err, HasSubstr("cut.json"));
    const outcome two = bench.run("report e.json e.json");
    EXPECT_EQ(two.code, 2);
    EXPECT_THAT(two.err, HasSubstr("an evaluation makes a report of its own, without other files"));
}

TEST(evaluate, with_compensated_rounding_is_exact_repeatable_and_says_so) {
    const evaluate_bench bench;
    const std::string words = "--workload " + networks + "small_resnet18.onnx --images random:3 --calibration random:6 --scheme symq:w3a4 ";
    const outcome nearest = bench.evaluate(words), one = bench.evaluate(words + "--rounding compensated --check -1 --cache kept"),
                  again = bench.evaluate(words + "--rounding compensated --check -1 --cache kept");
    EXPECT_EQ(one.code, 0) << one.err;
    EXPECT_THAT(one.out, AllOf(HasSubstr("exact on 3"), HasSubstr("Weights are rounded by the error of the layers' outputs")));
    EXPECT_THAT(one.err, HasSubstr("layers rounded"));
    EXPECT_EQ(one.out, again.out);
    EXPECT_THAT(again.err, testing::Not(HasSubstr("layers rounded"))) << "what is kept is rounded again";
    EXPECT_THAT(nearest.out, testing::Not(HasSubstr("rounded")));
}

TEST(evaluate, of_what_quantize_has_rounded_gives_the_same_scores) {
    const evaluate_bench bench;
    const std::string network = networks + "small_resnet18.onnx", rounding = " --calibration random:6 --rounding compensated ";
    const outcome quantized = bench.run("quantize --workload " + network + " --scheme symq:w3a4 --output q.yaml" + rounding);
    EXPECT_EQ(quantized.code, 0) << quantized.err;
    EXPECT_THAT(quantized.out, HasSubstr("which falls where their own grows"));
    const auto row = [](const outcome& o) { return o.code == 0 ? lines_of(o.out).at(2) : o.err; };
    const std::string direct =
                          row(bench.evaluate("--workload " + network + " --images random:8 --format csv --scheme symq:w3a4" + rounding)),
                      kept = row(bench.evaluate("--workload q.yaml --images random:8 --format csv --scheme symq:w3a4"));
    EXPECT_EQ(direct, kept);
}

TEST(evaluate, refuses_a_rounding_that_is_none_or_has_no_images) {
    const evaluate_bench bench;
    const outcome unknown = bench.evaluate("--workload resnet20 --images random:1 --rounding up");
    EXPECT_EQ(unknown.code, 2);
    EXPECT_THAT(unknown.err, HasSubstr("--rounding: one of nearest, compensated is wanted, given 'up'"));
    const outcome without = bench.run("quantize --workload resnet20 --scheme symq:w4a4 --rounding compensated");
    EXPECT_EQ(without.code, 2);
    EXPECT_THAT(without.err, HasSubstr("--rounding: compensated wants the images of --calibration, which is not given"));
}

TEST(evaluate, refuses_dumps_that_say_too_little_or_ask_for_what_is_not_there) {
    const evaluate_bench bench;
    const auto refusal = [&](const std::string& words) {
        const outcome result = bench.evaluate("--workload resnet20 --images random:2 " + words);
        EXPECT_EQ(result.code, 2) << words;
        EXPECT_FALSE(std::filesystem::exists(bench.path("d.npz"))) << words;
        return result.err;
    };
    const std::string to = " --dump-to d.npz";
    EXPECT_THAT(refusal("--dump logits"), HasSubstr("--dump: a file is wanted, too: --dump-to FILE.npz"));
    EXPECT_THAT(refusal("--batch 2 --dump codes" + to), HasSubstr("--dump: codes and accumulators are taken from one image at a time"));
    EXPECT_THAT(refusal("--batch 0"), HasSubstr("--batch: a whole number from 1 to 1024 is wanted"));
    EXPECT_THAT(refusal("--dump-to d.npz"),
                HasSubstr("--dump-to: what to write is wanted, too: --dump with some of logits, predictions, codes, accumulators"));
    EXPECT_THAT(refusal("--dump logits,scores" + to),
                HasSubstr("--dump: one of logits, predictions, codes, accumulators is wanted, given 'scores'"));
    EXPECT_THAT(refusal("--dump logits, --dump-to d.npz"), HasSubstr("is wanted, given ''"));
    EXPECT_THAT(refusal("--dump logits --dump-images 2" + to), HasSubstr("--dump-images: is of --dump codes and --dump accumulators"));
    EXPECT_THAT(refusal("--dump codes --dump-images 0" + to), HasSubstr("--dump-images: a whole number from 1"));
    EXPECT_THAT(refusal("--dump codes --vector-arithmetic float32" + to),
                HasSubstr("mine/symq:w4a4/float32 is not simulated: leave out --vector-arithmetic float32"));
    EXPECT_THAT(refusal("--dump logits --platform lanes.yaml" + to),
                HasSubstr("two rows would have the arrays mine/symq:w4a4/...: name the platforms differently, or leave one out"));
    EXPECT_THAT(refusal("--dump logits --output d.npz" + to), HasSubstr("'d.npz' is the file of --output, too"));
    EXPECT_THAT(refusal("--dump logits --dump-to none/d.npz"), HasSubstr("none/d.npz: cannot be written"));
}

TEST(evaluate, refuses_dumps_beyond_a_gigabyte_and_says_what_would_fit) {
    const evaluate_bench bench;
    const std::string words = " --platform symq --scheme symq:w4a4 --dump-to d.npz";
    const outcome inside = bench.run("evaluate --workload resnet50 --images random:40 --dump codes,accumulators --dump-images 40" + words);
    EXPECT_EQ(inside.code, 2);
    EXPECT_THAT(inside.err,
                AllOf(HasSubstr("--dump: 40 images take "), HasSubstr("at most 1 GB are kept: a smaller --dump-images is wanted")));
}

TEST(evaluate, refuses_wrong_numbers_of_random_images) {
    const evaluate_bench bench;
    const auto refusal = [&](const std::string& words) {
        const outcome result = bench.evaluate("--workload resnet20 " + words);
        EXPECT_EQ(result.code, 2) << words;
        return result.err;
    };
    EXPECT_THAT(refusal("--images random:0"), HasSubstr("--images: random:N with 1 to 1000 images is wanted, given 'random:0'"));
    EXPECT_THAT(refusal("--images random:1 --calibration random:x"),
                HasSubstr("--calibration: random:N with 1 to 1000 images is wanted, given 'random:x'"));
    EXPECT_THAT(refusal("--images random:1 --calibration-images 5"), HasSubstr("--calibration-images: 5 are wanted, the set has 4"));
    EXPECT_THAT(refusal("--images random:1 --check -2"), HasSubstr("--check: a whole number from -1 to 1073741824 is wanted, given '-2'"));
}

}  // namespace
}  // namespace symmetree
