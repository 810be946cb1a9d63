// The control of the array core takes the same cycles as the simulator, tile by tile and stall by stall, on random layers
// and random platforms.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "core/error.h"
#include "tests/rtl/core/control_model.h"
#include "tests/rtl/core/simulated_record.h"
#include "tests/support/forked.h"
#include "tests/support/random_cases.h"

namespace symmetree {
namespace {

struct outcome {
    bool fits = true;
    std::string difference;   ///< simulated; RTL
    slot_split split;
    std::size_t tiles = 0;
};

outcome compare(std::uint64_t seed) {
    const run_request request = timing_of(random_request(seed));
    const std::string answer = forked([&]() -> std::string {
        std::optional<prepared_run> run;
        try {
            run = prepare(request, weight_cache(""));
        } catch (const input_error&) {
            return "does not fit";
        }
        const core_record simulated = simulated_record(*run);
        const auto control = make_control_model();
        const std::string difference = record_difference(simulated, core_bench(*run, *control).run());
        return difference.empty() ? std::to_string(simulated.tiles.size()) + " " + to_text(simulated.layers) : "differs: " + difference;
    });
    outcome o;
    o.fits = answer != "does not fit";
    if (answer.rfind("differs", 0) == 0) {
        o.difference = answer;
    } else if (o.fits) {
        const std::size_t space = answer.find(' ');
        o.tiles = std::stoul(answer.substr(0, space));
        for (const measured_layer& l : measured_from_text(answer.substr(space + 1))) o.split += l.split;
    }
    return o;
}

void expect_same_cycles(std::uint64_t first_seed, int cases) {
    slot_split all;
    std::size_t tiles = 0;
    std::uint64_t seed = first_seed;
    for (int done = 0; done < cases; ++seed) {
        const outcome o = compare(seed);
        if (!o.fits) continue;
        ++done;
        all += o.split;
        tiles += o.tiles;
        ASSERT_EQ(o.difference, "") << "seed " << seed << " (simulated; RTL)\n" << to_yaml(random_request(seed).platform);
    }
    EXPECT_GT(all.outlier, 0u);
    EXPECT_GT(all.input, 0u);
    EXPECT_GT(all.memory, 0u);
    EXPECT_GT(all.weight_port, 0u);
    EXPECT_GT(all.hazard, 0u);
    EXPECT_GT(all.drain, 0u);
    std::printf("%d cases, %zu tiles, %llu vectors; %s\n", cases, tiles, static_cast<unsigned long long>(all.issued()), split_text(all).c_str());
}

TEST(control_cosimulation, random_cases_from_500000) { expect_same_cycles(500000, 1000); }
TEST(extended_control_cosimulation, random_cases_from_600000) { expect_same_cycles(600000, 10000); }

}  // namespace
}  // namespace symmetree
