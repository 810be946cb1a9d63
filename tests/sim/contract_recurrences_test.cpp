// The simulated cycles and the whole slot split equal the timing contract, evaluated a second time and independently, on random
// layers and random platforms.
#include <gtest/gtest.h>

#include <optional>

#include "core/error.h"
#include "tests/sim/timing_contract.h"
#include "tests/support/forked.h"
#include "tests/support/random_cases.h"

namespace symmetree {
namespace {

struct outcome {
    bool fits = true;
    std::string difference;  ///< simulated; contract
    slot_split split;        ///< of all layers
};

outcome compare(const run_request& request) {
    const std::string answer = forked([&]() -> std::string {
        std::optional<prepared_run> run;
        try {
            run = prepare(request, weight_cache(""));
        } catch (const input_error&) {
            return "does not fit";
        }
        const std::vector<measured_layer> simulated = measure(*run);
        const std::string difference = timing_difference(simulated, timing_contract(*run).evaluate());
        return difference.empty() ? to_text(simulated) : "differs: " + difference;
    });
    outcome o;
    o.fits = answer != "does not fit";
    if (answer.rfind("differs", 0) == 0)
        o.difference = answer;
    else if (o.fits)
        for (const measured_layer& l : measured_from_text(answer)) o.split += l.split;
    return o;
}

/// The random cases must be a test of every rule: each cause of a stall is met.
void expect_every_cause(const slot_split& s) {
    EXPECT_GT(s.outlier, 0u);
    EXPECT_GT(s.input, 0u);
    EXPECT_GT(s.memory, 0u);
    EXPECT_GT(s.weight_port, 0u);
    EXPECT_GT(s.hazard, 0u);
    EXPECT_GT(s.drain, 0u);
}

run_request any_dataflow(std::uint64_t seed) { return timing_of(random_batch(seed)); }

run_request prefetched(std::uint64_t seed) { return timing_of(random_prefetch(seed)); }

run_request output_stationary(std::uint64_t seed) {
    run_request request = any_dataflow(seed);
    request.platform.mapping.flow = dataflow::output_stationary;
    return request;
}

/// A scratchpad of any size, port and latency, with room for all or for some.
run_request with_scratchpad(std::uint64_t seed) {
    run_request request = any_dataflow(seed);
    dice d(seed + 5000000);  // apart from those of batches
    scratchpad_config& s = request.platform.scratchpad;
    s.bytes = std::uint64_t(d.any_of({64, 512, 1024, 4096, 65536}));
    s.port_bits = d.any_of({8, 24, 64, 128, 512});
    s.latency_cycles = std::uint64_t(d.any_of({0, 1, 2, 7, 40}));
    request.platform.mapping.keep = d.any_of({kept_places::activations, kept_places::weights, kept_places::both});
    return request;
}

run_request decoupled(std::uint64_t seed) { return timing_of(random_decoupled_request(seed)); }

slot_split expect_contract(std::uint64_t first_seed, int cases, run_request (*random)(std::uint64_t)) {
    std::uint64_t seed = first_seed;
    slot_split all;
    for (int done = 0; done < cases; ++seed) {
        const outcome o = compare(random(seed));
        if (!o.fits) continue;
        ++done;
        all += o.split;
        EXPECT_EQ(o.difference, "") << "seed " << seed << " (simulated; contract)\n" << to_yaml(random(seed).platform);
        if (testing::Test::HasFailure()) break;
    }
    EXPECT_LT(seed - first_seed, std::uint64_t(cases) * 3) << "most draws have no mapping: they test nothing";
    return all;
}

TEST(contract_recurrences, random_cases_from_1000) { expect_every_cause(expect_contract(1000, 100, any_dataflow)); }
TEST(contract_recurrences, random_cases_from_2000) { expect_every_cause(expect_contract(2000, 100, any_dataflow)); }
TEST(contract_recurrences, random_cases_from_3000) { expect_every_cause(expect_contract(3000, 100, any_dataflow)); }
TEST(contract_recurrences, random_cases_from_4000) { expect_every_cause(expect_contract(4000, 100, any_dataflow)); }
TEST(contract_recurrences, random_cases_with_prefetch_from_11000) { expect_every_cause(expect_contract(11000, 100, prefetched)); }
TEST(contract_recurrences, random_cases_with_prefetch_from_12000) { expect_every_cause(expect_contract(12000, 100, prefetched)); }
TEST(contract_recurrences, random_output_stationary_cases) {
    const slot_split split = expect_contract(900000, 100, output_stationary);
    EXPECT_GT(split.drain, 0u);
    EXPECT_EQ(split.hazard, 0u) << "a held sum may be written every cycle";
}
TEST(contract_recurrences, random_cases_with_a_scratchpad) { expect_every_cause(expect_contract(920000, 100, with_scratchpad)); }
TEST(extended_contract_recurrences, random_cases_with_a_scratchpad) { expect_contract(930000, 4000, with_scratchpad); }
TEST(contract_recurrences, random_cases_with_decoupled_outliers) { expect_every_cause(expect_contract(5000, 100, decoupled)); }
TEST(extended_contract_recurrences, random_cases_with_decoupled_outliers) { expect_every_cause(expect_contract(500000, 4000, decoupled)); }
TEST(extended_contract_recurrences, random_cases_from_100000) { expect_every_cause(expect_contract(100000, 4000, any_dataflow)); }
TEST(extended_contract_recurrences, random_cases_from_200000) { expect_every_cause(expect_contract(200000, 4000, any_dataflow)); }
TEST(extended_contract_recurrences, random_cases_with_prefetch) { expect_contract(400000, 4000, prefetched); }
TEST(extended_contract_recurrences, random_output_stationary_cases) { expect_contract(910000, 4000, output_stationary); }

}  // namespace
}  // namespace symmetree
