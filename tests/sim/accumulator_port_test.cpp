// The accumulators' port: several writers of one instant are served by their number, and a lone one is served at once.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <functional>

#include "models/accumulators/accumulators.h"
#include "tests/support/forked.h"

namespace symmetree {
namespace {

/// A unit that writes one vector of sums at a given time; the script is what it does.
class writer : public sc_core::sc_module {
public:
    job_initiator_socket<accumulator_write> sums{"sums"};

    writer(const sc_core::sc_module_name& name, std::function<void(writer&)> script) : sc_module(name), script_(std::move(script)) {
        SC_THREAD(run);
    }
    SC_HAS_PROCESS(writer);

    void write(int number, const std::vector<std::int32_t>& values, bool first_slice, int shift = 0, int bank = 0) {
        accumulator_write job;
        job.writer = number;
        job.bank = bank;
        job.vectors = 1;
        job.channels = 3;
        job.sums = values.data();
        job.stride = static_cast<int>(values.size());
        job.shift = shift;
        job.first_slice = first_slice;
        sc_core::sc_time delay;
        sums->b_transport(job, delay);
        if (delay != sc_core::SC_ZERO_TIME) annotated = true;
    }
    bool annotated = false;

private:
    void run() { script_(*this); }
    std::function<void(writer&)> script_;
};

accelerator_config eight_trees() {
    accelerator_config config;
    config.array.trees = 8;
    config.accumulators.depth = 4;
    return config;
}

std::vector<std::int32_t> row(std::int32_t value) { return std::vector<std::int32_t>(8, value); }

/// The first sum of a bank after two writers came in the same cycle, the first slice's being number 0, and the time that it took.
std::string two_writers_at_once(bool first_is_made_first) {
    return forked([&] {
        accumulators banks("banks", eight_trees(), 2);
        const auto slice = [](writer& w) {
            wait(5, sc_core::SC_NS);
            w.write(0, row(100), true);
        };
        const auto other = [](writer& w) {
            wait(5, sc_core::SC_NS);
            w.write(1, row(7), false, 1);
        };
        writer a("a", first_is_made_first ? std::function<void(writer&)>(slice) : other);
        writer b("b", first_is_made_first ? std::function<void(writer&)>(other) : slice);
        a.sums.bind(banks.writes);
        b.sums.bind(banks.writes);
        sc_core::sc_start();
        return fmt::format("{} {} {} {}", banks.sums(0)[0], banks.counters(0).vectors + banks.counters(1).vectors,
                           sc_core::sc_time_stamp().to_string(), a.annotated || b.annotated);
    });
}

TEST(accumulator_port, serves_writers_of_one_cycle_by_their_number_whatever_the_kernels_order) {
    EXPECT_EQ(two_writers_at_once(true), "114 6 5 ns false");
    EXPECT_EQ(two_writers_at_once(false), "114 6 5 ns false");
}

TEST(accumulator_port, serves_who_came_first_before_a_lower_number) {
    const std::string left = forked([&] {
        accumulators banks("banks", eight_trees(), 2);
        writer late("late", [](writer& w) {
            wait(5, sc_core::SC_NS);
            wait(sc_core::SC_ZERO_TIME);
            w.write(0, row(7), false);
        });
        writer early("early", [](writer& w) {
            wait(5, sc_core::SC_NS);
            w.write(1, row(100), true);
        });
        late.sums.bind(banks.writes);
        early.sums.bind(banks.writes);
        sc_core::sc_start();
        return std::to_string(banks.sums(0)[0]);
    });
    EXPECT_EQ(left, "107");
}

TEST(accumulator_port, lets_each_writer_write_again_and_keeps_the_banks_apart) {
    const std::string left = forked([&] {
        accumulators banks("banks", eight_trees(), 3);
        const auto script = [](int number) {
            return [number](writer& w) {
                for (int round = 0; round < 4; ++round) w.write(number, row(number + 1), round == 0 && number == 0, 0, 1);
            };
        };
        writer a("a", script(2)), b("b", script(0)), c("c", script(1));
        for (writer* w : {&a, &b, &c}) w->sums.bind(banks.writes);
        sc_core::sc_start();
        return fmt::format("{} {}", banks.sums(1)[0], banks.sums(0)[0]);
    });
    EXPECT_EQ(left, "24 0");
}

TEST(accumulator_port, costs_a_lone_writer_no_delta_cycle) {
    const std::string deltas = forked([&] {
        accumulators banks("banks", eight_trees());
        std::uint64_t before = 0, after = 0;
        writer only("only", [&](writer& w) {
            wait(5, sc_core::SC_NS);
            before = sc_core::sc_delta_count();
            w.write(0, row(1), true);
            after = sc_core::sc_delta_count();
        });
        only.sums.bind(banks.writes);
        sc_core::sc_start();
        return std::to_string(after - before);
    });
    EXPECT_EQ(deltas, "0");
}

}  // namespace
}  // namespace symmetree
