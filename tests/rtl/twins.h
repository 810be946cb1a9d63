#pragma once

#include <algorithm>
#include <vector>

#include "models/arithmetic/requantize_math.h"
#include "models/contract/tile_jobs.h"
#include "models/dense_array/dense_math.h"
#include "models/shift_lut/two_term_math.h"
#include "models/sparse/sparse_math.h"
#include "models/zero_point/zero_point_math.h"
#include "tests/rtl/verilated_bench.h"
#include "workloads/formats/product_circuit.h"

namespace symmetree {

/// What all references share; `holds`: results stay when the unit is not enabled.
struct twin {
    explicit twin(const widths& w) : shape(w) {}
    static void prepare(stimulus&, std::mt19937_64&) {}

    template <class Field>
    static std::int64_t code(const Field& field, int lane, int bits, bool is_signed) {
        return is_signed ? stimulus::take_signed(field, lane * bits, bits)
                         : static_cast<std::int64_t>(stimulus::take(field, lane * bits, bits));
    }
    std::vector<std::int16_t> activations(const stimulus& s, bool is_signed) const {
        std::vector<std::int16_t> out(std::size_t(vector_stride(shape.lanes)));
        for (int lane = 0; lane < shape.lanes; ++lane)
            out[std::size_t(lane)] = static_cast<std::int16_t>(code(s.b, lane, shape.a, is_signed));
        return out;
    }

    widths shape;
};

struct mac_twin : twin {
    using twin::twin;
    static constexpr std::size_t depth = 2;
    static constexpr bool holds = true;
    unit_result operator()(const stimulus& s) const { return dot(s, s.flag(0), s.flag(1), 0); }

