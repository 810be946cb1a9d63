#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "workloads/formats/product_circuit.h"
#include "workloads/formats/quantized_weights.h"
#include "workloads/formats/scheme.h"

namespace symmetree {

/// The options that a family takes in a scheme, beside widths and the range of activations.
enum class scheme_options { uniform, dasq, shift, levels };

/// How a code stands in memory.
enum class code_storage { twos_complement, sign_and_exponent, listed };

/// What holds for a family at every width. The place where a new family answers for the whole program.
struct family_traits {
    const char* name = "?";
    scheme_options options = scheme_options::uniform;
    int least_bits = 2, most_bits = 8;  ///< widths that the family has codes for
    code_storage storage = code_storage::twos_complement;
    product_circuit circuit = product_circuit::multiplier;  ///< what multiplies by its codes, and so the array that it runs on
    bool has_zero_points = false;                           ///< one per row; of families whose levels are their codes alone
    bool has_outliers = false;

    /// A level is its code, in steps. Other levels are looked up.
    bool levels_are_codes() const { return storage == code_storage::twos_complement; }
    /// Products are exact multiples of the activation, so that zero points fold into the bias and sums are corrected by them. Otherwise
    /// there are none on either side.
    bool folds_zero_points() const { return !is_shift_circuit(circuit); }
    /// Products keep fraction bits, as many as the scheme says.
    bool has_guard_bits() const { return is_shift_circuit(circuit); }
    activation_coding activations() const {
        return folds_zero_points() ? activation_coding::signed_zero_point : activation_coding::unsigned_or_sign_magnitude;
    }
};
family_traits traits_of(scheme_family family);

/// Fraction bits in the products of a scheme; 0 where its family keeps none.
int guard_bits_of(const scheme& s);
/// What a product of a code counts in, in step of the weight * step of the activation: 2^-guard bits.
double unit_of_products(const quantized_weights& w);

/// Smallest and largest of some products.
struct product_range {
    std::int32_t least = 0, greatest = 0;
};

/// What the codes of a family and width stand for. Its tables are made once, so that a level costs an access: make one per layer. Where a
/// layer lists its levels, only a format of its weights knows them: they are 0 in the others.
class number_format {
public:
    number_format(scheme_family family, int bits, int guard_bits = 0, odd_products odd = odd_products::each_rounded);
    /// Of one row; rows differ only where each lists levels of its own, see row_formats.
    explicit number_format(const quantized_weights& w, std::int64_t row = 0);
    explicit number_format(const scheme& s);

    const family_traits& traits() const { return traits_; }

    int least_code() const { return least_code_; }
    int greatest_code() const { return greatest_code_; }
    /// The greatest code that a fit writes: a sign of nothing is read as zero, but never written.
    int greatest_written_code() const;

    /// Value of a code in steps, without its row's zero point.
    double level(int code) const { return levels_[place_of(code)]; }
    /// The exact square of a level, where the level itself is rounded (POST's odd exponents), rounded once.
    double squared_level(int code) const;

    /// Product of a code and an activation as the hardware has it, in units of 2^-guard_bits.
    std::int32_t product(int code, std::int32_t activation) const;
    /// The product with 1: the level as a fixed-point number. The level itself where products are multiples of the activation.
    std::int32_t integer_level(int code) const { return product(code, 1); }
    /// Over all activations between two: products rise or fall with the activation, so its ends decide.
    product_range extremes_of_product(int code, std::int32_t least_activation, std::int32_t greatest_activation) const;

    /// Where in a table of 256 a code has its place.
    static std::size_t place_of(int code) { return static_cast<std::uint8_t>(code); }

    /// What a run with the format should say about it, or nothing.
    std::optional<std::string> caution() const;

private:
    scheme_family family_;
    family_traits traits_;
    int bits_, guard_bits_, least_code_ = 0, greatest_code_ = 0;
    odd_products odd_;
    std::vector<double> levels_;
};

/// The formats of a layer's rows: one for all of them, except where each row lists levels of its own.
class row_formats {
public:
    explicit row_formats(const quantized_weights& w);

    const number_format& of(std::int64_t row) const { return formats_.size() == 1 ? formats_.front() : formats_[std::size_t(row)]; }
    bool differ() const { return formats_.size() > 1; }

private:
    std::vector<number_format> formats_;
};

/// Integer levels of a layer's weights, row by row. Keeps a reference to the codes.
class level_rows {
public:
    explicit level_rows(const quantized_weights& w);

    /// use(levels) with the levels of a row, outliers aside: a pointer to `columns` integers, the codes themselves where those are levels.
    template <class Use>
    auto with(std::int64_t row, Use use) const {
        const std::int8_t* const codes = weights_.codes.data() + row * weights_.columns;
        if (levels_.empty()) return use(codes);
        const std::int32_t* const table = levels_.data() + (levels_.size() == codes_ ? 0 : static_cast<std::size_t>(row) * codes_);
        std::vector<std::int32_t> levels(static_cast<std::size_t>(weights_.columns));
        for (std::size_t k = 0; k < levels.size(); ++k) levels[k] = table[number_format::place_of(codes[k])];
        return use(std::as_const(levels).data());
    }

private:
    const quantized_weights& weights_;
    static constexpr std::size_t codes_ = 256;
    std::vector<std::int32_t> levels_;  ///< by place of the code, for all rows or row by row; empty where levels are codes
};

/// Sum of the integer levels of each row, outliers included: what the bias takes for a zero point of the activations.
std::vector<std::int64_t> level_sums(const quantized_weights& w);

}  // namespace symmetree
