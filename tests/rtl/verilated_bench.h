#pragma once

#include <gtest/gtest.h>
#include <verilated.h>

#include <array>
#include <cstdint>
#include <deque>
#include <iostream>
#include <memory>
#include <random>
#include <string>
#include <unordered_set>
#include <vector>

namespace symmetree {

/// What one cycle's inputs are: the fields a, b, x of units/ports.svh, as 32-bit words.
struct stimulus {
    static constexpr int words_a = 18, words_x = 4;
    std::array<std::uint32_t, words_a> a{}, b{};
    std::array<std::uint32_t, words_x> x{};

    template <class Field>
    static std::uint64_t take(const Field& field, int first, int count) {
        std::uint64_t value = 0;
        for (int i = 0; i < count; ++i) value |= std::uint64_t{field[std::size_t((first + i) / 32)] >> ((first + i) % 32) & 1u} << i;
        return value;
    }
    template <class Field>
    static std::int64_t take_signed(const Field& field, int first, int count) {
        const std::uint64_t value = take(field, first, count);
        return static_cast<std::int64_t>(value << (64 - count)) >> (64 - count);
    }
    template <class Field>
    static void put(Field& field, int first, int count, std::uint64_t value) {
        for (int i = 0; i < count; ++i) {
            std::uint32_t& word = field[std::size_t((first + i) / 32)];
            const std::uint32_t bit = 1u << ((first + i) % 32);
            word = (value >> i & 1u) != 0 ? word | bit : word & ~bit;
        }
    }
    bool flag(int bit) const { return take(x, bit, 1) != 0; }
};

/// Widths of one set, as the model itself reports them.
struct widths {
    int k = 0, a = 0, lanes = 0;
};

using unit_result = std::array<std::int64_t, 2>;

/// The low `bits` of a value as two's complement.
inline std::int64_t wrapped(std::int64_t value, int bits) {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(value) << (64 - bits)) >> (64 - bits);
}

/// Drives all sets of one verilated unit with the same stimuli, a new one each cycle, and compares each result, `Twin::depth`
/// cycles later, with a reference. Twin: one object per set, constructed from its widths; operator()(stimulus) gives the
/// result and may keep state; prepare(stimulus, engine) makes a random stimulus a sensible one, for all sets alike.
template <class Model, class Twin>
class verilated_bench {
public:
    explicit verilated_bench(std::uint64_t seed)
        : seed_(seed), engine_(seed), context_(new VerilatedContext), model_(new Model(context_.get())) {
        drive(stimulus{});
        model_->enable = 1;
        model_->clk = 0;
        model_->eval();
        for (std::size_t s = 0; s < sets; ++s) {
            const std::uint32_t shape = model_->shapes[s];
            shapes_.push_back({int(shape & 255), int(shape >> 8 & 255), int(shape >> 16 & 255)});
            twins_.emplace_back(shapes_.back());
        }
    }

    void run(std::uint64_t random_vectors) {
        const std::uint64_t corners = run_corners();
        for (std::uint64_t i = 0; i < random_vectors && !::testing::Test::HasFailure(); ++i) step(random_stimulus());
        hold();
        // What was compared is counted where it is compared; a unit that stands still would show few different results.
        EXPECT_EQ(compared_, random_vectors + corners - (Twin::depth - 1));
        std::cout << "seed " << seed_ << ": " << compared_ << " results of each set compared, " << corners << " of them corners; " << sets
                  << " sets, (K, A, lanes) different results:";
        for (std::size_t set = 0; set < sets; ++set) {
            const widths& w = shapes_[set];
            std::cout << " (" << w.k << ", " << w.a << ", " << w.lanes << ") " << seen_[set].size();
            EXPECT_GE(seen_[set].size(), 2u) << "set " << set;
        }
        std::cout << "\n";
    }

private:
    static constexpr std::size_t sets =
        sizeof(Model::results) / sizeof(std::declval<Model>().results[0]) / 4;  // NOLINT(bugprone-sizeof-expression)

