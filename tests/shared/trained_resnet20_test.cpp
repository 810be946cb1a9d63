#include <gmock/gmock.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/cli/program.h"

// The trained ResNet-20 through the whole program, with batch normalisation folded by the exporter and by us.

namespace symmetree {
namespace {

using nlohmann::json;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const std::string folded = SYMMETREE_SHARED "/data/resnet20_cifar10.onnx";
const std::string with_batch_norm = SYMMETREE_SHARED "/data/resnet20_cifar10_bn.onnx";

json report_of(const std::string& words) {
    const workbench bench;
    const outcome result = bench.run(words + " --format json");
    EXPECT_EQ(result.code, 0) << result.err;
    EXPECT_THAT(result.err, IsEmpty());
    return json::parse(result.out);
}

class trained_resnet20 : public testing::TestWithParam<const char*> {};

TEST_P(trained_resnet20, is_exact_in_all_20_layers_and_has_40551040_macs) {
    const json report = report_of(std::string("run --platform symq --workload ") + GetParam());
    EXPECT_EQ(report.at("layers").size(), 20u);
    EXPECT_EQ(report.at("total").at("macs"), 40551040);
    for (const json& layer : report.at("layers")) EXPECT_EQ(layer.at("exact"), true) << layer.at("name");
    for (const json& note : report.at("notes")) EXPECT_THAT(note.get<std::string>(), Not(HasSubstr("synthetic")));
}

TEST_P(trained_resnet20, names_the_operators_that_are_not_simulated) {
    const json report = report_of(std::string("run --timing-only --platform symq --workload ") + GetParam());
    std::vector<std::string> operators;
    for (const json& text : report.at("not_simulated")) operators.push_back(text.get<std::string>());
    EXPECT_THAT(operators, Contains("Relu x19"));
    EXPECT_THAT(operators, Contains("Add x9"));
    EXPECT_THAT(operators, Not(Contains(HasSubstr("BatchNormalization"))));
    const workbench bench;
    const outcome table = bench.run(std::string("run --timing-only --platform symq --workload ") + GetParam());
    for (const std::string& text : operators) EXPECT_THAT(table.out, HasSubstr(text));
}

INSTANTIATE_TEST_SUITE_P(exported, trained_resnet20, testing::Values(folded.c_str(), with_batch_norm.c_str()),
                         [](const auto& model) { return std::string(model.index == 0 ? "folded" : "with_batch_norm"); });

TEST(trained_models, takes_the_same_cycles_however_it_was_exported) {
    for (const char* platform : {"symq", "asymq_row_sum", "post"}) {
        const std::string words = std::string("run --timing-only --platform ") + platform + " --workload ";
        const json a = report_of(words + folded), b = report_of(words + with_batch_norm);
        EXPECT_EQ(a.at("total").at("cycles"), b.at("total").at("cycles"));
        for (std::size_t i = 0; i < a.at("layers").size(); ++i) {
            for (const char* field : {"m", "n", "k", "repeat", "cycles"})
                EXPECT_EQ(a.at("layers")[i].at(field), b.at("layers")[i].at(field));
        }
    }
}

TEST(trained_models, is_exact_on_every_shipped_platform) {
    // APoT has no codes of 3 bits.
    for (const std::string widths : {"", " --weight-bits 5 --activation-bits 3", " --weight-bits 3 --activation-bits 3"}) {
        std::string words = "compare --workload " + folded + " --baseline symq" + widths;
        std::size_t platforms = 0;
        for (const auto& entry : std::filesystem::directory_iterator(SYMMETREE_ROOT "/platforms/presets")) {
            const std::string name = entry.path().stem().string();
            if (entry.path().extension() != ".yaml" || (name.rfind("apot", 0) == 0 && widths.find("weight-bits 3") != std::string::npos))
                continue;
            words += " --platform " + name;
            ++platforms;
        }
        const json comparison = report_of(words);
        ASSERT_EQ(comparison.at("runs").size(), platforms);
        for (const json& run : comparison.at("runs")) {
            EXPECT_EQ(run.at("total").at("exact"), true) << run.at("platform");
            EXPECT_EQ(run.at("total").at("macs"), 40551040);
            EXPECT_GT(run.at("ratios").at("latency").get<double>(), 0);
        }
    }
}

}  // namespace
}  // namespace symmetree
