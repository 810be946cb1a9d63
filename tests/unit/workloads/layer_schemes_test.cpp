#include "workloads/network/layer_schemes.h"

#include <gmock/gmock.h>

#include "tests/unit/workloads/files.h"
#include "workloads/files/load_workload.h"

namespace symmetree {
namespace {

using testing::HasSubstr;
using testing_files::error_of;
using testing_files::temporary_directory;

workload network() {
    const temporary_directory directory;
    return load_workload_yaml(directory.write("net.yaml",
                                              "name: net\ndefaults: {input: dense}\nlayers:\n"
                                              "  - {name: /layer1/conv, linear: {tokens: 5, in: 40, out: 20}}\n"
                                              "  - {name: /layer3/layer3.0/conv1/Conv, linear: {tokens: 5, in: 40, out: 20}}\n"
                                              "  - {name: /layer3/layer3.0/scores, matmul: {rows: 5, inner: 8, columns: 5}}\n"));
}

TEST(fits_layer, looks_at_the_whole_name_and_behind_each_slash) {
    EXPECT_TRUE(fits_layer("layer3.*", "/layer3/layer3.0/conv1/Conv"));
    EXPECT_TRUE(fits_layer("*Conv", "/layer3/layer3.0/conv1/Conv"));
    EXPECT_TRUE(fits_layer("conv?", "stage/conv1"));
    EXPECT_TRUE(fits_layer("head", "head"));
    EXPECT_FALSE(fits_layer("layer3", "/layer3/layer3.0/conv1/Conv"));
    EXPECT_FALSE(fits_layer("ayer3.*", "/layer3/layer3.0/conv1/Conv"));
    EXPECT_FALSE(fits_layer("head", "head2"));
}

TEST(apply_layer_schemes, gives_schemes_by_pattern_and_the_last_wins) {
    workload w = network();
    apply_layer_schemes({"*=symq:w6a5", "layer3.*=dasq:w3a3:sw4:p98"}, "--layer-scheme", w);
    EXPECT_EQ(to_string(*w.layers[0].own_scheme), "symq:w6a5");
    EXPECT_EQ(to_string(*w.layers[1].own_scheme), "dasq:w3a3:sw4:p98");
    EXPECT_EQ(to_string(*w.layers[2].own_scheme), "symq:w3a3");  // activations on both sides
}

TEST(apply_layer_schemes, refuses_what_fits_nothing_with_the_names_there_are) {
    const temporary_directory directory;
    workload w = network();
    const auto problem = [&](const std::string& entry) {
        return error_of(directory, [&] { apply_layer_schemes({entry}, "--layer-scheme", w); });
    };
    EXPECT_THAT(problem("layer9.*=symq"), HasSubstr("--layer-scheme: no layer has a name like 'layer9.*'; there are /layer1/conv, "
                                                    "/layer3/layer3.0/conv1/Conv, /layer3/layer3.0/scores"));
    EXPECT_THAT(problem("layer1"), HasSubstr("--layer-scheme: PATTERN=SCHEME is wanted, given 'layer1'"));
    EXPECT_THAT(problem("=symq"), HasSubstr("PATTERN=SCHEME is wanted"));
    EXPECT_THAT(problem("*=symq:w9a4"), HasSubstr("symq"));
}

}  // namespace
}  // namespace symmetree