    void drive(const stimulus& s) {
        for (std::size_t i = 0; i < s.a.size(); ++i) model_->a[i] = s.a[i], model_->b[i] = s.b[i];
        for (std::size_t i = 0; i < s.x.size(); ++i) model_->x[i] = s.x[i];
    }

    void clock() {
        model_->clk = 0;
        model_->eval();
        model_->clk = 1;
        model_->eval();
    }

    unit_result shown(std::size_t set) const {
        const auto word = [&](std::size_t i) { return std::uint64_t{model_->results[set * 4 + i]}; };
        return {static_cast<std::int64_t>(word(0) | word(1) << 32), static_cast<std::int64_t>(word(2) | word(3) << 32)};
    }

    void step(const stimulus& s) {
        std::vector<unit_result> expected;
        for (Twin& twin : twins_) expected.push_back(twin(s));
        in_flight_.push_back(expected);
        drive(s);
        clock();
        ++cycle_;
        if (in_flight_.size() < Twin::depth) return;
        for (std::size_t set = 0; set < sets; ++set) {
            const unit_result is = shown(set);
            if (is != in_flight_.front()[set]) report(set);
            seen_[set].insert(is[0]);
        }
        ++compared_;
        in_flight_.pop_front();
    }

    void report(std::size_t set) {
        const widths& w = shapes_[set];
        const unit_result is = shown(set), should = in_flight_.front()[set];
        ADD_FAILURE() << "seed " << seed_ << " cycle " << cycle_ << " K " << w.k << " A " << w.a << " lanes " << w.lanes << ": " << is[0]
                      << ", " << is[1] << " in place of " << should[0] << ", " << should[1];
    }

    stimulus random_stimulus() {
        stimulus s;
        for (std::uint32_t& word : s.a) word = static_cast<std::uint32_t>(engine_());
        for (std::uint32_t& word : s.b) word = static_cast<std::uint32_t>(engine_());
        for (std::uint32_t& word : s.x) word = static_cast<std::uint32_t>(engine_());
        Twin::prepare(s, engine_);
        return s;
    }

    /// 0, -1 (or the largest unsigned), the most negative, the most positive and 1 in all lanes of a and of b, for each set's
    /// widths, with x all zeros, all ones and at random.
    std::uint64_t run_corners() {
        const auto fill = [](auto& field, int bits, int kind) {
            const std::uint64_t top = std::uint64_t{1} << (bits - 1);
            const std::uint64_t code = std::array<std::uint64_t, 5>{0, 2 * top - 1, top, top - 1, 1}[std::size_t(kind)];
            for (int at = 0; at + bits <= int(field.size()) * 32; at += bits) stimulus::put(field, at, bits, code);
        };
        std::uint64_t count = 0;
        for (const widths& w : shapes_)
            for (int kind = 0; kind < 75; ++kind, ++count) {
                stimulus s = random_stimulus();
                fill(s.a, w.k, kind % 5);
                fill(s.b, w.a, kind / 5 % 5);
                if (kind / 25 < 2) s.x.fill(kind / 25 == 0 ? 0 : 0xffffffffu);
                Twin::prepare(s, engine_);
                step(s);
            }
        return count;
    }

    /// Without enable nothing moves, whatever stands at the inputs.
    void hold() {
        if (!Twin::holds) return;
        std::vector<unit_result> before;
        for (std::size_t set = 0; set < sets; ++set) before.push_back(shown(set));
        model_->enable = 0;
        for (int i = 0; i < 20; ++i) {
            drive(random_stimulus());
            clock();
            for (std::size_t set = 0; set < sets; ++set) EXPECT_EQ(shown(set), before[set]) << "idle, set " << set;
        }
        model_->enable = 1;
    }

    const std::uint64_t seed_;
    std::mt19937_64 engine_;
    std::unique_ptr<VerilatedContext> context_;
    std::unique_ptr<Model> model_;
    std::vector<widths> shapes_;
    std::vector<Twin> twins_;
    std::deque<std::vector<unit_result>> in_flight_;
    std::array<std::unordered_set<std::int64_t>, sets> seen_;
    std::uint64_t cycle_ = 0, compared_ = 0;
};

}  // namespace symmetree
