// What a compiled network has in memory: names, places, and from which step to which each is needed.
#include <gmock/gmock.h>

#include <algorithm>

#include "compile/network_program.h"
#include "tests/unit/quantized_network/small_network.h"

namespace symmetree {
namespace {

/// The small network with a pool at its end that the vector unit takes.
std::string pooled_network_text() {
    const std::string mean = "{op: mean, name: mean, first_axis: 2, axes: 2}";
    std::string text = small_network_text;
    return text.replace(text.find(mean), mean.size(), "{op: mean_pool, name: mean, kernel: 6}\n  - {op: reshape, shape: [1, 12]}");
}

struct program_memory : testing::Test {
    testing_files::temporary_directory directory;
    workload network = load_workload_yaml(directory.write("pooled.yaml", pooled_network_text()));
    calibration seen = calibrate(network, float_executor(network, float_weights_of(network, 1)), small_image, 8, 1);
    platform_config platform = platform_named("symq");
    format_chooser choose = [this](std::size_t node, int bits, activation_coding coding) {
        return format_for(network, seen, {}, node, bits, coding);
    };
    quantized_network q = quantize_network(network, platform, parse_scheme("symq:w4a4"), choose, weight_cache(""), 1, 1);
    network_program program = compile(q, platform, true);

    std::size_t step(const std::string& name) const {
        const auto found = std::find_if(program.steps.begin(), program.steps.end(), [&](const network_step& s) { return s.name == name; });
        EXPECT_NE(found, program.steps.end()) << name;
        return std::size_t(found - program.steps.begin());
    }
    const memory_place& place(const std::string& name) const {
        const std::vector<memory_place>& all = program.memory.places();
        const auto found = std::find_if(all.begin(), all.end(), [&](const memory_place& p) { return p.name == name; });
        if (found == all.end()) throw std::runtime_error("no place is named " + name);
        return *found;
    }
    void expect_alive(const std::string& name, std::size_t first, std::size_t last) const {
        EXPECT_EQ(place(name).alive.first, first) << name;
        EXPECT_EQ(place(name).alive.last, last) << name;
    }
};

TEST_F(program_memory, keeps_a_tensor_from_the_step_that_writes_it_to_the_last_that_reads_it) {
    expect_alive("stem: tensor", step("stem"), step("body/b.add"));  // the residual addition reads it, too
    expect_alive("body/a: tensor", step("body/a"), step("body/b"));
    expect_alive("body/c: tensor", step("body/c"), step("mean"));
    expect_alive("mean: tensor", step("mean"), step("head"));
}

TEST_F(program_memory, keeps_what_the_host_reads_and_writes_from_end_to_end) {
    const std::size_t last = program.steps.size() - 1;
    expect_alive("image: tensor", 0, step("stem"));
    expect_alive("head: tensor", step("head"), last);
    for (const char* const name : {"descriptors", "body/a: weights", "body/a: tables", "head: weights", "mean: parameters"})
        expect_alive(name, 0, last);
}

TEST_F(program_memory, has_every_content_and_buffer_in_a_place_and_no_byte_twice) {
    const std::vector<memory_place>& all = program.memory.places();
    const auto is_placed = [&](std::uint64_t address, std::uint64_t bytes) {
        return std::count_if(all.begin(), all.end(), [&](const memory_place& p) { return p.address == address && bytes <= p.bytes; }) == 1;
    };
    for (const placed_bytes& content : program.contents) EXPECT_TRUE(is_placed(content.address, content.bytes.size()));
    for (const memory_tensor& buffer : program.buffers) EXPECT_TRUE(is_placed(buffer.address, buffer.bytes()));
    for (std::size_t i = 1; i < all.size(); ++i) EXPECT_GE(all[i].address, all[i - 1].address + all[i - 1].bytes) << all[i].name;
}

TEST_F(program_memory, is_the_same_without_values) {
    const network_program timing = compile(q, platform, false);
    ASSERT_EQ(timing.memory.places().size(), program.memory.places().size());
    for (std::size_t i = 0; i < program.memory.places().size(); ++i) {
        const memory_place &a = timing.memory.places()[i], &b = program.memory.places()[i];
        EXPECT_EQ(a.name, b.name);
        EXPECT_EQ(a.address, b.address) << a.name;
        EXPECT_EQ(a.bytes, b.bytes) << a.name;
        EXPECT_EQ(a.alive.first, b.alive.first) << a.name;
        EXPECT_EQ(a.alive.last, b.alive.last) << a.name;
    }
}

}  // namespace
}  // namespace symmetree
