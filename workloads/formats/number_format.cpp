#include "workloads/formats/number_format.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <numeric>

#include "core/error.h"

namespace symmetree {
namespace {

constexpr int most_level_bits = 8;
constexpr double square_root_of_half = 0x1.6a09e667f3bcdp-1;  // 1 / sqrt(2), rounded

family_traits uniform_family(const char* name) {
    family_traits t;
    t.name = name;
    return t;
}

family_traits shift_family(const char* name, product_circuit circuit, int least_bits, int most_bits) {
    family_traits t;
    t.name = name;
    t.options = scheme_options::shift;
    t.least_bits = least_bits;
    t.most_bits = most_bits;
    t.storage = code_storage::sign_and_exponent;
    t.circuit = circuit;
    return t;
}

family_traits listed_family(const char* name) {
    family_traits t;
    t.name = name;
    t.options = scheme_options::levels;
    t.most_bits = 6;  // a table of 64
    t.storage = code_storage::listed;
    t.circuit = product_circuit::levels;
    return t;
}

/// 2^-exponents[index], or nothing where the index is beyond them.
double term(std::initializer_list<int> exponents, int index) {
    return index < static_cast<int>(exponents.size()) ? std::ldexp(1.0, -exponents.begin()[index]) : 0;
}

/// Sums of two powers of two as the code published for Li, Dong, Wang, "Additive Powers-of-Two Quantization", ICLR 2020, builds them,
/// scaled so that the largest term is 1.
double apot_magnitude(int bits, int field) {
    if (bits == 4) return term({0, 1, 3}, field >> 1) + term({2}, field & 1);
    return term({0, 2, 4}, field >> 2) + term({1, 3, 5}, field & 3);
}

/// sqrt(2)^-e.
double root_power(int e) { return std::ldexp(e % 2 == 0 ? 1.0 : square_root_of_half, -(e / 2)); }

/// Splits a code of sign and exponent; a field of all ones is zero.
struct shift_code {
    shift_code(int bits, int code) : field(code & ((1 << (bits - 1)) - 1)), sign(code >> (bits - 1) != 0 ? -1 : 1) {
        if (field == (1 << (bits - 1)) - 1) sign = 0;
    }
    int field;
    double sign;
};

double level_of(scheme_family family, int bits, int code) {
    const shift_code c(bits, code);
    switch (family) {
        case scheme_family::symq:
        case scheme_family::asymq:
        case scheme_family::dasq: return code;
        case scheme_family::pot: return c.sign * std::ldexp(1.0, -c.field);
        case scheme_family::post: return c.sign * root_power(c.field);
        case scheme_family::apot: return c.sign * apot_magnitude(bits, c.field);
        case scheme_family::levels: return 0;  // the layer's list has them
    }
    return 0;
}

}  // namespace

family_traits traits_of(scheme_family family) {
    switch (family) {
        case scheme_family::symq: return uniform_family(to_string(family));
        case scheme_family::asymq: {
            family_traits t = uniform_family(to_string(family));
            t.has_zero_points = true;
            return t;
        }
        case scheme_family::dasq: {
            family_traits t = uniform_family(to_string(family));
            t.options = scheme_options::dasq;
            t.has_outliers = true;
            return t;
        }
        case scheme_family::pot: return shift_family(to_string(family), product_circuit::pot, 2, 7);
        case scheme_family::post: return shift_family(to_string(family), product_circuit::post, 2, 7);
        case scheme_family::apot: return shift_family(to_string(family), product_circuit::apot, 4, 5);  // two terms; 3 bits are PoT
        case scheme_family::levels: return listed_family(to_string(family));
    }
    return {};
}

int guard_bits_of(const scheme& s) { return traits_of(s.family).has_guard_bits() ? s.shift.guard_bits : 0; }

double unit_of_products(const quantized_weights& w) { return traits_of(w.family).has_guard_bits() ? std::ldexp(1.0, -w.guard_bits) : 1.0; }

number_format::number_format(scheme_family family, int bits, int guard_bits, odd_products odd)
    : family_(family), traits_(traits_of(family)), bits_(bits), guard_bits_(guard_bits), odd_(odd), levels_(256) {
    switch (traits_.storage) {
        case code_storage::twos_complement:
            least_code_ = -(1 << (bits - 1));
            greatest_code_ = (1 << (bits - 1)) - 1;
            break;
        case code_storage::sign_and_exponent:
        case code_storage::listed:
            least_code_ = 0;
            greatest_code_ = (1 << bits) - 1;
            break;
    }
    for (int code = least_code_; code <= greatest_code_; ++code) levels_[place_of(code)] = level_of(family, bits, code);
}

number_format::number_format(const quantized_weights& w, std::int64_t row) : number_format(w.family, w.bits, w.guard_bits, w.odd) {
    if (traits_.storage != code_storage::listed) return;
    if (w.levels.empty()) throw model_fault("codes of listed levels without the list");
    std::copy_n(w.levels_of(row), std::size_t{1} << w.bits, levels_.begin());
}

number_format::number_format(const scheme& s) : number_format(s.family, s.weight_bits, guard_bits_of(s)) {}

int number_format::greatest_written_code() const {
    switch (traits_.storage) {
        case code_storage::twos_complement:
        case code_storage::listed: return greatest_code_;
        case code_storage::sign_and_exponent: return greatest_code_ - 1;
    }
    return greatest_code_;
}

double number_format::squared_level(int code) const {
    switch (family_) {
        case scheme_family::symq:
        case scheme_family::asymq:
        case scheme_family::dasq:
        case scheme_family::pot:
        case scheme_family::apot:
        case scheme_family::levels: return level(code) * level(code);
        case scheme_family::post: return level(code) == 0 ? 0 : std::ldexp(1.0, -shift_code(bits_, code).field);
    }
    return 0;
}

std::int32_t number_format::product(int code, std::int32_t activation) const {
    if (traits_.storage != code_storage::listed)
        return circuit_product(traits_.circuit, static_cast<std::uint32_t>(code), bits_, activation, guard_bits_, odd_);
    const auto level = static_cast<std::uint32_t>(static_cast<std::int32_t>(this->level(code)));
    return circuit_product(traits_.circuit, level, most_level_bits, activation, 0, odd_);
}

product_range number_format::extremes_of_product(int code, std::int32_t least_activation, std::int32_t greatest_activation) const {
    const std::int32_t a = product(code, least_activation), b = product(code, greatest_activation);
    return {std::min(a, b), std::max(a, b)};
}

std::optional<std::string> number_format::caution() const {
    switch (family_) {
        case scheme_family::symq:
        case scheme_family::asymq:
        case scheme_family::dasq:
        case scheme_family::pot:
        case scheme_family::apot:
        case scheme_family::levels: return {};
        case scheme_family::post:
            if (bits_ > 3) return {};
            return "post at 3 bits and fewer has the magnitudes 1, 0.71, 0.5 and 0 at most: expect a large loss of accuracy";
    }
    return {};
}

row_formats::row_formats(const quantized_weights& w) {
    const std::int64_t formats = std::max<std::int64_t>(w.level_tables(), 1);
    for (std::int64_t row = 0; row < formats; ++row) formats_.emplace_back(w, row);
}

level_rows::level_rows(const quantized_weights& w) : weights_(w) {
    if (traits_of(w.family).levels_are_codes()) return;
    const row_formats formats(w);
    const std::int64_t tables = formats.differ() ? w.rows : 1;
    levels_.resize(static_cast<std::size_t>(tables) * codes_);
    for (std::int64_t row = 0; row < tables; ++row) {
        const number_format& format = formats.of(row);
        for (int code = format.least_code(); code <= format.greatest_code(); ++code)
            levels_[static_cast<std::size_t>(row) * codes_ + number_format::place_of(code)] = format.integer_level(code);
    }
}

std::vector<std::int64_t> level_sums(const quantized_weights& w) {
    std::vector<std::int64_t> sums(static_cast<std::size_t>(w.rows), 0);
    const level_rows rows(w);
    for (std::size_t row = 0; row < sums.size(); ++row)
        sums[row] = rows.with(static_cast<std::int64_t>(row),
                              [&](const auto* levels) { return std::accumulate(levels, levels + w.columns, std::int64_t{0}); });
    for (const outlier& o : w.outliers) sums[o.row] += std::int64_t{o.value} * (std::int64_t{1} << w.outlier_shift[o.row]);
    return sums;
}

}  // namespace symmetree
