// The shipped platforms: they load, they compare, they are found by name and by nothing else.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "support.h"

namespace symmetree {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::string refusal(const std::string& name_or_path) {
    try {
        load_platform(name_or_path, shipped_directory);
    } catch (const input_error& e) {
        return e.what();
    }
    return "";
}

TEST(shipped_platforms, are_these) {
    EXPECT_THAT(shipped_platforms(shipped_directory),
                ElementsAre("apot", "apot_minimal", "asymq_fpga", "asymq_port_subtract", "asymq_pre_subtract", "asymq_row_sum",
                            "asymq_row_sum_minimal", "asymq_widened", "dasq", "dasq_fpga", "dasq_minimal", "dasq_row_sum", "levels",
                            "levels_per_channel", "post", "post_minimal", "pot", "pot_minimal", "symq", "symq_fpga"));
}

TEST(shipped_platforms, carry_their_file_name_and_describe_themselves) {
    for (const std::string& name : shipped_platforms(shipped_directory)) {
        EXPECT_EQ(shipped(name).name, name);
        EXPECT_THAT(shipped(name).description, Not(IsEmpty()));
    }
}

/// Everything but the circuits of the quantization itself.
std::string common_part(platform_config c) {
    const platform_config reference = shipped("symq");
    c.name = c.description = "";
    c.default_scheme = reference.default_scheme;
    c.zero_point = reference.zero_point;
    c.correction = reference.correction;
    c.sparse = reference.sparse;
    c.side_array.reset();
    c.array.kind = array_kind::multiplier;
    return to_yaml(c);
}

TEST(shipped_platforms, share_everything_but_the_circuit_under_test) {
    for (const std::string& name : shipped_platforms(shipped_directory)) {
        const bool fpga = name.size() > 5 && name.substr(name.size() - 5) == "_fpga";
        EXPECT_EQ(common_part(shipped(name)), common_part(shipped(fpga ? "symq_fpga" : "symq"))) << name;
    }
}

TEST(shipped_platforms, hold_the_outputs_of_a_full_accumulator_bank) {
    for (const std::string& name : shipped_platforms(shipped_directory)) {
        const platform_config c = shipped(name);
        EXPECT_GE(c.output_buffer.bank_bytes, std::uint64_t(c.accumulators.depth) * c.array.trees) << name << ", at 8 bits";
    }
}

TEST(shipped_platforms, fpga_has_the_published_rates) {
    const platform_config c = shipped("dasq_fpga");
    EXPECT_DOUBLE_EQ(2.0 * c.array.trees * c.array.lanes * c.clock_hz, 25.6e9);
    EXPECT_DOUBLE_EQ(2.0 * c.sparse.lanes * c.clock_hz, 1.6e9);
}

TEST(load_platform, lists_the_shipped_names_for_an_unknown_one) {
    for (const std::string name : {"asymq", "DASQ", "", "dasq ", "pot.yam", "symq\n"}) {
        SCOPED_TRACE(name);
        EXPECT_THAT(refusal(name), HasSubstr("asymq_row_sum, asymq_row_sum_minimal, asymq_widened, dasq, dasq_fpga"));
    }
}

TEST(load_platform, a_bare_name_never_leaves_the_shipped_folder) {
    for (const std::string name : {"..", ".", "../presets/symq", "presets/symq", "/symq", "./symq"}) {
        SCOPED_TRACE(name);
        EXPECT_THAT(refusal(name), Not(IsEmpty()));
    }
}

TEST(load_platform, reads_a_path) {
    EXPECT_EQ(load_platform(shipped_directory + "/pot.yaml", "nowhere").name, "pot");
    EXPECT_THAT(refusal("no/such/file.yaml"), HasSubstr("no/such/file.yaml: can't be read"));
    EXPECT_THAT(refusal(shipped_directory + "/"), HasSubstr("can't be read"));
    EXPECT_THAT(refusal("symq.yaml"), HasSubstr("can't be read"));
}

TEST(load_platform, a_missing_folder_of_shipped_platforms_has_no_names) {
    EXPECT_THAT(shipped_platforms("no/such/folder"), IsEmpty());
    EXPECT_THROW(load_platform("symq", "no/such/folder"), input_error);
}

TEST(load_platform, reports_the_file_it_read) {
    const std::filesystem::path file = std::filesystem::path(testing::TempDir()) / "symmetree_platform_with_a_typo.yaml";
    std::ofstream(file) << "name: p\nscheme: symq\nclock: 5\n";
    EXPECT_THAT(refusal(file.string()), HasSubstr(file.string() + ":3:1: clock: unknown key"));
    std::filesystem::remove(file);
}

}  // namespace
}  // namespace symmetree