    unit_result dot(const stimulus& s, bool weights_signed, bool activations_signed, std::int64_t zero) const {
        packed_tile tile;
        tile.resize(shape.lanes, 1);
        std::vector<std::int16_t> weights;
        for (int lane = 0; lane < shape.lanes; ++lane)
            weights.push_back(static_cast<std::int16_t>(code(s.a, lane, shape.k, weights_signed) - zero));
        tile.set_tree(0, weights.data(), shape.lanes);
        std::array<std::int32_t, 8> partial;
        multiply_tile(tile, activations(s, activations_signed).data(), vector_stride(shape.lanes), 1, partial.data());
        return {partial[0], 0};
    }
};

struct signed_mac_twin : mac_twin {
    using mac_twin::mac_twin;
    unit_result operator()(const stimulus& s) const { return dot(s, true, true, 0); }
};

struct pre_subtract_twin : mac_twin {
    using mac_twin::mac_twin;
    unit_result operator()(const stimulus& s) const {
        const bool is_signed = s.flag(0);
        return dot(s, is_signed, s.flag(1),
                   is_signed ? stimulus::take_signed(s.x, 8, shape.k) : std::int64_t(stimulus::take(s.x, 8, shape.k)));
    }
};

/// Two words of differences side by side.
struct port_subtractor_twin : twin {
    using twin::twin;
    static constexpr std::size_t depth = 1;
    static constexpr bool holds = true;
    unit_result operator()(const stimulus& s) const {
        std::uint64_t words[2] = {0, 0};
        const int bits = shape.k + 1;
        for (int i = 0; i < shape.lanes; ++i) {
            const auto difference = static_cast<std::uint64_t>(code(s.a, i, shape.k, s.flag(0)) - code(s.b, i, shape.k, s.flag(0)));
            for (int bit = 0; bit < bits; ++bit) words[(i * bits + bit) / 64] |= (difference >> bit & 1) << ((i * bits + bit) % 64);
        }
        return {static_cast<std::int64_t>(words[0]), static_cast<std::int64_t>(words[1])};
    }
};

struct activation_sum_twin : twin {
    using twin::twin;
    static constexpr std::size_t depth = 2;
    static constexpr bool holds = true;
    unit_result operator()(const stimulus& s) const {
        std::int32_t sum = 0;
        sum_activations(activations(s, s.flag(1)).data(), vector_stride(shape.lanes), 1, &sum);
        return {sum, 0};
    }
};

inline int ceil_log2(int n) {
    int bits = 0;
    while ((1 << bits) < n) ++bits;
    return bits;
}

struct correction_every_cycle_twin : twin {
    using twin::twin;
    static constexpr std::size_t depth = 1;
    static constexpr bool holds = true;
    unit_result operator()(const stimulus& s) const {
        const int sum_bits = shape.a + ceil_log2(shape.lanes) + 1;
        return {stimulus::take_signed(s.x, 0, shape.k + sum_bits) -
                    stimulus::take_signed(s.a, 0, shape.k) * stimulus::take_signed(s.b, 0, sum_bits),
                0};
    }
};

struct correction_at_drain_twin : twin {
    using twin::twin;
    static constexpr std::size_t depth = 1;
    static constexpr bool holds = true;
    unit_result operator()(const stimulus& s) const {
        const int sum_bits = shape.a + ceil_log2(shape.lanes) + 8;
        return {
            wrapped(stimulus::take_signed(s.x, 0, 24) - stimulus::take_signed(s.a, 0, shape.k) * stimulus::take_signed(s.b, 0, sum_bits),
                    24),
            0};
    }
};

/// Activations are magnitude (b) and sign (x).
struct shift_twin : twin {
    using twin::twin;
    static constexpr std::size_t depth = 2;
    static constexpr bool holds = true;
    template <class Product>
    unit_result sum(const stimulus& s, Product product) const {
        unit_result sums{};
        for (int lane = 0; lane < shape.lanes; ++lane) {
            const auto x = static_cast<std::int32_t>(code(s.b, lane, shape.a, false));
            const unit_result one = product(static_cast<std::uint32_t>(code(s.a, lane, shape.k, false)), s.flag(lane) ? -x : x);
            sums[0] += one[0], sums[1] += one[1];
        }
        return sums;
    }
};

template <bool Post>
struct power_twin : shift_twin {
    using shift_twin::shift_twin;
    unit_result operator()(const stimulus& s) const {
        return sum(s, [&](std::uint32_t code, std::int32_t x) { return unit_result{shift_product(Post, code, shape.k, x, 4), 0}; });
    }
};

struct shared_word_twin : shift_twin {
    using shift_twin::shift_twin;
    unit_result operator()(const stimulus& s) const {
        return sum(s, [&](std::uint32_t code, std::int32_t x) { return unit_result{shared_word_product(code, shape.k, x, 4), 0}; });
    }
};

struct apot_twin : shift_twin {
    using shift_twin::shift_twin;
    unit_result operator()(const stimulus& s) const {
        return sum(s, [&](std::uint32_t code, std::int32_t x) { return unit_result{apot_product(code, shape.k, x, 4), 0}; });
    }
};

struct two_sum_twin : shift_twin {
    using shift_twin::shift_twin;
    unit_result operator()(const stimulus& s) const {
        return sum(s, [&](std::uint32_t code, std::int32_t x) {
            const two_sum_product p = two_sum_product_of(code, shape.k, x, (1 << (shape.k - 2)) - 1);
            return unit_result{p.even, p.odd};
        });
    }
};

struct sparse_lane_twin : twin {
    using twin::twin;
    static constexpr std::size_t depth = 2;
    static constexpr bool holds = false;  // the outlier in the second stage still comes out
    unit_result operator()(const stimulus& s) const {
        tile_outlier outlier;
        outlier.lane = static_cast<std::uint16_t>(int(stimulus::take(s.x, 8, 8)) % shape.lanes);
        outlier.value = static_cast<std::int8_t>(stimulus::take_signed(s.a, 0, shape.k));
        const auto shift = static_cast<std::uint8_t>(stimulus::take(s.x, 0, 3));
        std::int32_t sum = 0;
        add_outliers({outlier}, &shift, activations(s, true).data(), vector_stride(shape.lanes), 1, &sum, 1);
        return {sum, 0};
    }
};

/// All outliers of a vector in one lane, one after the other, and several vectors: clear starts a new one.
struct bank_adder_twin : twin {
    using twin::twin;
    static constexpr std::size_t depth = 1;
    static constexpr bool holds = false;  // the partial sum passes through
    unit_result operator()(const stimulus& s) {
        if (s.flag(0)) gathered = 0;
        if (s.flag(1)) gathered += stimulus::take_signed(s.a, 0, shape.k + shape.a + 7);
        gathered = wrapped(gathered, shape.k + shape.a + 10);
        return {gathered + stimulus::take_signed(s.b, 0, 13), 0};
    }
    std::int64_t gathered = 0;
};

/// The levels that codes name, or codes as they are; two words of them side by side.
struct level_decoder_twin : twin {
    using twin::twin;
    static constexpr std::size_t depth = 1;
    static constexpr bool holds = true;
    unit_result operator()(const stimulus& s) const {
        std::uint64_t words[2] = {0, 0};
        for (int i = 0; i < shape.lanes; ++i) {
            const int place = static_cast<int>(stimulus::take(s.a, i * shape.a, shape.k));
            const std::uint64_t held =
                s.flag(0) ? stimulus::take(s.b, place * shape.a, shape.a) : stimulus::take(s.a, i * shape.a, shape.a);
            for (int bit = 0; bit < shape.a; ++bit) words[(i * shape.a + bit) / 64] |= (held >> bit & 1) << ((i * shape.a + bit) % 64);
        }
        return {static_cast<std::int64_t>(words[0]), static_cast<std::int64_t>(words[1])};
    }
};

struct crossbar_twin : twin {
    using twin::twin;
    static constexpr std::size_t depth = 1;
    static constexpr bool holds = true;
    unit_result operator()(const stimulus& s) const {
        const int bits = shape.k + shape.a + 10;
        const auto tree = [&](int at) { return int(stimulus::take(s.x, at, 8)) % shape.lanes; };
        const int seen = tree(24);
        std::int64_t sum = 0;
        if (s.flag(0) && tree(8) == seen) sum += stimulus::take_signed(s.a, 0, bits - 3);
        if (s.flag(1) && tree(16) == seen) sum += stimulus::take_signed(s.a, 64, bits - 3);
        return {wrapped(sum, bits), 0};
    }
};

/// Two banks of eight words; a drained word is read in the cycle of a sum, also that very sum's.
struct accumulator_twin : twin {
    using twin::twin;
    static constexpr std::size_t depth = 1;
    static constexpr bool holds = false;  // the drain's read port is combinational
    static void prepare(stimulus& s, std::mt19937_64&) {
        // Sums for one word are two cycles apart.
        static std::uint64_t last = ~std::uint64_t{0};
        const std::uint64_t word = stimulus::take(s.x, 1, 4);
        if (word == last) stimulus::put(s.x, 12, 1, 0);
        last = s.flag(12) ? word : ~std::uint64_t{0};
    }
    unit_result operator()(const stimulus& s) {
        const std::size_t bank = s.flag(1), address = stimulus::take(s.x, 2, 3);
        if (s.flag(12)) {
            const std::int64_t addend = stimulus::take_signed(s.a, 0, shape.k + shape.a + 4);
            const std::int64_t shifted = addend * (std::int64_t{1} << stimulus::take(s.x, 8, 4));
            words[bank][address] = wrapped((s.flag(0) ? 0 : words[bank][address]) + shifted, 16 + shape.k);
        }
        return {s.flag(20) ? words[bank][address] : words[bank ^ 1][stimulus::take(s.x, 16, 3)], 0};
    }
    std::int64_t words[2][8] = {};
};

/// Two banks of eight words with two writers. Each shows the word that it wrote last, one cycle later.
struct outlier_accumulate_twin : twin {
    using twin::twin;
    static constexpr std::size_t depth = 1;
    static constexpr bool holds = true;
    static void prepare(stimulus& s, std::mt19937_64&) {
        // The array opens every word first. Then both write as they may: not to one memory in one cycle, the array twice to one word
        // two cycles apart.
        static std::uint64_t cycle = 0, last = ~std::uint64_t{0};
        const bool opens = cycle < 16;
        if (opens) {
            stimulus::put(s.x, 4, 4, cycle);
            stimulus::put(s.x, 10, 2, 3);
        } else {
            stimulus::put(s.x, 11, 1, stimulus::take(s.x, 11, 1) & stimulus::take(s.x, 20, 1) & stimulus::take(s.x, 21, 1));
        }
        const std::uint64_t word = stimulus::take(s.x, 4, 4), other = stimulus::take(s.x, 0, 4);
        if (word == last) stimulus::put(s.x, 10, 1, 0);
        last = s.flag(10) ? word : ~std::uint64_t{0};
        const bool one_memory = s.flag(10) && (word & 9) == (other & 9);  // bank, parity
        if (opens || one_memory) stimulus::put(s.x, 9, 1, 0);
        ++cycle;
    }
    unit_result operator()(const stimulus& s) {
        const std::uint64_t place = stimulus::take(s.x, 0, 4), array_place = stimulus::take(s.x, 4, 4);
        if (s.flag(8)) waiting = stimulus::take_signed(s.a, 0, in_bits());
        if (s.flag(9)) written = words[place] = wrapped(words[place] + waiting, 16 + shape.k);
        if (s.flag(10)) {
            const std::int64_t addend = stimulus::take_signed(s.b, 0, in_bits());
            array_written = words[array_place] = wrapped((s.flag(11) ? 0 : words[array_place]) + addend, 16 + shape.k);
        }
        return {written, array_written};
    }
    int in_bits() const { return shape.k + shape.a + 4; }
    std::int64_t words[16] = {};
    std::int64_t waiting = 0, written = 0, array_written = 0;
};

struct requantizer_twin : twin {
    using twin::twin;
    static constexpr std::size_t depth = 4;
    static constexpr bool holds = true;
    static void prepare(stimulus& s, std::mt19937_64& engine) {
        if (stimulus::take(s.x, 0, 6) == 63) stimulus::put(s.x, 0, 6, 62);
        const std::uint64_t kind = engine() % 4;
        if (kind == 0) return;
        // Multipliers as fixed_point_of gives them leave a whole part of a few bits; powers of two leave ties.
        const std::uint64_t shift = 8 + engine() % 40;
        stimulus::put(s.x, 0, 6, shift);
        if (kind == 1)
            stimulus::put(s.b, 64, 31, std::uint64_t{1} << std::min<std::uint64_t>(shift - engine() % 8, shift % 2 == 0 ? 30 : 12));
        if (kind == 2) stimulus::put(s.x, 0, 6, engine() % 12), stimulus::put(s.b, 64, 31, 1 + engine() % 4);
    }
    unit_result operator()(const stimulus& s) const {
        const int w = 12 + 2 * shape.k;
        const bool is_signed = s.flag(63);
        requantization q;
        q.multiplier = static_cast<std::int32_t>(stimulus::take(s.b, 64, shape.k == 4 ? 31 : 13));
        q.shift = static_cast<int>(stimulus::take(s.x, 0, 6));
        q.zero_point = static_cast<std::int32_t>(stimulus::take_signed(s.x, 8, shape.a + 1));
        q.least = is_signed ? -(1 << (shape.a - 1)) : 0;
        q.greatest = (1 << (is_signed ? shape.a - 1 : shape.a)) - 1;
        const std::int32_t code = requantize(stimulus::take_signed(s.a, 0, w) + stimulus::take_signed(s.b, 0, w), q);
        return {code & ((1 << shape.a) - 1), 0};
    }
};

struct weight_registers_twin : twin {
    explicit weight_registers_twin(const widths& w) : twin(w), loaded(std::size_t(w.lanes * w.k)), active(loaded) {}
    static constexpr std::size_t depth = 1;
    static constexpr bool holds = false;  // which bit is looked at changes
    unit_result operator()(const stimulus& s) {
        const int bits = int(loaded.size()), data = 5 + shape.a, words = (bits + data - 1) / data;
        if (s.flag(1)) active = loaded;
        const int word = int(stimulus::take(s.x, 8, 8)) % words;
        for (int i = 0; s.flag(0) && i < data && word * data + i < bits; ++i)
            loaded[std::size_t(word) * data + i] = stimulus::take(s.a, i, 1) != 0;
        const std::size_t at = stimulus::take(s.x, 16, 9);
        return {at < active.size() && active[at] ? 1 : 0, 0};
    }
    std::vector<bool> loaded, active;
};

struct outlier_list_twin : twin {
    using twin::twin;
    static constexpr std::size_t depth = 1;
    static constexpr bool holds = false;
    unit_result operator()(const stimulus& s) {
        if (s.flag(1)) active = loaded;
        if (s.flag(0))
            loaded[stimulus::take(s.x, 8, 8) % std::uint64_t(shape.lanes)] = std::int64_t(stimulus::take(s.a, 0, shape.k + shape.a));
        return {active[stimulus::take(s.x, 16, 8) % std::uint64_t(shape.lanes)], 0};
    }
    std::array<std::int64_t, 64> loaded{}, active{};
};

}  // namespace symmetree
