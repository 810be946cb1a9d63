// What decides the outcome of an image stands in the key under which the outcome is kept.
#include "runs/evaluation_identity.h"

#include <gtest/gtest.h>

#include "core/input_file.h"
#include "tests/unit/quantized_network/small_network.h"

namespace symmetree {
namespace {

cost_table table_of(const std::string& name) { return cost_table::load(name, SYMMETREE_ROOT "/models/cost/tables"); }

evaluation_task task_of(const std::string& platform) {
    evaluation_task task;
    task.platform = platform_named(platform);
    task.asked_scheme = task.platform.default_scheme;
    return task;
}

TEST(the_key_of_an_outcome, changes_with_the_prices_behind_the_same_name) {
    const small_network small;
    const evaluation_task task = task_of("symq");
    const std::string text = content_of(SYMMETREE_ROOT "/models/cost/tables/published_45nm.yaml");
    const std::string file = small.directory.write("prices.yaml", text);
    const std::string before = identity_of(task, cost_table::load(file, ""));
    EXPECT_EQ(identity_of(task, cost_table::load(file, "")), before);
    small.directory.write("prices.yaml", text + "# another edition\n");
    EXPECT_NE(identity_of(task, cost_table::load(file, "")), before);
    EXPECT_NE(identity_of(task, table_of("ratio_45nm")), before);
}

TEST(the_key_of_an_outcome, changes_with_a_clock_that_the_file_leaves_to_the_table) {
    evaluation_task task = task_of("symq");
    task.platform.auto_clock = auto_clock_config{};
    task.platform.clock_hz = 400e6;
    const cost_table prices = table_of("ratio_45nm");
    const std::string before = identity_of(task, prices);
    task.platform.clock_hz = 401e6;
    EXPECT_NE(identity_of(task, prices), before);
}

TEST(the_key_of_an_outcome, changes_with_platform_scheme_and_arithmetic) {
    const cost_table prices = table_of("ratio_45nm");
    const std::string before = identity_of(task_of("symq"), prices);
    EXPECT_NE(identity_of(task_of("dasq"), prices), before);
    evaluation_task other = task_of("symq");
    other.asked_scheme.activation_range = range_method::min_max;
    EXPECT_NE(identity_of(other, prices), before);
    other = task_of("symq");
    other.arithmetic = vector_arithmetic::float32;
    EXPECT_NE(identity_of(other, prices), before);
}

TEST(the_key_of_an_outcome, changes_with_the_formats_that_the_file_fixes) {
    const small_network small;
    workload network = small.network;
    const std::string before = identity_of(network, 1);
    EXPECT_NE(identity_of(network, 2), before);
    network.formats.resize(network.graph->nodes.size());
    network.formats[2] = tensor_format{};
    const std::string with_format = identity_of(network, 1);
    EXPECT_NE(with_format, before);
    network.formats[2]->step = 0.5;
    EXPECT_NE(identity_of(network, 1), with_format);
    workload adapted = network, narrowed = network;
    adapted.adapted["joined"] = narrowed.narrowed["joined"] = tensor_format{};
    const std::string before_copies = identity_of(network, 1);
    EXPECT_NE(identity_of(adapted, 1), before_copies);
    EXPECT_NE(identity_of(narrowed, 1), before_copies);
}

}  // namespace
}  // namespace symmetree
