// The circuit that paces a decoupled sparse engine ends every round in the cycle in which the model does, whatever the array does
// meanwhile.
#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <random>
#include <vector>

#include "Voutlier_pace.h"
#include "models/sparse/outlier_pace_math.h"

namespace symmetree {
namespace {

struct array_vector {
    std::uint64_t bank = 0, vector = 0;
    bool first_slice = false;
};

struct paced_round {
    std::uint64_t bank = 0, steps = 0, vectors = 0;
    std::uint64_t loaded = 0, end = 0;  ///< end: the cycle behind its last write, by the model
};

/// What an array and a loader could do: banks one after the other, each of some tiles, with rounds of outliers for most of them.
class timeline {
public:
    explicit timeline(std::uint64_t seed, int banks) : engine_(seed) {
        for (int bank = 0; bank < banks; ++bank) add_bank(std::uint64_t(bank));
    }

    std::map<std::uint64_t, array_vector> vectors;  ///< by the cycle in which they are whole
    std::vector<paced_round> rounds;

private:
    std::uint64_t draw(std::uint64_t least, std::uint64_t most) { return least + engine_() % (most - least + 1); }

    issue_run any_run(std::uint64_t count) {
        issue_run run{array_free_ + (draw(0, 2) == 0 ? draw(0, 20) : 0), draw(0, 3) == 0 ? draw(2, 5) : 1, count, {}};
        if (draw(0, 3) == 0) {
            std::uint64_t cycle = run.first;
            for (std::uint64_t v = 0; v < count; ++v, cycle += draw(1, 3)) run.uneven.push_back(cycle);
        }
        array_free_ = run.last() + 1;
        return run;
    }

    void add_bank(std::uint64_t bank) {
        // The bank is drained before it is opened again; its first round may be there long before.
        array_free_ = std::max(array_free_, done_[bank % 2] + draw(1, 6));
        const std::uint64_t count = draw(1, draw(0, 1) == 0 ? 3 : 40), before = array_free_;
        std::deque<bank_run> runs;
        for (std::uint64_t tile = 0, tiles = draw(1, 12); tile < tiles; ++tile) {
            runs.push_back({bank, any_run(count)});
            for (std::uint64_t v = 0; v < count; ++v) vectors[runs.back().whole.at(v)] = {bank, v, tile == 0};
        }
        for (std::uint64_t n = draw(0, 4); n > 0; --n) add_round(bank, count, before, runs);
        done_[bank % 2] = std::max(done_[bank % 2], array_free_);
    }

    void add_round(std::uint64_t bank, std::uint64_t count, std::uint64_t before, const std::deque<bank_run>& runs) {
        paced_round round{bank, draw(1, 16), count, 0, 0};
        const std::uint64_t earliest = before > 20 ? before - 20 : 0;
        round.loaded = std::max(loaded_, draw(earliest, array_free_ + 5));
        loaded_ = round.loaded;
        const std::uint64_t start = std::max({round.loaded, round_free_, runs.front().whole.first + 1});
        const std::uint64_t for_ever = ~std::uint64_t{0};
        round.end = round_pace(start, round.steps, count, runs.front()).advance(for_ever, runs) + 1;
        round_free_ = done_[bank % 2] = round.end;
        rounds.push_back(round);
    }

    std::mt19937_64 engine_;
    std::uint64_t array_free_ = 0, loaded_ = 0, round_free_ = 0;
    std::uint64_t done_[2] = {0, 0};
};

class circuit {
public:
    explicit circuit(const timeline& t) : timeline_(t) {
        top_.reset = 1;
        cycle(0);
        top_.reset = 0;
    }

    /// The cycles behind the last write of every round.
    std::vector<std::uint64_t> ends() {
        std::vector<std::uint64_t> found;
        const std::uint64_t limit = timeline_.rounds.empty() ? 0 : timeline_.rounds.back().end + 1000;
        for (std::uint64_t now = 0; found.size() < timeline_.rounds.size() && now < limit; ++now) {
            show_array(now);
            show_round(timeline_.rounds[found.size()], now);
            if (cycle(now)) found.push_back(now + 1);
        }
        return found;
    }

private:
    void show_array(std::uint64_t now) {
        const auto whole = timeline_.vectors.find(now);
        top_.array_whole = whole != timeline_.vectors.end();
        if (!top_.array_whole) return;
        top_.array_bank = whole->second.bank % 4;
        top_.array_vector = static_cast<std::uint8_t>(whole->second.vector);
        top_.array_first = whole->second.first_slice;
    }
    void show_round(const paced_round& round, std::uint64_t now) {
        top_.round_valid = round.loaded <= now;
        top_.round_steps = static_cast<std::uint8_t>(round.steps);
        top_.round_last_vector = static_cast<std::uint8_t>(round.vectors - 1);
        top_.round_bank = round.bank % 4;
    }
    bool cycle(std::uint64_t) {
        top_.clk = 0;
        top_.eval();
        const bool done = top_.round_done;
        top_.clk = 1;
        top_.eval();
        return done;
    }

    const timeline& timeline_;
    Voutlier_pace top_;
};

TEST(outlier_pace, ends_every_round_in_the_models_cycle) {
    std::uint64_t rounds = 0;
    for (std::uint64_t seed = 0; seed < 400; ++seed) {
        const timeline t(seed, 25);
        const std::vector<std::uint64_t> ends = circuit(t).ends();
        ASSERT_EQ(ends.size(), t.rounds.size()) << "seed " << seed;
        for (std::size_t i = 0; i < ends.size(); ++i)
            ASSERT_EQ(ends[i], t.rounds[i].end) << "seed " << seed << ", round " << i << " of " << t.rounds[i].steps << " steps";
        rounds += ends.size();
    }
    EXPECT_GT(rounds, 15000u);
}

}  // namespace
}  // namespace symmetree
